// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::converge::chef {

enum class NodeKind {
    nothing, ///< nil
    yes,     ///< true
    no,      ///< false
    integer,
    decimal,
    text, ///< a string without code
    symbol,
    pattern, ///< integer 1: ignoring case
    joined,  ///< a string with code: the parts
    array,
    hash,     ///< key, value, key, value …
    name,     ///< a local variable, or a call without arguments
    constant, ///< with its path: Chef::Config
    index,    ///< what, key
    call,     ///< [receiver] arguments … [block]
    block,    ///< statements; parameters
    unary,    ///< text: the operator
    binary,   ///< text: the operator
    assign,   ///< text: the operator; target, value. The target may be an array
    branch,   ///< condition, block [, block]
    choice,   ///< subject (nothing: none), option …, [block]
    option,   ///< values …, block
    leave,    ///< text: return, next or break
};

/// A node of the syntax tree. `depth` is bounded by the parser, so that walks may recurse.
struct Node {
    NodeKind kind = NodeKind::nothing;
    std::string text;
    std::size_t offset = 0;
    std::int64_t integer = 0;
    double decimal = 0;
    std::vector<Node> children;
    std::vector<std::string> parameters;
    bool has_receiver = false;
    bool has_block = false;
    bool has_parentheses = false;
    int depth = 1;
};

} // namespace dfriends::converge::chef
