// SPDX-License-Identifier: Apache-2.0
#include "kv/discovery.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "http/url.hpp"
#include "kv/v2/path.hpp"

#include <algorithm>

namespace dfriends::kv {

namespace {

constexpr std::size_t token_digits = 32;
constexpr std::string_view registry = "/_etcd/registry/";
constexpr std::uint64_t largest_cluster = 1000;

/// Host and port as a client may write them: nothing that could break out of a URL.
bool is_authority(std::string_view text)
{
    return !text.empty() && text.size() < 300 &&
           std::ranges::all_of(
               text,
               [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view(".-_:[]").find(c) != std::string_view::npos;
               });
}

} // namespace

bool Discovery::serves(std::string_view path)
{
    if (path == "/new")
        return true;
    if (path.size() <= token_digits || path[0] != '/')
        return false;
    const std::string_view token = path.substr(1, token_digits);
    return is_hex(token) && (path.size() == token_digits + 1 || path[token_digits + 1] == '/');
}

net::Task<http::Response> Discovery::operator()(http::Request& request)
{
    if (request.path() == "/new")
        co_return co_await make_token(request);
    const auto path = decode_percent(request.path());
    if (!path)
        co_return http::text_response(400, "bad request path\n");
    std::string below = v2::clean_path(*path);
    if (!serves(below)) // dots led out of the token
        co_return http::text_response(400, "bad request path\n");
    co_return co_await api_.keys(request, std::string(registry) + below.substr(1));
}

net::Task<http::Response> Discovery::make_token(const http::Request& request)
{
    if (request.method != "GET" && request.method != "PUT" && request.method != "POST") {
        http::Response response = http::text_response(405, "Method Not Allowed\n");
        response.headers.set("Allow", "GET, PUT");
        co_return response;
    }
    const auto asked = http::find_query(request.query(), "size");
    const auto size = parse_unsigned(asked.value_or("3"));
    if (!size || *size == 0 || *size > largest_cluster)
        throw Error(ErrorKind::invalid, "the size of a cluster is a number from 1 to {}", largest_cluster);
    const std::string host(request.headers.get("Host"));
    if (!is_authority(host))
        throw Error(ErrorKind::invalid, "the request has no usable Host header");
    const std::string token = crypto::random_hex(token_digits / 2);
    v2::Operation operation;
    operation.action = v2::Action::create;
    operation.path = std::string(registry) + token + "/_config/size";
    operation.value = std::to_string(*size);
    const v2::Outcome outcome = co_await keyspace_.change(std::move(operation));
    if (outcome.refusal)
        throw Error(ErrorKind::conflict, "the token could not be made: {}", outcome.refusal->cause);
    co_return http::text_response(200, request.base_url() + "/" + token);
}

} // namespace dfriends::kv
