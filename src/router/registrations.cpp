// SPDX-License-Identifier: Apache-2.0
#include "router/registrations.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "etcd/v2_client.hpp"
#include "etcd/v3/client.hpp"
#include "etcd/v3/status.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <memory>

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

/// What the two APIs of a store say, and who is told of it.
class Follower {
  public:
    using OnChange = std::function<net::Task<>(std::vector<Registration>)>;
    using OnFailure = std::function<void(std::string_view)>;

    Follower(etcd::v3::ClientOptions store, std::string prefix, OnChange on_change, OnFailure on_failure)
        : v2_(store.endpoints, patience, {store.user, store.password, store.tls, {}}),
          v3_(with_time_out(std::move(store))), prefix_(std::move(prefix)), on_change_(std::move(on_change)),
          on_failure_(std::move(on_failure))
    {
    }

    net::Task<> follow_v3()
    {
        for (;;) {
            std::string failure;
            try {
                co_await read_v3();
            } catch (const Error& error) {
                failure = error.what();
            } catch (const etcd::v3::Status& status) {
                failure = status.message();
            }
            // Of the other API's failures nobody is told: it is the same store.
            if (!failure.empty()) {
                if (!std::exchange(is_silent_, true))
                    on_failure_(failure);
                co_await net::sleep(std::chrono::milliseconds(500));
            }
        }
    }

    net::Task<> follow_v2()
    {
        for (;;) {
            try {
                co_await read_v2();
                continue;
            } catch (const Error&) {
            }
            co_await net::sleep(std::chrono::milliseconds(500));
        }
    }

  private:
    net::Task<> read_v3()
    {
        const std::string first = prefix_ + "/", end = etcd::v3::prefix_end(first);
        const etcd::v3::RangeResponse answer = co_await v3_.range({.key = first, .range_end = end, .keys_only = true});
        if (std::exchange(is_silent_, false))
            on_failure_("");
        std::vector<Registration> found;
        for (const etcd::v3::KeyValue& pair : answer.kvs)
            if (auto registration = parse_registration(pair.key, prefix_))
                found.push_back(std::move(*registration));
        co_await take(from_v3_, std::move(found));
        // Whatever comes, all is read again: so nothing is lost where the stream breaks, and a store that has gone is
        // noticed.
        etcd::v3::Lines lines = co_await v3_.open_watch(
            {.create_request = etcd::v3::WatchCreateRequest{
                 .key = first, .range_end = end, .start_revision = answer.header ? answer.header->revision + 1 : 0}});
        while (const auto line = co_await lines.next())
            if (const auto response = etcd::v3::decode_line<etcd::v3::WatchResponse>(*line);
                response.canceled || !response.events.empty())
                break;
    }

    net::Task<> read_v2()
    {
        if (!co_await v2_.is_served()) { // which is as good as no key
            co_await take(from_v2_, {});
            co_await net::sleep(std::chrono::seconds(30)); // another store may come to stand there
            co_return;
        }
        const etcd::V2Answer answer = co_await v2_.get(prefix_, true, false, true);
        const bool none = answer.refusal && answer.refusal->code == key_not_found;
        const etcd::V2Event event = none ? etcd::V2Event{.index = answer.refusal->index} : answer.value();
        std::vector<Registration> found;
        collect(event.node, prefix_, found);
        co_await take(from_v2_, std::move(found));
        // What changed between the answer and the watch has a greater index, and is told at once.
        (void)co_await v2_.watch(prefix_, true, event.index + 1);
    }

    net::Task<> take(std::optional<std::vector<Registration>>& part, std::vector<Registration> found)
    {
        if (part != found) {
            part = std::move(found);
            is_due_ = true;
        }
        // Half of it would look as if the other half had gone: the first call waits for both.
        if (!from_v2_ || !from_v3_ || std::exchange(is_telling_, true))
            co_return;
        ScopeExit done([this] { is_telling_ = false; });
        while (std::exchange(is_due_, false)) {
            ScopeExit again([this] { is_due_ = true; }); // it failed, say because the store fell silent
            co_await on_change_(all());
            again.release();
        }
    }

    std::vector<Registration> all() const
    {
        std::vector<Registration> both = *from_v3_;
        for (const Registration& registration : *from_v2_)
            if (std::ranges::find(both, registration) == both.end())
                both.push_back(registration);
        return both;
    }

    static constexpr std::chrono::seconds patience{3};

    static etcd::v3::ClientOptions with_time_out(etcd::v3::ClientOptions store)
    {
        store.timeout = patience;
        return store;
    }

    etcd::V2Client v2_;
    etcd::v3::Client v3_;
    std::string prefix_;
    OnChange on_change_;
    OnFailure on_failure_;
    std::optional<std::vector<Registration>> from_v2_, from_v3_; ///< nothing before the first answer
    bool is_due_ = false;                                        ///< something changed since the last call
    bool is_telling_ = false;                                    ///< a call is under way
    bool is_silent_ = false;
};

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

std::string service_of(std::string_view name)
{
    const auto dash = name.rfind('-');
    if (dash == name.npos || dash == 0 || !parse_unsigned(name.substr(dash + 1)))
        return {};
    return std::string(name.substr(0, dash));
}

net::Task<> follow_registrations(etcd::v3::ClientOptions store, std::string prefix,
                                 std::function<net::Task<>(std::vector<Registration>)> on_change,
                                 std::function<void(std::string_view)> on_failure)
{
    const auto follower =
        std::make_shared<Follower>(std::move(store), std::move(prefix), std::move(on_change), std::move(on_failure));
    net::spawn([](std::shared_ptr<Follower> kept) -> net::Task<> { co_await kept->follow_v2(); }(follower));
    co_await follower->follow_v3();
}

} // namespace dfriends::router
