// SPDX-License-Identifier: Apache-2.0
#include "cache/knowledge.hpp"

namespace dfriends::cache {

Knowledge::Knowledge(os::Path directory, CacheStore::Role role, state::Store& state, Clock clock)
    : store(std::move(directory), role), index(state), upstream_(AddressPolicy({}, Remap())),
      fetches_(
          upstream_, store, [](const Fill&) { return false; }, [](FillPointer) -> net::Task<> { co_return; },
          [](const Fill&) {}),
      tables(store, index, clock), releases(upstream_, store, index, fetches_, tables, clock)
{
}

} // namespace dfriends::cache
