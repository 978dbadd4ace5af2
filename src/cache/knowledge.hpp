// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/cache_index.hpp"
#include "cache/cache_store.hpp"
#include "cache/package_tables.hpp"
#include "cache/release_set.hpp"

namespace dfriends::cache {

/// What a cache has and knows, for commands beside the service: its sets and tables as they were last written down.
/// Nothing is fetched or adopted through it.
class Knowledge {
  public:
    Knowledge(os::Path directory, CacheStore::Role role, state::Store& state, Clock clock = system_now);

    CacheStore store;
    CacheIndex index;

  private:
    Upstream upstream_; // what sets are made with; never asked
    Fetches fetches_;

  public:
    PackageTables tables;
    ReleaseSets releases;
};

} // namespace dfriends::cache
