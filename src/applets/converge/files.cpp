// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/text.hpp"
#include "converge/graph_text.hpp"
#include "converge/load.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"

namespace dfriends::applets::converge {

namespace domain = dfriends::converge;

domain::Catalog load_catalog(Context& context, const std::vector<std::filesystem::path>& files)
{
    domain::Catalog catalog = domain::load(files, domain::gather_facts());
    for (const domain::Message& message : catalog.messages)
        context.say(fmt::format(
            "{}: {}:{}:{}: {}", message.level == domain::Message::Level::warning ? "warning" : "notice",
            message.position.file, message.position.line, message.position.column, printable(message.text)));
    return catalog;
}

int validate(Context& context)
{
    context.expect_arguments(1);
    const auto files = domain::find_manifests(context.arguments);
    const domain::Catalog catalog = load_catalog(context, files);
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
    context.write(domain::render_graph(load_catalog(context, domain::find_manifests(context.arguments))));
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
    context.write(domain::render_yaml_manifest(load_catalog(context, domain::find_manifests(context.arguments))));
    return 0;
}

} // namespace dfriends::applets::converge
