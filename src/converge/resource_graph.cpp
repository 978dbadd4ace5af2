// SPDX-License-Identifier: Apache-2.0
#include "converge/resource_graph.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace dfriends::converge {

namespace {

using Index = std::map<std::pair<std::string, std::string>, std::size_t>;
using Edges = std::vector<std::set<std::size_t>>; ///< those that come before each

std::size_t find(const Index& index, const Catalog& catalog, const Reference& reference, const Resource& from)
{
    const auto row = index.find({reference.type, reference.name});
    if (row != index.end())
        return row->second;
    std::vector<std::string> known;
    for (const Resource& resource : catalog.resources)
        known.push_back(address(resource));
    const SourcePosition& position = reference.position.line > 0 ? reference.position : from.position;
    throw Error(ErrorKind::invalid, position, "'{}' points at '{}', which is not declared", address(from),
                address(reference))
        .hint(did_you_mean(address(reference), known));
}

/// Follows unfinished predecessors until one stands there twice: among those that are left, each has one.
std::vector<std::size_t> find_cycle(const Edges& before, const std::vector<bool>& done)
{
    std::size_t at = static_cast<std::size_t>(std::ranges::find(done, false) - done.begin());
    std::vector<std::size_t> path;
    while (std::ranges::find(path, at) == path.end()) {
        path.push_back(at);
        at = *std::ranges::find_if(before[at], [&](std::size_t other) { return !done[other]; });
    }
    path.erase(path.begin(), std::ranges::find(path, at));
    std::ranges::reverse(path);
    path.push_back(path.front());
    return path;
}

[[noreturn]] void fail_with_cycle(const Catalog& catalog, const Edges& before, const std::vector<bool>& done)
{
    std::vector<std::string> names;
    const auto cycle = find_cycle(before, done);
    for (const std::size_t at : cycle)
        names.push_back(address(catalog.resources[at]));
    throw Error(ErrorKind::invalid, catalog.resources[cycle.front()].position, "the resources wait for each other: {}",
                join(names, " -> "))
        .hint("each resource comes before the one after the arrow; take one of the requirements away");
}

void check_action(const Catalog& catalog, std::size_t target, const Notification& told, const Resource& from)
{
    const ResourceType* type = find_resource_type(catalog.resources[target].type);
    const SourcePosition& position = told.target.position.line > 0 ? told.target.position : from.position;
    if (told.action.empty() && type->refresh.empty())
        throw Error(ErrorKind::invalid, position, "'{}' cannot be refreshed", address(told.target))
            .hint("name the action of the notification");
    if (!told.action.empty() && std::ranges::find(type->actions, told.action) == type->actions.end())
        throw Error(ErrorKind::invalid, position, "'{}' has no action '{}'", type->name, told.action)
            .hint(did_you_mean(told.action, {type->actions.begin(), type->actions.end()}));
}

} // namespace

ResourceGraph order_resources(const Catalog& catalog)
{
    const std::size_t count = catalog.resources.size();
    Index index;
    for (std::size_t at = 0; at < count; ++at)
        index.emplace(std::pair(catalog.resources[at].type, catalog.resources[at].name), at);
    ResourceGraph graph{.order = {}, .dependencies = std::vector<std::vector<std::size_t>>(count)};
    Edges before(count);
    for (std::size_t at = 0; at < count; ++at) {
        const Resource& resource = catalog.resources[at];
        for (const Reference& reference : resource.requires_) {
            const std::size_t other = find(index, catalog, reference, resource);
            graph.dependencies[at].push_back(other);
            before[at].insert(other);
        }
        for (const Notification& told : resource.notifications) {
            const std::size_t target = find(index, catalog, told.target, resource);
            check_action(catalog, target, told, resource);
            if (told.action.empty() && target != at)
                before[target].insert(at);
        }
    }
    std::vector<std::set<std::size_t>> after(count);
    std::vector<std::size_t> waiting_for(count);
    std::set<std::size_t> ready;
    for (std::size_t at = 0; at < count; ++at) {
        waiting_for[at] = before[at].size();
        for (const std::size_t other : before[at])
            after[other].insert(at);
        if (before[at].empty())
            ready.insert(at);
    }
    std::vector<bool> done(count);
    while (!ready.empty()) {
        const std::size_t at = *ready.begin();
        ready.erase(ready.begin());
        done[at] = true;
        graph.order.push_back(at);
        for (const std::size_t next : after[at])
            if (--waiting_for[next] == 0)
                ready.insert(next);
    }
    if (graph.order.size() != count)
        fail_with_cycle(catalog, before, done);
    return graph;
}

} // namespace dfriends::converge
