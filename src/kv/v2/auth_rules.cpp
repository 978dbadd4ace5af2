// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/auth_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dfriends::kv::v2 {

namespace {

constexpr std::string_view root = "root", guest = "guest";
constexpr std::size_t most_names = 10'000;

template <class... Values>
AuthRefusal refusal(int status, fmt::format_string<Values...> text, Values&&... values)
{
    return {status, "auth: " + fmt::format(text, std::forward<Values>(values)...)};
}

void check_room(std::size_t count, std::string_view what)
{
    if (count >= most_names)
        throw refusal(400, "There are {} {} already.", count, what);
}

std::set<std::string> set_of(const AuthList& list)
{
    return {items_of(list).begin(), items_of(list).end()};
}

std::vector<std::string> list_of(const std::set<std::string>& set)
{
    return {set.begin(), set.end()};
}

void create_user(AuthState& state, UserChange change)
{
    if (change.name == root) {
        if (!change.roles)
            change.roles.emplace();
        if (std::ranges::find(*change.roles, root) == change.roles->end())
            change.roles->emplace_back(root);
    }
    if (change.password.empty())
        throw refusal(400, "Cannot create user {} with an empty password", change.name);
    if (state.users.contains(change.name))
        throw refusal(409, "User {} already exists.", change.name);
    check_room(state.users.size(), "users");
    state.users[change.name] = {std::move(change.password), std::move(change.roles)};
}

void update_user(AuthState& state, const UserChange& change)
{
    const auto found = state.users.find(change.name);
    if (found == state.users.end())
        throw refusal(404, "User {} does not exist.", change.name);
    AuthUser updated = found->second;
    if (!change.password.empty())
        updated.password = change.password;
    std::set<std::string> roles = set_of(updated.roles);
    for (const std::string& role : items_of(change.grant))
        if (!roles.insert(role).second)
            throw refusal(409, "Granting duplicate role {} for user {}", role, change.name);
    for (const std::string& role : items_of(change.revoke))
        if (roles.erase(role) == 0)
            throw refusal(409, "Revoking ungranted role {} for user {}", role, change.name);
    updated.roles = list_of(roles);
    if (updated == found->second)
        throw refusal(400, "User not updated. Use grant/revoke/password to update the user.");
    found->second = std::move(updated);
}

void grant(AuthList& list, const AuthList& granted, std::string_view what)
{
    std::set<std::string> paths = set_of(list);
    for (const std::string& path : items_of(granted))
        if (!paths.insert(path).second)
            throw refusal(409, "Granting duplicate {} permission {}", what, path);
    list = list_of(paths);
}

/// What was not granted is overlooked.
void revoke(AuthList& list, const AuthList& revoked)
{
    std::set<std::string> paths = set_of(list);
    for (const std::string& path : items_of(revoked))
        paths.erase(path);
    list = list_of(paths);
}

void check_not_root(const std::string& role)
{
    if (role == root)
        throw refusal(403, "Cannot modify role {}: is root role.", role);
}

void update_role(AuthState& state, const RoleChange& change)
{
    const auto found = state.roles.find(change.name);
    if (found == state.roles.end())
        throw refusal(404, "Role {} does not exist.", change.name);
    AuthPermissions updated = found->second;
    if (!change.grant.is_empty()) {
        grant(updated.read, change.grant.read, "read");
        grant(updated.write, change.grant.write, "write");
    }
    if (!change.revoke.is_empty()) {
        revoke(updated.read, change.revoke.read);
        revoke(updated.write, change.revoke.write);
    }
    if (updated == found->second)
        throw refusal(400, "Role not updated. Use grant/revoke to update the role.");
    found->second = std::move(updated);
}

} // namespace

bool put_user(AuthState& state, UserChange change)
{
    if (change.alters()) {
        update_user(state, change);
        return false;
    }
    const bool with_roles = !items_of(change.roles).empty();
    if (with_roles || !state.users.contains(change.name)) {
        create_user(state, std::move(change));
        return !with_roles; // etcd says 200 then
    }
    update_user(state, change);
    return false;
}

void delete_user(AuthState& state, const std::string& name)
{
    if (state.is_enabled && name == root)
        throw refusal(403, "Cannot delete root user while auth is enabled.");
    if (state.users.erase(name) == 0)
        throw refusal(404, "User {} does not exist", name);
}

bool put_role(AuthState& state, RoleChange change)
{
    check_not_root(change.name);
    if (change.alters()) {
        update_role(state, change);
        return false;
    }
    if (state.roles.contains(change.name))
        throw refusal(409, "Role {} already exists.", change.name);
    check_room(state.roles.size(), "roles");
    state.roles[change.name] = std::move(change.permissions);
    return true;
}

void delete_role(AuthState& state, const std::string& name)
{
    check_not_root(name);
    if (state.roles.erase(name) == 0)
        throw refusal(404, "Role {} doesn't exist.", name);
}

void enable_auth(AuthState& state)
{
    if (state.is_enabled)
        throw refusal(409, "already enabled");
    if (!state.users.contains(std::string(root)))
        throw refusal(409, "No root user available, please create one");
    state.is_enabled = true;
    // Until somebody restricts them, those without a name may do all.
    state.roles.try_emplace(std::string(guest), *state.find_role("root"));
}

void disable_auth(AuthState& state)
{
    if (!state.is_enabled)
        throw refusal(409, "already disabled");
    state.is_enabled = false;
}

} // namespace dfriends::kv::v2
