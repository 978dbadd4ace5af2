// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cluster {

/// What is odd in a unit file but does not keep it from being used.
struct Warning {
    SourcePosition position;
    std::string text;
};
using Warnings = std::vector<Warning>;

/// "foo.service:3:1: unknown …".
std::string render(const Warning& warning);

/// One NAME=VALUE of a unit file.
struct Directive {
    std::string section;
    std::string name;
    std::string value;  ///< as systemd reads it: continued lines joined by a blank, comments between them gone
    std::string stored; ///< as fleet keeps and hashes it: continued lines with their backslashes and line ends

    /// Where a part of the value began: continued lines make several.
    struct Piece {
        std::size_t offset; ///< in `value`
        unsigned line, column;
        std::string text; ///< the physical line
    };
    std::vector<Piece> pieces;
    SourcePosition name_position;

    /// Where the character of the value at an offset stands in the file.
    SourcePosition position(std::size_t offset = 0) const;
};

/// The text of a systemd unit: sections and directives in their order, repeated ones included.
class UnitFile {
  public:
    /// Throws Error(invalid) with file:line:column. `file` is the name used in messages.
    static UnitFile parse(std::string_view text, std::string_view file);

    const std::vector<Directive>& directives() const { return directives_; }
    const Warnings& warnings() const { return warnings_; }
    const std::string& file() const { return file_; }

    /// The stored values of a directive, in order.
    std::vector<std::string> values(std::string_view section, std::string_view name) const;
    /// [Unit] Description=, or an empty text.
    std::string description() const;

    /// What `cat` prints: sections in the order of their first appearance, comments gone.
    std::string canonical() const;
    /// SHA-1 of the canonical form, as fleet has it: 40 digits.
    std::string hash() const;

  private:
    friend class UnitFileParser;
    std::string file_;
    std::vector<Directive> directives_;
    Warnings warnings_;
};

} // namespace dfriends::cluster
