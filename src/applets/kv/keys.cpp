// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/client.hpp"
#include "applets/kv/verbs.hpp"
#include "base/error.hpp"
#include "net/loop.hpp"

namespace dfriends::applets::kv {

namespace {

std::uint64_t index_option(const Context& context, std::string_view name)
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, context.settings.number(name)));
}

void print_keys(Context& context, const etcd::V2Node& node)
{
    for (const etcd::V2Node& child : node.nodes) {
        context.print("{}{}\n", child.key, child.dir && context.settings.flag("slash") ? "/" : "");
        print_keys(context, child);
    }
}

/// What a directory verb prints: nothing, unless a format was asked for.
int finish_directory(Context& context, const etcd::V2Answer& answer)
{
    const etcd::V2Event& event = event_of(answer);
    if (!is_simple(context))
        print_event(context, event);
    return 0;
}

int finish_key(Context& context, const etcd::V2Answer& answer)
{
    print_event(context, event_of(answer));
    return 0;
}

} // namespace

int get(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    const etcd::V2Answer answer = net::run(
        client.get(key_argument(context), false, context.settings.flag("sort"), context.settings.flag("quorum")));
    const etcd::V2Event& event = event_of(answer);
    if (event.node.dir) {
        fmt::print(stderr, "{}: is a directory\n", event.node.key);
        return 1;
    }
    print_event(context, event);
    return 0;
}

int ls(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    const std::string key = context.arguments.empty() ? "/" : key_argument(context);
    const etcd::V2Answer answer = net::run(client.get(key, context.settings.flag("recursive"),
                                                      context.settings.flag("sort"), context.settings.flag("quorum")));
    const etcd::V2Event& event = event_of(answer);
    if (!is_simple(context)) {
        print_event(context, event);
        return 0;
    }
    if (!event.node.dir)
        context.print("{}\n", event.node.key);
    print_keys(context, event.node);
    return 0;
}

int set(Context& context)
{
    etcd::V2Client client = make_client(context);
    const etcd::V2Condition condition{std::nullopt, context.settings.text("swap-with-value"),
                                      index_option(context, "swap-with-index")};
    const std::string key = key_argument(context);
    return finish_key(context, net::run(client.put(key, value_argument(context), ttl_option(context), condition)));
}

int mk(Context& context)
{
    etcd::V2Client client = make_client(context);
    const std::string key = key_argument(context);
    std::string value = value_argument(context);
    if (context.settings.flag("in-order"))
        return finish_key(context, net::run(client.create_in_order(key, std::move(value), ttl_option(context))));
    return finish_key(context, net::run(client.put(key, std::move(value), ttl_option(context), {.exists = false})));
}

int update(Context& context)
{
    etcd::V2Client client = make_client(context);
    const std::string key = key_argument(context);
    return finish_key(context,
                      net::run(client.put(key, value_argument(context), ttl_option(context), {.exists = true})));
}

int mkdir(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    return finish_directory(
        context, net::run(client.put_directory(key_argument(context), ttl_option(context), {.exists = false})));
}

int setdir(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    return finish_directory(context, net::run(client.put_directory(key_argument(context), ttl_option(context))));
}

int updatedir(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    return finish_directory(
        context, net::run(client.put_directory(key_argument(context), ttl_option(context), {.exists = true})));
}

int rm(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    const etcd::V2Condition condition{std::nullopt, context.settings.text("with-value"),
                                      index_option(context, "with-index")};
    const etcd::V2Answer answer = net::run(client.remove(key_argument(context), context.settings.flag("dir"),
                                                         context.settings.flag("recursive"), condition));
    const etcd::V2Event& event = event_of(answer);
    if (!event.node.dir || !is_simple(context))
        print_event(context, event);
    return 0;
}

int rmdir(Context& context)
{
    context.expect_arguments(0, 1);
    etcd::V2Client client = make_client(context);
    const etcd::V2Answer answer = net::run(client.remove(key_argument(context), true, false));
    const etcd::V2Event& event = event_of(answer);
    if (!event.node.dir || !is_simple(context))
        print_event(context, event);
    return 0;
}

} // namespace dfriends::applets::kv
