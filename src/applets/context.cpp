// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"

#include "applets/argument_error.hpp"
#include "applets/configuration.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "config/paths.hpp"
#include "config/yaml.hpp"
#include "engine/client.hpp"
#include "state/store.hpp"

#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace dfriends::applets {

namespace {

void write_to(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EPIPE)
            throw Error(ErrorKind::interrupted, "the reader of the output went away");
        if (count < 0)
            throw Error(ErrorKind::unavailable, "cannot write the output: {}", describe_errno(errno));
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// By the options --host and --context of an applet that has them; else by the environment and the configuration.
engine::Host find_engine(const Applet* applet, const config::Settings& settings)
{
    std::optional<std::string> host;
    std::optional<std::string> context;
    const auto given = [&settings](std::string_view name) {
        return settings.origin(name) == config::Origin::flag ? settings.find(name) : std::nullopt;
    };
    for (const config::Setting& row : applet == nullptr ? std::span<const config::Setting>() : applet->settings) {
        if (row.name == "host")
            host = given(row.name);
        else if (row.name == "context")
            context = given(row.name);
    }
    return engine::find_host(host, context);
}

} // namespace

struct Context::Inside {
    std::optional<log::Logger> log;
    std::optional<config::Node> configuration;
    std::unique_ptr<state::Store> store;
    std::unique_ptr<engine::Client> engine;
};

Context::Context(GlobalOptions options, std::string called)
    : global(std::move(options)), program(std::move(called)), out_colour(global.colour, STDOUT_FILENO),
      error_colour(global.colour, STDERR_FILENO), inside_(std::make_unique<Inside>())
{
}

Context::~Context() = default;

log::Logger& Context::log()
{
    if (!inside_->log) {
        const log::Level level = global.quiet           ? log::Level::error
                                 : global.verbosity > 0 ? log::Level::debug
                                                        : log::Level::info;
        inside_->log.emplace(level, global.log_format);
    }
    return *inside_->log;
}

const config::Node& Context::configuration()
{
    if (!inside_->configuration)
        inside_->configuration = read_configuration(config::configuration_file(global.configuration_file));
    return *inside_->configuration;
}

config::Settings Context::reread_settings()
{
    const auto before = std::move(inside_->configuration);
    inside_->configuration.reset();
    try {
        return make_settings(*this);
    } catch (const Error&) {
        inside_->configuration = before;
        throw;
    }
}

std::filesystem::path Context::state_directory() const
{
    return config::state_directory(global.state_directory);
}

state::Store& Context::store()
{
    if (!inside_->store)
        inside_->store = std::make_unique<state::Store>(state_directory());
    return *inside_->store;
}

engine::Client& Context::engine()
{
    if (!inside_->engine) {
        engine::Host host = find_engine(applet, settings);
        if (!host.warning.empty())
            write_error("WARNING: " + printable(host.warning) + "\n");
        inside_->engine = std::make_unique<engine::Client>(std::move(host));
    }
    return *inside_->engine;
}

void Context::write(std::string_view text)
{
    write_to(STDOUT_FILENO, text);
}

void Context::write_error(std::string_view text)
{
    write_to(STDERR_FILENO, text);
}

void Context::say(std::string_view line)
{
    if (!global.quiet)
        fmt::print(stderr, "{}\n", line);
}

void Context::expect_arguments(std::size_t least, std::size_t most) const
{
    const std::string usage =
        fmt::format("usage: {} {}{}{}", program, verb->name, verb->usage.empty() ? "" : " ", verb->usage);
    if (arguments.size() >= least && arguments.size() <= most)
        return;
    auto error = arguments.size() > most
                     ? ArgumentError(ErrorKind::usage, "'{}' takes no argument '{}'", verb->name, arguments[most])
                     : ArgumentError(ErrorKind::usage, "'{}' wants {} argument{}, not {}", verb->name,
                                     least == most ? fmt::format("{}", least) : fmt::format("at least {}", least),
                                     least == 1 ? "" : "s", arguments.size());
    error.hint(usage);
    throw error; // with its own type
}

} // namespace dfriends::applets
