// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/client.hpp"

#include "applets/etcd_access.hpp"
#include "applets/kv/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/v2_wire.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

namespace dfriends::applets::kv {

namespace {

/// What curl would have to be told, as etcdctl says it.
void print_curl(const http::Call& call)
{
    std::string line = fmt::format("cURL Command: curl -X {} {}", call.method, call.url.text());
    if (!call.body.empty()) {
        const bool is_form = call.headers.get("Content-Type") == "application/x-www-form-urlencoded";
        const std::string body = is_form ? replace_all(call.body, "%20", "+") : call.body;
        line += fmt::format(" -d \"{}\"", printable(replace_all(replace_all(body, "\\", "\\\\"), "\"", "\\\"")));
    }
    fmt::print(stderr, "{}\n", line);
}

} // namespace

std::vector<std::string> endpoints_of(const Context& context)
{
    if (!context.settings.text("discovery-srv").empty())
        throw Error(ErrorKind::usage, "--discovery-srv is not supported").hint("name the servers with --endpoints");
    std::vector<std::string> endpoints = context.settings.list("endpoints");
    for (const char* older : {"endpoint", "peers"})
        if (context.settings.is_given(older) && !context.settings.is_given("endpoints"))
            endpoints = context.settings.list(older);
    std::vector<std::string> all;
    for (const std::string& given : endpoints)
        for (const std::string_view endpoint : split(given, ','))
            if (!trim(endpoint).empty())
                all.emplace_back(trim(endpoint));
    return all;
}

etcd::V2Client make_client(const Context& context)
{
    const std::vector<std::string> endpoints = endpoints_of(context);
    if (context.settings.flag("debug"))
        fmt::print(stderr, "Cluster-Endpoints: {}\n", join(endpoints, ", "));
    return make_client_of(context, endpoints, context.settings.duration("timeout"));
}

etcd::V2Client make_client_of(const Context& context, const std::vector<std::string>& endpoints,
                              std::chrono::milliseconds timeout)
{
    EtcdAccess given = etcd_access(context);
    etcd::V2Access access{std::move(given.user), std::move(given.password), std::move(given.tls)};
    if (context.settings.flag("debug"))
        access.on_request = print_curl;
    return etcd::V2Client(endpoints, timeout, std::move(access));
}

etcd::v3::Client make_v3_client_of(const Context& context, const std::vector<std::string>& endpoints,
                                   std::chrono::milliseconds timeout)
{
    EtcdAccess given = etcd_access(context);
    etcd::v3::ClientOptions options;
    options.endpoints = endpoints;
    options.user = std::move(given.user);
    options.password = std::move(given.password);
    options.tls = std::move(given.tls);
    options.timeout = timeout;
    return etcd::v3::Client(std::move(options));
}

std::string key_argument(const Context& context)
{
    if (context.arguments.empty())
        throw Error(ErrorKind::usage, "key required");
    const std::string& key = context.arguments[0];
    return key.starts_with('/') ? key : "/" + key;
}

std::string value_argument(const Context& context)
{
    context.expect_arguments(0, 2);
    if (context.arguments.size() > 1)
        return context.arguments[1];
    std::string value;
    char piece[65536];
    while (const ssize_t count = ::read(STDIN_FILENO, piece, sizeof piece)) {
        if (count < 0)
            throw Error(ErrorKind::usage, "value required");
        value.append(piece, static_cast<std::size_t>(count));
        if (value.size() > (10U << 20U))
            throw Error(ErrorKind::invalid, "the value on stdin is larger than 10 MiB");
    }
    return value;
}

std::optional<std::uint64_t> ttl_option(const Context& context)
{
    const std::int64_t seconds = context.settings.number("ttl");
    return seconds > 0 ? std::optional(static_cast<std::uint64_t>(seconds)) : std::nullopt;
}

bool is_simple(const Context& context)
{
    return context.settings.text("output") == "simple" && !context.global.json;
}

const etcd::V2Event& event_of(const etcd::V2Answer& answer)
{
    if (answer.refusal)
        throw Error(ErrorKind::invalid, "{}", answer.refusal->text());
    return answer.event;
}

void print_event(Context& context, const etcd::V2Event& event)
{
    const std::string& format = context.settings.text("output");
    const std::string before = event.prev_node ? event.prev_node->value : std::string();
    const bool gone = event.action == "delete";
    if (format == "json" || context.global.json) {
        context.write(etcd::encode_v2_event(event) + "\n");
    } else if (format == "extended") {
        context.print("Key: {}\nCreated-Index: {}\nModified-Index: {}\n", event.node.key == "/" ? "" : event.node.key,
                      event.node.created, event.node.modified);
        if (event.prev_node)
            context.print("PrevNode.Value: {}\n", before);
        context.print("TTL: {}\nIndex: {}\n", event.node.ttl, event.index);
        if (!gone)
            context.print("\n{}\n", event.node.value);
    } else if (format == "simple") {
        context.write(gone ? "PrevNode.Value: " + before + "\n" : event.node.value + "\n");
    } else {
        context.say("Unsupported output format: " + format);
    }
}

int report(const Error& error, const Context& context)
{
    constexpr std::array<std::string_view, 5> our_own{"copy", "export", "import", "migrate", "serve"};
    if (context.verb != nullptr && std::ranges::find(our_own, context.verb->name) != our_own.end())
        return -1;
    if (error.kind() == ErrorKind::interrupted)
        return 130;
    fmt::print(stderr, "Error:  {}\n", printable(error.message()));
    if (!error.hint().empty() && error.kind() == ErrorKind::usage)
        fmt::print(stderr, "{}\n", printable(error.hint()));
    switch (error.kind()) {
    case ErrorKind::usage:
        return 1;
    case ErrorKind::unavailable:
        return 2;
    case ErrorKind::denied:
        return 3;
    case ErrorKind::failed:
        return 5;
    case ErrorKind::invalid:
    case ErrorKind::not_found:
    case ErrorKind::conflict:
    case ErrorKind::interrupted:
    case ErrorKind::internal:
        break;
    }
    return 4;
}

} // namespace dfriends::applets::kv
