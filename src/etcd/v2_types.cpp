// SPDX-License-Identifier: Apache-2.0
#include "etcd/v2_types.hpp"

#include "base/error.hpp"

namespace dfriends::etcd {

namespace {

ErrorKind kind_of_code(int code)
{
    switch (code) {
    case 100:
        return ErrorKind::not_found;
    case 101:
    case 105:
    case 108:
        return ErrorKind::conflict;
    case 110:
        return ErrorKind::denied;
    case 300:
    case 301:
        return ErrorKind::unavailable;
    default:
        return ErrorKind::invalid;
    }
}

} // namespace

std::string V2Refusal::text() const
{
    return fmt::format("{}: {} ({}) [{}]", code, message, cause, index);
}

const V2Event& V2Answer::value() const
{
    if (refusal)
        throw Error(kind_of_code(refusal->code), "{}", refusal->text());
    return event;
}

} // namespace dfriends::etcd
