// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_values.hpp"
#include "converge/declared_state.hpp"
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

using Texts = std::vector<std::string>;

/// Of all its pools, in no order.
Texts texts_of(const engine::NetworkSpec& spec, std::string engine::AddressPool::* member)
{
    Texts texts;
    for (const engine::AddressPool& pool : spec.pools)
        if (!(pool.*member).empty())
            texts.push_back(plain_address(pool.*member));
    std::ranges::sort(texts);
    return texts;
}

Texts pairs_of(const std::map<std::string, std::string>& map)
{
    Texts texts;
    for (const auto& [name, value] : map)
        if (!is_own_label(name))
            texts.push_back(name + "=" + value);
    return texts;
}

Texts flag_of(bool value)
{
    return {value ? "true" : "false"};
}

/// An attribute of a network, and what a spec has of it.
struct NetworkAttribute {
    const char* name;
    bool may_have_more; ///< what others have set beside what is declared stays
    Texts (*texts)(const engine::NetworkSpec& spec);
};

using Network = engine::NetworkSpec;
using engine::AddressPool;
constexpr auto network_attributes = std::to_array<NetworkAttribute>({
    {"driver", false, [](const Network& n) { return n.driver.empty() ? Texts{} : Texts{n.driver}; }},
    {"ipam_driver", false, [](const Network& n) { return Texts{n.ipam_driver.empty() ? "default" : n.ipam_driver}; }},
    {"subnet", false, [](const Network& n) { return texts_of(n, &AddressPool::subnet); }},
    {"gateway", false, [](const Network& n) { return texts_of(n, &AddressPool::gateway); }},
    {"ip_range", false, [](const Network& n) { return texts_of(n, &AddressPool::range); }},
    {"aux_addresses", true,
     [](const Network& n) { return n.pools.empty() ? Texts{} : pairs_of(n.pools[0].auxiliary); }},
    {"internal", false, [](const Network& n) { return flag_of(n.internal); }},
    {"attachable", false, [](const Network& n) { return flag_of(n.attachable); }},
    {"ipv6", false, [](const Network& n) { return flag_of(n.ipv6); }},
    {"options", true, [](const Network& n) { return pairs_of(n.options); }},
    {"labels", true, [](const Network& n) { return pairs_of(n.labels); }},
});

/// What is declared, kept as a label: what is no longer declared later can be told from what others have set.
std::string kept_state(const Resource& resource, const engine::NetworkSpec& spec)
{
    DeclaredState state;
    for (const NetworkAttribute& attribute : network_attributes)
        if (const Texts texts = attribute.texts(spec); find_attribute(resource, attribute.name) != nullptr)
            state[attribute.name] = join(texts, "\n");
    return render_state(state);
}

std::string network_name(const Resource& resource)
{
    return text_or_name(resource, "network");
}

engine::NetworkSpec spec_of(const Resource& resource)
{
    engine::NetworkSpec spec;
    spec.name = network_name(resource);
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
    if (!resource.sensitive)
        spec.labels[state_label] = kept_state(resource, spec);
    return spec;
}

engine::NetworkSpec nothing()
{
    engine::NetworkSpec spec;
    spec.driver.clear();
    return spec;
}

/// Whether a network has what is declared of an attribute, and no longer what was declared last.
bool is_as_declared(const NetworkAttribute& attribute, const Texts& actual, const Texts& wanted, const Texts& last)
{
    if (!attribute.may_have_more)
        return actual == wanted;
    const Texts given_up = without(last, wanted);
    return without(wanted, actual).empty() && without(given_up, actual) == given_up;
}

/// What is declared and is not so, and what is so because it was declared last. Options and labels that somebody else
/// gave it stay.
std::vector<Change> compare(const Resource& resource, const engine::NetworkSpec& found)
{
    std::vector<Change> changes;
    const engine::NetworkSpec wanted = spec_of(resource);
    const auto kept = found.labels.find(state_label);
    const DeclaredState before = kept == found.labels.end() ? DeclaredState{} : parse_state(kept->second);
    for (const NetworkAttribute& attribute : network_attributes) {
        if (find_attribute(resource, attribute.name) == nullptr && !before.contains(attribute.name))
            continue;
        const Texts actual = attribute.texts(found);
        const Texts declared = attribute.texts(wanted);
        if (!is_as_declared(attribute, actual, declared, values_in(before, attribute.name)))
            changes.push_back({attribute.name, join(actual, ", "), join(declared, ", ")});
    }
    return changes;
}

/// A container that does not run, and its place in a network.
struct Resident {
    std::string container;
    engine::NetworkAttachment place;
};

/// They are in the network by its id, and would not start again without it.
std::vector<Resident> stopped_residents(const std::string& network, Docker& docker)
{
    std::vector<Resident> residents;
    for (const std::string& name : docker.containers_in(network)) {
        const auto container = docker.find_container(name);
        if (!container || container->state.running)
            continue;
        for (engine::NetworkAttachment place : container->spec.networks) {
            std::erase_if(place.aliases, [&](const std::string& alias) { return container->id.starts_with(alias); });
            if (place.network == network)
                residents.push_back({name, std::move(place)});
        }
    }
    return residents;
}

void make_anew(const engine::NetworkSpec& spec, Docker& docker)
{
    const auto residents = stopped_residents(spec.name, docker);
    for (const Resident& resident : residents)
        docker.disconnect(spec.name, resident.container);
    docker.remove_network(spec.name);
    docker.create_network(spec);
    for (const Resident& resident : residents)
        try {
            docker.connect(resident.container, resident.place);
        } catch (Error& error) {
            throw std::move(error).during("bringing the stopped container '" + resident.container +
                                          "' back into the network '" + spec.name + "'");
        }
}

Texts names_of(const std::vector<Resident>& residents)
{
    Texts names;
    for (const Resident& resident : residents)
        names.push_back(resident.container);
    return names;
}

/// Containers that do not run leave it first: they would not start again otherwise. One that runs is the engine's to
/// refuse.
Step remove_network(const std::string& name, Docker& docker)
{
    Step step{.effect = Effect::remove, .changes = {}, .perform = [&docker, name] {
                  if (const auto found = docker.find_network(name); found && found->containers.empty())
                      for (const Resident& resident : stopped_residents(name, docker))
                          docker.disconnect(name, resident.container);
                  docker.remove_network(name);
              }};
    if (const Texts stopped = names_of(stopped_residents(name, docker)); !stopped.empty())
        step.changes.push_back({"containers", join(stopped, ", "), "", "they do not run, and lose it"});
    return step;
}

Step replace_network(const Resource& resource, const engine::NetworkDetails& found, std::vector<Change> changes,
                     Docker& docker)
{
    const std::string difference = fmt::format("has another {} ('{}')", changes[0].attribute, changes[0].from);
    if (text_or(resource, "on_change", "recreate") == "refuse")
        throw Error(ErrorKind::conflict, "the network '{}' {}", network_name(resource), difference)
            .hint("a network cannot be changed, only made anew, which on_change refuses");
    if (!found.containers.empty())
        throw Error(ErrorKind::conflict, "the network '{}' {}, and containers are in it", network_name(resource),
                    difference)
            .hint("disconnect '" + found.containers.begin()->second +
                  "' first: a network cannot be changed, only made anew");
    const Texts stopped = names_of(stopped_residents(network_name(resource), docker));
    if (!stopped.empty())
        changes[0].note = "containers that do not run come along: " + join(stopped, ", ");
    return {.effect = Effect::replace, .changes = std::move(changes), .perform = [&docker, spec = spec_of(resource)] {
                make_anew(spec, docker);
            }};
}

/// A container's place in the network, as declared.
engine::NetworkAttachment declared_place(const Resource& resource)
{
    engine::NetworkAttachment place;
    place.network = network_name(resource);
    place.ipv4_address = text_or(resource, "ip", "");
    place.ipv6_address = text_or(resource, "ip6", "");
    place.aliases = list_of(resource, "aliases");
    return place;
}

bool is_at(const engine::NetworkAttachment& place, const engine::NetworkAttachment& found)
{
    return (place.ipv4_address.empty() || place.ipv4_address == found.ipv4_address) &&
           (place.ipv6_address.empty() || plain_address(place.ipv6_address) == plain_address(found.ipv6_address)) &&
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
    const std::string network = network_name(resource);
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
    const std::string name = network_name(resource);
    const auto found = can_ask ? docker.find_network(name) : std::nullopt;
    if (action == "delete") {
        if (!found)
            return {};
        return remove_network(name, docker);
    }
    if (!found)
        return {.effect = Effect::create,
                .changes = compare(resource, nothing()),
                .perform = [&docker, spec = spec_of(resource)] { docker.create_network(spec); }};
    auto changes = compare(resource, found->spec);
    if (changes.empty())
        return {};
    return replace_network(resource, *found, std::move(changes), docker);
}

} // namespace dfriends::converge
