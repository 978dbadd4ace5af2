// SPDX-License-Identifier: Apache-2.0
#include "applets/cache/directory.hpp"
#include "applets/cache/verbs.hpp"
#include "applets/context.hpp"
#include "base/text.hpp"
#include "cache/proxy.hpp"
#include "service/access_log.hpp"
#include "service/daemon.hpp"
#include "state/store.hpp"

namespace dfriends::applets::cache {

namespace {

namespace room = dfriends::cache;

room::ProxyOptions read_options(const config::Settings& settings)
{
    room::ProxyOptions options;
    options.directory = content_directory(settings);
    options.allowed_clients = settings.list("allow-client");
    options.allowed_upstreams = settings.list("allow-upstream");
    options.remap = settings.list("remap");
    for (const auto& keyring : settings.list("keyring")) {
        if (!std::filesystem::is_regular_file(keyring))
            throw Error(ErrorKind::not_found, "the keyring '{}' is no file", printable(keyring))
                .hint("name a file that 'gpg --export' wrote");
        options.keyrings.emplace_back(keyring);
    }
    options.upstream_proxy = settings.find("upstream-proxy").value_or("");
    options.registry = settings.find("registry").value_or("");
    options.offline = settings.flag("offline");
    if (settings.find("max-size"))
        options.max_size = settings.size("max-size");
    return options;
}

service::Metrics::Samples mirror_samples(const room::Proxy& proxy)
{
    service::Metrics::Samples samples;
    for (const auto& mirror : proxy.mirrors()) {
        const auto url = replace_all(replace_all(mirror.url, "\\", "\\\\"), "\"", "\\\"");
        samples.emplace_back(fmt::format("name=\"{}\",url=\"{}\"", mirror.name, url),
                             static_cast<double>(mirror.failures));
    }
    return samples;
}

/// "HIT 200 1234 172.17.0.2 GET http://mirror.example/x 3ms"
std::string access_line(const http::Exchange& exchange)
{
    const auto& request = exchange.request;
    return fmt::format("{} {} {} {} {} {} {}ms{}",
                       !request.note.empty()   ? request.note
                       : exchange.status < 400 ? "OWN"
                                               : "ERROR",
                       exchange.status, exchange.body_bytes, request.connection->peer_address(),
                       printable(request.method), printable(std::string_view(request.target).substr(0, 2000)),
                       exchange.duration.count() / 1000, exchange.complete ? "" : " broken off");
}

} // namespace

int serve(Context& context)
{
    context.expect_arguments(0, 0);
    const auto options = read_options(context.settings);
    const state::ServiceLock lock(context.state_directory(), "cache");
    service::Metrics metrics;
    room::Statistics statistics(metrics);
    service::Daemon daemon(context.log());
    // After the daemon, whose loop the proxy's connections belong to: it must go before that.
    room::Proxy proxy(options, context.store(), context.log(), statistics);
    metrics.gauge("dfriends_cache_bytes", "Bytes of content in the store",
                  [&] { return static_cast<double>(proxy.bytes()); });
    metrics.gauge("dfriends_cache_fills", "Fetches under way", [&] { return static_cast<double>(proxy.fills()); });
    metrics.gauge("dfriends_cache_suites", "Adopted Release files",
                  [&] { return static_cast<double>(proxy.suites()); });
    metrics.gauges("dfriends_cache_mirror_failures", "Failures in a row of a remapped mirror; 0: it is well",
                   [&] { return mirror_samples(proxy); });

    service::AccessLog access_log(context.log());
    http::ServeOptions serve_options;
    serve_options.on_exchange = [&](const http::Exchange& exchange) {
        statistics.sent(exchange.body_bytes);
        if (access_log.is_wanted())
            access_log.add(access_line(exchange));
    };
    const http::Handler handler = [&](http::Request& request) { return proxy.handle(request); };
    daemon.listen(context.settings.list("listen"), handler, serve_options, &metrics);
    daemon.on_reload([&] { proxy.reconfigure(read_options(context.reread_settings())); });
    context.log().info(fmt::format("content is kept in '{}'", options.directory.string()));
    const int code = daemon.run();
    net::run(proxy.flush());
    return code;
}

} // namespace dfriends::applets::cache
