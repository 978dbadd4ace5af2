// SPDX-License-Identifier: Apache-2.0
// run, create, start and attach: a container, and our streams and signals in its place.
#include "applets/docker/run.hpp"

#include "applets/docker/each.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/help.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/client.hpp"
#include "engine/run_flags.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <exception>
#include <fcntl.h>
#include <unistd.h>

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

/// The file of --cidfile. It must not exist yet, and goes again where no container was made.
class IdFile {
  public:
    explicit IdFile(std::string path) : path_(std::move(path))
    {
        if (path_.empty())
            return;
        std::error_code code;
        if (std::filesystem::exists(std::filesystem::symlink_status(path_, code)))
            throw Error(ErrorKind::conflict,
                        "container ID file found, make sure the other container isn't running or delete {}", path_);
        file_ = os::open_file(path_, O_WRONLY | O_CREAT | O_EXCL);
    }
    IdFile(const IdFile&) = delete;
    IdFile& operator=(const IdFile&) = delete;
    ~IdFile()
    {
        if (file_ && !written_)
            ::unlink(path_.c_str());
    }
    void write(const std::string& id)
    {
        if (!file_)
            return;
        written_ = true; // a part of the id too tells that there is a container
        os::write_all(file_.number(), id, path_);
    }

  private:
    std::string path_;
    os::Descriptor file_;
    bool written_ = false;
};

net::Task<std::string> create_container(Context& context, const engine::RunRequest& request)
{
    engine::Client& client = context.engine();
    IdFile id_file(request.id_file);
    const bool is_here = (co_await client.images().find(request.spec.image)).has_value();
    if (request.pull == "always" || (!is_here && request.pull != "never"))
        co_await pull_image(context, request);
    const engine::Created created = co_await client.containers().create(request.spec);
    for (const std::string& warning : created.warnings)
        context.say("WARNING: " + warning);
    id_file.write(created.id);
    co_return created.id;
}

/// How to be in a container's place.
struct Place {
    std::string id;
    engine::Containers::AttachOptions streams;
    bool tty = false;
    bool proxy_signals = true;
    bool removes_itself = false;
};

Session make_session(engine::Containers& containers, const Place& place)
{
    Session session{.input = place.streams.input, .tty = place.tty, .detach_keys = place.streams.detach_keys};
    session.resize = [&containers, id = place.id](unsigned columns, unsigned rows) {
        return containers.resize(id, columns, rows);
    };
    if (place.proxy_signals && !place.tty) {
        session.signals = catch_signals();
        session.on_signal = [&containers, id = place.id](int number) {
            return containers.kill(id, signal_name(number));
        };
    }
    return session;
}

/// Attaches, starts where asked to, and stays until the end. The exit code is the container's, or 0 where the user
/// left.
net::Task<int> stay(Context& context, Place place, bool start)
{
    engine::Containers& containers = context.engine().containers();
    Session session = make_session(containers, place); // a signal that comes before the start is not lost
    auto attachment = co_await containers.attach(place.id, place.streams, place.tty);
    const std::string end = place.removes_itself ? "removed" : start ? "next-exit" : "not-running";
    auto waiting = co_await containers.begin_wait(place.id, end);
    if (start)
        co_await containers.start(place.id);
    if (co_await carry(context, attachment, std::move(session)) == Ending::detached)
        co_return 0;
    co_return waiting ? co_await waiting->exit_code() : co_await containers.wait(place.id);
}

/// stay(), and the removal that engines before API 1.25 leave to the client.
net::Task<int> stay_and_remove(Context& context, Place place)
{
    const std::string id = place.id;
    place.removes_itself = false;
    int code = 0;
    std::exception_ptr failure;
    try {
        code = co_await stay(context, std::move(place), true);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    try {
        co_await context.engine().containers().remove(id, false, true);
    } catch (const Error& error) { // the user has left it, and it runs on
        context.write_error("WARNING: the container is not removed: " + printable(error.what()) + "\n");
    }
    if (failure)
        std::rethrow_exception(failure);
    co_return code;
}

net::Task<int> run_attached(Context& context, engine::RunRequest request)
{
    Place place{.streams = {.input = request.spec.attach_stdin,
                            .output = request.spec.attach_stdout,
                            .error = request.spec.attach_stderr,
                            .detach_keys = request.detach_keys},
                .tty = request.spec.tty,
                .proxy_signals = request.proxy_signals,
                .removes_itself = request.spec.auto_remove};
    place.id = co_await create_container(context, request);
    if (place.removes_itself && !context.engine().connection().speaks("1.25"))
        co_return co_await stay_and_remove(context, std::move(place));
    co_return co_await stay(context, std::move(place), true);
}

net::Task<int> start_attached(Context& context, std::string container, bool input)
{
    const engine::ContainerDetails details = co_await context.engine().containers().inspect(std::move(container));
    const bool opens = input && details.spec.open_stdin;
    expect_terminal(opens, details.spec.tty);
    co_return co_await stay(context,
                            {.id = details.id,
                             .streams = {.input = opens, .detach_keys = context.settings.text("detach-keys")},
                             .tty = details.spec.tty,
                             .removes_itself = details.spec.auto_remove},
                            true);
}

net::Task<int> attach_running(Context& context, std::string container)
{
    const engine::ContainerDetails details = co_await context.engine().containers().inspect(std::move(container));
    if (!details.state.running)
        throw Error(ErrorKind::conflict, "cannot attach to a stopped container, start it first");
    if (details.state.paused)
        throw Error(ErrorKind::conflict, "cannot attach to a paused container, unpause it first");
    const bool input = !context.settings.flag("no-stdin") && details.spec.open_stdin;
    expect_terminal(input, details.spec.tty);
    co_return co_await stay(context,
                            {.id = details.id,
                             .streams = {.input = input, .detach_keys = context.settings.text("detach-keys")},
                             .tty = details.spec.tty,
                             .removes_itself = details.spec.auto_remove},
                            false);
}

net::Task<> run_detached(Context& context, engine::RunRequest request)
{
    const std::string version = co_await context.engine().ping();
    if (request.spec.auto_remove && !context.engine().connection().speaks("1.25"))
        throw Error(ErrorKind::invalid,
                    "--rm goes not with -d here: the Docker Engine speaks API {}, and removes "
                    "containers by itself from 1.25 on",
                    version)
            .hint("leave --rm out, and remove the container when it has ended");
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

int run_request(Context& context, engine::RunRequest request)
{
    if (!request.detach && !has_terminal(request.spec.attach_stdin, request.spec.tty)) {
        context.write_error(std::string(no_terminal) + "\n");
        return 1; // docker's code for this one
    }
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

int run(Context& context)
{
    engine::RunRequest request = read_words(context);
    return request.wants_help ? 0 : run_request(context, std::move(request));
}

int create(Context& context)
{
    const engine::RunRequest request = read_words(context);
    if (!request.wants_help)
        context.print("{}\n", net::run(create_container(context, request)));
    return 0;
}

int start(Context& context)
{
    const auto& settings = context.settings;
    if (!settings.flag("attach") && !settings.flag("interactive"))
        return for_each_argument(
            context, [&context](const std::string& name) { net::run(context.engine().containers().start(name)); });
    context.expect_arguments(1);
    if (context.arguments.size() > 1)
        throw Error(ErrorKind::failed, "you cannot start and attach multiple containers at once");
    return net::run(start_attached(context, context.arguments.front(), settings.flag("interactive")));
}

int attach(Context& context)
{
    context.expect_arguments(1, 1);
    return net::run(attach_running(context, context.arguments.front()));
}

} // namespace dfriends::applets::docker
