// SPDX-License-Identifier: Apache-2.0
#include "config/node.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>

namespace dfriends::config {

namespace {

std::string_view kind_word(NodeKind kind)
{
    switch (kind) {
    case NodeKind::null:
        return "nothing";
    case NodeKind::scalar:
        return "a single value";
    case NodeKind::list:
        return "a list";
    case NodeKind::map:
        return "a map";
    }
    return "nothing";
}

} // namespace

Node Node::make_scalar(std::string text, bool is_quoted, SourcePosition position)
{
    Node node;
    node.kind_ = NodeKind::scalar;
    node.text_ = std::move(text);
    node.quoted_ = is_quoted;
    node.position_ = std::move(position);
    return node;
}

Node Node::make_list(std::vector<Node> items, SourcePosition position)
{
    Node node;
    node.kind_ = NodeKind::list;
    node.items_ = std::move(items);
    node.position_ = std::move(position);
    return node;
}

Node Node::make_map(std::vector<Member> members, SourcePosition position)
{
    Node node;
    node.kind_ = NodeKind::map;
    node.members_ = std::move(members);
    node.position_ = std::move(position);
    return node;
}

Node Node::moved_to(const SourcePosition& position) const
{
    Node node = *this;
    node.position_ = position;
    for (Node& item : node.items_)
        item = item.moved_to(position);
    for (auto& [key, value] : node.members_) {
        key = key.moved_to(position);
        value = value.moved_to(position);
    }
    return node;
}

Error Node::error(std::string message) const
{
    return Error(ErrorKind::invalid, position_, "{}", message);
}

const std::string& Node::text() const
{
    if (kind_ != NodeKind::scalar)
        throw error(fmt::format("expected a single value, found {}", kind_word(kind_)));
    return text_;
}

std::int64_t Node::number() const
{
    const auto value = parse_signed(text());
    if (!value)
        throw error(fmt::format("expected a whole number, found '{}'", printable(text_)));
    return *value;
}

double Node::real() const
{
    char* end = nullptr;
    const double value = std::strtod(text().c_str(), &end);
    if (text_.empty() || end != text_.c_str() + text_.size())
        throw error(fmt::format("expected a number, found '{}'", printable(text_)));
    return value;
}

bool Node::flag() const
{
    const std::string word = to_lower(text());
    if (word == "true" || word == "yes" || word == "on")
        return true;
    if (word == "false" || word == "no" || word == "off")
        return false;
    throw error(fmt::format("expected true or false, found '{}'", printable(text_)));
}

const std::vector<Node>& Node::items() const
{
    if (kind_ != NodeKind::list)
        throw error(fmt::format("expected a list, found {}", kind_word(kind_)));
    return items_;
}

std::vector<Node> Node::items_or_one() const
{
    if (kind_ == NodeKind::null)
        return {};
    return kind_ == NodeKind::scalar ? std::vector<Node>{*this} : items();
}

const std::vector<Node::Member>& Node::members() const
{
    if (kind_ == NodeKind::null)
        return members_; // "section:" with nothing below it is an empty map
    if (kind_ != NodeKind::map)
        throw error(fmt::format("expected a map, found {}", kind_word(kind_)));
    return members_;
}

const Node* Node::find(std::string_view key) const
{
    for (const auto& [name, value] : members())
        if (name.text() == key)
            return &value;
    return nullptr;
}

const Node& Node::at(std::string_view key) const
{
    if (const Node* found = find(key))
        return *found;
    throw error(fmt::format("'{}' is missing", key));
}

void Node::allow_only(const std::vector<std::string>& keys) const
{
    for (const auto& [name, value] : members()) {
        if (std::ranges::find(keys, name.text()) == keys.end()) {
            std::string hint = did_you_mean(name.text(), keys);
            if (hint.empty() && !keys.empty())
                hint = fmt::format("known here: {}", join(keys, ", "));
            throw name.error(fmt::format("unknown key '{}'", printable(name.text()))).hint(hint);
        }
    }
}

} // namespace dfriends::config
