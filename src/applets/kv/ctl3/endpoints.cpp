// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/verbs.hpp"

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

/// The servers that the options name, or with --cluster those that the members advertise.
std::vector<std::string> asked_endpoints(const Context& context)
{
    if (!context.settings.flag("cluster"))
        return endpoints_of(context);
    v3::Client client = make_client(context);
    std::vector<std::string> all;
    for (const v3::Member& member :
         ask(client.member_list(), Exit::error, "failed to fetch endpoints from etcd cluster member list: ").members)
        all.insert(all.end(), member.client_urls.begin(), member.client_urls.end());
    return all;
}

EndpointHealth check(const Context& context, const std::string& endpoint)
{
    EndpointHealth health{.endpoint = endpoint};
    const auto begin = std::chrono::steady_clock::now();
    try {
        v3::Client client = make_client_of(context, endpoint);
        net::run(client.range({.key = "health"}));
        health.healthy = true;
    } catch (const v3::Status& status) { // who may not read it has been answered through consensus all the same
        health.healthy = status.code() == v3::Code::permission_denied;
        health.error = health.healthy ? "" : current_failure();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::unavailable)
            throw;
        health.error = current_failure();
    }
    health.took = go_duration(std::chrono::steady_clock::now() - begin);
    return health;
}

/// Calls `call` for every endpoint and says on stderr which ones failed; false where any did.
template <class Call>
bool for_each_endpoint(Context& context, std::string_view complaint, Call call)
{
    bool good = true;
    for (const std::string& endpoint : asked_endpoints(context)) {
        try {
            v3::Client client = make_client_of(context, endpoint);
            call(client, endpoint);
            continue;
        } catch (const v3::Status&) {
            context.write_error(fmt::format("{} {} ({})\n", complaint, endpoint, current_failure()));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::unavailable)
                throw;
            context.write_error(fmt::format("{} {} ({})\n", complaint, endpoint, current_failure()));
        }
        good = false;
    }
    return good;
}

} // namespace

int endpoint_health(Context& context)
{
    Printer printer(context);
    std::vector<EndpointHealth> all;
    bool good = true;
    for (const std::string& endpoint : asked_endpoints(context)) {
        all.push_back(check(context, endpoint));
        good = good && all.back().healthy;
    }
    printer.health(all);
    if (!good)
        throw Failure(Exit::error, "unhealthy cluster");
    return 0;
}

int endpoint_status(Context& context)
{
    Printer printer(context);
    std::vector<EndpointStatus> all;
    const bool good = for_each_endpoint(context, "Failed to get the status of endpoint",
                                        [&all](v3::Client& client, const std::string& endpoint) {
                                            all.push_back({endpoint, net::run(client.status())});
                                        });
    printer.status(all);
    return good ? 0 : 1;
}

int endpoint_hashkv(Context& context)
{
    Printer printer(context);
    std::vector<EndpointHash> all;
    const std::int64_t revision = context.settings.number("rev");
    const bool good = for_each_endpoint(context, "Failed to get the hash of endpoint",
                                        [&](v3::Client& client, const std::string& endpoint) {
                                            all.push_back({endpoint, net::run(client.hash_kv({.revision = revision}))});
                                        });
    printer.hashes(all);
    return good ? 0 : 1;
}

int defrag(Context& context)
{
    bool good = true;
    for (const std::string& endpoint : asked_endpoints(context)) {
        std::string failure;
        try {
            v3::Client client = make_client_of(context, endpoint);
            net::run(client.defragment());
        } catch (const std::exception&) {
            failure = current_failure();
        }
        if (failure.empty())
            context.print("Finished defragmenting etcd member[{}]\n", endpoint);
        else
            context.write_error(fmt::format("Failed to defragment etcd member[{}] ({})\n", endpoint, failure));
        good = good && failure.empty();
    }
    return good ? 0 : 1;
}

} // namespace dfriends::applets::kv::ctl3
