// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/auth.hpp"

#include "crypto/password.hpp"
#include "crypto/random.hpp"
#include "etcd/v3/status.hpp"
#include "kv/v3/rows.hpp"
#include "net/worker.hpp"
#include "state/store.hpp"

#include <algorithm>

namespace dfriends::kv::v3 {

using namespace etcd::v3;

namespace {

constexpr std::chrono::minutes token_life{5}; // etcd's
constexpr std::size_t most_tokens = 10'000;
constexpr std::string_view root = "root";

void write_state(state::Database& database, const Auth::State& state)
{
    database.execute(
        "delete from kv3_user_role; delete from kv3_user; delete from kv3_permission; delete from kv3_role;");
    for (const auto& [name, permissions] : state.roles) {
        database.prepare("insert into kv3_role (name) values (?)").bind(name).run();
        for (const Permission& permission : permissions)
            database.prepare("insert into kv3_permission (role, key, range_end, type) values (?, ?, ?, ?)")
                .bind(name)
                .bind_blob(permission.key)
                .bind_blob(permission.range_end)
                .bind(static_cast<std::int64_t>(permission.type))
                .run();
    }
    for (const auto& [name, user] : state.users) {
        database.prepare("insert into kv3_user (name, password) values (?, ?)").bind(name).bind(user.password).run();
        for (const std::string& role : user.roles)
            database.prepare("insert into kv3_user_role (user, role) values (?, ?)").bind(name).bind(role).run();
    }
    Rows rows(database);
    rows.set_number("v3_auth_enabled", state.is_enabled ? 1 : 0);
    rows.set_number("v3_auth_revision", state.revision);
}

Status auth_failed()
{
    return {Code::invalid_argument, "etcdserver: authentication failed, invalid user ID or password"};
}

} // namespace

Auth::Auth(Keyspace& keyspace, Monotonic now) : keyspace_(keyspace), now_(std::move(now)) {}

void Auth::load()
{
    const auto database = keyspace_.store().reader();
    Rows rows(*database);
    state_.is_enabled = rows.number("v3_auth_enabled", 0) != 0;
    state_.revision = rows.number("v3_auth_revision", 1);
    auto users = database->prepare("select name, password from kv3_user");
    while (users.next())
        state_.users[users.text(0)].password = users.text(1);
    auto granted = database->prepare("select user, role from kv3_user_role");
    while (granted.next())
        state_.users[granted.text(0)].roles.insert(granted.text(1));
    auto roles = database->prepare("select name from kv3_role");
    while (roles.next())
        state_.roles[roles.text(0)];
    auto permissions = database->prepare("select role, key, range_end, type from kv3_permission order by role, key");
    while (permissions.next()) {
        Permission permission;
        permission.key = permissions.text(1);
        permission.range_end = permissions.text(2);
        permission.type = static_cast<PermissionType>(permissions.integer(3));
        state_.roles[permissions.text(0)].push_back(std::move(permission));
    }
}

net::Task<> Auth::change(std::function<void(State&)> edit)
{
    const net::Mutex::Held turn = co_await changing_.take();
    const auto edited = std::make_shared<State>(state_);
    edit(*edited);
    ++edited->revision;
    co_await keyspace_.change([this, edited](Draft& draft) {
        draft.also_write([edited](state::Database& database) { write_state(database, *edited); });
        draft.on_commit([this, edited] { state_ = *edited; });
    });
}

net::Task<std::string> Auth::authenticate(std::string name, std::string password)
{
    if (!state_.is_enabled)
        throw Status(Code::failed_precondition, "etcdserver: authentication is not enabled");
    const auto found = state_.users.find(name);
    const std::string stored = found == state_.users.end() ? std::string() : found->second.password;
    // Also for a user who is not there, so that time tells nothing.
    const bool is_right = co_await net::shared_worker().call(
        [password = std::move(password), stored] { return crypto::is_password(password, stored); });
    const auto still = state_.users.find(name);
    if (!is_right || still == state_.users.end() || still->second.password != stored)
        throw auth_failed();
    const auto now = now_();
    std::erase_if(tokens_, [&](const auto& entry) { return entry.second.until <= now; });
    if (tokens_.size() >= most_tokens)
        throw Status(Code::resource_exhausted, "etcdserver: too many requests");
    std::string token = crypto::random_hex(16);
    tokens_.emplace(token, Token{std::move(name), now + token_life});
    co_return token;
}

void Auth::forget_tokens(std::string_view name)
{
    std::erase_if(tokens_, [&](const auto& entry) { return name.empty() || entry.second.user == name; });
}

std::string Auth::check_user(const std::string& token)
{
    if (!state_.is_enabled)
        return {};
    if (token.empty())
        throw Status(Code::invalid_argument, "etcdserver: user name is empty");
    const auto found = tokens_.find(token);
    if (found == tokens_.end() || found->second.until <= now_())
        throw Status(Code::unauthenticated, "etcdserver: invalid auth token");
    found->second.until = now_() + token_life;
    return found->second.user;
}

bool Auth::is_admin(const std::string& name) const
{
    const auto found = state_.users.find(name);
    return found != state_.users.end() && found->second.roles.contains(std::string(root));
}

void Auth::check_admin(const std::string& token)
{
    if (state_.is_enabled && !is_admin(check_user(token)))
        throw Status(Code::permission_denied, "etcdserver: permission denied");
}

void Auth::check_access(const std::string& token, std::string_view key, std::string_view range_end, bool write)
{
    if (!state_.is_enabled)
        return;
    const std::string user = check_user(token);
    if (is_admin(user))
        return;
    std::vector<Permission> permissions;
    if (const auto found = state_.users.find(user); found != state_.users.end())
        for (const std::string& role : found->second.roles)
            if (const auto granted = state_.roles.find(role); granted != state_.roles.end())
                permissions.insert(permissions.end(), granted->second.begin(), granted->second.end());
    if (!covers(permissions, write, key, range_end))
        throw Status(Code::permission_denied, "etcdserver: permission denied");
}

void Auth::check_read(const std::string& token, std::string_view key, std::string_view range_end)
{
    check_access(token, key, range_end, false);
}

void Auth::check_write(const std::string& token, std::string_view key, std::string_view range_end)
{
    check_access(token, key, range_end, true);
}

bool covers(const std::vector<Permission>& permissions, bool write, std::string_view key, std::string_view range_end)
{
    std::vector<Span> spans;
    for (const Permission& permission : permissions)
        if (permission.type == PermissionType::read_write ||
            permission.type == (write ? PermissionType::write : PermissionType::read))
            spans.emplace_back(permission.key, permission.range_end);
    std::ranges::sort(spans, {}, &Span::low);
    const Span asked(key, range_end);
    const auto end = asked.high();
    std::string covered(asked.low()); // all before it are
    for (const Span& span : spans) {
        if (span.low() > covered)
            return false;
        const auto high = span.high();
        if (!high)
            return true;
        covered = std::max(covered, *high);
        if (end && covered >= *end)
            return true;
    }
    return false;
}

} // namespace dfriends::kv::v3
