// SPDX-License-Identifier: Apache-2.0
#include "converge/history.hpp"

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "converge/wire.hpp"
#include "crypto/random.hpp"
#include "state/store.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

constexpr std::string_view run_columns = "id, started, finished, files, created, changed, removed, unchanged, failed";
constexpr std::string_view result_columns =
    "type, name, action, status, effect, changes, reason, hint, milliseconds, run";

/// Older runs go, so that a host that applies each minute keeps a small database.
constexpr std::int64_t kept_runs = 1000;

constexpr std::size_t key_bytes = 32;
constexpr auto write_interval = std::chrono::milliseconds(250);

PastRun run_of(const state::Statement& row)
{
    PastRun run{
        .id = row.integer(0), .started = row.text(1), .finished = row.is_null(2) ? "" : row.text(2), .files = {}};
    const std::string files = row.text(3);
    for (const std::string_view line : lines(files))
        run.files.emplace_back(line);
    run.created = row.integer(4);
    run.changed = row.integer(5);
    run.removed = row.integer(6);
    run.unchanged = row.integer(7);
    run.failed = row.integer(8);
    return run;
}

template <class Name, std::size_t Count>
Name named(const std::array<Name, Count>& all, const std::string& name)
{
    const auto row = std::ranges::find_if(all, [&](Name one) { return name_of(one) == name; });
    return row == all.end() ? all.front() : *row;
}

Result result_of(const state::Statement& row)
{
    static constexpr std::array statuses{Status::unchanged, Status::changed, Status::failed, Status::skipped,
                                         Status::guarded};
    static constexpr std::array effects{Effect::none,    Effect::create, Effect::update,
                                        Effect::replace, Effect::remove, Effect::act};
    Result result;
    result.type = row.text(0);
    result.name = row.text(1);
    result.action = row.text(2);
    result.status = named(statuses, row.text(3));
    result.effect = named(effects, row.text(4));
    result.changes = decode_changes(row.text(5));
    result.reason = row.text(6);
    result.hint = row.text(7);
    result.duration = std::chrono::milliseconds(row.integer(8));
    return result;
}

std::string now()
{
    return render_rfc3339(std::chrono::system_clock::now());
}

bool is_written(state::Database& database, const Pending& notification)
{
    return database.prepare("select 1 from converge_notification where type = ? and name = ? and action = ?")
        .bind(notification.type)
        .bind(notification.name)
        .bind(notification.action)
        .next();
}

void write(state::Database& database, const Pending& notification)
{
    database.prepare("insert or replace into converge_notification (type, name, action, source) values (?,?,?,?)")
        .bind(notification.type)
        .bind(notification.name)
        .bind(notification.action)
        .bind(notification.source)
        .run();
}

void erase(state::Database& database, const Pending& notification)
{
    database.prepare("delete from converge_notification where type = ? and name = ? and action = ?")
        .bind(notification.type)
        .bind(notification.name)
        .bind(notification.action)
        .run();
}

} // namespace

RunJournal::RunJournal(state::Store& store, const std::vector<std::filesystem::path>& files)
    : store_(store), started_(now())
{
    std::vector<std::string> paths;
    for (const auto& file : files)
        paths.push_back(std::filesystem::absolute(file).lexically_normal().string());
    files_ = join(paths, "\n");
}

std::vector<Pending> RunJournal::pending()
{
    return pending_notifications(store_);
}

void RunJournal::begin()
{
    if (id_ == 0)
        store_.change([&](state::Database& database) { write_run(database); });
}

void RunJournal::expect(const std::vector<Pending>& notifications)
{
    if (notifications.empty())
        return;
    store_.change([&](state::Database& database) {
        for (const Pending& told : notifications) {
            if (!expected_.contains(told))
                expected_[told].is_kept = is_written(database, told);
            write(database, told);
        }
    });
    for (const Pending& told : notifications)
        ++expected_[told].changes;
}

/// What was expected and is not caused by anything.
std::vector<Pending> RunJournal::settle(const std::vector<Pending>& expected, const std::vector<Pending>& caused)
{
    std::vector<Pending> gone;
    for (const Pending& told : expected) {
        Expected& entry = expected_[told];
        entry.is_kept |= std::ranges::find(caused, told) != caused.end();
        if (--entry.changes > 0)
            continue;
        if (!entry.is_kept)
            gone.push_back(told);
        expected_.erase(told);
    }
    return gone;
}

/// A notification must survive all that may come. The rest goes to disk with it, or now and then, or at the end.
void RunJournal::record(const Result& result, const std::vector<Pending>& caused, const std::vector<Pending>& expected)
{
    waiting_.push_back(result);
    const std::vector<Pending> gone = settle(expected, caused);
    const bool changed = result.status != Status::unchanged && result.status != Status::guarded;
    const bool is_on_disk = std::ranges::all_of(
        caused, [&](const Pending& told) { return std::ranges::find(expected, told) != expected.end(); });
    if (is_on_disk && gone.empty() && (!changed || std::chrono::steady_clock::now() < next_write_))
        return;
    store_.change([&](state::Database& database) {
        write_waiting(database);
        for (const Pending& told : caused)
            write(database, told);
        for (const Pending& told : gone)
            erase(database, told);
    });
    waiting_.clear();
    next_write_ = std::chrono::steady_clock::now() + write_interval;
}

/// The run's row stands there from its first change on.
void RunJournal::write_run(state::Database& database)
{
    if (id_ != 0)
        return;
    database.prepare("insert into converge_run (started, files) values (?, ?)").bind(started_).bind(files_).run();
    id_ = database.last_row();
    database.prepare("delete from converge_run where id <= ?").bind(id_ - kept_runs).run();
}

void RunJournal::write_waiting(state::Database& database)
{
    write_run(database);
    for (const Result& result : waiting_) {
        const std::string changes = encode_changes(result.changes);
        database
            .prepare("insert into converge_result (run, position, type, name, action, status, effect, changes, reason, "
                     "hint, milliseconds) values (?,?,?,?,?,?,?,?,?,?,?)")
            .bind(id_)
            .bind(position_++)
            .bind(result.type)
            .bind(result.name)
            .bind(result.action)
            .bind(name_of(result.status))
            .bind(name_of(result.effect))
            .bind(changes)
            .bind(result.reason)
            .bind(result.hint)
            .bind(static_cast<std::int64_t>(result.duration.count()))
            .run();
    }
}

void RunJournal::delivered(const Pending& notification)
{
    if (const auto row = expected_.find(notification); row != expected_.end()) {
        row->second.is_kept = false; // it stays on disk for the changes that are under way
        return;
    }
    store_.change([&](state::Database& database) { erase(database, notification); });
}

void RunJournal::finish(const Report& report)
{
    const auto with = [&](Effect effect) {
        return static_cast<std::int64_t>(std::ranges::count_if(report.results, [&](const Result& result) {
            return result.status == Status::changed && result.effect == effect;
        }));
    };
    const std::int64_t created = with(Effect::create);
    const std::int64_t removed = with(Effect::remove);
    store_.change([&](state::Database& database) {
        write_waiting(database);
        database
            .prepare("update converge_run set finished = ?, created = ?, changed = ?, removed = ?, unchanged = ?, "
                     "failed = ? where id = ?")
            .bind(now())
            .bind(created)
            .bind(static_cast<std::int64_t>(report.count(Status::changed)) - created - removed)
            .bind(removed)
            .bind(static_cast<std::int64_t>(report.count(Status::unchanged) + report.count(Status::guarded)))
            .bind(static_cast<std::int64_t>(report.count(Status::failed) + report.count(Status::skipped)))
            .bind(id_)
            .run();
    });
    waiting_.clear();
}

KeptDeclarations::KeptDeclarations(state::Store& store) : store_(store)
{
    const auto reader = store_.reader();
    state::Statement query = reader->prepare("select id, state from converge_declared");
    while (query.next())
        states_[query.text(0)] = query.text(1);
}

std::optional<std::string> KeptDeclarations::find(const std::string& id)
{
    const std::lock_guard lock(mutex_);
    const auto row = states_.find(id);
    return row == states_.end() ? std::nullopt : std::optional(row->second);
}

void KeptDeclarations::keep(const std::string& name, const std::string& id, const std::string& state)
{
    store_.change([&](state::Database& database) {
        database.prepare("insert or replace into converge_declared (name, id, state) values (?,?,?)")
            .bind(name)
            .bind(id)
            .bind(state)
            .run();
    });
    const std::lock_guard lock(mutex_);
    states_[id] = state;
}

std::vector<Pending> pending_notifications(const state::Store& store)
{
    std::vector<Pending> all;
    const auto reader = store.reader();
    state::Statement query =
        reader->prepare("select type, name, action, source from converge_notification order by type, name, action");
    while (query.next())
        all.push_back({.type = query.text(0), .name = query.text(1), .action = query.text(2), .source = query.text(3)});
    return all;
}

std::string sealing_key(state::Store& store)
{
    {
        const auto reader = store.reader();
        state::Statement query = reader->prepare("select key from converge_key");
        if (query.next())
            return query.text(0);
    }
    store.change([&](state::Database& database) {
        database.prepare("insert or ignore into converge_key (id, key) values (1, ?)")
            .bind(crypto::random_hex(key_bytes))
            .run();
    });
    return sealing_key(store);
}

std::vector<PastRun> list_runs(const state::Store& store, std::size_t limit)
{
    std::vector<PastRun> runs;
    const auto reader = store.reader();
    state::Statement query =
        reader->prepare(fmt::format("select {} from converge_run order by id desc limit ?", run_columns));
    query.bind(static_cast<std::int64_t>(limit));
    while (query.next())
        runs.push_back(run_of(query));
    return runs;
}

PastRun find_run(const state::Store& store, std::int64_t id)
{
    const auto reader = store.reader();
    state::Statement query = reader->prepare(fmt::format("select {} from converge_run where id = ?", run_columns));
    query.bind(id);
    if (!query.next())
        throw Error(ErrorKind::not_found, "there is no run {}", id).hint("dfriends converge history lists them");
    return run_of(query);
}

std::optional<PastRun> last_run(const state::Store& store)
{
    auto runs = list_runs(store, 1);
    return runs.empty() ? std::nullopt : std::optional(std::move(runs.front()));
}

std::vector<Result> results_of(const state::Store& store, std::int64_t run)
{
    std::vector<Result> results;
    const auto reader = store.reader();
    state::Statement query =
        reader->prepare(fmt::format("select {} from converge_result where run = ? order by position", result_columns));
    query.bind(run);
    while (query.next())
        results.push_back(result_of(query));
    return results;
}

std::vector<std::pair<std::int64_t, Result>> results_of_resource(const state::Store& store, const std::string& type,
                                                                 const std::string& name)
{
    std::vector<std::pair<std::int64_t, Result>> results;
    const auto reader = store.reader();
    state::Statement query = reader->prepare(
        fmt::format("select {} from converge_result where type = ? and name = ? order by run desc, position limit 100",
                    result_columns));
    query.bind(type).bind(name);
    while (query.next())
        results.emplace_back(query.integer(9), result_of(query));
    return results;
}

} // namespace dfriends::converge
