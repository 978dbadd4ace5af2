// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "engine/client.hpp"
#include "engine/run_flags.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <cstdlib>

namespace dfriends::applets::docker {

namespace {

net::Task<int> run_exec(Context& context, std::string container, engine::ExecSpec spec, bool detach)
{
    engine::Exec& exec = context.engine().exec();
    const bool input = spec.attach_stdin;
    const bool tty = spec.tty;
    const std::string id = co_await exec.create(std::move(container), std::move(spec));
    if (detach) {
        co_await exec.start_detached(id, tty);
        co_return 0;
    }
    auto attachment = co_await exec.start(id, tty);
    Session session{.input = input, .tty = tty, .detach_keys = context.settings.text("detach-keys")};
    session.resize = [&exec, id](unsigned columns, unsigned rows) { return exec.resize(id, columns, rows); };
    if (co_await carry(context, attachment, std::move(session)) == Ending::detached)
        co_return 0;
    co_return (co_await exec.inspect(id)).exit_code;
}

constexpr std::uint64_t largest_file = 8U << 20U;

/// NAME=VALUE, or NAME with our value of it, and nothing where we have none.
void add_environment(std::vector<std::string>& environment, const std::string& entry)
{
    if (entry.find('=') != entry.npos)
        environment.push_back(entry);
    else if (const char* value = std::getenv(entry.c_str()))
        environment.push_back(entry + "=" + value);
}

} // namespace

int exec(Context& context)
{
    context.expect_arguments(2);
    const auto& settings = context.settings;
    std::vector<std::string> environment;
    for (const std::string& file : settings.list("env-file"))
        for (std::string& entry : engine::parse_environment_file(os::read_file(file, largest_file), file))
            environment.push_back(std::move(entry));
    for (const std::string& entry : settings.list("env"))
        add_environment(environment, entry);
    engine::ExecSpec spec{.command = {context.arguments.begin() + 1, context.arguments.end()},
                          .environment = std::move(environment),
                          .user = settings.text("user"),
                          .working_directory = settings.text("workdir"),
                          .tty = settings.flag("tty"),
                          .privileged = settings.flag("privileged"),
                          .attach_stdin = settings.flag("interactive")};
    const bool detach = settings.flag("detach");
    expect_terminal(spec.attach_stdin && !detach, spec.tty);
    return net::run(run_exec(context, context.arguments.front(), std::move(spec), detach));
}

} // namespace dfriends::applets::docker
