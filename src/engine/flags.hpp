// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::engine {

/// A flag of a docker command.
struct Flag {
    std::string_view name; ///< "publish"
    char letter = 0;       ///< 'p', or 0
    bool takes_value = true;
    std::string_view placeholder = {};
    std::string_view help = {};
};

struct ParsedFlags {
    std::vector<std::pair<const Flag*, std::string>> flags; ///< in order; "true" or "false" for those without a value
    std::vector<std::string> arguments;
    bool wants_help = false;
};

/// Reads words as docker does: "--name value", "--name=value", "-n value", "-nvalue", "-n=value", "-itd", "--rm=false";
/// "--" ends the flags, and so does the first argument unless `interspersed`. Throws Error(usage) in docker's words.
ParsedFlags parse_flags(std::span<const Flag> table, const std::vector<std::string>& words, bool interspersed);

/// "-p, --publish", "--name": how docker names a flag in its complaints.
std::string flag_title(const Flag& flag);

/// What Go's strconv.ParseBool reads: 1, t, true, 0, f, false and their capitals.
std::optional<bool> parse_go_bool(std::string_view text);

} // namespace dfriends::engine
