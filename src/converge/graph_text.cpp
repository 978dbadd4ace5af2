// SPDX-License-Identifier: Apache-2.0
#include "converge/graph_text.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/resource_graph.hpp"

namespace dfriends::converge {

namespace {

std::string in_dot(const std::string& text)
{
    return '"' + replace_all(replace_all(printable(text), "\\", "\\\\"), "\"", "\\\"") + '"';
}

} // namespace

std::string render_graph(const Catalog& catalog)
{
    const ResourceGraph graph = order_resources(catalog);
    std::string out = "digraph catalog {\n  node [shape=box];\n";
    for (const std::size_t at : graph.order)
        out += "  " + in_dot(address(catalog.resources[at])) + ";\n";
    for (const std::size_t at : graph.order) {
        const Resource& resource = catalog.resources[at];
        for (const std::size_t needed : graph.dependencies[at])
            out += fmt::format("  {} -> {};\n", in_dot(address(catalog.resources[needed])), in_dot(address(resource)));
        for (const Notification& told : resource.notifications)
            out += fmt::format("  {} -> {} [style=dashed, label={}];\n", in_dot(address(resource)),
                               in_dot(address(told.target)), in_dot(told.action.empty() ? "refresh" : told.action));
    }
    return out + "}\n";
}

} // namespace dfriends::converge
