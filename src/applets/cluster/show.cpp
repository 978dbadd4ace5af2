// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/client.hpp"
#include "applets/cluster/machines.hpp"
#include "applets/cluster/verbs.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cluster/supervisor/journal.hpp"
#include "cluster/supervisor/unit_state.hpp"
#include "http/client.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"

#include <array>
#include <csignal>

namespace dfriends::applets::cluster {

namespace {

using namespace dfriends::cluster;

const Job& job_of(const Snapshot& snapshot, const std::string& typed, std::string_view refusal)
{
    const std::string name = normalise_unit_name(typed);
    const auto found = snapshot.jobs.find(name);
    if (found == snapshot.jobs.end())
        throw Error(ErrorKind::not_found, "Unit {} {}", name, refusal);
    return found->second;
}

/// The machines where a unit is: its own, or all those that report a global one.
std::vector<const Member*> machines_of(const Snapshot& snapshot, const Job& job)
{
    std::vector<const Member*> machines;
    for (const auto& [where, report] : snapshot.reports)
        if (where.first == job.name && (job.requirements.global || where.second == job.target))
            if (const Member* member = find_member(snapshot, where.second))
                machines.push_back(member);
    return machines;
}

/// Asks a machine's agent; the pieces of its answer go to `take`.
net::Task<> ask(std::string token, const Member& member, std::string path, std::function<void(std::string_view)> take,
                bool forever)
{
    if (member.api.empty())
        throw Error(ErrorKind::unavailable, "the agent of machine '{}' does not listen", member.host_name)
            .hint("start it with --listen ADDR:PORT");
    http::Client client;
    http::Call call{.url = http::parse_url("http://" + member.api + path)};
    call.connect_timeout = std::chrono::seconds(3);
    if (forever)
        call.idle_timeout = std::chrono::milliseconds(0);
    call.headers.set("Authorization", "Bearer " + token);
    http::Reply reply = co_await client.send(std::move(call));
    if (!reply.ok())
        throw Error(ErrorKind::failed, "machine '{}' says: {}", member.host_name, trim(co_await reply.read_all(65536)));
    std::array<char, 16384> piece;
    while (const std::size_t count = co_await reply.read_some(piece))
        take({piece.data(), count});
}

std::string fetch(const std::string& token, const Member& member, const std::string& path)
{
    std::string text;
    net::run(ask(token, member, path, [&](std::string_view piece) { text += piece; }, false));
    return text;
}

/// Turns the agent's lines into what a person reads, as they arrive.
class JournalPrinter {
  public:
    JournalPrinter(Context& context, std::string host_name, std::string format)
        : context_(context), host_name_(std::move(host_name)), format_(std::move(format))
    {
    }
    void take(std::string_view piece)
    {
        rest_ += piece;
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = rest_.find('\n', begin)) != rest_.npos; begin = end + 1)
            if (const auto entry = decode_journal_entry(std::string_view(rest_).substr(begin, end - begin)))
                context_.write(
                    (format_ == "cat" ? printable(entry->text) : printable(render_journal_entry(*entry, host_name_))) +
                    "\n");
        rest_.erase(0, begin);
    }

  private:
    /// Control characters made visible, tabs as they are.
    static std::string show(std::string_view text)
    {
        std::vector<std::string> parts;
        for (const std::string_view part : split(text, '\t'))
            parts.push_back(printable(part));
        return join(parts, "\t");
    }

    Context& context_;
    std::string host_name_, format_, rest_;
};

void print_status(Context& context, const Job& job, const Member& member, const UnitState& state)
{
    const bool active = state.active == "active";
    const std::string dot = active                     ? context.out_colour.green("●")
                            : state.active == "failed" ? context.out_colour.red("●")
                                                       : "●";
    context.print("{} {} - {}\n", dot, job.name, printable(job.description.empty() ? job.name : job.description));
    context.print("   Loaded: {} (hash {})\n", state.load, job.hash.substr(0, 7));
    context.print("  Machine: {} ({})\n", machine_legend(member.id, &member, false), printable(member.host_name));
    std::string result = state.active == "failed" ? fmt::format(" (Result: {})", state.result) : std::string();
    if (state.since != TimePoint())
        result += fmt::format(" since {}; {}", render_local(state.since, "%a %Y-%m-%d %H:%M:%S %Z"),
                              render_age(std::chrono::duration_cast<std::chrono::seconds>(system_now() - state.since)));
    context.print("   Active: {} ({}){}\n", state.active, state.sub, result);
    if (state.main_process != 0)
        context.print(" Main PID: {}\n", state.main_process);
    else if (state.exit_code != 0)
        context.print("  Process: ended, code={}, status={}\n", state.exit_code == CLD_EXITED ? "exited" : "killed",
                      state.exit_status);
    if (state.restarts != 0)
        context.print(" Restarts: {}\n", state.restarts);
    context.write("\n");
}

} // namespace

int cat(Context& context)
{
    context.expect_arguments(1);
    Registry registry(store_options(context));
    const Snapshot snapshot = read_cluster(registry);
    for (const std::string& typed : context.arguments)
        context.write(job_of(snapshot, typed, "not found").text);
    return 0;
}

int status(Context& context)
{
    if (context.arguments.empty())
        return machines_status(context);
    Registry registry(store_options(context));
    const Snapshot snapshot = read_cluster(registry);
    const std::string token = net::run(registry.token());
    int code = 0;
    for (const std::string& typed : context.arguments) {
        const Job& job = job_of(snapshot, typed, "does not exist.");
        const auto machines = machines_of(snapshot, job);
        if (machines.empty())
            throw Error(ErrorKind::failed, "Unit {} does not appear to be loaded.", job.name);
        for (const Member* member : machines) {
            const std::string root = "/v1/units/" + job.name;
            const UnitState state = decode_unit_state(fetch(token, *member, root + "/status"));
            print_status(context, job, *member, state);
            JournalPrinter printer(context, member->host_name, "short");
            printer.take(fetch(token, *member, root + "/journal?lines=10"));
            if (state.active != "active" && state.active != "reloading")
                code = 3;
        }
    }
    return code;
}

int journal(Context& context)
{
    context.expect_arguments(1, 1);
    const std::string& format = context.settings.text("output");
    if (format != "short" && format != "cat")
        throw Error(ErrorKind::usage, "'{}' is no format of a journal", format).hint("short and cat are");
    Registry registry(store_options(context));
    const Snapshot snapshot = read_cluster(registry);
    const Job& job = job_of(snapshot, context.arguments[0], "does not exist.");
    const auto machines = machines_of(snapshot, job);
    if (machines.empty())
        throw Error(ErrorKind::failed, "Unit {} does not appear to be running.", job.name);
    const std::string token = net::run(registry.token());
    const bool follow = context.settings.flag("follow");
    const std::string path = fmt::format("/v1/units/{}/journal?lines={}{}", job.name, context.settings.number("lines"),
                                         follow ? "&follow=1" : "");
    if (follow && machines.size() > 1)
        context.say(fmt::format("following unit {} on {} only", job.name, machines.front()->host_name));
    for (const Member* member : machines) {
        JournalPrinter printer(context, member->host_name, format);
        net::run(ask(token, *member, path, [&](std::string_view piece) { printer.take(piece); }, follow));
    }
    return 0;
}

int ssh(Context& context)
{
    const std::string& by_machine = context.settings.text("machine");
    const std::string& by_unit = context.settings.text("unit");
    if (!by_machine.empty() && !by_unit.empty())
        throw Error(ErrorKind::failed, "Both machine and unit flags provided, please specify only one.");
    std::vector<std::string> words = context.arguments;
    std::string target = by_machine.empty() ? by_unit : by_machine;
    if (target.empty()) {
        context.expect_arguments(1);
        target = words.front();
        words.erase(words.begin());
    }
    if (by_unit.empty())
        if (const auto code = run_in_local_machine(context, target, words))
            return *code;
    Registry registry(store_options(context));
    const Snapshot snapshot = read_cluster(registry);
    const auto job = by_machine.empty() ? snapshot.jobs.find(normalise_unit_name(target)) : snapshot.jobs.end();
    if (job == snapshot.jobs.end() && !by_unit.empty())
        throw Error(ErrorKind::not_found, "Unable to proceed: could not find matching unit or machine");
    const Member* member =
        job == snapshot.jobs.end() ? &find_machine(snapshot, target) : find_member(snapshot, job->second.target);
    if (member == nullptr || member->public_ip.empty())
        throw Error(ErrorKind::failed, "Unable to proceed: could not find matching unit or machine");
    if (const auto code = run_in_local_machine(context, member->id, words))
        return *code;
    os::Command command;
    command.words = {"ssh"};
    if (context.settings.flag("forward-agent"))
        command.words.emplace_back("-A");
    command.words.insert(command.words.end(), {"-p", std::to_string(context.settings.number("ssh-port")), "--",
                                               context.settings.text("ssh-username") + "@" + member->public_ip});
    command.words.insert(command.words.end(), words.begin(), words.end());
    os::execute(command);
}

} // namespace dfriends::applets::cluster
