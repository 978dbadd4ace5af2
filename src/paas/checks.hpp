// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// What a new container of type web must do before it takes requests.
struct Check {
    std::string name = "default";
    std::string path;                         ///< asked by GET: any 2xx or 3xx passes; empty: it listens, nothing more
    std::string content;                      ///< that must stand in the answer's body; empty: anything
    std::string host;                         ///< for the Host header; empty: the app's own
    std::uint16_t port = 0;                   ///< 0: the app's
    std::chrono::milliseconds timeout{5'000}; ///< of one attempt
    std::chrono::milliseconds wait{5'000};    ///< between two attempts, at most
    std::chrono::milliseconds initial_delay{0}; ///< before the first
    unsigned attempts = 3;
    bool operator==(const Check&) const = default;
};
using Checks = std::vector<Check>;

/// dokku's CHECKS file: WAIT, TIMEOUT and ATTEMPTS, then "/path expected text" lines. Throws Error(invalid) with the
/// line.
Checks parse_checks_file(std::string_view text);

/// What an app.json says: its checks of type web, and how many of each process type.
struct AppJson {
    Checks checks;
    std::vector<std::pair<std::string, std::int64_t>> formation;
    std::string predeploy, postdeploy; ///< commands; empty: none
};
/// Throws Error(invalid) for what is no app.json.
AppJson parse_app_json(std::string_view text);

/// One attempt at an address; nothing where it passed, else why it did not.
net::Task<std::optional<std::string>> attempt(Check check, std::string address, std::uint16_t port, std::string host);

} // namespace dfriends::paas
