// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "etcd/v3/protobuf.hpp"

#include <cstdlib>

namespace {

/// What is read can be written, and is the same message when it is read again.
template <class M>
void check(std::string_view bytes)
{
    using namespace dfriends::etcd::v3;
    try {
        const std::string once = encode_protobuf(decode_protobuf<M>(bytes));
        if (encode_protobuf(decode_protobuf<M>(once)) != once)
            std::abort();
    } catch (const dfriends::Error& error) {
        if (error.kind() != dfriends::ErrorKind::invalid)
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace dfriends::etcd::v3;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check<TxnRequest>(bytes);
    check<WatchRequest>(bytes);
    check<RangeResponse>(bytes);
    return 0;
}
