// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/tree.hpp"

#include "kv/v2/path.hpp"

namespace dfriends::kv::v2 {

Node Node::shallow() const
{
    Node copy;
    copy.dir = dir;
    copy.has_value = has_value;
    copy.value = value;
    copy.created = created;
    copy.modified = modified;
    copy.expires = expires;
    return copy;
}

Tree::Walk Tree::walk(std::string_view path)
{
    Node* node = &root_;
    std::string at = "/";
    for (const std::string_view name : components(path)) {
        if (!node->dir)
            return {nullptr, at, true};
        at = join_path(at, name);
        const auto child = node->children.find(name);
        if (child == node->children.end())
            return {nullptr, at, false};
        node = child->second.get();
    }
    return {node, at, false};
}

Node& Tree::put(std::string_view path, Node node)
{
    Node* const parent = find(parent_path(path));
    auto& place = parent->children[std::string(last_component(path))];
    place = std::make_unique<Node>(std::move(node));
    return *place;
}

void Tree::remove(std::string_view path)
{
    if (Node* const parent = find(parent_path(path)))
        if (const auto child = parent->children.find(last_component(path)); child != parent->children.end())
            parent->children.erase(child);
}

void Tree::visit(const std::string& path, Node& node, const std::function<void(const std::string&, Node&)>& each)
{
    each(path, node);
    for (const auto& [name, child] : node.children)
        visit(join_path(path, name), *child, each);
}

} // namespace dfriends::kv::v2
