// SPDX-License-Identifier: Apache-2.0
#include "service/daemon.hpp"

#include "base/error.hpp"
#include "net/signals.hpp"
#include "os/memory.hpp"
#include "os/notify.hpp"
#include "service/ensemble.hpp"
#include "service/metrics.hpp"

#include <csignal>
#include <list>
#include <sys/resource.h>

namespace dfriends::service {

namespace {

constexpr std::chrono::milliseconds grace{8000}; // of the 10 s that a stop may take

/// The soft limit of open files up to the hard one: a proxy holds two descriptors a client.
void raise_file_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace

struct Daemon::Inside {
    explicit Inside(log::Logger& logger) : log(logger) {}

    log::Logger& log;
    std::list<std::pair<http::Server, std::vector<net::Listener>>> servers;
    std::vector<net::Task<>> beside;
    std::vector<std::function<void()>> reloads, stops;
    std::exception_ptr failure;
    net::Event stop_wanted;
    bool is_stopping = false;
    net::Loop loop; ///< last, so that it goes first: its tasks use all of the above

    void fail(std::exception_ptr thrown)
    {
        if (thrown && !failure)
            failure = thrown;
        loop.stop();
    }

    void begin_stop()
    {
        is_stopping = true;
        stop_wanted.notify_all();
    }
};

std::optional<http::Response> common_answer(const http::Request& request, const Metrics* metrics)
{
    if (request.method != "GET" && request.method != "HEAD")
        return std::nullopt;
    if (request.path() == "/healthz")
        return http::text_response(200, "ok\n");
    if (request.path() == "/metrics" && metrics != nullptr)
        return http::text_response(200, metrics->render(), "text/plain; version=0.0.4; charset=utf-8");
    return std::nullopt;
}

Daemon::Daemon(log::Logger& log) : inside_(std::make_unique<Inside>(log)) {}
Daemon::~Daemon() = default;

net::Loop& Daemon::loop()
{
    return inside_->loop;
}

std::vector<std::string> Daemon::listen(const std::vector<std::string>& addresses, http::Handler handler,
                                        http::ServeOptions options, const Metrics* metrics)
{
    return listen_plainly(
        addresses,
        [handler = std::move(handler), metrics](http::Request& request) -> net::Task<http::Response> {
            if (auto answer = common_answer(request, metrics))
                co_return std::move(*answer);
            co_return co_await handler(request);
        },
        std::move(options));
}

std::vector<std::string> Daemon::listen_plainly(const std::vector<std::string>& addresses, http::Handler handler,
                                                http::ServeOptions options)
{
    std::vector<net::Listener> listeners;
    for (const int descriptor : os::take_listen_descriptors())
        listeners.push_back(net::Listener::adopt(descriptor));
    if (listeners.empty())
        for (const std::string& address : addresses)
            listeners.push_back(net::Listener::tcp(net::parse_endpoint(address)));
    if (listeners.empty())
        throw Error(ErrorKind::usage, "no address to listen on").hint("give one with --listen ADDR:PORT");
    std::vector<std::string> bound;
    for (const net::Listener& listener : listeners)
        bound.push_back(listener.endpoint().text());
    inside_->servers.emplace_back(std::piecewise_construct,
                                  std::forward_as_tuple(std::move(handler), std::move(options)),
                                  std::forward_as_tuple(std::move(listeners)));
    return bound;
}

void Daemon::run_beside(net::Task<> task)
{
    inside_->beside.push_back(std::move(task));
}

void Daemon::on_reload(std::function<void()> reload)
{
    inside_->reloads.push_back(std::move(reload));
}

void Daemon::on_stop(std::function<void()> stop)
{
    inside_->stops.push_back(std::move(stop));
}

namespace {

net::Task<> reload_on_hangup(const std::vector<std::function<void()>>& reloads, log::Logger& log)
{
    net::Signals signals({SIGHUP});
    for (;;) {
        co_await signals.next();
        try {
            for (const auto& reload : reloads)
                reload();
            log.info("configuration read again");
        } catch (const Error& error) { // the old one stays in force
            log.error(std::string("cannot read the configuration again: ") + error.what());
        }
    }
}

/// The first signal stops in order, a second one at once. One set for both, so that none is missed between them.
net::Task<> stop_on_signals(std::function<void()> begin_stop, net::Loop& loop)
{
    net::Signals signals({SIGTERM, SIGINT});
    co_await signals.next();
    begin_stop();
    co_await signals.next();
    loop.stop();
}

void tell_ready()
{
    if (Ensemble* const ensemble = Ensemble::current())
        ensemble->ready();
    else
        os::notify("READY=1");
}

} // namespace

int Daemon::run()
{
    Inside& inside = *inside_;
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    const auto ends = [&inside](std::exception_ptr thrown) { inside.fail(thrown); };

    inside.loop.spawn(stop_on_signals([&inside] { inside.begin_stop(); }, inside.loop));
    inside.loop.spawn(
        [](Inside& all, std::function<void(std::exception_ptr)> on_failure) -> net::Task<> {
            for (auto& [server, listeners] : all.servers)
                for (net::Listener& listener : listeners) {
                    const std::string where = listener.endpoint().text();
                    server.start(std::move(listener));
                    all.log.info("listening on " + where);
                }
            for (net::Task<>& task : all.beside)
                net::spawn(std::move(task), on_failure);
            net::spawn(reload_on_hangup(all.reloads, all.log));
            tell_ready();
            os::release_code(); // most of what starting needs is never needed again
            while (!all.is_stopping)
                co_await all.stop_wanted.wait();
            if (Ensemble::current() == nullptr)
                os::notify("STOPPING=1");
            all.log.info("stopping");
            for (const auto& stop : all.stops)
                stop();
            for (auto& [server, listeners] : all.servers)
                co_await server.drain(grace);
            all.loop.stop();
        }(inside, ends),
        ends);
    const Ensemble::Listener listener(Ensemble::current(),
                                      [&inside] { inside.loop.post([&inside] { inside.begin_stop(); }); });
    inside.loop.at_end([&inside] { inside.servers.clear(); }); // their sockets must not outlive the loop's context
    inside.loop.run();
    if (inside.failure)
        std::rethrow_exception(inside.failure);
    return 0;
}

} // namespace dfriends::service
