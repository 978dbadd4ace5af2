// SPDX-License-Identifier: Apache-2.0
#include "etcd/v2_client.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/v2_wire.hpp"
#include "net/loop.hpp"

#include <algorithm>

namespace dfriends::etcd {

namespace {

constexpr std::size_t largest_answer = 256U << 20U;

std::string encode_pairs(const std::vector<std::pair<std::string, std::string>>& pairs)
{
    std::string text;
    for (const auto& [name, value] : pairs)
        text += (text.empty() ? "" : "&") + encode_percent(name) + "=" + encode_percent(value);
    return text;
}

std::string target_of(const std::string& key)
{
    return "/v2/keys" + encode_percent(key.starts_with('/') ? key : "/" + key, "/");
}

std::string word(bool value)
{
    return value ? "true" : "false";
}

std::vector<std::pair<std::string, std::string>> condition_query(const V2Condition& condition)
{
    std::vector<std::pair<std::string, std::string>> query;
    if (condition.exists)
        query.emplace_back("prevExist", word(*condition.exists));
    if (!condition.prev_value.empty())
        query.emplace_back("prevValue", condition.prev_value);
    if (condition.prev_index != 0)
        query.emplace_back("prevIndex", std::to_string(condition.prev_index));
    return query;
}

void add_ttl(std::vector<std::pair<std::string, std::string>>& form, const std::optional<std::uint64_t>& ttl)
{
    if (ttl)
        form.emplace_back("ttl", std::to_string(*ttl));
}

http::ClientOptions http_options_of(const V2Access& access)
{
    http::ClientOptions options;
    options.tls = access.tls;
    return options;
}

} // namespace

V2Client::V2Client(const std::vector<std::string>& endpoints, std::chrono::milliseconds timeout, V2Access access)
    : timeout_(timeout), access_(std::move(access)), client_(http_options_of(access_))
{
    for (const std::string& endpoint : endpoints)
        endpoints_.push_back(http::parse_url(endpoint.find("://") == endpoint.npos ? "http://" + endpoint : endpoint));
    if (endpoints_.empty())
        throw Error(ErrorKind::usage, "no endpoint to ask").hint("give one with --endpoints URL");
}

net::Task<V2Answer> V2Client::get(std::string key, bool recursive, bool sorted, bool quorum)
{
    Pairs query{{"quorum", word(quorum)}, {"recursive", word(recursive)}, {"sorted", word(sorted)}};
    co_return co_await call("GET", std::move(key), std::move(query), std::nullopt);
}

net::Task<V2Answer> V2Client::put(std::string key, std::string value, std::optional<std::uint64_t> ttl,
                                  V2Condition condition)
{
    Pairs form{{"value", std::move(value)}};
    add_ttl(form, ttl);
    co_return co_await call("PUT", std::move(key), condition_query(condition), std::move(form));
}

net::Task<V2Answer> V2Client::put_directory(std::string key, std::optional<std::uint64_t> ttl, V2Condition condition)
{
    Pairs query = condition_query(condition);
    query.emplace_back("dir", "true");
    Pairs form;
    add_ttl(form, ttl);
    co_return co_await call("PUT", std::move(key), std::move(query), std::move(form));
}

net::Task<V2Answer> V2Client::create_in_order(std::string directory, std::string value,
                                              std::optional<std::uint64_t> ttl)
{
    Pairs form{{"value", std::move(value)}};
    add_ttl(form, ttl);
    co_return co_await call("POST", std::move(directory), {}, std::move(form));
}

net::Task<V2Answer> V2Client::remove(std::string key, bool dir, bool recursive, V2Condition condition)
{
    Pairs query = condition_query(condition);
    if (dir)
        query.emplace_back("dir", "true");
    if (recursive)
        query.emplace_back("recursive", "true");
    co_return co_await call("DELETE", std::move(key), std::move(query), std::nullopt);
}

net::Task<V2Answer> V2Client::watch(std::string key, bool recursive, std::uint64_t index)
{
    const Pairs query{{"recursive", word(recursive)}, {"wait", "true"}, {"waitIndex", std::to_string(index)}};
    const std::string target = target_of(key) + "?" + encode_pairs(query);
    for (;;) {
        const Text text = co_await send("GET", target, std::nullopt, std::chrono::milliseconds(0));
        if (!trim(text.body).empty())
            co_return decode_v2_answer(text.status, text.body, text.index);
        co_await net::sleep(std::chrono::milliseconds(200)); // an empty answer: the server went down
    }
}

net::Task<std::vector<V2Member>> V2Client::members()
{
    const Text text = co_await send("GET", "/v2/members", std::nullopt, timeout_);
    co_return decode_v2_members(text.body);
}

net::Task<V2Member> V2Client::leader()
{
    const Text text = co_await send("GET", "/v2/members/leader", std::nullopt, timeout_);
    if (text.status != 200) // 503 during an election
        co_return V2Member{};
    co_return decode_v2_member(text.body);
}

net::Task<std::string> V2Client::fetch(std::string url)
{
    http::Call request;
    request.url = http::parse_url(url);
    request.connect_timeout = request.head_timeout = request.idle_timeout = timeout_;
    http::Reply reply = co_await client_.send(std::move(request));
    co_return co_await reply.read_all(largest_answer);
}

net::Task<V2Client::Reply> V2Client::exchange(std::string method, std::string target, std::string json)
{
    std::optional<std::string> body;
    if (!json.empty())
        body = std::move(json);
    Text text = co_await send(std::move(method), std::move(target), std::move(body), timeout_, "application/json");
    co_return Reply{text.status, std::move(text.body)};
}

net::Task<bool> V2Client::is_served()
{
    const Text text = co_await send("GET", "/v2/keys/", std::nullopt, timeout_);
    co_return trim(text.body).starts_with('{');
}

net::Task<V2Answer> V2Client::call(std::string method, std::string key, Pairs query, std::optional<Pairs> form)
{
    std::string target = target_of(key);
    if (!query.empty())
        target += "?" + encode_pairs(query);
    const Text text = co_await send(std::move(method), std::move(target),
                                    form ? std::optional(encode_pairs(*form)) : std::nullopt, timeout_);
    co_return decode_v2_answer(text.status, text.body, text.index);
}

net::Task<V2Client::Text> V2Client::send(std::string method, std::string target, std::optional<std::string> body,
                                         std::chrono::milliseconds timeout, std::string type)
{
    std::string reasons;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        http::Call request;
        request.method = method;
        request.url = endpoints_[i];
        request.url.target = target;
        request.connect_timeout = timeout_;
        request.head_timeout = request.idle_timeout = timeout;
        if (!access_.user.empty())
            request.headers.set("Authorization", "Basic " + encode_base64(access_.user + ":" + access_.password));
        if (body) {
            request.headers.set("Content-Type", type);
            request.body = *body;
        }
        if (access_.on_request)
            access_.on_request(request);
        try {
            http::Reply reply = co_await client_.send(std::move(request));
            const auto index = parse_unsigned(reply.headers().get("X-Etcd-Index"));
            Text text{reply.status(), index.value_or(0), co_await reply.read_all(largest_answer)};
            std::rotate(endpoints_.begin(), endpoints_.begin() + static_cast<std::ptrdiff_t>(i), endpoints_.end());
            co_return text;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::unavailable && error.kind() != ErrorKind::denied) // a certificate
                throw;
            reasons += fmt::format("; error #{}: {}", i, error.message());
        }
    }
    throw Error(ErrorKind::unavailable, "client: etcd cluster is unavailable or misconfigured{}", reasons);
}

} // namespace dfriends::etcd
