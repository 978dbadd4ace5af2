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
    context.expect_arguments(0, 1);
    const std::string key = key_argument(context);
    etcd::V2Client client = make_client(context);
    const bool recursive = context.settings.flag("recursive");
    std::uint64_t index = first_index(context);
    for (;;) {
        const etcd::V2Answer answer = net::run(client.watch(key, recursive, index));
        const etcd::V2Event& event = event_of(answer);
        index = event.node.modified + 1;
        if (event.node.dir)
            continue;
        if (recursive) // in every format, as etcdctl does
            context.print("[{}] {}\n", event.action, event.node.key);
        print_event(context, event);
        if (!context.settings.flag("forever"))
            return 0;
    }
}

int exec_watch(Context& context)
{
    if (context.arguments.size() < 2 || (context.arguments[1] == "--" && context.arguments.size() == 2))
        throw Error(ErrorKind::usage, "key and command to exec required");
    std::vector<std::string> command(context.arguments.begin() + (context.arguments[1] == "--" ? 2 : 1),
                                     context.arguments.end());
    etcd::V2Client client = make_client(context);
    std::uint64_t index = first_index(context);
    for (;;) {
        const etcd::V2Answer answer =
            net::run(client.watch(key_argument(context), context.settings.flag("recursive"), index));
        const etcd::V2Event& event = event_of(answer);
        index = event.node.modified + 1;
        if (event.node.dir)
            context.say("Ignored dir " + event.node.key);
        else
            run_command(command, event);
    }
}

} // namespace dfriends::applets::kv
