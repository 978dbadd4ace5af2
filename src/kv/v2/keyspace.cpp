// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/keyspace.hpp"

#include "base/scope_exit.hpp"
#include "crypto/random.hpp"
#include "kv/v2/encode.hpp"
#include "kv/v2/path.hpp"
#include "kv/v2/rows.hpp"
#include "state/store.hpp"

#include <algorithm>
#include <cstring>
#include <ranges>
#include <unordered_set>

namespace dfriends::kv::v2 {

namespace {

constexpr std::size_t largest_batch = 512;
constexpr std::uint64_t events_on_disk = 10'000;
constexpr std::size_t longest_queue = 10'000;

std::uint64_t random_id()
{
    std::uint64_t id = 0;
    const std::string bytes = crypto::random_bytes(sizeof id);
    std::memcpy(&id, bytes.data(), sizeof id);
    return id >> 1U; // SQLite's integers are signed
}

/// The name that /v2/stats/store counts it under.
std::string_view statistic_of(Action action)
{
    return action == Action::set ? "sets" : action_name(action);
}

/// The changes of a batch in their order, without the writes of keys that it writes again later: of a counter that all
/// clients set only the last value needs a row.
std::vector<const RowChange*> needed_rows(const std::vector<Effect>& effects)
{
    std::vector<const RowChange*> rows;
    std::unordered_set<std::string_view> written;
    for (const Effect& effect : effects | std::views::reverse)
        for (const RowChange& row : effect.rows | std::views::reverse)
            if (!row.node || written.insert(row.path).second)
                rows.push_back(&row);
    std::ranges::reverse(rows);
    return rows;
}

} // namespace

struct Keyspace::Waiting {
    Operation operation;
    Outcome outcome;
    std::exception_ptr failure;
    bool done = false;
    net::Event answered;

    void finish(std::exception_ptr why)
    {
        failure = std::move(why);
        done = true;
        answered.notify_all();
    }
};

void Statistics::count(std::string_view operation, bool success)
{
    ++counts[std::string(operation) + (success ? "Success" : "Fail")];
}

Keyspace::Keyspace(state::Store& store, Clock clock) : store_(store), clock_(std::move(clock)) {}
Keyspace::~Keyspace() = default;

void Keyspace::load_rows()
{
    tree_ = Tree();
    history_.clear();
    expiries_.clear();
    const auto database = store_.reader();
    Rows rows(*database);
    rows.load(tree_);
    for (Event& event : rows.load_events())
        history_.add(std::make_shared<const Event>(std::move(event)));
    committed_ = rows.number("index", committed_);
    cluster_id_ = rows.number("cluster_id", 0);
    member_id_ = rows.number("member_id", 0);
    boots_ = rows.number("boots", 1);
    is_stale_ = false;
    forgotten_ = history_.oldest() > 0 ? history_.oldest() - 1 : committed_;
    Tree::visit("/", tree_.root(), [&](const std::string& path, Node& node) {
        if (node.expires)
            expiries_.emplace(*node.expires, path);
    });
}

void Keyspace::load()
{
    load_rows();
    if (cluster_id_ != 0) {
        ++boots_;
        try {
            store_.change([this](state::Database& changed) { Rows(changed).set_number("boots", boots_); });
        } catch (const Error&) { // a full disk, say: it is only told, and reading goes on
        }
        return;
    }
    cluster_id_ = random_id();
    member_id_ = random_id();
    store_.change([this](state::Database& changed) {
        Rows numbers(changed);
        numbers.set_number("cluster_id", cluster_id_);
        numbers.set_number("member_id", member_id_);
    });
}

std::shared_ptr<Keyspace::Waiting> Keyspace::enqueue(Operation operation)
{
    if (queue_.size() >= longest_queue)
        throw Error(ErrorKind::unavailable, "too many changes wait for the disk");
    auto waiting = std::make_shared<Waiting>();
    waiting->operation = std::move(operation);
    queue_.push_back(waiting);
    if (!committing_) {
        committing_ = true;
        net::spawn(commit_waiting());
    }
    return waiting;
}

net::Task<Outcome> Keyspace::change(Operation operation)
{
    const auto waiting = enqueue(std::move(operation));
    while (!waiting->done)
        co_await waiting->answered.wait();
    if (waiting->failure)
        std::rethrow_exception(waiting->failure);
    co_return std::move(waiting->outcome);
}

net::Task<> Keyspace::commit_waiting()
{
    while (!queue_.empty()) {
        std::vector<std::shared_ptr<Waiting>> batch;
        while (!queue_.empty() && batch.size() < largest_batch) {
            batch.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        co_await commit(std::move(batch));
        while (readers_waiting_ > 0) // or writers that never pause would keep them waiting for ever
            co_await reader_done_.wait();
    }
    committing_ = false;
}

/// Changes the tree, then the disk, and only then tells anybody.
net::Task<> Keyspace::commit(std::vector<std::shared_ptr<Waiting>> batch)
{
    if (is_stale_ && !reload()) {
        const auto failure =
            std::make_exception_ptr(Error(ErrorKind::unavailable, "the state database cannot be read"));
        for (const auto& waiting : batch)
            waiting->finish(failure);
        co_return;
    }
    const TimePoint now = clock_();
    const auto shared = std::make_shared<std::vector<Effect>>(); // the writer may still read it when this task is gone
    std::vector<Effect>& effects = *shared;
    std::uint64_t index = committed_;
    for (const auto& waiting : batch) {
        Effect effect = apply(tree_, waiting->operation, index + 1, now);
        if (!effect.refusal) {
            ++index;
            in_flight_.push_back(effect.rows.front().path);
        }
        effects.push_back(std::move(effect));
    }
    std::exception_ptr failure;
    const std::uint64_t forget = index > events_on_disk + forgotten_ + 1000 ? index - events_on_disk : 0;
    if (index != committed_) {
        try {
            co_await store_.write([shared, index, forget](state::Database& database) {
                Rows rows(database);
                for (const RowChange* row : needed_rows(*shared))
                    rows.change(*row);
                for (const Effect& effect : *shared)
                    if (!effect.refusal)
                        rows.add_event(effect.event);
                if (forget != 0)
                    rows.forget_events(forget);
                rows.set_number("index", index);
            });
            committed_ = index;
            forgotten_ = std::max(forgotten_, forget);
        } catch (...) { // whoever waits is told, whatever it was
            failure = std::current_exception();
        }
    }
    in_flight_.clear();
    if (failure)
        reload();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Waiting& waiting = *batch[i];
        Effect& effect = effects[i];
        statistics_.count(statistic_of(waiting.operation.action), !effect.refusal && !failure);
        waiting.outcome.created = effect.created;
        waiting.outcome.refusal = std::move(effect.refusal);
        if (!failure && !waiting.outcome.refusal) {
            track_expiry(effect);
            waiting.outcome.event = std::make_shared<const Event>(std::move(effect.event));
            history_.add(waiting.outcome.event);
        }
        waiting.outcome.index = committed_;
        waiting.finish(failure);
    }
    committed_event_.notify_all();
}

/// After a failed commit: the tree must not show what is not on disk. Where even that fails, the next request tries
/// again.
bool Keyspace::reload()
{
    is_stale_ = true;
    try {
        load_rows();
    } catch (const Error&) { // is_stale_ stays
    }
    return !is_stale_;
}

/// A node that lost its expiry keeps an entry here; it is found to be void when it comes up.
void Keyspace::track_expiry(const Effect& effect)
{
    for (const RowChange& row : effect.rows)
        if (row.node && row.node->expires) {
            expiries_.emplace(*row.node->expires, row.path);
            expiries_changed_.notify_all();
        }
}

bool Keyspace::is_in_flight(const std::string& path) const
{
    return std::ranges::any_of(in_flight_, [&](const std::string& changed) {
        return changed == path || is_below(changed, path) || is_below(path, changed);
    });
}

net::Task<Reading> Keyspace::read(std::string path, bool recursive)
{
    if (is_in_flight(path)) {
        ++readers_waiting_; // no commit begins until this one has read
        ScopeExit leave([this] {
            --readers_waiting_;
            reader_done_.notify_all();
        });
        co_await committed_event_.wait();
        co_return read_now(path, recursive);
    }
    co_return read_now(path, recursive);
}

Reading Keyspace::read_now(const std::string& path, bool recursive)
{
    if (is_stale_) // no commit is under way then: each one begins with a fresh tree
        load_rows();
    Reading reading;
    reading.index = committed_;
    const Tree::Walk walk = tree_.walk(path);
    statistics_.count("gets", walk.node != nullptr);
    if (walk.node == nullptr)
        reading.refusal =
            Refusal{walk.at_file ? Code::not_a_directory : Code::key_not_found, walk.stopped_at, committed_};
    else
        reading.node = encode_node(path, *walk.node, clock_(), {.recursive = recursive, .children = true});
    return reading;
}

net::Task<> Keyspace::expire()
{
    constexpr std::chrono::milliseconds longest{60'000};
    while (!stopped_) {
        if (expiries_.empty() || expiries_.begin()->first > clock_()) {
            const auto until = expiries_.empty()
                                   ? longest
                                   : std::chrono::ceil<std::chrono::milliseconds>(expiries_.begin()->first - clock_());
            co_await expiries_changed_.wait(std::clamp(until, std::chrono::milliseconds(1), longest));
            continue;
        }
        if (!co_await expire_due()) // a full disk, say: they stay due
            co_await net::sleep(std::chrono::seconds(1));
    }
}

/// Removes what is due now, as many together as go into one commit. False where that failed.
net::Task<bool> Keyspace::expire_due()
{
    const TimePoint now = clock_();
    std::vector<std::pair<TimePoint, std::string>> due;
    std::vector<std::shared_ptr<Waiting>> removals;
    while (!expiries_.empty() && expiries_.begin()->first <= now && due.size() < largest_batch)
        due.push_back(std::move(expiries_.extract(expiries_.begin()).value()));
    bool good = true;
    try {
        for (const auto& [moment, path] : due) {
            Operation operation;
            operation.action = Action::expire;
            operation.path = path;
            removals.push_back(enqueue(std::move(operation)));
        }
    } catch (const Error&) { // the queue is full
        good = false;
    }
    for (const auto& removal : removals) {
        while (!removal->done)
            co_await removal->answered.wait();
        good = good && !removal->failure;
    }
    if (!good) // what went nevertheless is found to be void when it comes up again
        expiries_.insert(std::make_move_iterator(due.begin()), std::make_move_iterator(due.end()));
    co_return good;
}

void Keyspace::stop()
{
    stopped_ = true;
    history_.stop();
    expiries_changed_.notify_all();
}

} // namespace dfriends::kv::v2
