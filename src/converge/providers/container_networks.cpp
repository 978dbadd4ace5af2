// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/container_networks.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/container_values.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

/// A container's labels are those of its making: of a network that it joined after that, its place there says that it
/// was we who joined it. Drivers pass over options that they do not know.
constexpr auto joined_later = "joined";

std::string name_of_network(const engine::NetworkAttachment& place)
{
    return place.network == "default" ? "bridge" : place.network;
}

/// Whether a container has all names and addresses that a declaration gives it in a network.
bool has_all(const engine::NetworkAttachment& found, const engine::NetworkAttachment& wanted)
{
    const auto has = [](const std::string& actual, const std::string& text) {
        return text.empty() || plain_address(text) == plain_address(actual);
    };
    return has(found.ipv4_address, wanted.ipv4_address) && has(found.ipv6_address, wanted.ipv6_address) &&
           std::ranges::all_of(wanted.aliases, [&](const std::string& alias) {
               return std::ranges::find(found.aliases, alias) != found.aliases.end();
           });
}

/// What a place in a network is like: "front,ip=192.0.2.2,alias=web".
std::string described(const engine::NetworkAttachment& place)
{
    std::string line = place.network;
    if (!place.ipv4_address.empty())
        line += ",ip=" + place.ipv4_address;
    if (!place.ipv6_address.empty())
        line += ",ip6=" + place.ipv6_address;
    for (const std::string& alias : place.aliases)
        line += ",alias=" + alias;
    return line;
}

bool has_network(const std::vector<engine::NetworkAttachment>& places, const std::string& name)
{
    return std::ranges::find(places, name, name_of_network) != places.end();
}

/// Of the lines "name=front,alias=a".
std::vector<std::string> names_in(const DeclaredState& state)
{
    std::vector<std::string> names;
    for (const std::string& line : values_in(state, "networks"))
        names.emplace_back(split_once(split_once(line, ',').first, '=').second);
    return names;
}

} // namespace

NetworkMoves network_moves(const Resource& resource, const engine::ContainerDetails& actual,
                           const DeclaredState& before)
{
    NetworkMoves moves;
    const CompareMode mode = compare_mode(resource, "networks");
    const auto wanted = container_spec(resource).networks;
    if (mode == CompareMode::ignore || wanted.empty())
        return moves;
    const auto& found = actual.spec.networks;
    for (const engine::NetworkAttachment& place : wanted) {
        const auto row = std::ranges::find(found, name_of_network(place), name_of_network);
        if (row != found.end() && has_all(*row, place))
            continue;
        if (row != found.end())
            moves.leave.push_back(row->network);
        moves.join.push_back(place);
        moves.join.back().network = name_of_network(place);
        moves.join.back().driver_options[digest_label] = joined_later;
    }
    std::vector<std::string> others = names_in(before);
    for (const engine::NetworkAttachment& place : found)
        if (mode == CompareMode::strict || place.driver_options.contains(digest_label))
            others.push_back(name_of_network(place));
    std::ranges::sort(others);
    others.erase(std::ranges::unique(others).begin(), others.end());
    for (const std::string& name : others)
        if (!has_network(wanted, name) && has_network(found, name))
            moves.leave.push_back(name);
    return moves;
}

std::optional<Change> change_of(const NetworkMoves& moves)
{
    if (moves.empty())
        return std::nullopt;
    std::vector<std::string> joined;
    for (const engine::NetworkAttachment& place : moves.join) {
        const bool stays = std::ranges::find(moves.leave, place.network) != moves.leave.end();
        joined.push_back(stays ? described(place) : place.network);
    }
    return Change{.attribute = "networks", .from = join(moves.leave, ", "), .to = join(joined, ", ")};
}

void carry_out(const NetworkMoves& moves, const std::string& container, Docker& docker)
{
    for (const std::string& network : moves.leave)
        docker.disconnect(network, container);
    for (const engine::NetworkAttachment& place : moves.join)
        docker.connect(container, place);
}

bool is_in_its_networks(const Resource& resource, const engine::ContainerSummary& seen)
{
    static constexpr std::array<const char*, 3> attributes{"extra_parameters", "network", "networks"};
    if (std::ranges::none_of(attributes, [&](const char* name) { return find_attribute(resource, name) != nullptr; }))
        return true;
    const CompareMode mode = compare_mode(resource, "networks");
    const auto wanted = container_spec(resource).networks;
    if (wanted.empty() || mode == CompareMode::ignore)
        return true;
    return (mode != CompareMode::strict || seen.networks.size() == wanted.size()) &&
           std::ranges::all_of(wanted, [&](const engine::NetworkAttachment& place) {
               return std::ranges::find(seen.networks, name_of_network(place)) != seen.networks.end();
           });
}

} // namespace dfriends::converge
