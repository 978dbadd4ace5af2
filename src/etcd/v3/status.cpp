// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/status.hpp"

#include <array>

namespace dfriends::etcd::v3 {

namespace {

struct Row {
    std::string_view name;
    int http_status;
};

constexpr std::array<Row, 17> rows{{
    {"OK", 200},
    {"Canceled", 408},
    {"Unknown", 500},
    {"InvalidArgument", 400},
    {"DeadlineExceeded", 504},
    {"NotFound", 404},
    {"AlreadyExists", 409},
    {"PermissionDenied", 403},
    {"ResourceExhausted", 429},
    {"FailedPrecondition", 412},
    {"Aborted", 409},
    {"OutOfRange", 400},
    {"Unimplemented", 501},
    {"Internal", 500},
    {"Unavailable", 503},
    {"DataLoss", 500},
    {"Unauthenticated", 401},
}};

const Row& row_of(Code code)
{
    const auto number = static_cast<std::size_t>(code);
    return rows[number < rows.size() ? number : static_cast<std::size_t>(Code::unknown)];
}

} // namespace

int http_status_of(Code code)
{
    return row_of(code).http_status;
}

std::string_view name_of(Code code)
{
    return row_of(code).name;
}

} // namespace dfriends::etcd::v3
