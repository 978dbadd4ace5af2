// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/mutex.hpp"
#include "state/store.hpp"

#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::kv::v2 {

/// Names or paths as a client gave them; nothing where it gave null, which is shown as such.
using AuthList = std::optional<std::vector<std::string>>;
/// Its items; none where it is null.
const std::vector<std::string>& items_of(const AuthList& list);

/// What a role may read and write: keys, or with a '*' at the end all that begin so.
struct AuthPermissions {
    AuthList read, write;
    bool is_empty() const { return items_of(read).empty() && items_of(write).empty(); }
    bool operator==(const AuthPermissions&) const = default;
};

struct AuthUser {
    std::string password; ///< crypto::hash_password's
    AuthList roles;       ///< also such as there are not
    bool operator==(const AuthUser&) const = default;
};

struct AuthState {
    bool is_enabled = false;
    std::map<std::string, AuthUser> users;
    std::map<std::string, AuthPermissions> roles; ///< without "root", which may everything and cannot be changed

    /// Null where there is none.
    const AuthPermissions* find_role(const std::string& name) const;
};

/// A change of users or roles that is refused: the status and the sentence that etcd's clients see.
class AuthRefusal : public std::exception {
  public:
    AuthRefusal(int status, std::string message) : status_(status), message_(std::move(message)) {}
    int status() const { return status_; }
    const std::string& message() const { return message_; }
    const char* what() const noexcept override { return message_.c_str(); }

  private:
    int status_;
    std::string message_;
};

/// Who may do what through the v2 API. Off until it is enabled; then who shows no name is the role "guest". Belongs to
/// one loop.
class Auth {
  public:
    explicit Auth(state::Store& store) : store_(store) {}
    void load();

    const AuthState& state() const { return state_; }
    bool is_enabled() const { return state_.is_enabled; }
    /// Makes a change durable: `edit` alters a copy of the state, or throws AuthRefusal. One after the other.
    net::Task<> change(std::function<void(AuthState&)> edit);

    /// Whether whoever sends that Authorization header may have the key, or with `recursive` all that begins with it.
    net::Task<bool> may(std::string authorization, std::string key, bool recursive, bool write);
    net::Task<bool> is_root(std::string authorization);

  private:
    /// The user, where name and password fit (HTTP Basic, RFC 7617).
    net::Task<std::optional<std::string>> authenticate(std::string authorization);

    state::Store& store_;
    AuthState state_;
    net::Mutex changing_;
    /// Passwords that were right, so that the slow hash is made once and not with each request: from a keyed digest of
    /// name and password to the stored hash that they fitted.
    std::map<std::string, std::string> verified_;
    std::string secret_;
};

/// A pattern of a permission, on a key or on all that begins with it.
bool matches_pattern(std::string_view pattern, std::string_view key, bool recursive);

} // namespace dfriends::kv::v2
