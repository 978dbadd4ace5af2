// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v2/auth.hpp"

namespace dfriends::kv::v2 {

/// What a client asks to change of a user. The password is hashed already; empty: it gave none.
struct UserChange {
    std::string name;
    std::string password;
    AuthList roles, grant, revoke;
    /// It changes the roles of a user who is there.
    bool alters() const { return !items_of(grant).empty() || !items_of(revoke).empty(); }
};

struct RoleChange {
    std::string name;
    AuthPermissions permissions, grant, revoke;
    bool alters() const { return !grant.is_empty() || !revoke.is_empty(); }
};

// The rules of etcd's v2 API (its v2auth package), each an edit for Auth::change(); they throw AuthRefusal.

/// Creates the user, or where there is one changes password and roles; true where it was created.
bool put_user(AuthState& state, UserChange change);
void delete_user(AuthState& state, const std::string& name);
/// Creates the role, or grants and revokes.
bool put_role(AuthState& state, RoleChange change);
void delete_role(AuthState& state, const std::string& name);
void enable_auth(AuthState& state);
void disable_auth(AuthState& state);

} // namespace dfriends::kv::v2
