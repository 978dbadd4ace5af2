// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kv/v3/keyspace.hpp"

#include <set>

namespace dfriends::kv::v3 {

/// The leases: keys that hang on one go when it does. They are on disk; how long each one still lives is only in
/// memory, so a restart gives every lease its full time again (as etcd does, never less).
class Leases {
  public:
    using Monotonic = std::function<std::chrono::steady_clock::time_point()>;

    explicit Leases(Keyspace& keyspace, Monotonic now = std::chrono::steady_clock::now);

    /// After the keyspace's.
    void load();

    struct Granted {
        std::int64_t id;
        std::int64_t ttl; ///< seconds
    };
    /// An id of 0 is chosen. Throws Status where the id is taken or the time too long.
    net::Task<Granted> grant(std::int64_t id, std::int64_t ttl);
    /// Ends a lease and deletes its keys, in one revision.
    net::Task<> revoke(std::int64_t id);
    /// The time that it lives from now on, in seconds; nothing where there is none.
    std::optional<std::int64_t> keep_alive(std::int64_t id);

    struct State {
        std::int64_t granted;   ///< seconds
        std::int64_t remaining; ///< seconds
        std::set<std::string> keys;
    };
    std::optional<State> find(std::int64_t id) const;
    /// For changes: false also while it is being revoked.
    bool is_usable(std::int64_t id) const;
    /// The one that ends soonest first.
    std::vector<std::int64_t> list() const;

    /// Ends leases when their time is up, for as long as the server runs.
    net::Task<> expire();
    void stop();

  private:
    struct Lease {
        std::int64_t ttl;
        std::chrono::steady_clock::time_point deadline;
        std::set<std::string> keys;
        bool is_ending = false; ///< a commit under way revokes it
    };
    void attach(const Revision& revision);
    void set_deadline(std::int64_t id, Lease& lease);

    Keyspace& keyspace_;
    Monotonic now_;
    std::map<std::int64_t, Lease> leases_;
    std::set<std::pair<std::chrono::steady_clock::time_point, std::int64_t>> deadlines_;
    net::Event deadlines_changed_;
    bool stopped_ = false;
};

} // namespace dfriends::kv::v3
