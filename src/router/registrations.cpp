// SPDX-License-Identifier: Apache-2.0
#include "router/registrations.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/loop.hpp"

#include <algorithm>

namespace dfriends::router {

namespace {

constexpr int key_not_found = 100;

bool is_host(std::string_view host)
{
    const auto fits = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
               c == '_';
    };
    return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, fits);
}

void collect(const etcd::V2Node& node, std::string_view prefix, std::vector<Registration>& found)
{
    if (!node.dir)
        if (auto registration = parse_registration(node.key, prefix))
            found.push_back(std::move(*registration));
    for (const etcd::V2Node& child : node.nodes)
        collect(child, prefix, found);
}

} // namespace

std::optional<Registration> parse_registration(std::string_view key, std::string_view prefix)
{
    if (!key.starts_with(prefix) || key.substr(prefix.size()).find('/') != 0)
        return std::nullopt;
    const auto [name, where] = split_once(key.substr(prefix.size() + 1), '/');
    const auto [host, port_text] = split_once(where, ':');
    if (!is_host(name) || !is_host(host))
        return std::nullopt;
    Registration registration{std::string(name), std::string(host)};
    if (!port_text.empty()) {
        const auto port = parse_unsigned(port_text);
        if (!port || *port == 0 || *port > 65535)
            return std::nullopt;
        registration.port = static_cast<std::uint16_t>(*port);
    }
    return registration;
}

std::vector<Registration> find_registrations(const etcd::V2Node& node, std::string_view prefix)
{
    std::vector<Registration> found;
    collect(node, prefix, found);
    return found;
}

std::string service_of(std::string_view name)
{
    const auto dash = name.rfind('-');
    if (dash == name.npos || dash == 0 || !parse_unsigned(name.substr(dash + 1)))
        return {};
    return std::string(name.substr(0, dash));
}

net::Task<> follow_registrations(etcd::V2Client& store, std::string prefix,
                                 std::function<net::Task<>(std::vector<Registration>)> on_change,
                                 std::function<void(std::string_view)> on_failure)
{
    bool silent = false;
    for (;;) {
        try {
            const etcd::V2Answer answer = co_await store.get(prefix, true, false, true);
            const bool none = answer.refusal && answer.refusal->code == key_not_found;
            const etcd::V2Event event = none ? etcd::V2Event{.index = answer.refusal->index} : answer.value();
            if (std::exchange(silent, false))
                on_failure("");
            co_await on_change(find_registrations(event.node, prefix));
            // What changed between the answer and the watch has a greater index, and is told at once.
            (void)co_await store.watch(prefix, true, event.index + 1);
        } catch (const Error& error) {
            if (!std::exchange(silent, true))
                on_failure(error.what());
        }
        if (silent)
            co_await net::sleep(std::chrono::milliseconds(500));
    }
}

} // namespace dfriends::router
