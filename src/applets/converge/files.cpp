// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "converge/graph_text.hpp"
#include "converge/load.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"

namespace dfriends::applets::converge {

namespace domain = dfriends::converge;

int validate(Context& context)
{
    context.expect_arguments(1);
    const auto files = domain::find_manifests(context.arguments);
    const domain::Catalog catalog = domain::load(files, domain::gather_facts());
    if (context.global.json)
        context.print("{{\"files\":{},\"resources\":{}}}\n", files.size(), catalog.resources.size());
    else
        context.print("valid: {} resource{} in {} file{}\n", catalog.resources.size(),
                      catalog.resources.size() == 1 ? "" : "s", files.size(), files.size() == 1 ? "" : "s");
    return 0;
}

int graph(Context& context)
{
    context.expect_arguments(1);
    context.write(
        domain::render_graph(domain::load(domain::find_manifests(context.arguments), domain::gather_facts())));
    return 0;
}

int schema(Context& context)
{
    context.expect_arguments(0, 0);
    context.write(domain::render_json_schema());
    return 0;
}

int translate(Context& context)
{
    context.expect_arguments(1);
    context.write(
        domain::render_yaml_manifest(domain::load(domain::find_manifests(context.arguments), domain::gather_facts())));
    return 0;
}

} // namespace dfriends::applets::converge
