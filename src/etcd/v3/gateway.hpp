// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "etcd/v3/json.hpp"
#include "etcd/v3/status.hpp"

#include <string>
#include <string_view>

/// What etcd's JSON gateway puts around the messages: refusals, and the lines of a stream.
namespace dfriends::etcd::v3 {

/// The refusal that an answer other than 200 carries: 3.4's {"error","message","code"}, 3.6's {"code","message"}, a
/// stream's {"error":{"grpc_code",…}}, or no JSON at all.
Status decode_refusal(int http_status, std::string_view body);

/// The member "error" of a line of a stream, where the cursor stands.
Status read_refusal(json::Cursor& cursor);

/// One line of a stream: {"result":{…}}. Throws the Status that stands there instead.
template <class M>
M decode_line(std::string_view line)
{
    M message;
    json::Cursor cursor(line);
    std::string name;
    cursor.begin_object();
    while (cursor.next_member(name)) {
        if (name == "result")
            JsonDecoder::read_message(cursor, message);
        else if (name == "error")
            throw read_refusal(cursor);
        else
            cursor.skip_value();
    }
    return message;
}

/// A refusal as an error of the house, for callers who only report it.
Error error_of(const Status& status);

} // namespace dfriends::etcd::v3
