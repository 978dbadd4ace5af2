// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/provider.hpp"

#include <algorithm>

namespace dfriends::converge {

namespace {

/// The ranges, gateways and ranges to give out of: those at the same place of each list belong together.
std::vector<engine::AddressPool> pools_of(const Resource& resource)
{
    std::vector<engine::AddressPool> pools;
    const auto fill = [&](const char* attribute, std::string engine::AddressPool::* member) {
        std::size_t at = 0;
        for (const std::string& value : list_of(resource, attribute)) {
            if (at == pools.size())
                pools.emplace_back();
            pools[at++].*member = value;
        }
    };
    fill("subnet", &engine::AddressPool::subnet);
    fill("gateway", &engine::AddressPool::gateway);
    fill("ip_range", &engine::AddressPool::range);
    for (const auto& [name, address] : map_of(resource, "aux_addresses")) {
        if (pools.empty())
            pools.emplace_back();
        pools[0].auxiliary[name] = address;
    }
    return pools;
}

engine::NetworkSpec spec_of(const Resource& resource)
{
    engine::NetworkSpec spec;
    spec.name = resource.name;
    spec.driver = text_or(resource, "driver", "bridge");
    spec.ipam_driver = text_or(resource, "ipam_driver", "");
    spec.internal = flag_or(resource, "internal", false);
    spec.attachable = flag_or(resource, "attachable", false);
    spec.ipv6 = flag_or(resource, "ipv6", false);
    spec.pools = pools_of(resource);
    for (const auto& [name, value] : map_of(resource, "options"))
        spec.options[name] = value;
    for (const auto& [name, value] : map_of(resource, "labels"))
        spec.labels[name] = value;
    spec.labels[digest_label] = ""; // ours, for --prune
    return spec;
}

engine::NetworkSpec nothing()
{
    engine::NetworkSpec spec;
    spec.driver.clear();
    return spec;
}

using Texts = std::vector<std::string>;

/// Of all its pools, in no order.
Texts texts_of(const engine::NetworkSpec& spec, std::string engine::AddressPool::* member)
{
    Texts texts;
    for (const engine::AddressPool& pool : spec.pools)
        if (!(pool.*member).empty())
            texts.push_back(pool.*member);
    std::ranges::sort(texts);
    return texts;
}

Texts pairs_of(const std::map<std::string, std::string>& map)
{
    Texts texts;
    for (const auto& [name, value] : map)
        texts.push_back(name + "=" + value);
    return texts;
}

/// What is declared and is not so. Options and labels that somebody else gave it stay.
std::vector<Change> compare(const Resource& resource, const engine::NetworkSpec& found)
{
    std::vector<Change> changes;
    const engine::NetworkSpec wanted = spec_of(resource);
    const auto differ = [&](const char* name, const Texts& actual, const Texts& declared, bool may_have_more) {
        const bool same = may_have_more ? without(declared, actual).empty() : actual == declared;
        if (find_attribute(resource, name) != nullptr && !same)
            changes.push_back({name, join(actual, ", "), join(declared, ", ")});
    };
    const auto pools = [&](const char* name, std::string engine::AddressPool::* member) {
        differ(name, texts_of(found, member), texts_of(wanted, member), false);
    };
    const auto flag = [&](const char* name, bool actual, bool declared) {
        differ(name, {actual ? "true" : "false"}, {declared ? "true" : "false"}, false);
    };
    differ("driver", {found.driver}, {wanted.driver}, false);
    differ("ipam_driver", {found.ipam_driver}, {wanted.ipam_driver}, false);
    pools("subnet", &engine::AddressPool::subnet);
    pools("gateway", &engine::AddressPool::gateway);
    pools("ip_range", &engine::AddressPool::range);
    if (!wanted.pools.empty())
        differ("aux_addresses",
               pairs_of(found.pools.empty() ? std::map<std::string, std::string>{} : found.pools[0].auxiliary),
               pairs_of(wanted.pools[0].auxiliary), true);
    flag("internal", found.internal, wanted.internal);
    flag("attachable", found.attachable, wanted.attachable);
    flag("ipv6", found.ipv6, wanted.ipv6);
    differ("options", pairs_of(found.options), pairs_of(wanted.options), true);
    engine::Labels labels = wanted.labels;
    labels.erase(digest_label);
    differ("labels", pairs_of(found.labels), pairs_of(labels), true);
    return changes;
}

/// A container's place in the network, as declared.
engine::NetworkAttachment declared_place(const Resource& resource)
{
    engine::NetworkAttachment place;
    place.network = resource.name;
    place.ipv4_address = text_or(resource, "ip", "");
    place.ipv6_address = text_or(resource, "ip6", "");
    place.aliases = list_of(resource, "aliases");
    return place;
}

bool is_at(const engine::NetworkAttachment& place, const engine::NetworkAttachment& found)
{
    return (place.ipv4_address.empty() || place.ipv4_address == found.ipv4_address) &&
           (place.ipv6_address.empty() || place.ipv6_address == found.ipv6_address) &&
           without(place.aliases, found.aliases).empty();
}

/// One that is in the network at another address leaves it first.
Step connect_or_disconnect(const Resource& resource, const std::string& action, bool can_ask, Docker& docker)
{
    const auto container = find_text(resource, "container");
    if (!container)
        throw Error(ErrorKind::invalid, resource.position, "the action {} of '{}' wants 'container'", action,
                    address(resource));
    const auto actual = can_ask ? docker.find_container(*container) : std::nullopt;
    const std::string& network = resource.name;
    std::optional<engine::NetworkAttachment> found;
    if (actual)
        for (const engine::NetworkAttachment& place : actual->spec.networks)
            if (place.network == network)
                found = place;
    if (action == "disconnect") {
        if (!found)
            return {};
        return {.effect = Effect::update,
                .changes = {{"container", *container, ""}},
                .perform = [&docker, network, container = *container] { docker.disconnect(network, container); }};
    }
    const engine::NetworkAttachment place = declared_place(resource);
    if (found && is_at(place, *found))
        return {};
    return {.effect = Effect::update,
            .changes = {{"container", "", *container}},
            .perform = [&docker, place, container = *container, leaves = found.has_value()] {
                if (leaves)
                    docker.disconnect(place.network, container);
                docker.connect(container, place);
            }};
}

} // namespace

Step examine_docker_network(const Resource& resource, const std::string& action, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const bool can_ask = can_ask_docker(scene);
    if (action == "connect" || action == "disconnect")
        return connect_or_disconnect(resource, action, can_ask, docker);
    const auto found = can_ask ? docker.find_network(resource.name) : std::nullopt;
    const std::string& name = resource.name;
    if (action == "delete") {
        if (!found)
            return {};
        return {.effect = Effect::remove, .changes = {}, .perform = [&docker, name] { docker.remove_network(name); }};
    }
    if (!found)
        return {.effect = Effect::create,
                .changes = compare(resource, nothing()),
                .perform = [&docker, spec = spec_of(resource)] { docker.create_network(spec); }};
    auto changes = compare(resource, found->spec);
    if (changes.empty())
        return {};
    if (!found->containers.empty())
        throw Error(ErrorKind::conflict, "the network '{}' has another {} ('{}'), and containers are in it", name,
                    changes[0].attribute, changes[0].from)
            .hint("disconnect '" + found->containers.begin()->second +
                  "' first: a network cannot be changed, only made anew");
    return {
        .effect = Effect::replace, .changes = std::move(changes), .perform = [&docker, name, spec = spec_of(resource)] {
            docker.remove_network(name);
            docker.create_network(spec);
        }};
}

} // namespace dfriends::converge
