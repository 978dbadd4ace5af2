// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::yaml {

/// The words of a name: vars.sites[0] is {"vars", "sites", "0"}.
using Path = std::vector<std::string>;

/// What the names in expressions stand for.
class Names {
  public:
    virtual ~Names() = default;
    /// Nothing where there is none of that name.
    virtual std::optional<config::Node> find(const Path& path) = 0;
    /// What to say of a name that stands for nothing.
    virtual std::string explain(const Path& path) const = 0;
    /// A known name near to it, or another next step.
    virtual std::string advise(const Path& path) const = 0;
    /// Whether a name may begin with that word at all.
    virtual bool has_root(std::string_view word) const = 0;
};

/// A text with expressions in it, which can say where in its file an offset stands.
struct Passage {
    std::string_view text;
    std::function<SourcePosition(std::size_t offset)> position;

    Error error(std::size_t offset, std::string_view message) const;
};

/// What has become of a text: pieces in one text, or the value of the expression that it was as a whole.
struct Filled {
    std::string text;
    std::optional<config::Node> whole; ///< a list, a map, a number …
    bool has_values = false;           ///< false: nothing but text, with ${ for each $${
};

/// Evaluates each ${…} of a text. Values have no position. Throws Error(invalid) at the place of what is wrong.
///
///     EXPRESSION: names (vars.port, host.os.family, sites[0]), 'texts', numbers, true, false, null, [lists]
///                 a | default(b), a == b, a != b, a in b, a not in b, not a, a and b, a or b, (a)
Filled fill_in(const Passage& passage, Names& names);

/// Whether the expression that a text is holds. It must be true or false.
bool holds(const Passage& passage, Names& names);

/// The text that is filled in to this one, so that no part of it is an expression.
std::string without_expressions(std::string_view text);

} // namespace dfriends::converge::yaml
