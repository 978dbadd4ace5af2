// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/auth.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/random.hpp"
#include "kv/v2/rows.hpp"
#include "net/worker.hpp"

#include <algorithm>
#include <memory>

namespace dfriends::kv::v2 {

namespace {

constexpr std::size_t most_verified = 1000;

void write_paths(state::Database& database, const std::string& role, bool is_write, const AuthList& paths)
{
    for (std::size_t place = 0; place < items_of(paths).size(); ++place)
        database.prepare("insert into kv_permission (role, is_write, place, path) values (?, ?, ?, ?)")
            .bind(role)
            .bind(is_write)
            .bind(place)
            .bind((*paths)[place])
            .run();
}

void write_auth(state::Database& database, const AuthState& state)
{
    database.execute("delete from kv_user_role; delete from kv_user; delete from kv_permission; delete from kv_role;");
    for (const auto& [name, permissions] : state.roles) {
        database.prepare("insert into kv_role (name, has_read, has_write) values (?, ?, ?)")
            .bind(name)
            .bind(permissions.read.has_value())
            .bind(permissions.write.has_value())
            .run();
        write_paths(database, name, false, permissions.read);
        write_paths(database, name, true, permissions.write);
    }
    for (const auto& [name, user] : state.users) {
        database.prepare("insert into kv_user (name, password, has_roles) values (?, ?, ?)")
            .bind(name)
            .bind(user.password)
            .bind(user.roles.has_value())
            .run();
        for (std::size_t place = 0; place < items_of(user.roles).size(); ++place)
            database.prepare("insert into kv_user_role (user, place, role) values (?, ?, ?)")
                .bind(name)
                .bind(place)
                .bind((*user.roles)[place])
                .run();
    }
    Rows(database).set_number("auth_enabled", state.is_enabled ? 1 : 0);
}

AuthState read_auth(state::Database& database)
{
    AuthState state;
    state.is_enabled = Rows(database).number("auth_enabled", 0) != 0;
    const auto list = [](bool is_there) { return is_there ? AuthList(std::in_place) : AuthList(); };
    auto roles = database.prepare("select name, has_read, has_write from kv_role");
    while (roles.next())
        state.roles[roles.text(0)] = {list(roles.integer(1) != 0), list(roles.integer(2) != 0)};
    auto paths = database.prepare("select role, is_write, path from kv_permission order by role, is_write, place");
    while (paths.next()) {
        AuthPermissions& permissions = state.roles[paths.text(0)];
        AuthList& into = paths.integer(1) != 0 ? permissions.write : permissions.read;
        if (!into)
            into.emplace();
        into->push_back(paths.text(2));
    }
    auto users = database.prepare("select name, password, has_roles from kv_user");
    while (users.next())
        state.users[users.text(0)] = {users.text(1), list(users.integer(2) != 0)};
    auto granted = database.prepare("select user, role from kv_user_role order by user, place");
    while (granted.next()) {
        AuthList& into = state.users[granted.text(0)].roles;
        if (!into)
            into.emplace();
        into->push_back(granted.text(1));
    }
    return state;
}

/// "Basic", a space, and in base64 a name, a colon and a password.
std::optional<std::pair<std::string, std::string>> read_basic(std::string_view authorization)
{
    const auto [scheme, encoded] = split_once(authorization, ' ');
    if (!equal_ignoring_case(scheme, "Basic"))
        return std::nullopt;
    const auto decoded = decode_base64(encoded);
    if (!decoded || decoded->find(':') == decoded->npos)
        return std::nullopt;
    const auto [name, password] = split_once(*decoded, ':');
    return std::pair(std::string(name), std::string(password));
}

} // namespace

const std::vector<std::string>& items_of(const AuthList& list)
{
    static const std::vector<std::string> none;
    return list ? *list : none;
}

const AuthPermissions* AuthState::find_role(const std::string& name) const
{
    static const AuthPermissions everything{std::vector<std::string>{"/*"}, std::vector<std::string>{"/*"}};
    if (name == "root")
        return &everything;
    const auto found = roles.find(name);
    return found == roles.end() ? nullptr : &found->second;
}

bool matches_pattern(std::string_view pattern, std::string_view key, bool recursive)
{
    if (pattern.ends_with('*'))
        return key.starts_with(pattern.substr(0, pattern.size() - 1));
    return !recursive && key == pattern;
}

void Auth::load()
{
    const auto database = store_.reader();
    state_ = read_auth(*database);
    secret_ = crypto::random_bytes(32);
}

net::Task<> Auth::change(std::function<void(AuthState&)> edit)
{
    const net::Mutex::Held turn = co_await changing_.take();
    const auto edited = std::make_shared<AuthState>(state_);
    edit(*edited);
    co_await store_.write([edited](state::Database& database) { write_auth(database, *edited); });
    state_ = *edited;
}

net::Task<std::optional<std::string>> Auth::authenticate(std::string authorization)
{
    const auto given = read_basic(authorization);
    if (!given)
        co_return std::nullopt;
    const auto& [name, password] = *given;
    const auto found = state_.users.find(name);
    const std::string stored = found == state_.users.end() ? std::string() : found->second.password;
    const std::string digest = crypto::hash(crypto::Algorithm::sha256, secret_ + name + ":" + password);
    if (const auto known = verified_.find(digest); known != verified_.end() && known->second == stored)
        co_return name;
    // Also for a user who is not there, so that time tells nothing.
    const bool is_right = co_await net::shared_worker().call(
        [password = password, stored] { return crypto::is_password(password, stored); });
    const auto still = state_.users.find(name);
    if (!is_right || still == state_.users.end() || still->second.password != stored)
        co_return std::nullopt;
    if (verified_.size() >= most_verified)
        verified_.clear();
    verified_.insert_or_assign(digest, stored);
    co_return name;
}

net::Task<bool> Auth::may(std::string authorization, std::string key, bool recursive, bool write)
{
    if (!state_.is_enabled)
        co_return true;
    std::vector<std::string> roles;
    if (authorization.empty()) {
        roles = {"guest"};
        recursive = false; // of guests etcd asks no more
    } else {
        const auto name = co_await authenticate(std::move(authorization));
        const auto user = name ? state_.users.find(*name) : state_.users.end();
        if (user == state_.users.end())
            co_return false;
        roles = items_of(user->second.roles);
    }
    co_return std::ranges::any_of(roles, [&](const std::string& role) {
        const AuthPermissions* const permissions = state_.find_role(role);
        if (permissions == nullptr)
            return false;
        return std::ranges::any_of(
            items_of(write ? permissions->write : permissions->read),
            [&](const std::string& pattern) { return matches_pattern(pattern, key, recursive); });
    });
}

net::Task<bool> Auth::is_root(std::string authorization)
{
    if (!state_.is_enabled)
        co_return true;
    const auto name = co_await authenticate(std::move(authorization));
    const auto user = name ? state_.users.find(*name) : state_.users.end();
    co_return user != state_.users.end() && std::ranges::count(items_of(user->second.roles), "root") > 0;
}

} // namespace dfriends::kv::v2
