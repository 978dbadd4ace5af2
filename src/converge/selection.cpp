// SPDX-License-Identifier: Apache-2.0
#include "converge/selection.hpp"

#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/declared_state.hpp"

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

/// Whether an apply of one of the catalog's manifests has made it: of one with the same name, or one without any, too.
bool is_of(const Catalog& catalog, const engine::Labels& labels)
{
    if (!labels.contains(digest_label))
        return false;
    const auto name = labels.find(name_label);
    return std::ranges::find(catalog.names, name == labels.end() ? "" : name->second) != catalog.names.end();
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
        if (!is_of(catalog, container.labels) || container.names.empty())
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

/// Whether a resource is about the engine itself, or may bring it by the machine's own means.
bool may_bring_engine(const Resource& resource)
{
    const auto names_docker = [&](std::string_view attribute) {
        const std::vector<std::string> texts = list_of(resource, attribute);
        return resource.name.find("docker") != std::string::npos ||
               std::ranges::any_of(texts,
                                   [](const std::string& text) { return text.find("docker") != std::string::npos; });
    };
    if (resource.type == "exec")
        return names_docker("command") && !text_or_name(resource, "command").starts_with("docker ");
    return resource.type == "docker_engine" || (resource.type == "package" && names_docker("package")) ||
           ((resource.type == "service" || resource.type == "systemd_unit") && names_docker("service"));
}

bool does_nothing(const Resource& resource)
{
    return resource.actions == std::vector<std::string>{"nothing"};
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

bool wants_engine(const Catalog& catalog)
{
    const auto has = [&](auto is_one) {
        return std::ranges::any_of(
            catalog.resources, [&](const Resource& resource) { return !does_nothing(resource) && is_one(resource); });
    };
    return has([](const Resource& resource) { return resource.type.starts_with("docker_"); }) && !has(may_bring_engine);
}

void remove_undeclared(Catalog& catalog, const std::vector<engine::ContainerSummary>& containers,
                       const std::vector<engine::NetworkDetails>& networks)
{
    remove_containers(catalog, containers);
    for (const engine::NetworkDetails& network : networks) {
        const bool is_declared = std::ranges::any_of(catalog.resources, [&](const Resource& resource) {
            return resource.type == "docker_network" && text_or_name(resource, "network") == network.spec.name;
        });
        if (is_of(catalog, network.spec.labels) && !is_declared) {
            Resource gone;
            gone.type = "docker_network";
            gone.name = network.spec.name;
            gone.actions = {"delete"};
            catalog.resources.push_back(std::move(gone));
        }
    }
}

} // namespace dfriends::converge
