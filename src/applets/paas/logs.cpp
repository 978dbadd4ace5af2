// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/run.hpp"
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"
#include "os/terminal.hpp"
#include "paas/workshop.hpp"

#include <algorithm>
#include <unistd.h>

namespace dfriends::applets::paas {

namespace {

/// "2026-… app[web.1]: text" lines of one container.
class Printer {
  public:
    Printer(Context& context, std::string label, bool plain)
        : context_(context), label_(std::move(label)), plain_(plain)
    {
    }

    void take(std::string_view bytes)
    {
        rest_ += bytes;
        for (std::size_t end = 0; (end = rest_.find('\n')) != rest_.npos; rest_.erase(0, end + 1))
            print(std::string_view(rest_).substr(0, end));
    }
    void finish()
    {
        if (!rest_.empty())
            print(rest_);
    }

  private:
    void print(std::string_view line)
    {
        const auto [time, text] = split_once(line, ' ');
        if (plain_)
            context_.print("{}\n", text);
        else
            context_.print("{} app[{}]: {}\n", time, label_, text);
    }

    Context& context_;
    std::string label_;
    bool plain_;
    std::string rest_;
};

net::Task<> print_log(Session& session, core::Process process, engine::LogOptions options)
{
    Printer printer(session.context, process.dyno(), session.context.settings.flag("quiet"));
    co_await session.context.engine().containers().logs(
        process.container, options, [&printer](engine::Channel, std::string_view bytes) { printer.take(bytes); });
    printer.finish();
}

/// All at once: with --tail their lines come as they are written, until the last container ends.
net::Task<> print_logs(Session& session, std::vector<core::Process> processes, engine::LogOptions options)
{
    std::size_t open = processes.size();
    net::Event ended;
    std::exception_ptr failure;
    for (const core::Process& process : processes)
        net::spawn([](net::Task<> log, std::size_t& left, net::Event& end, std::exception_ptr& why) -> net::Task<> {
            try {
                co_await std::move(log);
            } catch (const Error&) {
                why = std::current_exception();
            }
            --left;
            end.notify_all();
        }(print_log(session, process, options), open, ended, failure));
    while (open > 0)
        (void)co_await ended.wait();
    if (failure)
        std::rethrow_exception(failure);
}

std::vector<std::string> terminal_flags()
{
    std::vector<std::string> flags{"--interactive"};
    if (os::is_terminal(STDIN_FILENO) && os::is_terminal(STDOUT_FILENO))
        flags.emplace_back("--tty");
    return flags;
}

} // namespace

int logs(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    const std::string wanted = context.settings.text("ps");
    const bool follow = context.settings.flag("tail");
    std::vector<core::Process> processes = session.apps.processes(app);
    std::erase_if(processes, [&wanted](const core::Process& process) {
        return process.retired || (!wanted.empty() && process.dyno() != wanted && process.type != wanted);
    });
    if (processes.empty())
        throw Error(ErrorKind::failed, "App {} has not been deployed", app);
    const engine::LogOptions options{
        .follow = follow, .timestamps = true, .tail = std::to_string(context.settings.number("num"))};
    net::run(print_logs(session, std::move(processes), options));
    return 0;
}

int run(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    if (session.rest().empty())
        throw Error(ErrorKind::usage, "Please specify a command to run");
    const auto release = session.apps.find_release(app, session.apps.get(app).release);
    if (!release)
        throw Error(ErrorKind::failed, "App {} has not been deployed", app);
    std::vector<std::string> words{"--rm", "--init"};
    for (std::string& flag : terminal_flags())
        words.push_back(std::move(flag));
    words.push_back(release->image);
    const auto type = release->commands.find(session.rest().front());
    if (type != release->commands.end() && session.rest().size() == 1 && !type->second.empty())
        words.insert(words.end(), {"/bin/sh", "-c", type->second});
    else
        words.insert(words.end(), session.rest().begin(), session.rest().end());
    engine::RunRequest request = engine::parse_run(words);
    core::Config config = release->config;
    for (const std::string& pair : context.settings.list("env")) {
        const auto [key, value] = split_once(pair, '=');
        config[std::string(key)] = value;
    }
    for (const auto& [key, value] : config)
        request.spec.environment.push_back(key + "=" + value);
    request.spec.labels = core::labels_of(app);
    request.spec.labels["com.dokku.container-type"] = "run";
    request.spec.cap_drop = {"NET_RAW"};
    request.spec.security_options = {"no-new-privileges"};
    return docker::run_request(context, std::move(request));
}

int enter(Context& context)
{
    Session session(context);
    const std::string app = session.take_app();
    std::vector<std::string> rest = session.rest();
    std::string dyno;
    if (!rest.empty()) {
        dyno = rest.front();
        rest.erase(rest.begin());
    }
    if (rest.empty())
        rest = {"/bin/sh", "-c", "exec $(command -v bash || echo sh)"};
    // Our own docker words in this process' place: terminal, signals and exit code are theirs.
    std::vector<std::string> words{std::filesystem::read_symlink("/proc/self/exe").string(), "docker", "exec"};
    for (std::string& flag : terminal_flags())
        words.push_back(std::move(flag));
    words.push_back(session.find_container(app, dyno));
    words.insert(words.end(), rest.begin(), rest.end());
    os::execute({.words = std::move(words)});
}

} // namespace dfriends::applets::paas
