// SPDX-License-Identifier: Apache-2.0
#include "cache/server_health.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::chrono::seconds down_time{20};
constexpr std::chrono::seconds first_rest{2};
constexpr std::chrono::seconds longest_rest{600};
constexpr std::size_t most_servers = 1000; // clients name them

} // namespace

ServerHealth::ServerHealth(Now now) : now_(std::move(now)) {}

void ServerHealth::failed(const std::string& origin, Failure failure, std::string why)
{
    if (servers_.size() >= most_servers && !servers_.contains(origin))
        make_room();
    Server& server = servers_[origin];
    server.why = std::move(why);
    if (failure == Failure::silent)
        server.down_until = now_() + down_time;
    // Many clients may meet one breakdown: together they count as one failure.
    if (server.avoided && !server.probed && now_() < server.next_probe)
        return;
    ++server.failures;
    server.avoided = true;
    const auto doublings = std::min<std::size_t>(server.failures - 1, 10);
    server.next_probe = now_() + std::min<std::chrono::seconds>(first_rest * (1 << doublings), longest_rest);
}

void ServerHealth::answered(const std::string& origin)
{
    if (const auto found = servers_.find(origin); found != servers_.end()) {
        found->second.avoided = false;
        found->second.down_until = {};
    }
}

void ServerHealth::completed(const std::string& origin)
{
    servers_.erase(origin);
}

bool ServerHealth::is_down(const std::string& origin) const
{
    const auto found = servers_.find(origin);
    return found != servers_.end() && now_() < found->second.down_until;
}

bool ServerHealth::is_avoided(const std::string& origin) const
{
    const auto found = servers_.find(origin);
    return found != servers_.end() && found->second.avoided;
}

bool ServerHealth::begin_probe(const std::string& origin)
{
    const auto found = servers_.find(origin);
    if (found == servers_.end() || !found->second.avoided || found->second.probed || now_() < found->second.next_probe)
        return false;
    return found->second.probed = true;
}

void ServerHealth::end_probe(const std::string& origin)
{
    if (const auto found = servers_.find(origin); found != servers_.end())
        found->second.probed = false;
}

ServerHealth::Report ServerHealth::report(const std::string& origin) const
{
    const auto found = servers_.find(origin);
    return found == servers_.end() || !found->second.avoided ? Report{}
                                                             : Report{found->second.failures, found->second.why};
}

/// Forgets those that nobody would avoid any more, or else all.
void ServerHealth::make_room()
{
    std::erase_if(servers_, [&](const auto& entry) { return now_() >= entry.second.next_probe; });
    if (servers_.size() >= most_servers)
        servers_.clear();
}

} // namespace dfriends::cache
