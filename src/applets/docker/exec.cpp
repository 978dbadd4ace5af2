// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

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
    Session session{.input = input, .tty = tty};
    session.resize = [&exec, id](unsigned columns, unsigned rows) { return exec.resize(id, columns, rows); };
    co_await carry(context, attachment, std::move(session));
    co_return (co_await exec.inspect(id)).exit_code;
}

} // namespace

int exec(Context& context)
{
    context.expect_arguments(2);
    const auto& settings = context.settings;
    engine::ExecSpec spec{.command = {context.arguments.begin() + 1, context.arguments.end()},
                          .environment = settings.list("env"),
                          .user = settings.text("user"),
                          .working_directory = settings.text("workdir"),
                          .tty = settings.flag("tty"),
                          .privileged = settings.flag("privileged"),
                          .attach_stdin = settings.flag("interactive")};
    return net::run(run_exec(context, context.arguments.front(), std::move(spec), settings.flag("detach")));
}

} // namespace dfriends::applets::docker
