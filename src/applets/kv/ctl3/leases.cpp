// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/verbs.hpp"

#include <algorithm>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

std::int64_t lease_argument(const Context& context)
{
    return parse_lease(context.arguments[0], "bad lease ID arg");
}

/// Renews a lease three times in its time, until there is none any more; the last answer says so.
net::Task<v3::LeaseKeepAliveResponse> keep_alive(v3::Client& client, Printer& printer, std::int64_t id)
{
    for (;;) {
        const v3::LeaseKeepAliveResponse response = co_await client.lease_keep_alive({.id = id});
        if (response.ttl <= 0)
            co_return response;
        printer.keep_alive(response);
        co_await net::sleep(std::chrono::milliseconds(std::max<std::int64_t>(500, response.ttl * 1000 / 3)));
    }
}

} // namespace

int lease_grant(Context& context)
{
    expect(context, 1, 1, "lease grant command needs TTL argument");
    const std::int64_t ttl = parse_number(context.arguments[0], Exit::bad_arguments, "bad TTL (", ")");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.grant(ask(client.lease_grant({.ttl = ttl}), Exit::error, "failed to grant lease (", ")"));
    return 0;
}

int lease_revoke(Context& context)
{
    expect(context, 1, 1, "lease revoke command needs 1 argument");
    const std::int64_t id = lease_argument(context);
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.revoke(id, ask(client.lease_revoke({.id = id}), Exit::error, "failed to revoke lease (", ")"));
    return 0;
}

int lease_timetolive(Context& context)
{
    expect(context, 1, 1, "lease timetolive command needs lease ID as argument");
    const std::int64_t id = lease_argument(context);
    const bool keys = context.settings.flag("keys");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.time_to_live(ask(client.lease_time_to_live({.id = id, .keys = keys}), Exit::bad_connection), keys);
    return 0;
}

int lease_list(Context& context)
{
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.leases(ask(client.lease_leases(), Exit::bad_connection));
    return 0;
}

int lease_keep_alive(Context& context)
{
    expect(context, 1, 1, "lease keep-alive command needs lease ID as argument");
    const std::int64_t id = lease_argument(context);
    Printer printer(context);
    v3::Client client = make_client(context);
    if (context.settings.flag("once")) {
        const v3::LeaseKeepAliveResponse response = ask(client.lease_keep_alive({.id = id}), Exit::bad_connection);
        if (response.ttl <= 0)
            throw Failure(Exit::bad_connection, "etcdserver: requested lease not found");
        printer.keep_alive(response);
        return 0;
    }
    ask(keep_alive(client, printer, id), Exit::bad_connection);
    if (printer.is_simple())
        context.print("lease {:016x} expired or revoked.\n", id);
    return 0;
}

} // namespace dfriends::applets::kv::ctl3
