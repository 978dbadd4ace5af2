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
    for (const auto& [attribute, mode] :
         {std::pair("network", &spec.network_mode), std::pair("pid", &spec.pid_mode), std::pair("ipc", &spec.ipc_mode)})
        if (mode->starts_with("container:"))
            donors.push_back({mode->substr(mode->find(':') + 1), attribute});
    return donors;
}

bool may_have_donors(const Resource& resource)
{
    static constexpr std::array<const char*, 5> attributes{"extra_parameters", "ipc", "links", "network", "pid"};
    return std::ranges::any_of(attributes, [&](const char* name) { return find_attribute(resource, name) != nullptr; });
}

} // namespace

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
