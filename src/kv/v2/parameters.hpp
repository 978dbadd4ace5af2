// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v2/errors.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dfriends::kv::v2 {

/// What a keys request says beside its method and path.
struct Parameters {
    std::string value;
    std::optional<std::uint64_t> ttl; ///< seconds
    bool dir = false, recursive = false, sorted = false, quorum = false, wait = false, stream = false;
    std::optional<bool> prev_exist;
    std::string prev_value;
    std::uint64_t prev_index = 0;
    std::uint64_t wait_index = 0;
    bool refresh = false;
    bool no_value_on_success = false;
};

/// Reads the query and, for PUT and POST, the form; the form wins, and the first value of a name. The order of the
/// checks is etcd's, since clients see which one fails first.
std::variant<Parameters, Refusal> parse_parameters(std::string_view method, std::string_view query,
                                                   std::string_view form);

} // namespace dfriends::kv::v2
