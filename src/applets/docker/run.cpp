// SPDX-License-Identifier: Apache-2.0
// run and create: a container from an image, and our streams and signals in its place.
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/help.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "engine/run_flags.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <csignal>
#include <cstring>

namespace dfriends::applets::docker {

namespace {

/// The client's own failure, and what the engine says of a program that it cannot start (docker run, "exit status").
constexpr int client_failed = 125;
constexpr int cannot_invoke = 126;
constexpr int not_found = 127;

void say_progress(Context& context, const engine::Progress& progress)
{
    if (progress.bar.empty() && !progress.status.empty())
        context.say(progress.id.empty() ? progress.status : progress.id + ": " + progress.status);
}

net::Task<> pull_image(Context& context, const engine::RunRequest& request)
{
    if (!request.quiet)
        context.say("Unable to find image '" + request.spec.image + "' locally");
    engine::OnProgress on_progress;
    if (!request.quiet)
        on_progress = [&context](const engine::Progress& progress) { say_progress(context, progress); };
    co_await context.engine().images().pull(request.spec.image, on_progress, request.spec.platform);
}

net::Task<std::string> create_container(Context& context, const engine::RunRequest& request)
{
    engine::Client& client = context.engine();
    const bool is_here = (co_await client.images().find(request.spec.image)).has_value();
    if (request.pull == "always" || (!is_here && request.pull != "never"))
        co_await pull_image(context, request);
    const engine::Created created = co_await client.containers().create(request.spec);
    for (const std::string& warning : created.warnings)
        context.say("WARNING: " + warning);
    if (!request.id_file.empty())
        os::write_file(request.id_file, created.id);
    co_return created.id;
}

std::string signal_name(int number)
{
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? name : std::to_string(number);
}

Session make_session(engine::Client& client, const std::string& id, const engine::RunRequest& request)
{
    engine::Containers& containers = client.containers();
    Session session{.input = request.spec.attach_stdin, .tty = request.spec.tty};
    session.resize = [&containers, id](unsigned columns, unsigned rows) {
        return containers.resize(id, columns, rows);
    };
    if (request.proxy_signals && !request.spec.tty)
        session.on_signal = [&containers, id](int number) -> net::Task<> {
            return containers.kill(id, signal_name(number));
        };
    return session;
}

net::Task<int> run_attached(Context& context, engine::RunRequest request)
{
    const std::string id = co_await create_container(context, request);
    engine::Client& client = context.engine();
    auto attachment = co_await client.containers().attach(id,
                                                          {.input = request.spec.attach_stdin,
                                                           .output = request.spec.attach_stdout,
                                                           .error = request.spec.attach_stderr,
                                                           .detach_keys = request.detach_keys},
                                                          request.spec.tty);
    auto waiting = co_await client.containers().begin_wait(id, request.spec.auto_remove ? "removed" : "next-exit");
    co_await client.containers().start(id);
    co_await carry(context, attachment, make_session(client, id, request));
    co_return waiting ? co_await waiting->exit_code() : co_await client.containers().wait(id);
}

net::Task<> run_detached(Context& context, engine::RunRequest request)
{
    const std::string id = co_await create_container(context, request);
    co_await context.engine().containers().start(id);
    context.print("{}\n", id);
}

/// The exit code that docker has for a container that could not be started.
int start_failure(const Error& error)
{
    const std::string sentence = error.what();
    if (sentence.find("executable file not found") != sentence.npos ||
        sentence.find("no such file or directory") != sentence.npos)
        return not_found;
    if (sentence.find("permission denied") != sentence.npos && sentence.find("exec") != sentence.npos)
        return cannot_invoke;
    return client_failed;
}

engine::RunRequest read_words(Context& context)
{
    engine::RunRequest request = engine::parse_run(context.arguments);
    if (request.wants_help)
        context.write(render_verb_help(*context.applet, *context.verb, context.program));
    return request;
}

} // namespace

int run(Context& context)
{
    engine::RunRequest request = read_words(context);
    if (request.wants_help)
        return 0;
    try {
        if (!request.detach)
            return net::run(run_attached(context, std::move(request)));
        net::run(run_detached(context, std::move(request)));
        return 0;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        if (const int code = start_failure(error); code != client_failed) {
            context.write_error("docker: " + printable(error.what()) + "\n");
            return code;
        }
        throw;
    }
}

int create(Context& context)
{
    const engine::RunRequest request = read_words(context);
    if (!request.wants_help)
        context.print("{}\n", net::run(create_container(context, request)));
    return 0;
}

} // namespace dfriends::applets::docker
