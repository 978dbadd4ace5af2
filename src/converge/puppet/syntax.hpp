// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace dfriends::converge::puppet {

enum class NodeKind {
    undef,
    yes,
    no,
    fallback, ///< the word default
    integer,
    decimal,
    text,
    joined, ///< a string with code: the parts
    pattern,
    variable,
    type,
    array,
    hash,                ///< key, value, key, value …
    access,              ///< what, keys …
    call,                ///< arguments … [lambda]
    method,              ///< receiver, arguments … [lambda]
    lambda,              ///< parameters …, block
    unary,               ///< text: the operator
    binary,              ///< text: the operator
    assign,              ///< target, value
    edges,               ///< operands …; words: the arrows between them
    branch,              ///< condition, block [, block]
    choice,              ///< subject, option …
    option,              ///< values …, block or value; the last child is the result
    selector,            ///< subject, option …
    block,               ///< statements …
    resource,            ///< title's type as first child (a text or a type), body …; text: "", "@" or "@@"
    body,                ///< title, attribute …
    attribute,           ///< text: its name, "*" for a hash of attributes; the value. integer 1: added with +>
    refine,              ///< what (a type: defaults; an access: a declared resource), attribute …
    collector,           ///< text: the type; [search]; attribute …. integer 1: with a
                         ///< search. words: "exported" or ""
    parameter,           ///< text: the name; [default]; `type`: what it must be. integer 1: takes the rest
    class_definition,    ///< parameters …, block; text: the name, words: [inherited]
    define_definition,   ///< parameters …, block; text: the name
    function_definition, ///< parameters …, block; text: the name; `type`: what its value must be
    node_definition,     ///< names …, block
    type_definition,     ///< text: the alias; what it stands for
};

/// A node of the syntax tree. `depth` is bounded by the parser, so that walks may recurse.
struct Node {
    NodeKind kind = NodeKind::undef;
    std::string text;
    std::size_t offset = 0;
    std::int64_t integer = 0;
    double decimal = 0;
    std::vector<Node> children;
    std::vector<std::string> words;
    std::vector<Node> type; ///< of a parameter or a function: one expression, or none
    bool has_lambda = false;
    int depth = 1;
};

} // namespace dfriends::converge::puppet
