// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/client.hpp"
#include "applets/kv/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"

namespace dfriends::applets::kv {

namespace {

/// The first of a member's addresses that says that it is healthy; empty where none does.
std::string healthy_url(etcd::V2Client& client, const etcd::V2Member& member)
{
    for (const std::string& url : member.client_urls) {
        try {
            if (net::run(client.fetch(url + "/health")).find("\"true\"") != std::string::npos)
                return url;
        } catch (const Error&) { // the next address may answer
        }
    }
    return {};
}

} // namespace

int cluster_health(Context& context)
{
    context.expect_arguments(0, 0);
    etcd::V2Client client = make_client(context);
    bool healthy = true;
    for (const etcd::V2Member& member : net::run(client.members())) {
        const std::string url = healthy_url(client, member);
        if (url.empty())
            context.print("member {} is unreachable: {} are all unreachable\n", member.id,
                          join(member.client_urls, ","));
        else
            context.print("member {} is healthy: got healthy result from {}\n", member.id, url);
        healthy = healthy && !url.empty();
    }
    context.print("cluster is {}\n", healthy ? "healthy" : "unhealthy");
    return healthy ? 0 : 5;
}

int member_list(Context& context)
{
    context.expect_arguments(0, 0);
    etcd::V2Client client = make_client(context);
    const auto members = net::run(client.members());
    const std::string leader = net::run(client.leader()).id;
    for (const etcd::V2Member& member : members)
        context.print("{}: name={} peerURLs={} clientURLs={} isLeader={}\n", member.id, member.name,
                      join(member.peer_urls, ","), join(member.client_urls, ","),
                      member.id == leader ? "true" : "false");
    return 0;
}

} // namespace dfriends::applets::kv
