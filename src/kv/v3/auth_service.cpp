// SPDX-License-Identifier: Apache-2.0
// The Auth service: who exists and what roles may do (etcd's auth/store.go has the rules and the sentences).
#include "crypto/password.hpp"
#include "kv/v3/auth.hpp"
#include "kv/v3/service.hpp"
#include "net/worker.hpp"

#include <algorithm>

namespace dfriends::kv::v3 {

namespace {

const std::string root_name = "root";

Status precondition(std::string message)
{
    return {Code::failed_precondition, "etcdserver: " + std::move(message)};
}

Status invalid(std::string message)
{
    return {Code::invalid_argument, "etcdserver: " + std::move(message)};
}

Auth::User& user_of(Auth::State& state, const std::string& name)
{
    const auto found = state.users.find(name);
    if (found == state.users.end())
        throw precondition("user name not found");
    return found->second;
}

std::vector<Permission>& role_of(Auth::State& state, const std::string& name)
{
    const auto found = state.roles.find(name);
    if (found == state.roles.end())
        throw precondition("role name not found");
    return found->second;
}

net::Task<std::string> hash_off_the_loop(std::string password)
{
    if (password.size() > 1024)
        throw invalid("password is too long");
    co_return co_await net::shared_worker().call([password = std::move(password)] {
        return password.empty() ? std::string() : crypto::hash_password(password);
    });
}

bool is_same_range(const Permission& permission, const std::string& key, const std::string& range_end)
{
    return permission.key == key && permission.range_end == range_end;
}

} // namespace

net::Task<AuthEnableResponse> Service::auth_enable(AuthEnableRequest, Call& call)
{
    auth_.check_admin(call.token);
    if (!auth_.state().is_enabled)
        co_await auth_.change([](Auth::State& state) {
            const auto root = state.users.find(root_name);
            if (root == state.users.end())
                throw precondition("root user does not exist");
            if (!root->second.roles.contains(root_name))
                throw precondition("root user does not have root role");
            state.is_enabled = true;
        });
    co_return AuthEnableResponse{header()};
}

net::Task<AuthDisableResponse> Service::auth_disable(AuthDisableRequest, Call& call)
{
    auth_.check_admin(call.token);
    if (auth_.state().is_enabled)
        co_await auth_.change([](Auth::State& state) { state.is_enabled = false; });
    auth_.forget_tokens();
    co_return AuthDisableResponse{header()};
}

net::Task<AuthStatusResponse> Service::auth_status(AuthStatusRequest, Call& call)
{
    auth_.check_admin(call.token);
    AuthStatusResponse answer;
    answer.header = header();
    answer.enabled = auth_.state().is_enabled;
    answer.auth_revision = static_cast<std::uint64_t>(auth_.state().revision);
    co_return answer;
}

net::Task<AuthenticateResponse> Service::authenticate(AuthenticateRequest request, Call&)
{
    AuthenticateResponse answer;
    answer.token = co_await auth_.authenticate(std::move(request.name), std::move(request.password));
    answer.header = header();
    co_return answer;
}

net::Task<AuthUserAddResponse> Service::user_add(AuthUserAddRequest request, Call& call)
{
    auth_.check_admin(call.token);
    if (request.name.empty())
        throw invalid("user name is empty");
    if (auth_.state().users.contains(request.name))
        throw precondition("user name already exists");
    const bool has_password = !request.options || !request.options->no_password;
    std::string stored = co_await hash_off_the_loop(has_password ? request.password : std::string());
    co_await auth_.change([name = request.name, stored = std::move(stored)](Auth::State& state) {
        if (!state.users.try_emplace(name, Auth::User{stored, {}}).second)
            throw precondition("user name already exists");
    });
    co_return AuthUserAddResponse{header()};
}

net::Task<AuthUserGetResponse> Service::user_get(AuthUserGetRequest request, Call& call)
{
    if (const std::string caller = auth_.check_user(call.token); caller != request.name)
        auth_.check_admin(call.token);
    const auto found = auth_.state().users.find(request.name);
    if (found == auth_.state().users.end())
        throw precondition("user name not found");
    AuthUserGetResponse answer;
    answer.header = header();
    answer.roles.assign(found->second.roles.begin(), found->second.roles.end());
    co_return answer;
}

net::Task<AuthUserListResponse> Service::user_list(AuthUserListRequest, Call& call)
{
    auth_.check_admin(call.token);
    AuthUserListResponse answer;
    answer.header = header();
    for (const auto& [name, user] : auth_.state().users)
        answer.users.push_back(name);
    co_return answer;
}

net::Task<AuthUserDeleteResponse> Service::user_delete(AuthUserDeleteRequest request, Call& call)
{
    auth_.check_admin(call.token);
    co_await auth_.change([name = request.name](Auth::State& state) {
        if (state.is_enabled && name == root_name)
            throw invalid("invalid auth management");
        user_of(state, name);
        state.users.erase(name);
    });
    auth_.forget_tokens(request.name);
    co_return AuthUserDeleteResponse{header()};
}

net::Task<AuthUserChangePasswordResponse> Service::user_change_password(AuthUserChangePasswordRequest request,
                                                                        Call& call)
{
    auth_.check_admin(call.token);
    std::string stored = co_await hash_off_the_loop(request.password);
    co_await auth_.change([name = request.name, stored = std::move(stored)](Auth::State& state) {
        user_of(state, name).password = stored;
    });
    auth_.forget_tokens(request.name);
    co_return AuthUserChangePasswordResponse{header()};
}

net::Task<AuthUserGrantRoleResponse> Service::user_grant_role(AuthUserGrantRoleRequest request, Call& call)
{
    auth_.check_admin(call.token);
    co_await auth_.change([request](Auth::State& state) {
        Auth::User& user = user_of(state, request.user);
        if (request.role != root_name)
            role_of(state, request.role);
        user.roles.insert(request.role);
    });
    co_return AuthUserGrantRoleResponse{header()};
}

net::Task<AuthUserRevokeRoleResponse> Service::user_revoke_role(AuthUserRevokeRoleRequest request, Call& call)
{
    auth_.check_admin(call.token);
    co_await auth_.change([request](Auth::State& state) {
        if (state.is_enabled && request.name == root_name && request.role == root_name)
            throw invalid("invalid auth management");
        if (user_of(state, request.name).roles.erase(request.role) == 0)
            throw precondition("role is not granted to the user");
    });
    co_return AuthUserRevokeRoleResponse{header()};
}

net::Task<AuthRoleAddResponse> Service::role_add(AuthRoleAddRequest request, Call& call)
{
    auth_.check_admin(call.token);
    if (request.name.empty())
        throw invalid("role name is empty");
    co_await auth_.change([name = request.name](Auth::State& state) {
        if (!state.roles.try_emplace(name).second)
            throw precondition("role name already exists");
    });
    co_return AuthRoleAddResponse{header()};
}

net::Task<AuthRoleGetResponse> Service::role_get(AuthRoleGetRequest request, Call& call)
{
    const std::string caller = auth_.check_user(call.token);
    const auto own = auth_.state().users.find(caller);
    if (own == auth_.state().users.end() || !own->second.roles.contains(request.role))
        auth_.check_admin(call.token);
    AuthRoleGetResponse answer;
    answer.header = header();
    if (request.role == root_name && !auth_.state().roles.contains(root_name)) {
        Permission& all = answer.perm.emplace_back(); // root's is not written down, and means everything
        all.type = PermissionType::read_write;
        all.range_end = std::string(1, '\0');
        co_return answer;
    }
    const auto found = auth_.state().roles.find(request.role);
    if (found == auth_.state().roles.end())
        throw precondition("role name not found");
    answer.perm = found->second;
    co_return answer;
}

net::Task<AuthRoleListResponse> Service::role_list(AuthRoleListRequest, Call& call)
{
    auth_.check_admin(call.token);
    AuthRoleListResponse answer;
    answer.header = header();
    for (const auto& [name, permissions] : auth_.state().roles)
        answer.roles.push_back(name);
    co_return answer;
}

net::Task<AuthRoleDeleteResponse> Service::role_delete(AuthRoleDeleteRequest request, Call& call)
{
    auth_.check_admin(call.token);
    co_await auth_.change([name = request.role](Auth::State& state) {
        if (state.is_enabled && name == root_name)
            throw invalid("invalid auth management");
        role_of(state, name);
        state.roles.erase(name);
        for (auto& [user_name, user] : state.users)
            user.roles.erase(name);
    });
    co_return AuthRoleDeleteResponse{header()};
}

net::Task<AuthRoleGrantPermissionResponse> Service::role_grant_permission(AuthRoleGrantPermissionRequest request,
                                                                          Call& call)
{
    auth_.check_admin(call.token);
    if (!request.perm)
        throw invalid("permission not given");
    co_await auth_.change([request](Auth::State& state) {
        auto& permissions = role_of(state, request.name);
        const auto same = std::ranges::find_if(permissions, [&](const Permission& permission) {
            return is_same_range(permission, request.perm->key, request.perm->range_end);
        });
        if (same != permissions.end())
            same->type = request.perm->type;
        else
            permissions.push_back(*request.perm);
        std::ranges::sort(permissions, [](const Permission& a, const Permission& b) {
            return std::tie<const std::string&, const std::string&>(a.key, a.range_end) <
                   std::tie<const std::string&, const std::string&>(b.key, b.range_end);
        });
    });
    co_return AuthRoleGrantPermissionResponse{header()};
}

net::Task<AuthRoleRevokePermissionResponse> Service::role_revoke_permission(AuthRoleRevokePermissionRequest request,
                                                                            Call& call)
{
    auth_.check_admin(call.token);
    co_await auth_.change([request](Auth::State& state) {
        const auto erased = std::erase_if(role_of(state, request.role), [&](const Permission& permission) {
            return is_same_range(permission, request.key, request.range_end);
        });
        if (erased == 0)
            throw precondition("permission is not granted to the role");
    });
    co_return AuthRoleRevokePermissionResponse{header()};
}

} // namespace dfriends::kv::v3
