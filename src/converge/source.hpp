// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// A piece of a text: from `begin` up to, but without, `end`.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// From `here` on, a text that was made of another one goes on as that one does from `there` on.
struct Stretch {
    std::size_t here = 0;
    std::size_t there = 0;
};

/// The text of a recipe or manifest, which can say in which line and column an offset stands.
class Source {
  public:
    /// Throws Error(invalid) on more than 1 MiB, on bytes that are not UTF-8 and on NUL.
    Source(std::string_view text, std::string file);
    /// A text that was made of another one, which must outlive it: places are told as those of the origin. The
    /// stretches stand in their order.
    Source(std::string_view text, const Source& origin, std::vector<Stretch> stretches);

    std::string_view text() const { return text_; }
    SourcePosition position(std::size_t offset) const;

    /// An error at a place: what was found there, and what would be understood.
    Error error(std::size_t offset, std::string_view found, std::string hint = {}) const;

  private:
    std::string_view text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
    std::vector<std::size_t> characters_; ///< before each block of the text: a line may be the whole text
    const Source* origin_ = nullptr;
    std::vector<Stretch> stretches_;
};

} // namespace dfriends::converge
