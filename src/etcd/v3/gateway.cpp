// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/gateway.hpp"

#include "base/text.hpp"

#include <array>

namespace dfriends::etcd::v3 {

namespace {

/// The members that any of the styles has; a code of 0 was not given.
struct Refusal {
    int code = 0;
    std::string message;
};

bool is_number(json::Cursor& cursor)
{
    const char c = cursor.peek();
    return c == '-' || (c >= '0' && c <= '9');
}

void read_members(json::Cursor& cursor, Refusal& refusal)
{
    std::string name;
    cursor.begin_object();
    while (cursor.next_member(name)) {
        if ((name == "code" || name == "grpc_code") && is_number(cursor))
            refusal.code = static_cast<int>(parse_signed(cursor.read_number()).value_or(0));
        else if ((name == "message" || name == "error") && cursor.peek() == '"')
            refusal.message = cursor.read_string();
        else if (name == "error" && cursor.peek() == '{')
            read_members(cursor, refusal);
        else
            cursor.skip_value();
    }
}

Code code_of_http(int status)
{
    switch (status) {
    case 400:
        return Code::invalid_argument;
    case 401:
        return Code::unauthenticated;
    case 403:
        return Code::permission_denied;
    case 404:
    case 405:
        return Code::unsupported;
    case 429:
        return Code::resource_exhausted;
    case 503:
        return Code::unavailable;
    case 504:
        return Code::deadline_exceeded;
    default:
        return Code::unknown;
    }
}

Status status_of(const Refusal& refusal)
{
    const bool known = refusal.code > 0 && refusal.code <= static_cast<int>(Code::unauthenticated);
    return {known ? static_cast<Code>(refusal.code) : Code::unknown, refusal.message};
}

} // namespace

Status decode_refusal(int http_status, std::string_view body)
{
    Refusal refusal;
    try {
        json::Cursor cursor(body);
        read_members(cursor, refusal);
        if (refusal.code != 0)
            return status_of(refusal);
    } catch (const Error&) { // no JSON: something else than the gateway answered
    }
    std::string said = printable(trim(body.substr(0, 200)));
    if (said.empty())
        said = fmt::format("HTTP status {}", http_status);
    return {code_of_http(http_status), refusal.message.empty() ? said : refusal.message};
}

Status read_refusal(json::Cursor& cursor)
{
    Refusal refusal;
    if (cursor.peek() == '"')
        refusal.message = cursor.read_string();
    else
        read_members(cursor, refusal);
    return status_of(refusal);
}

Error error_of(const Status& status)
{
    constexpr std::array<ErrorKind, 17> kinds{
        ErrorKind::failed,      // ok
        ErrorKind::failed,      // cancelled
        ErrorKind::failed,      // unknown
        ErrorKind::invalid,     // invalid_argument
        ErrorKind::unavailable, // deadline_exceeded
        ErrorKind::not_found,   // not_found
        ErrorKind::conflict,    // already_exists
        ErrorKind::denied,      // permission_denied
        ErrorKind::unavailable, // resource_exhausted
        ErrorKind::conflict,    // failed_precondition
        ErrorKind::conflict,    // aborted
        ErrorKind::invalid,     // out_of_range
        ErrorKind::unavailable, // unsupported
        ErrorKind::failed,      // internal
        ErrorKind::unavailable, // unavailable
        ErrorKind::failed,      // data_loss
        ErrorKind::denied,      // unauthenticated
    };
    const auto code = static_cast<std::size_t>(status.code());
    const ErrorKind kind = code < kinds.size() ? kinds[code] : ErrorKind::failed;
    return {kind, "{}", printable(status.message())};
}

} // namespace dfriends::etcd::v3
