// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/client.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::router {

/// A key that says who serves a name: PREFIX/NAME/HOST:PORT.
struct Registration {
    std::string name;
    std::string host;        ///< an address, or a machine's name
    std::uint16_t port = 80; ///< also where nothing stands behind the colon
    bool operator==(const Registration&) const = default;
};

/// Nothing where the key is none, or holds what no host name has.
std::optional<Registration> parse_registration(std::string_view key, std::string_view prefix);

/// "code.it" of "code.it-2": the service that several numbered units make together; empty for others.
std::string service_of(std::string_view name);

/// Calls with all registrations at first and after each change: those among the v3 keys, and those among the v2 keys
/// where the store has that API (etcd's `etcdctl set` writes there). A store that does not answer is asked again; what
/// was known stays known. Never returns; `on_failure` hears of each silence once, and of its end with an empty text.
net::Task<> follow_registrations(etcd::v3::ClientOptions store, std::string prefix,
                                 std::function<net::Task<>(std::vector<Registration>)> on_change,
                                 std::function<void(std::string_view)> on_failure);

} // namespace dfriends::router
