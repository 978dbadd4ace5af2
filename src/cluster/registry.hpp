// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/requirements.hpp"
#include "cluster/supervisor/unit_state.hpp"
#include "etcd/v3/watch.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dfriends::cluster {

/// What a machine of the cluster says of itself.
struct Member {
    std::string id;
    std::string boot_id;
    std::string host_name;
    std::string public_ip; ///< may be empty
    std::string version;
    std::string api; ///< "ADDR:PORT" of its agent; empty where it does not listen
    std::map<std::string, std::string> metadata;
};

/// What is wanted of a unit.
enum class TargetState { inactive, loaded, launched };
/// fleet's words: "inactive", "loaded", "launched".
std::string_view name(TargetState state);

/// A unit that the cluster knows.
struct Job {
    std::string name;
    std::string hash; ///< of the text: 40 digits
    std::string text; ///< canonical
    TargetState target_state = TargetState::inactive;
    std::string target;    ///< the machine that it is placed on; empty: none
    std::string job_state; ///< the machine that says that it has launched it
    std::string description;
    Requirements requirements;
};

/// A unit as one machine reports it.
struct Report {
    std::string load, active, sub, hash;
    bool operator==(const Report&) const = default;
};

/// All that the key-value store knows of a cluster at one moment.
struct Snapshot {
    std::map<std::string, Member> members;                         ///< by id
    std::map<std::string, Job> jobs;                               ///< by name
    std::map<std::pair<std::string, std::string>, Report> reports; ///< by unit and machine
    std::int64_t revision = 0;                                     ///< of the store: watch from the next one

    /// The unit's report of the machine it is placed on, or null.
    const Report* find_report(const Job& job) const;
};

/// fleet's column STATE: inactive without a target or a report, launched once its machine says so, else loaded.
std::string_view current_state(const Snapshot& snapshot, const Job& job);

/// "daacff1d..." or, in full, all of it; with "/IP" where one is known and wanted.
std::string machine_legend(const std::string& id, const Member* member, bool full);

/// The cluster's state in a key-value store that speaks etcd's v3 API, with fleet's keys below /_coreos.com/fleet:
/// a real etcd serves as well as ours. Every failure is an Error.
class Registry {
  public:
    /// The time-outs are the registry's own.
    explicit Registry(etcd::v3::ClientOptions store);
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    net::Task<Snapshot> read();
    /// Returns after a change below the prefix with at least that revision; the revision to go on from. What has
    /// happened unseen counts as a change. One call at a time.
    net::Task<std::int64_t> wait_for_change(std::int64_t revision);

    /// Throws Error(conflict) where the name is taken.
    net::Task<> create_job(std::string name, std::string text, TargetState state);
    net::Task<> replace_job(std::string name, std::string text);
    net::Task<> set_target_state(std::string name, TargetState state);
    net::Task<> remove_job(std::string name);

    /// False where somebody else was faster.
    net::Task<bool> place(std::string unit, std::string machine);
    net::Task<bool> displace(std::string unit, std::string machine);

    /// Makes the machine known for `ttl` seconds. Returns who holds its id where that is another boot or host.
    net::Task<std::optional<Member>> announce(Member member, std::uint64_t ttl);
    /// Keeps known what announce() made known; false where it is not any more.
    net::Task<bool> refresh();
    net::Task<> withdraw(std::string id);

    net::Task<> publish(std::string unit, std::string machine, Report report);
    net::Task<> remove_report(std::string unit, std::string machine);
    net::Task<> set_job_state(std::string unit, std::string machine);
    net::Task<> clear_job_state(std::string unit, std::string machine);

    /// Takes or renews the scheduler's lease; false while another machine has it.
    net::Task<bool> take_lease(std::string machine, std::uint64_t ttl);
    net::Task<> drop_lease(std::string machine);

    /// The secret that agents ask for; the first one to ask makes it.
    net::Task<std::string> token();

  private:
    const Requirements& requirements_of(const Job& job);
    net::Task<> put(std::string key, std::string value);
    net::Task<> remove(etcd::v3::DeleteRangeRequest keys);
    net::Task<std::optional<etcd::v3::KeyValue>> find(std::string key);
    /// One operation under one condition; false where that does not hold.
    net::Task<bool> act_if(etcd::v3::Compare condition, etcd::v3::RequestOp operation);
    net::Task<std::int64_t> grant(std::uint64_t ttl);
    net::Task<bool> keep_alive(std::int64_t lease);

    etcd::v3::Client client_;
    std::optional<etcd::v3::Watch> watch_;
    std::int64_t presence_ = 0;                        ///< the lease of the machine's own key; 0: none
    std::int64_t leadership_ = 0;                      ///< the lease of the scheduler's key where it is ours
    std::map<std::string, Requirements> requirements_; ///< by name and hash
};

} // namespace dfriends::cluster
