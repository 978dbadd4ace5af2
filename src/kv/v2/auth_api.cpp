// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/auth_api.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/password.hpp"
#include "etcd/quote.hpp"
#include "kv/v2/auth_wire.hpp"
#include "net/worker.hpp"

namespace dfriends::kv::v2 {

namespace {

constexpr std::size_t largest_body = 1U << 20U;
constexpr std::size_t longest_name = 1000; ///< bytes, of a user or a role

std::string message(std::string_view text)
{
    return "{\"message\":" + etcd::quote(text) + "}";
}

/// Before anything is looked at, and so without the cluster's id.
http::Response turn_away(int status, std::string_view text)
{
    return http::text_response(status, message(text), "application/json");
}

http::Response only(std::string_view allowed)
{
    http::Response response = http::text_response(405, "Method Not Allowed\n");
    response.headers.set("Allow", std::string(allowed));
    response.headers.set("X-Content-Type-Options", "nosniff");
    return response;
}

bool is_any_of(std::string_view method, std::string_view allowed)
{
    const auto methods = split(allowed, ',');
    return std::ranges::find(methods, method) != methods.end();
}

AuthRefusal bad_request(std::string text)
{
    return {400, std::move(text)};
}

net::Task<std::string> read_body(http::Request& request)
{
    try {
        co_return co_await request.body->read_all(largest_body);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::invalid)
            throw;
    }
    throw bad_request("Invalid JSON in request body.");
}

} // namespace

http::Response AuthApi::json(int status, std::string text) const
{
    http::Response response = http::text_response(status, std::move(text), "application/json");
    response.headers.set("X-Etcd-Cluster-Id", fmt::format("{:x}", cluster_id_));
    return response;
}

net::Task<http::Response> AuthApi::operator()(http::Request& request, std::string path)
{
    std::optional<AuthRefusal> refusal;
    try {
        co_return co_await answer(request, std::move(path));
    } catch (const AuthRefusal& refused) {
        refusal = refused;
    }
    co_return json(refusal->status(), message(refusal->message()));
}

net::Task<http::Response> AuthApi::answer(http::Request& request, std::string path)
{
    const auto parts = split(std::string_view(path).substr(1), '/'); // v2, auth, users, NAME
    const std::string_view what = parts.size() > 2 ? parts[2] : std::string_view();
    if (parts.size() > 4 && (what == "users" || what == "roles"))
        co_return turn_away(400, "Invalid path");
    if (parts.size() < 3 || (what != "users" && what != "roles" && (what != "enable" || parts.size() > 3)))
        co_return http::text_response(404, "404 page not found\n");
    const bool is_list = parts.size() == 3 && what != "enable";
    const std::string_view allowed = is_list ? "GET" : "GET,PUT,DELETE";
    if (!is_any_of(request.method, allowed))
        co_return only(allowed);
    const bool may = (what == "enable" && request.method == "GET") ||
                     co_await auth_.is_root(std::string(request.headers.get("Authorization")));
    if (!may)
        co_return turn_away(401, "Insufficient credentials");
    if (what == "enable")
        co_return co_await change_enabled(request.method);
    if (is_list)
        co_return json(200, what == "users" ? encode_users(auth_.state()) : encode_roles(auth_.state()));
    if (parts[3].size() > longest_name)
        throw bad_request(fmt::format("A name has at most {} bytes.", longest_name));
    co_return what == "users" ? co_await user(request, std::string(parts[3]))
                              : co_await role(request, std::string(parts[3]));
}

net::Task<http::Response> AuthApi::change_enabled(std::string method)
{
    if (method == "GET")
        co_return json(200, fmt::format("{{\"enabled\":{}}}\n", auth_.state().is_enabled));
    co_await auth_.change(method == "PUT" ? enable_auth : disable_auth);
    co_return json(200, "");
}

net::Task<http::Response> AuthApi::user(http::Request& request, std::string name)
{
    if (request.method == "PUT")
        co_return co_await put_user(request, std::move(name));
    if (request.method == "GET") {
        if (!auth_.state().users.contains(name))
            throw AuthRefusal(404, fmt::format("auth: User {} does not exist.", name));
        co_return json(200, encode_user_with_roles(auth_.state(), name));
    }
    co_await auth_.change([name](AuthState& state) { delete_user(state, name); });
    co_return json(200, "");
}

net::Task<http::Response> AuthApi::put_user(http::Request& request, std::string name)
{
    auto change = decode_user_change(co_await read_body(request));
    if (!change)
        throw bad_request("Invalid JSON in request body.");
    if (change->name != name)
        throw bad_request("User JSON name does not match the name in the URL");
    if (change->alters() && !items_of(change->roles).empty())
        throw bad_request("User JSON contains both roles and grant/revoke");
    if (!change->password.empty()) // slow on purpose
        change->password = co_await net::shared_worker().call(
            [password = change->password] { return crypto::hash_password(password); });
    const auto created = std::make_shared<bool>(false);
    co_await auth_.change(
        [change = std::move(*change), created](AuthState& state) { *created = v2::put_user(state, change); });
    co_return json(*created ? 201 : 200, encode_user(name, auth_.state().users.at(name)));
}

net::Task<http::Response> AuthApi::role(http::Request& request, std::string name)
{
    if (request.method == "PUT")
        co_return co_await put_role(request, std::move(name));
    if (request.method == "GET") {
        const AuthPermissions* const permissions = auth_.state().find_role(name);
        if (permissions == nullptr)
            throw AuthRefusal(404, fmt::format("auth: Role {} does not exist.", name));
        co_return json(200, encode_role(name, *permissions));
    }
    co_await auth_.change([name](AuthState& state) { delete_role(state, name); });
    co_return json(200, "");
}

net::Task<http::Response> AuthApi::put_role(http::Request& request, std::string name)
{
    auto change = decode_role_change(co_await read_body(request));
    if (!change)
        throw bad_request("Invalid JSON in request body.");
    if (change->name != name)
        throw bad_request("Role JSON name does not match the name in the URL");
    if (change->alters() && !change->permissions.is_empty())
        throw bad_request("Role JSON contains both permissions and grant/revoke");
    const auto created = std::make_shared<bool>(false);
    co_await auth_.change(
        [change = std::move(*change), created](AuthState& state) { *created = v2::put_role(state, change); });
    co_return json(*created ? 201 : 200, encode_role(name, *auth_.state().find_role(name)));
}

} // namespace dfriends::kv::v2
