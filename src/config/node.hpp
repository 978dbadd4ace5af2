// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::config {

enum class NodeKind { null, scalar, list, map };

/// A value of a configuration file that knows where it stands, so that every complaint says file:line:column.
class Node {
  public:
    using Member = std::pair<Node, Node>; ///< key (a scalar) and value

    NodeKind kind() const { return kind_; }
    bool is_null() const { return kind_ == NodeKind::null; }
    bool is_quoted() const { return quoted_; }
    const SourcePosition& position() const { return position_; }

    /// Values that stand in no file as they are, such as that of an expression.
    static Node make_scalar(std::string text, bool is_quoted, SourcePosition position);
    static Node make_list(std::vector<Node> items, SourcePosition position);
    static Node make_map(std::vector<Member> members, SourcePosition position);
    /// The same value with all its parts at one place.
    Node moved_to(const SourcePosition& position) const;

    /// The scalar as written (quotes resolved). Wrong kinds throw Error(invalid) at the node's position.
    const std::string& text() const;
    std::int64_t number() const;
    double real() const;
    bool flag() const; ///< true/false, yes/no, on/off
    const std::vector<Node>& items() const;
    /// A scalar counts as a list of one, null as an empty one.
    std::vector<Node> items_or_one() const;
    const std::vector<Member>& members() const;
    const Node* find(std::string_view key) const; ///< null where a map has no such key
    const Node& at(std::string_view key) const;   ///< throws where it is missing

    /// Throws Error(invalid) with a suggestion for the first member whose key is not allowed.
    void allow_only(const std::vector<std::string>& keys) const;
    /// An error at this node, to throw.
    Error error(std::string message) const;

  private:
    friend class NodeBuilder;
    NodeKind kind_ = NodeKind::null;
    bool quoted_ = false;
    std::string text_;
    std::vector<Node> items_;
    std::vector<Member> members_;
    SourcePosition position_;
};

} // namespace dfriends::config
