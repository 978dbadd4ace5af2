// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dfriends::kv::v2 {

/// The numbers that clients know (etcd's v2 API documentation, "Errors").
enum class Code : int {
    key_not_found = 100,
    compare_failed = 101,
    not_a_file = 102,
    not_a_directory = 104,
    key_exists = 105,
    root_is_read_only = 107,
    directory_not_empty = 108,
    unauthorized = 110,
    prev_value_required = 201,
    ttl_not_a_number = 202,
    index_not_a_number = 203,
    invalid_field = 209,
    invalid_form = 210,
    value_on_refresh = 211,
    refresh_without_ttl = 212,
    internal = 300,
    event_index_cleared = 401,
};

/// A request that the store refused; what is sent back, and no fault of ours.
struct Refusal {
    Code code;
    std::string cause;
    std::uint64_t index = 0; ///< the store's index then; 0 for a request that never reached it
};

std::string_view message_of(Code code);
int status_of(Code code);

/// {"errorCode":…,"message":…,"cause":…,"index":…} and a line end.
std::string encode(const Refusal& refusal);

} // namespace dfriends::kv::v2
