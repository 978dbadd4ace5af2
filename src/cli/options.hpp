// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::cli {

/// An option as the command line knows it; what its value means is not its business.
struct Option {
    std::string name; ///< "max-size": --max-size
    char letter = 0;  ///< -m, or 0
    bool takes_value = false;
    bool repeatable = false;
};

struct ParseStyle {
    /// The first word that is no option, and all after it, are arguments even where they look like options (docker
    /// run).
    bool stops_at_argument = false;
    /// A single dash may stand before a long name too, as Go programs read it (-ttl 5).
    bool single_dash_names = false;
    /// "--" stays among the arguments, before those that follow it.
    bool keeps_separator = false;
    /// An option without a value may have one after '=': "true", "false" and the other words that Go's flags read. So
    /// may a letter (-a=false, -n=1), where a single dash is not for long names.
    bool flag_values = false;
};

struct Parsed {
    std::vector<std::pair<std::string, std::string>>
        options; ///< by long name, in order; "true" for those without a value
    std::vector<std::string> arguments;
    bool wants_help = false; ///< --help or -h stood there (unless 'h' is an option's own letter)
};

/// "--name value", "--name=value", "-n value", "-nvalue", "-abc" for flags; "--" ends the options. Throws Error(usage)
/// with a suggestion.
Parsed parse_options(std::span<const Option> options, const std::vector<std::string>& words, ParseStyle style = {});

} // namespace dfriends::cli
