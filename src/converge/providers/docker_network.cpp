// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"

namespace dfriends::converge {

namespace {

engine::NetworkSpec spec_of(const Resource& resource)
{
    engine::NetworkSpec spec;
    spec.name = resource.name;
    spec.driver = text_or(resource, "driver", "bridge");
    spec.internal = flag_or(resource, "internal", false);
    if (find_attribute(resource, "subnet") != nullptr || find_attribute(resource, "gateway") != nullptr) {
        engine::AddressPool pool;
        pool.subnet = text_or(resource, "subnet", "");
        pool.gateway = text_or(resource, "gateway", "");
        spec.pools.push_back(std::move(pool));
    }
    return spec;
}

engine::NetworkSpec nothing()
{
    engine::NetworkSpec spec;
    spec.driver.clear();
    return spec;
}

std::vector<Change> compare(const Resource& resource, const engine::NetworkSpec& found)
{
    std::vector<Change> changes;
    const auto text = [&](const char* name, const std::string& actual) {
        if (const auto wanted = find_text(resource, name); wanted && *wanted != actual)
            changes.push_back({name, actual, *wanted});
    };
    const engine::AddressPool pool = found.pools.empty() ? engine::AddressPool{} : found.pools.front();
    text("driver", found.driver);
    text("subnet", pool.subnet);
    text("gateway", pool.gateway);
    text("internal", found.internal ? "true" : "false");
    return changes;
}

} // namespace

Step examine_docker_network(const Resource& resource, const std::string& action, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const bool can_ask = can_ask_docker(scene);
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
