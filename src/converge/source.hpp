// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// The text of a recipe or manifest, which can say in which line and column an offset stands.
class Source {
  public:
    /// Throws Error(invalid) on more than 1 MiB, on bytes that are not UTF-8 and on NUL.
    Source(std::string_view text, std::string file);

    std::string_view text() const { return text_; }
    SourcePosition position(std::size_t offset) const;

    /// An error at a place: what was found there, and what would be understood.
    Error error(std::size_t offset, std::string_view found, std::string hint = {}) const;

  private:
    std::string_view text_;
    std::string file_;
    std::vector<std::size_t> line_starts_;
    std::vector<std::size_t> characters_; ///< before each block of the text: a line may be the whole text
};

} // namespace dfriends::converge
