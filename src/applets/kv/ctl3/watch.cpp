// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/watch.hpp"

#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/stdin.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "net/worker.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <cstdlib>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

/// What is watched, and the command that is run at each event.
struct Plan {
    v3::WatchCreateRequest request;
    std::vector<std::string> command;
};

std::string variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

/// The key and the end of the range among the arguments before "--", or those of the environment.
std::vector<std::string> range_words(std::vector<std::string> words)
{
    const std::string key = variable("ETCDCTL_WATCH_KEY");
    const std::string end = variable("ETCDCTL_WATCH_RANGE_END");
    if (key.empty() && !end.empty())
        throw Failure(Exit::bad_arguments, "ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END={}",
                      go_quote(end));
    if (key.empty())
        return words;
    if (!words.empty())
        throw Failure(Exit::bad_arguments, "bad number of arguments (found conflicting environment key)");
    words.push_back(key);
    if (!end.empty())
        words.push_back(end);
    return words;
}

Plan make_plan(const config::Settings& settings, const std::vector<std::string>& arguments)
{
    Plan plan;
    const auto separator = std::ranges::find(arguments, "--");
    if (separator != arguments.end()) {
        plan.command.assign(separator + 1, arguments.end());
        if (plan.command.empty())
            throw Failure(Exit::bad_arguments, "bad number of arguments (found separator --, but no commands)");
    }
    const auto words = range_words({arguments.begin(), separator});
    if (words.empty())
        throw Failure(Exit::bad_arguments, "bad number of arguments");
    const bool by_prefix = settings.flag("prefix");
    if (words.size() == 2 && by_prefix)
        throw Failure(Exit::bad_arguments, "`range_end` and `--prefix` are mutually exclusive");
    plan.request.key = words[0];
    if (words.size() == 2)
        plan.request.range_end = words[1];
    else if (by_prefix)
        plan.request.range_end = v3::prefix_end(words[0]);
    if (by_prefix && plan.request.key.empty())
        plan.request.key = std::string(1, '\0');
    plan.request.start_revision = settings.number("rev");
    plan.request.prev_kv = settings.flag("prev-kv");
    return plan;
}

void run_command(const Plan& plan, std::int64_t revision, const v3::Event& event)
{
    os::Command child;
    child.words = plan.command;
    child.inherit_output = true;
    const v3::KeyValue kv = event.kv.value_or(v3::KeyValue{});
    const std::string_view type = names_of(event.type).values[static_cast<std::size_t>(event.type)];
    child.environment = {{"ETCD_WATCH_REVISION", std::to_string(revision)},
                         {"ETCD_WATCH_EVENT_TYPE", go_quote(type)},
                         {"ETCD_WATCH_KEY", go_quote(kv.key)},
                         {"ETCD_WATCH_VALUE", go_quote(kv.value)}};
    const os::Outcome outcome = os::run(child);
    if (!outcome.ok())
        throw Failure(Exit::error, "command '{}' error (exit status {})", join(plan.command, " "), outcome.status);
}

/// Prints events until the server ends the watch.
net::Task<> follow(Context& context, v3::Client client, Plan plan)
{
    Printer printer(context);
    v3::Watch watch(client, plan.request);
    while (!watch.is_over()) {
        const v3::WatchResponse response = co_await watch.next();
        if (response.canceled && response.created) // it never began
            co_return;
        if (response.canceled) {
            const std::string reason = response.compact_revision != 0
                                           ? "etcdserver: mvcc: required revision has been compacted"
                                           : response.cancel_reason;
            context.write_error(fmt::format("watch was canceled ({})\n", printable(reason)));
        }
        printer.watch(response);
        if (!plan.command.empty())
            for (const v3::Event& event : response.events)
                run_command(plan, response.header ? response.header->revision : 0, event);
    }
}

/// One line of --interactive; complains and gives nothing where it cannot be done.
std::optional<Plan> read_plan(Context& context, const std::string& line)
{
    const auto words = argify(line);
    if (!words || words->empty()) {
        context.write_error(fmt::format("Invalid command: {} (watch and progress supported)\n", printable(line)));
        return std::nullopt;
    }
    if (words->front() == "progress") {
        context.write_error("Invalid command progress (a watch through the JSON gateway cannot ask for it)\n");
        return std::nullopt;
    }
    if (words->front() != "watch") {
        context.write_error(fmt::format("Invalid command {} (only support watch)\n", printable(line)));
        return std::nullopt;
    }
    if (words->size() < 2 && variable("ETCDCTL_WATCH_KEY").empty()) {
        context.write_error(fmt::format("Invalid command {} (command type or key is not provided)\n", printable(line)));
        return std::nullopt;
    }
    std::vector<cli::Option> options;
    for (const config::Setting& row : context.verb->settings)
        options.push_back({std::string(row.name), row.letter, row.type != config::SettingType::flag});
    auto parsed =
        cli::parse_options(options, {words->begin() + 1, words->end()}, {.keeps_separator = true, .flag_values = true});
    config::Settings::Sources sources;
    sources.flags = &parsed.options;
    return make_plan(config::Settings(context.verb->settings, sources), parsed.arguments);
}

/// Begins a watch for each line of stdin, and goes on with all of them.
net::Task<bool> follow_lines(Context& context)
{
    net::Worker reader(1);
    const auto lines = std::make_shared<StdinLines>();
    for (;;) {
        const auto line = co_await reader.call([lines] { return lines->next(); });
        if (!line)
            throw Failure(Exit::invalid_input, "Error reading watch request line: EOF");
        if (auto plan = read_plan(context, *line))
            net::spawn(follow(context, make_client(context), std::move(*plan)));
    }
}

net::Task<bool> follow_one(Context& context, Plan plan)
{
    co_await follow(context, make_client(context), std::move(plan));
    co_return true;
}

} // namespace

int watch(Context& context)
{
    const Printer checked(context);
    if (context.settings.flag("interactive"))
        return ask(follow_lines(context)) ? 0 : 1;
    ask(follow_one(context, make_plan(context.settings, context.arguments)));
    throw Failure(Exit::interrupted, "watch is canceled by the server");
}

} // namespace dfriends::applets::kv::ctl3
