// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/timestamp.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::kv::v2 {

/// A file or a directory of the v2 keyspace.
struct Node {
    bool dir = false;
    bool has_value = true; ///< false where an event shows a deleted node, which has none
    std::string value;
    std::uint64_t created = 0;
    std::uint64_t modified = 0;
    std::optional<TimePoint> expires;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;

    Node() = default;
    Node(Node&&) noexcept = default;
    Node& operator=(Node&&) noexcept = default;

    /// All but the children.
    Node shallow() const;
};

/// The keyspace in memory: finds, puts and removes nodes, and nothing else.
class Tree {
  public:
    Tree() { root_.dir = true; }

    /// How far a path leads.
    struct Walk {
        Node* node = nullptr;   ///< the node at the path, or null
        std::string stopped_at; ///< the first component that is missing, or the file in the middle of the path
        bool at_file = false;   ///< it was a file
    };
    Walk walk(std::string_view path);
    Node* find(std::string_view path) { return walk(path).node; }
    /// Puts a node at a path whose parent is a directory; replaces what stands there.
    Node& put(std::string_view path, Node node);
    void remove(std::string_view path);
    /// Calls a function for the node and everything below it, parents first.
    static void visit(const std::string& path, Node& node, const std::function<void(const std::string&, Node&)>& each);

    Node& root() { return root_; }

  private:
    Node root_;
};

} // namespace dfriends::kv::v2
