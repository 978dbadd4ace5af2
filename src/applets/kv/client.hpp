// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "etcd/v2_client.hpp"
#include "etcd/v3/client.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::applets::kv {

/// A client of the endpoints that the options and the environment name.
etcd::V2Client make_client(const Context& context);

/// The servers that the options and the environment name.
std::vector<std::string> endpoints_of(const Context& context);
/// A client of those endpoints, with the name, the password and the certificates of the options.
etcd::V2Client make_client_of(const Context& context, const std::vector<std::string>& endpoints,
                              std::chrono::milliseconds timeout);
/// The same for their v3 API.
etcd::v3::Client make_v3_client_of(const Context& context, const std::vector<std::string>& endpoints,
                                   std::chrono::milliseconds timeout);

/// The key argument, with its leading slash.
std::string key_argument(const Context& context);
/// The value argument, or stdin where there is none.
std::string value_argument(const Context& context);
std::optional<std::uint64_t> ttl_option(const Context& context);

/// The event of an answer; throws a refusal so that the exit code is 4 whatever its number: a server that refuses is
/// there.
const etcd::V2Event& event_of(const etcd::V2Answer& answer);
/// Prints an answer in the format of --output.
void print_event(Context& context, const etcd::V2Event& event);
bool is_simple(const Context& context);

} // namespace dfriends::applets::kv
