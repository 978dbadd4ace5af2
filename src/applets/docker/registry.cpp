// SPDX-License-Identifier: Apache-2.0
// login and logout.
#include "applets/context.hpp"
#include "applets/docker/verbs.hpp"
#include "base/error.hpp"
#include "engine/client.hpp"
#include "engine/registry_auth.hpp"
#include "net/loop.hpp"
#include "os/terminal.hpp"

#include <iostream>
#include <unistd.h>

namespace dfriends::applets::docker {

namespace {

constexpr std::string_view hub = "docker.io";
constexpr std::size_t longest_password = 64UL * 1024;

std::string registry_argument(const Context& context)
{
    context.expect_arguments(0, 1);
    return context.arguments.empty() ? std::string(hub) : engine::registry_of(context.arguments.front());
}

std::string read_line(const char* prompt)
{
    fmt::print(stderr, "{}", prompt);
    std::string line;
    std::getline(std::cin, line);
    if (line.size() > longest_password)
        throw Error(ErrorKind::invalid, "what was typed is longer than {} bytes", longest_password);
    return line;
}

std::string read_user(const Context& context)
{
    std::string user = context.settings.text("username");
    if (user.empty() && os::is_terminal(STDIN_FILENO))
        user = read_line("Username: ");
    if (user.empty())
        throw Error(ErrorKind::failed, "Must provide --username with --password-stdin, or type it at a terminal");
    return user;
}

std::string read_password(Context& context)
{
    if (context.settings.is_given("password")) {
        if (context.settings.flag("password-stdin"))
            throw Error(ErrorKind::usage, "--password and --password-stdin are mutually exclusive");
        context.write_error("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n");
        return context.settings.text("password");
    }
    if (!context.settings.flag("password-stdin")) {
        if (!os::is_terminal(STDIN_FILENO))
            throw Error(ErrorKind::failed, "Cannot perform an interactive login from a non TTY device")
                .hint("hand the password in with --password-stdin");
        const os::HiddenInput hidden;
        std::string password = read_line("Password: ");
        fmt::print(stderr, "\n");
        return password;
    }
    std::string password(std::istreambuf_iterator<char>(std::cin), {});
    while (password.ends_with('\n') || password.ends_with('\r'))
        password.pop_back();
    return password;
}

} // namespace

int login(Context& context)
{
    const std::string registry = registry_argument(context);
    const std::string user = read_user(context);
    const std::string password = read_password(context);
    if (password.empty())
        throw Error(ErrorKind::failed, "Password Required");
    const engine::RegistryLogin kept = net::run(
        context.engine().log_in({.server = engine::login_server(registry), .user = user, .password = password}));
    const std::filesystem::path directory = engine::configuration_directory();
    if (!engine::keep_login(registry, kept, directory))
        context.write_error(fmt::format("WARNING! Your password will be stored unencrypted in {}.\n"
                                        "Configure a credential helper to remove this warning.\n",
                                        (directory / "config.json").string()));
    context.print("Login Succeeded\n");
    return 0;
}

int logout(Context& context)
{
    const std::string registry = registry_argument(context);
    const bool was_there = engine::forget_login(registry, engine::configuration_directory());
    context.print("{} {}\n", was_there ? "Removing login credentials for" : "Not logged in to",
                  engine::login_server(registry));
    return 0;
}

} // namespace dfriends::applets::docker
