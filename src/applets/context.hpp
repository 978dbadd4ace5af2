// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/applet.hpp"
#include "cli/colour.hpp"
#include "log/log.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::state {
class Store;
}
namespace dfriends::engine {
class Client;
}

namespace dfriends::applets {

/// The options that stand before the command.
struct GlobalOptions {
    std::optional<std::string> state_directory;
    std::optional<std::string> configuration_file;
    unsigned verbosity = 0;
    bool quiet = false;
    log::Format log_format = log::Format::text;
    bool json = false;
    cli::Colour::When colour = cli::Colour::When::automatic;
};

/// What a verb gets: its settings and arguments, and what its row said it needs.
class Context {
  public:
    Context(GlobalOptions global, std::string program);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    GlobalOptions global;
    std::string program; ///< how the user called us: "dfriends kv", "etcdctl"
    const Applet* applet = nullptr;
    const Verb* verb = nullptr;
    config::Settings settings;
    std::vector<std::string> arguments;
    bool shares_process = false; ///< other services run beside it (up): the process' user must stay as it is
    cli::Colour out_colour;
    cli::Colour error_colour;

    log::Logger& log();
    /// The configuration file's content, or a null node.
    const config::Node& configuration();
    /// The verb's settings with the configuration file as it is now; for long-running verbs, on SIGHUP.
    config::Settings reread_settings();
    /// How reread_settings() makes them; set by who made `settings`.
    std::function<config::Settings(Context&)> make_settings;
    std::filesystem::path state_directory() const;
    state::Store& store();
    /// A client of the host's Docker Engine; the connection is made at the first call.
    engine::Client& engine();

    /// To stdout. A reader that went away is Error(interrupted), another failure Error(unavailable).
    void write(std::string_view text);
    template <class... Values>
    void print(fmt::format_string<Values...> format, Values&&... values)
    {
        write(fmt::format(format, std::forward<Values>(values)...));
    }
    /// To stderr, as it is; otherwise like write().
    void write_error(std::string_view text);
    /// A line to stderr, unless --quiet.
    void say(std::string_view line);

    /// Throws Error(usage) unless the number of arguments is between both (inclusive).
    void expect_arguments(std::size_t least, std::size_t most = ~std::size_t{0}) const;

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace dfriends::applets
