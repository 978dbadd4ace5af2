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
    index,    ///< what, key [, count]
    splat,    ///< *list among values, or **hash as the key of a pair
    call,     ///< [receiver] arguments … [block]
    block,    ///< statements; parameters. With a text it is &:method
    unary,    ///< text: the operator
    binary,   ///< text: the operator
    assign,   ///< text: the operator; target, value. The target may be an array
    branch,   ///< condition, block [, block]
    choice,   ///< subject (nothing: none), option …, [block]
    option,   ///< values …, block
    leave,    ///< text: return, next or break
};

/// What a block's argument is bound to: |a|, |(a, b)|, |*rest|.
struct Parameter {
    std::string name;
    std::vector<Parameter> inner; ///< of a list that is taken apart; has no name
    bool is_rest = false;
};

/// A node of the syntax tree. `depth` is bounded by the parser, so that walks may recurse.
struct Node {
    NodeKind kind = NodeKind::nothing;
    std::string text;
    std::size_t offset = 0;
    std::int64_t integer = 0;
    double decimal = 0;
    std::vector<Node> children;
    std::vector<Parameter> parameters;
    bool has_receiver = false;
    bool has_block = false;
    bool has_parentheses = false;
    bool is_safe = false; ///< of a call: &. gives nil for nil
    int depth = 1;
};

} // namespace dfriends::converge::chef
