// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/errors.hpp"

#include "etcd/quote.hpp"

#include <fmt/format.h>

namespace dfriends::kv::v2 {

using etcd::quote;

std::string_view message_of(Code code)
{
    switch (code) {
    case Code::key_not_found:
        return "Key not found";
    case Code::compare_failed:
        return "Compare failed";
    case Code::not_a_file:
        return "Not a file";
    case Code::not_a_directory:
        return "Not a directory";
    case Code::key_exists:
        return "Key already exists";
    case Code::root_is_read_only:
        return "Root is read only";
    case Code::directory_not_empty:
        return "Directory not empty";
    case Code::unauthorized:
        return "The request requires user authentication";
    case Code::prev_value_required:
        return "PrevValue is Required in POST form";
    case Code::ttl_not_a_number:
        return "The given TTL in POST form is not a number";
    case Code::index_not_a_number:
        return "The given index in POST form is not a number";
    case Code::invalid_field:
        return "Invalid field";
    case Code::invalid_form:
        return "Invalid POST form";
    case Code::value_on_refresh:
        return "Value provided on refresh";
    case Code::refresh_without_ttl:
        return "A TTL must be provided on refresh";
    case Code::internal:
        return "Raft Internal Error";
    case Code::event_index_cleared:
        return "The event in requested index is outdated and cleared";
    }
    return "";
}

int status_of(Code code)
{
    switch (code) {
    case Code::key_not_found:
        return 404;
    case Code::compare_failed:
    case Code::key_exists:
        return 412;
    case Code::not_a_file:
    case Code::directory_not_empty:
        return 403;
    case Code::unauthorized:
        return 401;
    case Code::internal:
        return 500;
    case Code::not_a_directory:
    case Code::root_is_read_only:
    case Code::prev_value_required:
    case Code::ttl_not_a_number:
    case Code::index_not_a_number:
    case Code::invalid_field:
    case Code::invalid_form:
    case Code::value_on_refresh:
    case Code::refresh_without_ttl:
    case Code::event_index_cleared:
        return 400;
    }
    return 400;
}

std::string encode(const Refusal& refusal)
{
    std::string text = fmt::format(R"({{"errorCode":{},"message":{})", static_cast<int>(refusal.code),
                                   quote(message_of(refusal.code)));
    if (!refusal.cause.empty())
        text += ",\"cause\":" + quote(refusal.cause);
    return text + fmt::format(",\"index\":{}}}\n", refusal.index);
}

} // namespace dfriends::kv::v2
