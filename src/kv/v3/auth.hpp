// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"
#include "kv/v3/keyspace.hpp"
#include "net/mutex.hpp"

#include <set>

namespace dfriends::kv::v3 {

/// Users, their roles, and what a role may do. Off until it is enabled; then each call needs the token of a user.
class Auth {
  public:
    using Monotonic = std::function<std::chrono::steady_clock::time_point()>;

    struct User {
        std::string password; ///< crypto::hash_password's; empty: no password is right
        std::set<std::string> roles;
    };
    struct State {
        bool is_enabled = false;
        std::int64_t revision = 1; ///< +1 with each change
        std::map<std::string, User> users;
        std::map<std::string, std::vector<etcd::v3::Permission>> roles;
    };

    explicit Auth(Keyspace& keyspace, Monotonic now = std::chrono::steady_clock::now);
    void load();

    const State& state() const { return state_; }
    /// Makes a change durable: `edit` alters a copy of the state, and throws Status where it is refused. One at a time.
    net::Task<> change(std::function<void(State&)> edit);

    /// A token for a user with that password; throws Status where they do not fit. It lasts while it is used.
    net::Task<std::string> authenticate(std::string name, std::string password);
    /// Tokens of a user end, of all where the name is empty.
    void forget_tokens(std::string_view name = {});

    /// Each throws Status where auth is enabled and the token's user may not.
    void check_read(const std::string& token, std::string_view key, std::string_view range_end);
    void check_write(const std::string& token, std::string_view key, std::string_view range_end);
    void check_admin(const std::string& token);
    /// Any user. Returns his name; empty where auth is off.
    std::string check_user(const std::string& token);
    bool is_admin(const std::string& name) const;

  private:
    struct Token {
        std::string user;
        std::chrono::steady_clock::time_point until;
    };
    void check_access(const std::string& token, std::string_view key, std::string_view range_end, bool write);

    Keyspace& keyspace_;
    Monotonic now_;
    State state_;
    std::map<std::string, Token, std::less<>> tokens_;
    net::Mutex changing_;
};

/// Whether one of the permissions, or several that touch, cover all keys that `key` and `range_end` mean.
bool covers(const std::vector<etcd::v3::Permission>& permissions, bool write, std::string_view key,
            std::string_view range_end);

} // namespace dfriends::kv::v3
