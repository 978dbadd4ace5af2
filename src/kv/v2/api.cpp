// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/api.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/quote.hpp"
#include "kv/v2/encode.hpp"
#include "kv/v2/parameters.hpp"
#include "kv/v2/path.hpp"
#include "kv/v2/watch.hpp"

namespace dfriends::kv::v2 {

using etcd::quote;

namespace {

constexpr std::string_view keys_prefix = "/v2/keys";
constexpr std::string_view machines_key =
    "/_etcd/machines";                           ///< the members of etcd 0.4, and node-etcd still asks for it
constexpr std::size_t largest_form = 10U << 20U; // etcd's own limit
constexpr std::size_t most_watches = 20'000;
constexpr std::uint64_t longest_ttl = 100ULL * 365 * 86'400;

void allow_all_origins(http::Response& response)
{
    response.headers.set("Access-Control-Allow-Headers", "accept, content-type, authorization");
    response.headers.set("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
    response.headers.set("Access-Control-Allow-Origin", "*");
}

http::Response json_response(std::string text)
{
    return http::text_response(200, std::move(text), "application/json");
}

http::Response not_found()
{
    return http::text_response(404, "404 page not found\n");
}

http::Response method_not_allowed(std::string allow)
{
    http::Response response = http::text_response(405, "Method Not Allowed\n");
    response.headers.set("Allow", std::move(allow));
    return response;
}

/// Go's mux sends unclean paths to their clean form.
http::Response redirect(const std::string& clean)
{
    const std::string location = encode_percent(clean, "/");
    http::Response response =
        http::text_response(301, "<a href=\"" + location + "\">Moved Permanently</a>.\n\n", "text/html; charset=utf-8");
    response.headers.set("Location", location);
    return response;
}

bool is_form(const http::Request& request)
{
    const auto type = split_once(request.headers.get("Content-Type"), ';').first;
    return equal_ignoring_case(trim(type), "application/x-www-form-urlencoded");
}

Operation make_operation(std::string_view method, const Parameters& parameters, std::string key, TimePoint now)
{
    const bool compares = parameters.prev_index != 0 || !parameters.prev_value.empty();
    Operation operation;
    operation.path = std::move(key);
    operation.value = parameters.value;
    operation.dir = parameters.dir;
    operation.recursive = parameters.recursive;
    operation.prev_index = parameters.prev_index;
    operation.prev_value = parameters.prev_value;
    operation.refresh = parameters.refresh && method == "PUT";
    if (parameters.ttl)
        operation.expires = now + std::chrono::seconds(std::min(*parameters.ttl, longest_ttl));
    if (method == "POST")
        operation.action = Action::create_in_order;
    else if (method == "DELETE")
        operation.action = compares ? Action::compare_and_delete : Action::remove;
    else if (parameters.prev_exist && !*parameters.prev_exist)
        operation.action = Action::create;
    else if (compares)
        operation.action = Action::compare_and_swap;
    else
        operation.action = parameters.prev_exist ? Action::update : Action::set;
    return operation;
}

} // namespace

http::Response Api::refuse(const Refusal& refusal) const
{
    http::Response response = json_response(encode(refusal));
    response.status = status_of(refusal.code);
    response.headers.set("X-Etcd-Cluster-Id", fmt::format("{:x}", keyspace_.cluster_id()));
    response.headers.set("X-Etcd-Index", std::to_string(refusal.index));
    allow_all_origins(response);
    return response;
}

void Api::add_headers(http::Response& response, std::uint64_t index) const
{
    response.headers.set("X-Etcd-Cluster-Id", fmt::format("{:x}", keyspace_.cluster_id()));
    response.headers.set("X-Etcd-Index", std::to_string(index));
    response.headers.set("X-Raft-Index", std::to_string(index));
    response.headers.set("X-Raft-Term", std::to_string(keyspace_.boots() + 1));
    allow_all_origins(response);
}

net::Task<http::Response> Api::operator()(http::Request& request)
{
    http::Response response;
    if (request.method != "OPTIONS")
        response = co_await route(request);
    allow_all_origins(response);
    co_return response;
}

net::Task<http::Response> Api::route(http::Request& request)
{
    const auto path = decode_percent(request.path());
    if (!path || !path->starts_with('/'))
        co_return http::text_response(400, "bad request path\n");
    std::string clean = clean_path(*path);
    const bool slashed = path->ends_with('/') && clean != "/";
    if (clean + (slashed ? "/" : "") != *path)
        co_return redirect(clean + (slashed ? "/" : ""));
    if (clean == keys_prefix || is_below(clean, keys_prefix))
        co_return co_await keys(request, clean == keys_prefix ? "/" : clean.substr(keys_prefix.size()));
    if (is_below(clean, "/v2/auth"))
        co_return co_await auth_api_(request, std::move(clean));
    if (request.method != "GET" && request.method != "HEAD")
        co_return method_not_allowed("GET");
    if (clean == "/version")
        co_return json_response(R"({"etcdserver":"3.4.23","etcdcluster":"3.4.0"})");
    if (clean == "/health")
        co_return json_response(R"({"health":"true"})");
    if (clean == "/v2/machines")
        co_return http::text_response(200, request.base_url());
    if (clean == "/v2/leader") // of etcd 0.4, and node-etcd still asks for it
        co_return http::text_response(200, request.base_url());
    if (clean == "/v2/members" || clean == "/v2/members/leader")
        co_return members(request, clean != "/v2/members");
    if (clean.starts_with("/v2/stats/"))
        co_return statistics(clean.substr(10));
    co_return not_found();
}

net::Task<http::Response> Api::keys(http::Request& request, std::string key)
{
    const std::string_view method = request.method;
    if (method != "GET" && method != "HEAD" && method != "PUT" && method != "POST" && method != "DELETE")
        co_return method_not_allowed("HEAD,GET,PUT,POST,DELETE");
    if (key.size() > longest_key || components(key).size() > deepest_key)
        co_return refuse({Code::invalid_field,
                          fmt::format("a key has at most {} bytes and {} levels", longest_key, deepest_key), 0});
    std::string form;
    if ((method == "PUT" || method == "POST") && is_form(request)) {
        bool too_large = false;
        try {
            form = co_await request.body->read_all(largest_form);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::invalid)
                throw;
            too_large = true;
        }
        if (too_large)
            co_return refuse({Code::invalid_form, "http: POST too large", 0});
    }
    auto parsed = parse_parameters(method, request.query(), form);
    if (const auto* refusal = std::get_if<Refusal>(&parsed))
        co_return refuse(*refusal);
    const Parameters& parameters = std::get<Parameters>(parsed);
    if (auth_.is_enabled() && !co_await is_allowed(request, key, parameters.recursive))
        co_return refuse({Code::unauthorized, "Insufficient credentials", 0});
    if (parameters.wait)
        co_return co_await watch(request, std::move(key), parameters);
    if (method == "GET" || method == "HEAD")
        co_return co_await get(request, std::move(key), parameters);
    co_return co_await change(request, parameters, std::move(key));
}

/// Permissions are on the path as the client wrote it: one on "/a/*" lets it list "/a/", not "/a".
net::Task<bool> Api::is_allowed(const http::Request& request, std::string key, bool recursive)
{
    if (request.path().ends_with('/') && key != "/")
        key += '/';
    co_return co_await auth_.may(std::string(request.headers.get("Authorization")), std::move(key), recursive,
                                 request.method != "GET" && request.method != "HEAD");
}

net::Task<http::Response> Api::get(const http::Request& request, std::string key, const Parameters& parameters)
{
    const bool asks_for_machines = key == machines_key;
    const Reading reading = co_await keyspace_.read(std::move(key), parameters.recursive);
    if (reading.refusal && asks_for_machines)
        co_return machines(request);
    if (reading.refusal)
        co_return refuse(*reading.refusal);
    http::Response response = json_response(encode_event("get", reading.node, {}).append("\n"));
    add_headers(response, reading.index);
    co_return response;
}

net::Task<http::Response> Api::change(const http::Request& request, const Parameters& parameters, std::string key)
{
    std::optional<Outcome> outcome;
    std::string failure;
    try {
        outcome = co_await keyspace_.change(make_operation(request.method, parameters, std::move(key), clock_()));
    } catch (const Error& error) {
        failure = error.message();
    }
    if (!outcome)
        co_return refuse({Code::internal, failure, keyspace_.index()});
    if (outcome->refusal)
        co_return refuse(*outcome->refusal);
    const bool terse = parameters.no_value_on_success && request.method != "DELETE";
    const std::string_view body = outcome->event->body;
    std::string text;
    text.reserve(body.size() + 1);
    text.append(terse ? body.substr(0, body.find(',')) : body).append(terse ? "}\n" : "\n");
    http::Response response = json_response(std::move(text));
    response.status = outcome->created ? 201 : 200;
    add_headers(response, outcome->event->index);
    co_return response;
}

net::Task<http::Response> Api::watch(http::Request& request, std::string key, const Parameters& parameters)
{
    History& history = keyspace_.history();
    const std::uint64_t index = keyspace_.index();
    if (parameters.wait_index != 0 && parameters.wait_index < history.floor())
        co_return refuse(
            {Code::event_index_cleared,
             fmt::format("the requested history has been cleared [{}/{}]", history.floor(), parameters.wait_index),
             index});
    if (history.watches() >= most_watches)
        throw Error(ErrorKind::unavailable, "more than {} watches", most_watches);
    http::Response response = json_response("");
    add_headers(response, index);
    Watch watch{{std::move(key), parameters.recursive},
                parameters.wait_index != 0 ? parameters.wait_index : index + 1,
                parameters.stream,
                request.connection};
    response.body = http::Producer(
        [&history, watch = std::move(watch)](http::BodyWriter& writer) { return run_watch(history, watch, writer); });
    co_return response;
}

http::Response Api::machines(const http::Request& request) const
{
    const std::string host(request.headers.get("Host"));
    const std::string node = fmt::format(
        R"({{"key":"{0}","dir":true,"nodes":[{{"key":{1},"value":{2},"modifiedIndex":1,"createdIndex":1}}],"modifiedIndex":1,"createdIndex":1}})",
        machines_key, quote(std::string(machines_key) + "/" + name_),
        quote("raft=http://" + host + "&etcd=http://" + host + "&raftVersion=v2"));
    http::Response response = json_response(encode_event("get", node, {}) + "\n");
    add_headers(response, keyspace_.index());
    return response;
}

http::Response Api::members(const http::Request& request, bool leader_only) const
{
    // The address that the client itself used: clients that ask for the members go on with what they are told.
    const std::string url = quote(request.base_url());
    const std::string member = fmt::format(R"({{"id":"{:x}","name":{},"peerURLs":[{}],"clientURLs":[{}]}})",
                                           keyspace_.member_id(), quote(name_), url, url);
    http::Response response = json_response(leader_only ? member + "\n" : "{\"members\":[" + member + "]}\n");
    response.headers.set("X-Etcd-Cluster-Id", fmt::format("{:x}", keyspace_.cluster_id()));
    return response;
}

http::Response Api::statistics(std::string_view which) const
{
    const std::string id = fmt::format("{:x}", keyspace_.member_id());
    if (which == "leader")
        return json_response(fmt::format(R"({{"leader":"{}","followers":{{}}}})", id));
    if (which == "self")
        return json_response(fmt::format(
            R"({{"name":{},"id":"{}","state":"StateLeader","leaderInfo":{{"leader":"{}"}},"recvAppendRequestCnt":0,"sendAppendRequestCnt":0}})",
            quote(name_), id, id));
    if (which != "store")
        return not_found();
    const auto& counts = keyspace_.statistics().counts;
    const auto count = [&](std::string_view name) {
        const auto found = counts.find(name);
        return found == counts.end() ? 0 : found->second;
    };
    std::string text = "{";
    for (const std::string_view operation :
         {"gets", "sets", "delete", "update", "create", "compareAndSwap", "compareAndDelete"})
        for (const std::string_view result : {"Success", "Fail"}) {
            const std::string name = std::string(operation).append(result);
            text += fmt::format("\"{}\":{},", name, count(name));
        }
    return json_response(text + fmt::format(R"("expireCount":{},"watchers":{}}})", count("expireSuccess"),
                                            keyspace_.history().watches()));
}

} // namespace dfriends::kv::v2
