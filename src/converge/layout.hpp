// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/source.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// What a token opens: the lines up to what closes it stand two blanks deeper than the line that it stands in.
enum class Opens {
    nothing,
    list,   ///< where elements stand below the first one, behind the bracket, they stay so
    block,  ///< of statements
    branch, ///< «if» and its like: behind «x =», where the block stands below the word, it stays so
};

/// A token of a program, as the layout of its lines sees it.
struct Piece {
    Span span;
    Opens opens = Opens::nothing;
    unsigned closes = 0;            ///< how many of what was opened before
    bool divides = false;           ///< stands as deep as what closes: «else»
    bool starts = false;            ///< a statement or an element; otherwise it goes on with the one before
    std::size_t least = 2;          ///< where it goes on in a line of its own: how much deeper that is at least
    std::optional<std::size_t> gap; ///< blanks before it, behind other tokens of its line; nothing: as they are
};

/// Lays the lines of a program out by what its tokens open and close. Lines that begin within one of `kept` stay as
/// they are, and so does the end of a line within one; other lines lose blanks at their end, and blank lines are one at
/// a time and none at the beginning and the end. Comments move with the line that they precede.
std::string lay_out(std::string_view text, const std::vector<Piece>& pieces, std::vector<Span> kept);

/// What to throw where a text that was laid out no longer says the same; the place is one of the text as it was.
Error changed_meaning(SourcePosition position);

/// The columns that a text within a line takes: one for a character, two for a tab.
std::size_t width_of(std::string_view text);

} // namespace dfriends::converge
