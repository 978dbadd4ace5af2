// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/serve.hpp"
#include "log/log.hpp"
#include "net/loop.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::service {

class Metrics;

/// What every service answers: /healthz, and /metrics where there are metrics. Nothing for other requests.
std::optional<http::Response> common_answer(const http::Request& request, const Metrics* metrics);

/// A long-running command: listeners, "listening on ADDR:PORT", READY=1, SIGHUP, and an orderly stop on SIGTERM or
/// SIGINT.
class Daemon {
  public:
    explicit Daemon(log::Logger& log);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Serves a handler at each address ("0.0.0.0:3142", ":0"), or at the sockets that a service manager passed. Binds
    /// at once and returns where it really listens; throws where it cannot. /healthz and /metrics are answered before
    /// the handler, for origin-form targets.
    std::vector<std::string> listen(const std::vector<std::string>& addresses, http::Handler handler,
                                    http::ServeOptions options = {}, const Metrics* metrics = nullptr);
    /// The same without /healthz and /metrics: for a server of others' paths.
    std::vector<std::string> listen_plainly(const std::vector<std::string>& addresses, http::Handler handler,
                                            http::ServeOptions options = {});
    /// A task that runs beside the servers and is dropped at the end. An exception that leaves it ends the daemon.
    void run_beside(net::Task<> task);
    void on_reload(std::function<void()> reload);
    /// Called once when the stop begins, before connections are drained: wakes long polls up.
    void on_stop(std::function<void()> stop);

    /// Serves until a signal; connections get 8 s to finish, a second signal ends them at once. Returns the exit code
    /// 0.
    int run();

    net::Loop& loop();

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace dfriends::service
