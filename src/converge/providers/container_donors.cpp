// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/container_donors.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_spec.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

struct Donor {
    std::string name;
    std::string_view attribute;
};

std::vector<Donor> donors_of(const Resource& resource)
{
    std::vector<Donor> donors;
    const engine::ContainerSpec spec = container_spec(resource);
    for (const std::string& link : spec.links)
        donors.push_back({std::string(split_once(plain_link(link), ':').first), "links"});
    for (const std::string& other : spec.volumes_from)
        donors.push_back({std::string(split_once(other, ':').first), "volumes_from"});
    for (const auto& [attribute, mode] :
         {std::pair("network", &spec.network_mode), std::pair("pid", &spec.pid_mode), std::pair("ipc", &spec.ipc_mode)})
        if (mode->starts_with("container:"))
            donors.push_back({mode->substr(mode->find(':') + 1), attribute});
    return donors;
}

/// Whether it is worth to read its flags for them.
bool may_have_donors(const Resource& resource)
{
    if (find_attribute(resource, "links") != nullptr || find_attribute(resource, "volumes_from") != nullptr)
        return true;
    static constexpr std::array<const char*, 4> attributes{"extra_parameters", "ipc", "network", "pid"};
    static constexpr std::array<std::string_view, 3> words{"container:", "link", "volumes-from"};
    return std::ranges::any_of(attributes, [&](const char* name) {
        return std::ranges::any_of(list_of(resource, name), [&](const std::string& text) {
            return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != text.npos; });
        });
    });
}

void require_network(const Resource& resource, const std::string& name, Scene& scene)
{
    if (scene.networks.contains(name))
        return;
    if (!scene.host.docker().find_network(name))
        throw Error(ErrorKind::not_found, resource.position, "'{}': there is no network '{}'", address(resource), name)
            .hint(fmt::format("declare docker_network[{0}] before it, or: docker network create {0}", name));
    scene.networks.insert(name);
}

} // namespace

void require_neighbours(const Resource& resource, Scene& scene)
{
    if (!scene.planning || scene.runs_commands)
        return;
    const engine::ContainerSpec spec = container_spec(resource);
    for (const engine::NetworkAttachment& place : spec.networks)
        require_network(resource, place.network == "default" ? "bridge" : place.network, scene);
    for (const Donor& donor : donors_of(resource))
        if (!scene.made_anew.contains(donor.name) && !scene.host.docker().glance_at_container(donor.name) &&
            !scene.host.docker().find_container(donor.name)) // by its id
            throw Error(ErrorKind::not_found, resource.position, "'{}': there is no container '{}', which {} names",
                        address(resource), donor.name, donor.attribute);
}

std::optional<Change> change_of_donors(const Resource& resource, const engine::ContainerSummary& seen, Scene& scene)
{
    if (!may_have_donors(resource) || scene.made_anew.contains(container_name(resource)))
        return std::nullopt;
    for (const Donor& donor : donors_of(resource)) {
        if (compare_mode(resource, donor.attribute) == CompareMode::ignore)
            continue;
        const auto other = scene.host.docker().glance_at_container(donor.name);
        if (scene.made_anew.contains(donor.name) || (other && other->created > seen.created))
            return Change{.attribute = std::string(donor.attribute),
                          .from = "the old " + donor.name,
                          .to = donor.name,
                          .note = "that container was made anew"};
    }
    return std::nullopt;
}

} // namespace dfriends::converge
