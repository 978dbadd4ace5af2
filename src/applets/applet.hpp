// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets {

class Context;

/// What the runner prepares or checks before a verb starts.
enum Needs : unsigned {
    nothing = 0,
    state = 1,  ///< the state database is open
    engine = 2, ///< the Docker Engine answers
    root = 4,   ///< the effective user is root
};

enum Traits : unsigned {
    plain = 0,
    long_running = 1,      ///< settings also come from the configuration file and DFRIENDS_<APPLET>_<OPTION>
    stops_at_argument = 2, ///< options end at the first argument (docker run)
    hidden = 4,            ///< not listed in help
    keeps_separator = 16,  ///< "--" is an argument, before those behind it
    own_options = 8,       ///< the verb reads its words itself; the rows are for help and completion (docker run)
};

struct Verb {
    std::string_view name;     ///< as typed: "put", "member list", "apps:create"
    std::string_view usage;    ///< the arguments: "KEY VALUE"
    std::string_view synopsis; ///< one line, no full stop
    std::span<const config::Setting> settings = {};
    unsigned needs = nothing;
    unsigned traits = plain;
    int (*run)(Context&) = nullptr; ///< returns the exit code
    std::string_view details = {};  ///< further paragraphs and examples of --help
};

struct Applet {
    std::string_view name;     ///< one or two words: "kv", "kv ctl"; empty for the house's own verbs
    std::string_view alias;    ///< the file name under which the executable is this applet: "etcdctl"
    std::string_view synopsis; ///< one line, no full stop
    std::span<const Verb> verbs;
    std::span<const config::Setting> settings = {}; ///< of every verb; they may also stand before it
    bool single_dash_names = false;
    bool flag_values = false;           ///< --flag=false, as Go programs read it
    std::string_view version_line = {}; ///< of --version, and then of -v too; empty: the house's own
    /// Renders an error in the manner of the replaced tool and returns that tool's exit code. Null, or a result of -1:
    /// the house's manner.
    int (*report)(const Error&, const Context&) = nullptr;
    /// The applet that the environment puts in its place, or null; for the file name and the words alike.
    const Applet* (*instead)() = nullptr;
    /// What it does without a verb, which it then has none of (etcd); null: it wants one.
    const Verb* alone = nullptr;
    /// Gets the words that no verb has (a plugin's); null: they are an error.
    const Verb* other = nullptr;
};

/// All applets, the house's own verbs first.
std::span<const Applet> table();

/// The applet of that name, or null.
const Applet* find_applet(std::string_view name);

/// A verb's settings, its applet's after them.
std::vector<config::Setting> rows_of(const Applet& applet, const Verb& verb);

/// The section of the configuration file and the middle of the environment variables for a long-running verb: "cache"
/// for its "serve", "paas.setup" for any other, and the verb's own name where it is the house's.
std::string section_of(const Applet& applet, const Verb& verb);

} // namespace dfriends::applets
