// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/auth_wire.hpp"

#include "base/error.hpp"
#include "etcd/quote.hpp"
#include "json/json.hpp"

#include <stdexcept>

namespace dfriends::kv::v2 {

using etcd::quote;

namespace {

/// Go's decoder stops at a value of another type.
class WrongType : public std::exception {};

std::string read_text(const Json& object, std::string_view name)
{
    const Json& value = member_of(object, name);
    if (value.is_null())
        return {};
    if (!value.is_string())
        throw WrongType();
    return value.get<std::string>();
}

AuthList read_list(const Json& object, std::string_view name)
{
    const Json& value = member_of(object, name);
    if (value.is_null())
        return std::nullopt;
    if (!value.is_array())
        throw WrongType();
    std::vector<std::string> list;
    for (const Json& item : value) {
        if (!item.is_string())
            throw WrongType();
        list.push_back(item.get<std::string>());
    }
    return list;
}

const Json& read_object(const Json& object, std::string_view name)
{
    const Json& value = member_of(object, name);
    if (!value.is_null() && !value.is_object())
        throw WrongType();
    return value;
}

AuthPermissions read_permissions(const Json& object, std::string_view name)
{
    const Json& keys = read_object(read_object(object, name), "kv");
    return {read_list(keys, "read"), read_list(keys, "write")};
}

/// The object in a body, handed to a function that may find it to be another one.
template <class Change, class Function>
std::optional<Change> decode(std::string_view text, const Function& read)
{
    try {
        const Json object = parse_json(text, "a request");
        if (object.is_object())
            return read(object);
    } catch (const WrongType&) {
    } catch (const Error&) { // no JSON
    }
    return std::nullopt;
}

std::string encode_list(const AuthList& list)
{
    if (!list)
        return "null";
    std::string text;
    for (const std::string& item : *list)
        text += (text.empty() ? "" : ",") + quote(item);
    return "[" + text + "]";
}

std::string role_object(const std::string& name, const AuthPermissions& permissions)
{
    return fmt::format(R"({{"role":{},"permissions":{{"kv":{{"read":{},"write":{}}}}}}})", quote(name),
                       encode_list(permissions.read), encode_list(permissions.write));
}

/// A user with his roles, but for those that are not there. Go leaves an empty list out here.
std::string user_object(const AuthState& state, const std::string& name)
{
    std::string roles;
    for (const std::string& role : items_of(state.users.at(name).roles))
        if (const AuthPermissions* const permissions = state.find_role(role))
            roles += (roles.empty() ? "" : ",") + role_object(role, *permissions);
    return "{\"user\":" + quote(name) + (roles.empty() ? "" : ",\"roles\":[" + roles + "]") + "}";
}

} // namespace

std::optional<UserChange> decode_user_change(std::string_view text)
{
    return decode<UserChange>(text, [](const Json& object) {
        return UserChange{read_text(object, "user"), read_text(object, "password"), read_list(object, "roles"),
                          read_list(object, "grant"), read_list(object, "revoke")};
    });
}

std::optional<RoleChange> decode_role_change(std::string_view text)
{
    return decode<RoleChange>(text, [](const Json& object) {
        return RoleChange{read_text(object, "role"), read_permissions(object, "permissions"),
                          read_permissions(object, "grant"), read_permissions(object, "revoke")};
    });
}

std::string encode_user(const std::string& name, const AuthUser& user)
{
    return fmt::format("{{\"user\":{},\"roles\":{}}}\n", quote(name), encode_list(user.roles));
}

std::string encode_role(const std::string& name, const AuthPermissions& permissions)
{
    return role_object(name, permissions) + "\n";
}

std::string encode_roles(const AuthState& state)
{
    std::map<std::string, AuthPermissions> all = state.roles;
    all.insert_or_assign("root", *state.find_role("root"));
    std::string list;
    for (const auto& [name, permissions] : all)
        list += (list.empty() ? "" : ",") + role_object(name, permissions);
    return "{\"roles\":[" + list + "]}\n";
}

std::string encode_user_with_roles(const AuthState& state, const std::string& name)
{
    for (const std::string& role : items_of(state.users.at(name).roles))
        if (state.find_role(role) == nullptr)
            throw AuthRefusal(404, fmt::format("auth: Role {} does not exist.", role));
    return user_object(state, name) + "\n";
}

std::string encode_users(const AuthState& state)
{
    std::string users;
    for (const auto& [name, user] : state.users)
        users += (users.empty() ? "" : ",") + user_object(state, name);
    return users.empty() ? "{\"users\":null}\n" : "{\"users\":[" + users + "]}\n";
}

} // namespace dfriends::kv::v2
