// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/specifiers.hpp"
#include "cluster/unit_file.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cluster {

using Environment = std::map<std::string, std::string>;

/// One command line of a unit: specifiers are replaced, variables not yet.
struct UnitCommand {
    std::string program;            ///< an absolute path, or a name to be searched in PATH
    std::vector<std::string> words; ///< words[0] is what the program sees as its own name
    bool ignore_failure = false;    ///< '-'
    bool no_variables = false;      ///< ':'
    bool full_privileges = false;   ///< '+', '!' and '!!': as root whatever User= says
    SourcePosition position;

    bool operator==(const UnitCommand& other) const { return program == other.program && words == other.words; }
};

/// The commands of one value of Exec*=, which a lone ';' separates. Throws Error(invalid) with file:line:column.
std::vector<UnitCommand> parse_commands(const Directive& directive, const Specifiers& specifiers, Warnings& warnings);

/// A value's words: quotes group and vanish, C escapes are decoded. For values that are lists (Environment=, After=).
std::vector<std::string> parse_words(const Directive& directive, Warnings& warnings);

/// The words with ${NAME}, whole words $NAME and $$ replaced; the first word stays as it is.
std::vector<std::string> expand_variables(const UnitCommand& command, const Environment& environment);

} // namespace dfriends::cluster
