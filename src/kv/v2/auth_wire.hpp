// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v2/auth_rules.hpp"

namespace dfriends::kv::v2 {

// The bodies of /v2/auth, as Go's encoder writes them, each with a line end.

/// Nothing where the text is no such object; a member that is missing or null is empty.
std::optional<UserChange> decode_user_change(std::string_view text);
std::optional<RoleChange> decode_role_change(std::string_view text);

/// {"user":…,"roles":[names]}.
std::string encode_user(const std::string& name, const AuthUser& user);
/// {"role":…,"permissions":…}.
std::string encode_role(const std::string& name, const AuthPermissions& permissions);
std::string encode_roles(const AuthState& state);
/// {"user":…,"roles":[roles with their permissions]}; throws AuthRefusal where one of them is not there.
std::string encode_user_with_roles(const AuthState& state, const std::string& name);
/// The same of all, roles that are not there left out.
std::string encode_users(const AuthState& state);

} // namespace dfriends::kv::v2
