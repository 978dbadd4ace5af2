// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/error.hpp"
#include "converge/inventory.hpp"
#include "converge/yaml/manifest.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <algorithm>

namespace dfriends::applets::converge {

namespace {

namespace domain = dfriends::converge;

std::vector<std::string> names_to_import(Context& context)
{
    if (!context.arguments.empty())
        return context.arguments;
    std::vector<std::string> names;
    for (const auto& summary : net::run(context.engine().containers().list(true)))
        names.push_back(summary.id);
    std::ranges::reverse(names); // the oldest first: links and shared volumes name older ones
    return names;
}

} // namespace

int import(Context& context)
{
    engine::Client& client = context.engine();
    domain::Catalog catalog;
    if (context.arguments.empty())
        for (const engine::NetworkDetails& network : net::run(client.networks().list()))
            if (auto resource = domain::declare_network(network))
                catalog.resources.push_back(std::move(*resource));
    for (const std::string& name : names_to_import(context)) {
        const auto container = net::run(client.containers().find(name));
        if (!container && !context.arguments.empty())
            throw Error(ErrorKind::not_found, "there is no container '{}'", name);
        if (container)
            catalog.resources.push_back(
                domain::declare_container(*container, net::run(client.images().find(container->image_id))));
    }
    context.write(domain::render_yaml_manifest(catalog));
    return 0;
}

} // namespace dfriends::applets::converge
