// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/journal.hpp"
#include "converge/last_declared.hpp"
#include "converge/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::state {
class Database;
class Store;
} // namespace dfriends::state

namespace dfriends::converge {

/// An apply of the past.
struct PastRun {
    std::int64_t id = 0;
    std::string started;  ///< RFC 3339
    std::string finished; ///< empty where it was interrupted, or still runs
    std::vector<std::string> files;
    std::int64_t created = 0;
    std::int64_t changed = 0;
    std::int64_t removed = 0;
    std::int64_t unchanged = 0;
    std::int64_t failed = 0;
};

/// The journal of one apply in the state database; makes its row at once.
class RunJournal final : public Journal {
  public:
    RunJournal(state::Store& store, const std::vector<std::filesystem::path>& files);
    std::int64_t id() const { return id_; }

    std::vector<Pending> pending() override;
    void begin() override;
    void expect(const std::vector<Pending>& notifications) override;
    void record(const Result& result, const std::vector<Pending>& caused,
                const std::vector<Pending>& expected) override;
    void delivered(const Pending& notification) override;
    /// The run has come to its end.
    void finish(const Report& report);

  private:
    /// A notification that stands on disk before its change.
    struct Expected {
        int changes = 0;      ///< that are under way and would cause it
        bool is_kept = false; ///< another change has caused it
    };

    std::vector<Pending> settle(const std::vector<Pending>& expected, const std::vector<Pending>& caused);
    void write_run(state::Database& database);
    void write_waiting(state::Database& database);

    state::Store& store_;
    std::string started_;
    std::string files_;
    std::int64_t id_ = 0; ///< 0: nothing is on disk yet
    std::int64_t position_ = 0;
    std::vector<Result> waiting_; ///< results that are not on disk yet
    std::map<Pending, Expected> expected_;
    std::chrono::steady_clock::time_point next_write_;
};

/// What is kept of containers that were changed in place, in the state database.
class KeptDeclarations final : public LastDeclared {
  public:
    explicit KeptDeclarations(state::Store& store);

    std::optional<std::string> find(const std::string& id) override;
    void keep(const std::string& name, const std::string& id, const std::string& state) override;

  private:
    state::Store& store_;
    std::mutex mutex_;
    std::map<std::string, std::string> states_; ///< by id
};

/// What applies of the past left undelivered.
std::vector<Pending> pending_notifications(const state::Store& store);

/// This host's key for digests of secrets; made when it is first asked for.
std::string sealing_key(state::Store& store);

/// The newest first.
std::vector<PastRun> list_runs(const state::Store& store, std::size_t limit);
/// Throws Error(not_found).
PastRun find_run(const state::Store& store, std::int64_t id);
std::optional<PastRun> last_run(const state::Store& store);
std::vector<Result> results_of(const state::Store& store, std::int64_t run);
/// What became of one resource, the newest first, with the runs' ids.
std::vector<std::pair<std::int64_t, Result>> results_of_resource(const state::Store& store, const std::string& type,
                                                                 const std::string& name);

} // namespace dfriends::converge
