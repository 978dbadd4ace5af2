// SPDX-License-Identifier: Apache-2.0
#include "converge/selection.hpp"

#include "converge/container_spec.hpp"

#include <algorithm>
#include <set>

namespace dfriends::converge {

namespace {

bool should_run(const Resource& resource)
{
    const auto has = [&](const char* action) {
        return std::ranges::find(resource.actions, action) != resource.actions.end();
    };
    return resource.type == "docker_container" &&
           (resource.actions.empty() || ((has("run") || has("start")) && resource.actions.back() != "stop"));
}

void remove_containers(Catalog& catalog, const std::vector<engine::ContainerSummary>& containers)
{
    std::set<std::string> declared;
    std::set<std::string> resources;
    for (const Resource& resource : catalog.resources)
        if (resource.type == "docker_container") {
            declared.insert(container_name(resource));
            resources.insert(resource.name);
        }
    for (const engine::ContainerSummary& container : containers) {
        if (!container.labels.contains(digest_label) || container.names.empty())
            continue;
        const std::string& name = container.names.front();
        // What a killed run has left under a name of ours is the next run's to mend.
        const bool is_passing = name.ends_with("-dfriends-old") || name.ends_with("-dfriends-new");
        if (is_passing || declared.contains(name) || resources.contains(name))
            continue;
        Resource gone;
        gone.type = "docker_container";
        gone.name = name;
        gone.actions = {"remove"};
        gone.attributes["image"] = Value{.content = container.image, .position = {}};
        catalog.resources.push_back(std::move(gone));
    }
}

} // namespace

Catalog only_starts(const Catalog& catalog)
{
    Catalog starts;
    std::set<std::string> kept;
    for (const Resource& resource : catalog.resources)
        if (should_run(resource)) {
            starts.resources.push_back(resource);
            starts.resources.back().actions = {"start"};
            kept.insert(resource.name);
        }
    for (Resource& resource : starts.resources) {
        std::erase_if(resource.requires_, [&](const Reference& reference) {
            return reference.type != "docker_container" || !kept.contains(reference.name);
        });
        resource.notifications.clear();
    }
    return starts;
}

void remove_undeclared(Catalog& catalog, const std::vector<engine::ContainerSummary>& containers,
                       const std::vector<engine::NetworkDetails>& networks)
{
    remove_containers(catalog, containers);
    for (const engine::NetworkDetails& network : networks) {
        const bool is_declared = std::ranges::any_of(catalog.resources, [&](const Resource& resource) {
            return resource.type == "docker_network" && resource.name == network.spec.name;
        });
        if (network.spec.labels.contains(digest_label) && !is_declared) {
            Resource gone;
            gone.type = "docker_network";
            gone.name = network.spec.name;
            gone.actions = {"delete"};
            catalog.resources.push_back(std::move(gone));
        }
    }
}

} // namespace dfriends::converge
