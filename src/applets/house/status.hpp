// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dfriends::applets {
class Context;
}

namespace dfriends::applets::house {

/// What `dfriends status` shows.
struct Status {
    struct Engine {
        std::string host;    ///< "unix:///var/run/docker.sock"
        std::string problem; ///< why it does not answer; empty where it does
        std::string api_version;
        engine::EngineSummary summary;
    };
    struct Cache {
        std::optional<pid_t> process; ///< of the service
        std::int64_t files = 0;
        std::int64_t bytes = 0;
    };
    struct Kv {
        std::optional<pid_t> process;
        std::int64_t keys = 0;
        std::uint64_t index = 0;   ///< of the v2 API
        std::int64_t revision = 1; ///< of the v3 API
    };
    /// The machines of this host, and what runs on them.
    struct Cluster {
        struct Machine {
            std::string name;
            std::string address;
            bool is_up = false;
        };
        struct Unit {
            std::string name;
            std::string machine; ///< its address, else its id; empty where it is placed nowhere
            std::string active;  ///< "active"; empty where nobody reports it
            std::string sub;
        };
        std::vector<Machine> machines; ///< empty: there are none
        std::vector<Unit> units;
        std::string problem; ///< why the units cannot be told
        std::size_t count_up() const;
    };
    /// The applications that were pushed.
    struct Paas {
        struct App {
            std::string name;
            std::string url;
            std::string state; ///< "running"
        };
        std::optional<pid_t> process;
        std::vector<App> apps;
    };
    struct Converge {
        std::int64_t run = 0; ///< 0: there was none
        std::string started;
        bool is_finished = true;
        std::int64_t changes = 0;
        std::int64_t unchanged = 0;
        std::int64_t failed = 0;
    };
    struct State {
        std::string directory;
        std::optional<std::uint64_t> bytes; ///< of the database; nothing where there is none yet
        std::string problem;                ///< why it cannot be read
    };
    Engine engine;
    Cache cache;
    Kv kv;
    Paas paas;
    Cluster cluster;
    Converge converge;
    State state;
};

/// Changes nothing; what cannot be asked is told as its problem.
Status find_status(Context& context);

} // namespace dfriends::applets::house
