// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/stdin.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

/// The first word of stdin; asking at a terminal is left to the caller's tools.
std::string read_password(const Context& context)
{
    if (context.settings.flag("interactive"))
        throw Failure(Exit::bad_arguments, "failed to ask password: passwords are not asked for at the terminal")
            .hint("give it on stdin with --interactive=false");
    const std::string all = read_stdin();
    const auto parts = words(lines(all).empty() ? std::string_view() : lines(all).front());
    return parts.empty() ? std::string() : std::string(parts.front());
}

net::Task<v3::AuthEnableResponse> enable(v3::Client& client)
{
    for (bool tried = false;; tried = true) {
        try {
            co_return co_await client.auth_enable();
        } catch (const v3::Status& status) {
            if (tried || status.message() != "etcdserver: root user does not have root role")
                throw;
        }
        co_await client.role_add({.name = "root"});
        co_await client.user_grant_role({.user = "root", .role = "root"});
    }
}

v3::PermissionType permission_type(const std::string& word)
{
    std::string upper = word;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    for (std::size_t i = 0; i < v3::permission_type_names.size(); ++i)
        if (v3::permission_type_names[i] == upper)
            return static_cast<v3::PermissionType>(i);
    throw Failure(Exit::bad_arguments, "invalid permission type: {}", word);
}

/// The range that a permission is about, from the arguments behind `first` and the options.
std::pair<v3::Bytes, v3::Bytes> permission_range(const Context& context, std::size_t first)
{
    const bool by_prefix = context.settings.flag("prefix");
    const bool by_least = context.settings.flag("from-key");
    const bool has_end = context.arguments.size() > first + 1;
    const std::string& key = context.arguments[first];
    if (by_prefix && by_least)
        throw Failure(Exit::bad_arguments, "--from-key and --prefix flags are mutually exclusive");
    if (key.empty())
        return {std::string(1, '\0'), by_prefix || by_least ? v3::Bytes(std::string(1, '\0')) : v3::Bytes()};
    if (has_end && (by_prefix || by_least))
        throw Failure(Exit::bad_arguments, "unexpected endkey argument with --{} flag",
                      by_prefix ? "prefix" : "from-key");
    if (has_end)
        return {key, context.arguments[first + 1]};
    if (by_prefix)
        return {key, v3::prefix_end(key)};
    return {key, by_least ? v3::Bytes(std::string(1, '\0')) : v3::Bytes()};
}

} // namespace

int auth_enable(Context& context)
{
    expect(context, 0, 0, "auth enable command does not accept any arguments");
    v3::Client client = make_client(context);
    ask(enable(client));
    context.write("Authentication Enabled\n");
    return 0;
}

int auth_disable(Context& context)
{
    expect(context, 0, 0, "auth disable command does not accept any arguments");
    v3::Client client = make_client(context);
    ask(client.auth_disable());
    context.write("Authentication Disabled\n");
    return 0;
}

int role_add(Context& context)
{
    expect(context, 1, 1, "role add command requires role name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string& role = context.arguments[0];
    printer.done(ask(client.role_add({.name = role})), fmt::format("Role {} created", role));
    return 0;
}

int role_delete(Context& context)
{
    expect(context, 1, 1, "role delete command requires role name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string& role = context.arguments[0];
    printer.done(ask(client.role_delete({.role = role})), fmt::format("Role {} deleted", role));
    return 0;
}

int role_get(Context& context)
{
    expect(context, 1, 1, "role get command requires role name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.role(context.arguments[0], ask(client.role_get({.role = context.arguments[0]})));
    return 0;
}

int role_list(Context& context)
{
    expect(context, 0, 0, "role list command requires no arguments");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.roles(ask(client.role_list()));
    return 0;
}

int role_grant_permission(Context& context)
{
    expect(context, 3, ~std::size_t{0},
           "role grant command requires role name, permission type, and key [endkey] as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    v3::Permission permission{.type = permission_type(context.arguments[1])};
    std::tie(permission.key, permission.range_end) = permission_range(context, 2);
    const std::string& role = context.arguments[0];
    printer.done(ask(client.role_grant_permission({.name = role, .perm = permission})),
                 fmt::format("Role {} updated", role));
    return 0;
}

int role_revoke_permission(Context& context)
{
    expect(context, 2, ~std::size_t{0},
           "role revoke-permission command requires role name and key [endkey] as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const auto [key, end] = permission_range(context, 1);
    const std::string& role = context.arguments[0];
    const std::string& typed = context.arguments[1];
    std::string line = fmt::format("Permission of key {} is revoked from role {}", typed, role);
    if (!end.empty())
        line = fmt::format("Permission of range [{}, {} is revoked from role {}", typed,
                           end == std::string_view("\0", 1) ? "<open ended>" : end + ")", role);
    printer.done(ask(client.role_revoke_permission({.role = role, .key = key, .range_end = end})), line);
    return 0;
}

int user_add(Context& context)
{
    expect(context, 1, 1, "user add command requires user name as its argument");
    v3::AuthUserAddRequest request{.name = context.arguments[0]};
    request.options = v3::UserAddOptions{.no_password = context.settings.flag("no-password")};
    const std::size_t colon = request.name.find(':');
    if (!request.options->no_password && !context.settings.text("new-user-password").empty()) {
        request.password = context.settings.text("new-user-password");
    } else if (!request.options->no_password && colon != request.name.npos) {
        request.password = request.name.substr(colon + 1);
        request.name.erase(colon);
        if (request.name.empty())
            throw Failure(Exit::bad_arguments, "empty user name is not allowed");
    } else if (!request.options->no_password) {
        request.password = read_password(context);
    }
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string line = fmt::format("User {} created", request.name);
    printer.done(ask(client.user_add(std::move(request))), line);
    return 0;
}

int user_delete(Context& context)
{
    expect(context, 1, 1, "user delete command requires user name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string& user = context.arguments[0];
    printer.done(ask(client.user_delete({.name = user})), fmt::format("User {} deleted", user));
    return 0;
}

int user_get(Context& context)
{
    expect(context, 1, 1, "user get command requires user name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string& user = context.arguments[0];
    const v3::AuthUserGetResponse response = ask(client.user_get({.name = user}));
    if (!context.settings.flag("detail")) {
        printer.user(user, response);
        return 0;
    }
    context.print("User: {}\n", user);
    for (const std::string& role : response.roles) {
        context.write("\n");
        printer.role(role, ask(client.role_get({.role = role})));
    }
    return 0;
}

int user_list(Context& context)
{
    expect(context, 0, 0, "user list command requires no arguments");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.users(ask(client.user_list()));
    return 0;
}

int user_passwd(Context& context)
{
    expect(context, 1, 1, "user passwd command requires user name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    printer.done(ask(client.user_change_password({.name = context.arguments[0], .password = read_password(context)})),
                 "Password updated");
    return 0;
}

int user_grant_role(Context& context)
{
    expect(context, 2, 2, "user grant command requires user name and role name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string& user = context.arguments[0];
    const std::string& role = context.arguments[1];
    printer.done(ask(client.user_grant_role({.user = user, .role = role})),
                 fmt::format("Role {} is granted to user {}", role, user));
    return 0;
}

int user_revoke_role(Context& context)
{
    expect(context, 2, 2, "user revoke-role requires user name and role name as its argument");
    Printer printer(context);
    v3::Client client = make_client(context);
    const std::string& user = context.arguments[0];
    const std::string& role = context.arguments[1];
    printer.done(ask(client.user_revoke_role({.name = user, .role = role})),
                 fmt::format("Role {} is revoked from user {}", role, user));
    return 0;
}

} // namespace dfriends::applets::kv::ctl3
