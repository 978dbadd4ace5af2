// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/client.hpp"
#include "applets/kv/verbs.hpp"
#include "base/error.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"

namespace dfriends::applets::kv {

namespace {

std::uint64_t first_index(const Context& context)
{
    const std::int64_t after = context.settings.number("after-index");
    return after > 0 ? static_cast<std::uint64_t>(after) + 1 : 0;
}

void run_command(const std::vector<std::string>& command, const etcd::V2Event& event)
{
    os::Command child;
    child.words = command;
    child.inherit_output = true;
    child.environment = {{"ETCD_WATCH_ACTION", event.action},
                         {"ETCD_WATCH_MODIFIED_INDEX", std::to_string(event.node.modified)},
                         {"ETCD_WATCH_KEY", event.node.key},
                         {"ETCD_WATCH_VALUE", event.node.value}};
    os::run(child);
}

} // namespace

int watch(Context& context)
{
    context.expect_arguments(1, 1);
    etcd::V2Client client = make_client(context);
    const bool recursive = context.settings.flag("recursive");
    std::uint64_t index = first_index(context);
    for (;;) {
        const etcd::V2Answer answer = net::run(client.watch(key_argument(context), recursive, index));
        const etcd::V2Event& event = answer.value();
        index = event.node.modified + 1;
        if (event.node.dir)
            continue;
        if (recursive && is_simple(context))
            context.print("[{}] {}\n", event.action, event.node.key);
        print_event(context, event);
        if (!context.settings.flag("forever"))
            return 0;
    }
}

int exec_watch(Context& context)
{
    context.expect_arguments(2);
    std::vector<std::string> command(context.arguments.begin() + 1, context.arguments.end());
    if (command.front() == "--")
        command.erase(command.begin());
    if (command.empty())
        throw Error(ErrorKind::usage, "key and command to exec required");
    etcd::V2Client client = make_client(context);
    std::uint64_t index = first_index(context);
    for (;;) {
        const etcd::V2Answer answer = net::run(client.watch(key_argument(context), context.settings.flag("recursive"), index));
        const etcd::V2Event& event = answer.value();
        index = event.node.modified + 1;
        if (event.node.dir)
            context.say("Ignored dir " + event.node.key);
        else
            run_command(command, event);
    }
}

} // namespace dfriends::applets::kv
