// SPDX-License-Identifier: Apache-2.0
#include "http2/serve.hpp"

#include "applets/context.hpp"
#include "applets/kv/verbs.hpp"
#include "kv/discovery.hpp"
#include "kv/v2/api.hpp"
#include "kv/v3/auth.hpp"
#include "kv/v3/gateway.hpp"
#include "kv/v3/grpc.hpp"
#include "kv/v3/leases.hpp"
#include "service/daemon.hpp"
#include "service/metrics.hpp"
#include "state/store.hpp"

namespace dfriends::applets::kv {

namespace {

using namespace dfriends::kv;

constexpr std::int64_t kept_revisions = 10'000; ///< whatever their age

/// Both APIs, and the discovery service where it is asked for.
class Front {
  public:
    Front(v2::Api& api, v3::Gateway& gateway, Discovery* discovery)
        : api_(api), gateway_(gateway), discovery_(discovery)
    {
    }

    net::Task<http::Response> operator()(http::Request& request) const
    {
        if (v3::Gateway::serves(request.path()))
            return gateway_(request);
        if (discovery_ != nullptr && Discovery::serves(request.path()))
            return (*discovery_)(request);
        return api_(request);
    }

  private:
    v2::Api& api_;
    v3::Gateway& gateway_;
    Discovery* discovery_;
};

/// gRPC on the same port, told apart by how a connection begins.
http::OtherProtocol serve_grpc(const http2::Handler& grpc)
{
    return [&grpc](net::Stream& stream, std::string begun, std::function<void()>& on_drain) -> net::Task<> {
        static const http2::ServeOptions options;
        return http2::serve(stream, std::move(begun), grpc, options, on_drain);
    };
}

/// Nothing where no certificate is named.
std::optional<net::TlsContext> tls_of(const config::Settings& settings)
{
    const std::string &certificate = settings.text("tls-certificate"), &key = settings.text("tls-key"),
                      &trust = settings.text("tls-client-ca");
    if (certificate.empty() != key.empty() || (certificate.empty() && !trust.empty()))
        throw Error(ErrorKind::usage, "TLS needs both --tls-certificate and --tls-key");
    if (certificate.empty())
        return std::nullopt;
    // HTTP/2 is for gRPC, whose clients offer nothing else.
    net::TlsContext::ServerOptions options{certificate, key, std::nullopt, {"http/1.1", "h2"}};
    if (!trust.empty())
        options.client_trust = trust;
    return net::TlsContext::server(options);
}

/// etcd's names where they mean the same.
void register_metrics(service::Metrics& metrics, v3::Keyspace& keyspace, v3::Leases& leases, v3::Service& service)
{
    metrics.gauge("etcd_debugging_mvcc_current_revision", "The last revision",
                  [&keyspace] { return static_cast<double>(keyspace.revision()); });
    metrics.gauge("etcd_debugging_mvcc_compact_revision", "The oldest revision that can be read",
                  [&keyspace] { return static_cast<double>(keyspace.compacted()); });
    metrics.gauge("etcd_debugging_mvcc_keys_total", "Keys",
                  [&keyspace] { return static_cast<double>(keyspace.records().size()); });
    metrics.gauge("etcd_debugging_mvcc_watcher_total", "Watches",
                  [&keyspace] { return static_cast<double>(keyspace.history().watchers()); });
    metrics.gauge("etcd_debugging_lease_granted_total", "Leases",
                  [&leases] { return static_cast<double>(leases.list().size()); });
    metrics.gauge("etcd_mvcc_db_total_size_in_bytes", "Size of the state database",
                  [&service] { return static_cast<double>(service.database_size()); });
    metrics.gauge("etcd_server_is_leader", "Whether this is the leader", [] { return 1.0; });
}

void register_metrics(service::Metrics& metrics, v2::Keyspace& keyspace)
{
    metrics.gauge("etcd_server_has_leader", "Whether or not a leader exists", [] { return 1.0; });
    metrics.gauge("etcd_debugging_store_watchers", "Watches that wait",
                  [&keyspace] { return static_cast<double>(keyspace.history().watches()); });
    metrics.gauge("dfriends_kv_index", "Index of the last change",
                  [&keyspace] { return static_cast<double>(keyspace.index()); });
}

} // namespace

int serve(Context& context)
{
    context.expect_arguments(0, 0);
    const state::ServiceLock lock(context.state_directory(), "kv");
    v2::Keyspace keyspace(context.store(), system_now);
    keyspace.load();
    v2::Auth v2_auth(context.store());
    v2_auth.load();
    v2::Api api(keyspace, v2_auth, system_now, context.settings.text("name"));
    Discovery discovery(keyspace, api);
    v3::Keyspace v3_keyspace(context.store());
    v3_keyspace.load();
    v3::Leases leases(v3_keyspace);
    leases.load();
    v3::Auth auth(v3_keyspace);
    auth.load();
    v3::Service service(v3_keyspace, leases, auth,
                        {.cluster_id = keyspace.cluster_id(),
                         .id = keyspace.member_id(),
                         .term = keyspace.boots() + 1,
                         .name = context.settings.text("name"),
                         .quota = context.settings.size("quota-backend-bytes")});
    v3::Gateway gateway(service);
    const http2::Handler grpc = v3::Grpc(service);
    service::Metrics metrics;
    register_metrics(metrics, keyspace);
    register_metrics(metrics, v3_keyspace, leases, service);
    service::Daemon daemon(context.log());
    daemon.listen(context.settings.list("listen"),
                  Front(api, gateway, context.settings.flag("discovery") ? &discovery : nullptr),
                  {.server_name = "", .http2 = serve_grpc(grpc), .tls = tls_of(context.settings)}, &metrics);
    context.log().info("enabled capabilities for version 3.4"); // what suites wait for that start an etcd
    daemon.run_beside(keyspace.expire());
    daemon.run_beside(leases.expire());
    daemon.run_beside(
        v3_keyspace.compact_by_age(context.settings.duration("auto-compaction-retention"), kept_revisions));
    daemon.on_stop([&] {
        keyspace.stop();
        leases.stop();
        v3_keyspace.stop();
    });
    return daemon.run();
}

} // namespace dfriends::applets::kv
