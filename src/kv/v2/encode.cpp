// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/encode.hpp"

#include "etcd/quote.hpp"
#include "kv/v2/path.hpp"

#include <fmt/format.h>

namespace dfriends::kv::v2 {

using etcd::quote;

namespace {

/// RFC 3339 with as many decimals as the moment needs.
std::string render_expiration(TimePoint moment)
{
    std::string text = render_rfc3339(moment, 9);
    text.pop_back();
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text + "Z";
}

std::string encode_children(std::string_view path, const Node& node, TimePoint now, const Listing& listing)
{
    std::string list;
    for (const auto& [name, child] : node.children) {
        if (name.starts_with('_'))
            continue; // hidden
        list += list.empty() ? "" : ",";
        list += encode_node(join_path(path, name), *child, now,
                            {.recursive = listing.recursive, .children = listing.recursive});
    }
    return list;
}

} // namespace

std::string encode_node(std::string_view path, const Node& node, TimePoint now, const Listing& listing)
{
    std::string text = "{";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(text.size() > 1 ? "," : "").append("\"").append(name).append("\":").append(value);
    };
    if (path != "/")
        add("key", quote(path));
    if (node.dir)
        add("dir", "true");
    else if (node.has_value)
        add("value", quote(node.value));
    if (node.expires) {
        add("expiration", quote(render_expiration(*node.expires)));
        const auto left = std::chrono::ceil<std::chrono::seconds>(*node.expires - now).count();
        if (left != 0)
            add("ttl", std::to_string(left));
    }
    if (node.dir && listing.children)
        if (const std::string children = encode_children(path, node, now, listing); !children.empty())
            add("nodes", "[" + children + "]");
    if (path != "/") {
        add("modifiedIndex", std::to_string(node.modified));
        add("createdIndex", std::to_string(node.created));
    }
    return text += "}";
}

std::string encode_event(std::string_view action, std::string_view node, std::string_view prev_node)
{
    std::string text = fmt::format(R"({{"action":"{}","node":{})", action, node);
    if (!prev_node.empty())
        text.append(",\"prevNode\":").append(prev_node);
    return text += "}";
}

} // namespace dfriends::kv::v2
