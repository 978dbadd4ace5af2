// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/client.hpp"
#include "http/serve.hpp"
#include "log/log.hpp"
#include "net/loop.hpp"
#include "paas/apps.hpp"
#include "paas/installation.hpp"
#include "router/forward.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace dfriends::paas {

/// Keeps a router as the apps are: names, ports of apps without a name, containers that have moved, containers that are
/// to go. Belongs to one loop.
class Routes {
  public:
    Routes(state::Store& store, engine::Client& engine, router::Forwarder& forwarder, log::Logger& log);
    ~Routes();

    /// A change in the database, also by another process, counts within 100 ms; one of the file VHOST within a second.
    /// Never returns.
    net::Task<> follow();
    /// Starts what should run and does not (the engine was started again), and notes new addresses. Never returns.
    net::Task<> supervise();
    /// Hears of containers that end, so that no request goes to an address which the engine may give to another app's.
    /// Never returns.
    net::Task<> watch_events();
    /// Ends containers whose place newer ones took, when their last request has ended, at the latest after 30 s. Never
    /// returns.
    net::Task<> retire_all();
    /// Answers sync_router() at the socket. Never returns.
    net::Task<> answer_at(os::Path socket);

  private:
    void refresh();
    void open_ports(const Installation& installation);
    net::Task<> supervise_once();
    void note_address(const Process& process, const engine::ContainerDetails& details);
    void withdraw(const std::string& container);
    net::Task<> revive(const Process& process, int exit_code);
    bool has_requests(const Process& process) const;
    net::Task<> retire_app(std::string app);
    net::Task<http::Response> answer(http::Request& request);

    engine::Client& engine_;
    router::Forwarder& forwarder_;
    log::Logger& log_;
    Apps apps_;
    std::unique_ptr<state::Database> watched_;
    bool is_verified_ = false; ///< every address was compared with the engine's
    std::int64_t version_ = -1;
    std::string vhost_;
    /// Servers by address, as long as a request holds them: those that left the table too.
    std::map<std::string, std::weak_ptr<router::Backend>> known_;
    /// Containers that ended, and when to start them once more: later each time.
    struct Revival {
        std::chrono::steady_clock::time_point next;
        std::chrono::seconds pause{2};
    };
    std::map<std::string, Revival> revivals_;
    net::Event container_changed_;
    struct Door; ///< a port of this host, for an app without a name
    std::map<std::string, std::unique_ptr<Door>> doors_;
    bool door_is_shut_ = false; ///< a port could not be had
    std::chrono::steady_clock::time_point next_try_;
};

} // namespace dfriends::paas
