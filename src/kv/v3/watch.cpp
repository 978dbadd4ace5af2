// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/watch.hpp"

#include "etcd/v3/status.hpp"
#include "kv/v3/operations.hpp"

#include <algorithm>

namespace dfriends::kv::v3 {

using namespace etcd::v3;

namespace {

constexpr std::int64_t no_watch = -1;
constexpr std::size_t most_watches_of_stream = 10'000;
constexpr std::chrono::minutes progress_interval{10};  // etcd's
constexpr std::chrono::seconds v3_patience{10};        ///< how long a client that went away may keep its stream
constexpr std::size_t most_answer_bytes = 1'572'864;   ///< of a fragment: etcd's --max-request-bytes
constexpr std::size_t most_revisions_of_answer = 1000; ///< where a watch catches up

std::size_t size_of(const Event& event)
{
    const auto of = [](const std::optional<KeyValue>& pair) {
        return pair ? pair->key.size() + pair->value.size() + 64 : 0;
    };
    return of(event.kv) + of(event.prev_kv);
}

Event make_event(const Change& change, bool prev_kv)
{
    Event event;
    if (change.record.version == 0) {
        event.type = EventType::remove;
        event.kv.emplace().key = change.key;
        event.kv->mod_revision = change.record.mod_revision;
    } else {
        event.kv = make_key_value(change.key, change.record);
    }
    if (prev_kv && change.previous)
        event.prev_kv = make_key_value(change.key, *change.previous);
    return event;
}

} // namespace

WatchStream::WatchStream(Keyspace& keyspace, Auth& auth, ResponseHeader header, Sink<WatchResponse>& answers,
                         Call& call)
    : keyspace_(keyspace), auth_(auth), header_(header), answers_(answers), call_(call)
{
    call_.on_cancel([this] { changed_.notify_all(); });
}

WatchStream::~WatchStream()
{
    call_.on_cancel({});
    for (const auto& [id, watch] : watches_)
        keyspace_.history().remove(watch->watcher);
}

ResponseHeader WatchStream::header() const
{
    ResponseHeader header = header_;
    header.revision = keyspace_.revision();
    return header;
}

void WatchStream::refuse(std::string reason)
{
    WatchResponse answer;
    answer.header = header();
    answer.watch_id = no_watch;
    answer.created = answer.canceled = true;
    answer.cancel_reason = std::move(reason);
    control_.push_back(std::move(answer));
}

void WatchStream::take(WatchRequest request)
{
    if (request.create_request)
        create(std::move(*request.create_request));
    else if (request.cancel_request)
        cancel(request.cancel_request->watch_id);
    else if (request.progress_request)
        progress_asked_ = true;
    changed_.notify_all();
}

void WatchStream::create(WatchCreateRequest request)
{
    if (request.key.empty())
        request.key.assign(1, '\0'); // the smallest key
    try {
        auth_.check_read(call_.token, request.key, request.range_end);
    } catch (const Status& status) {
        return refuse(fmt::format("rpc error: code = {} desc = {}", name_of(status.code()), status.message()));
    }
    const Span span(request.key, request.range_end);
    if (span.is_empty())
        return refuse("mvcc: watcher range is empty");
    if (request.start_revision < 0)
        return refuse("mvcc: required revision has been compacted");
    if (watches_.size() >= most_watches_of_stream)
        return refuse("etcdserver: too many requests");
    std::int64_t id = request.watch_id;
    if (id == 0) {
        while (watches_.contains(next_id_))
            ++next_id_;
        id = next_id_++;
    } else if (watches_.contains(id)) {
        return refuse("mvcc: duplicate watch ID provided on the WatchStream");
    }
    const std::int64_t now = keyspace_.revision();
    const std::int64_t next = request.start_revision == 0 ? now + 1 : request.start_revision;
    auto watch = std::make_unique<Watch>(
        Watch{{span, next, next <= now, [this] { changed_.notify_all(); }}, false, false, false, false, false, {}});
    for (const FilterType filter : request.filters)
        (filter == FilterType::no_put ? watch->no_put : watch->no_delete) = true;
    watch->prev_kv = request.prev_kv;
    watch->fragment = request.fragment;
    watch->progress = request.progress_notify;
    watch->last_sent = std::chrono::steady_clock::now();
    keyspace_.history().add(watch->watcher);
    watches_.emplace(id, std::move(watch));

    WatchResponse answer;
    answer.header = header();
    answer.watch_id = id;
    answer.created = true;
    control_.push_back(std::move(answer));
}

void WatchStream::cancel(std::int64_t id)
{
    const auto found = watches_.find(id);
    if (found == watches_.end())
        return;
    keyspace_.history().remove(found->second->watcher);
    watches_.erase(found);
    WatchResponse answer;
    answer.header = header();
    answer.watch_id = id;
    answer.canceled = true;
    control_.push_back(std::move(answer));
}

void WatchStream::fail(std::exception_ptr why)
{
    failure_ = std::move(why);
    changed_.notify_all();
}

net::Task<> WatchStream::run()
{
    while (!call_.is_cancelled()) {
        if (co_await send_waiting())
            continue;
        if (failure_)
            std::rethrow_exception(failure_);
        if (keyspace_.is_stopped())
            throw Status(Code::unavailable, "etcdserver: server stopped");
        co_await changed_.wait(v3_patience);
    }
}

bool WatchStream::has_caught_up() const
{
    return std::ranges::none_of(watches_, [](const auto& entry) { return entry.second->watcher.is_behind; });
}

net::Task<bool> WatchStream::send_waiting()
{
    bool sent = false;
    while (!control_.empty()) {
        const WatchResponse answer = std::move(control_.front());
        control_.pop_front();
        co_await answers_.send(answer);
        sent = true;
    }
    std::vector<std::int64_t> behind; // watches may come and go while one of them is sent
    for (const auto& [id, watch] : watches_)
        if (watch->watcher.is_behind)
            behind.push_back(id);
    for (const std::int64_t id : behind) {
        co_await send_events(id);
        sent = true;
    }
    if (sent)
        co_return true;
    co_return co_await send_progress();
}

/// What it says is true only where every event up to its revision has gone out: so nothing may come between the look
/// and the header.
net::Task<bool> WatchStream::send_progress()
{
    if (!has_caught_up() || !control_.empty())
        co_return false;
    if (progress_asked_) {
        progress_asked_ = false;
        WatchResponse answer;
        answer.header = header();
        answer.watch_id = no_watch;
        co_await answers_.send(answer);
        co_return true;
    }
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [id, watch] : watches_) {
        if (!watch->progress || watch->watcher.next > keyspace_.revision() + 1 ||
            now - watch->last_sent < progress_interval)
            continue;
        watch->last_sent = now;
        WatchResponse answer;
        answer.header = header();
        answer.watch_id = id;
        co_await answers_.send(answer);
        co_return true;
    }
    co_return false;
}

/// The next answer of a watch that is behind.
net::Task<> WatchStream::send_events(std::int64_t id)
{
    const auto found = watches_.find(id);
    if (found == watches_.end())
        co_return;
    Watcher& watcher = found->second->watcher;
    if (watcher.next < keyspace_.compacted()) {
        WatchResponse answer;
        answer.header = header_;
        answer.watch_id = id;
        answer.canceled = true;
        answer.compact_revision = keyspace_.compacted();
        keyspace_.history().remove(watcher);
        watches_.erase(found);
        co_await answers_.send(answer);
        co_return;
    }
    std::vector<WatchResponse> answers;
    const std::int64_t now = keyspace_.revision();
    if (const auto oldest = keyspace_.history().oldest(); oldest && watcher.next >= *oldest) {
        std::vector<const Revision*> revisions;
        std::size_t bytes = 0;
        std::int64_t next = watcher.next;
        for (; next <= now && revisions.size() < most_revisions_of_answer && bytes < most_answer_bytes; ++next) {
            const Revision* const revision = keyspace_.history().find(next);
            if (std::ranges::none_of(revision->changes,
                                     [&](const Change& change) { return watcher.span.contains(change.key); }))
                continue;
            revisions.push_back(revision);
            bytes += revision->size();
        }
        // What is new goes out revision by revision, what a slow client or a busy server left in larger pieces.
        const std::size_t most = now - watcher.next > 4 ? most_revisions_of_answer : 1;
        watcher.next = next;
        watcher.is_behind = next <= now;
        for (std::span<const Revision* const> rest = revisions; !rest.empty();) {
            const std::size_t count = std::min(most, rest.size());
            add_answers(answers, id, rest.first(count));
            rest = rest.subspan(count);
        }
        co_await send_answers(answers);
        co_return;
    }
    const std::int64_t first = watcher.next;
    std::vector<Revision> log = co_await keyspace_.read_log(first);
    // What is on disk and not yet shown here comes when it is.
    std::erase_if(log, [this](const Revision& revision) { return revision.number > keyspace_.revision(); });
    const auto still = watches_.find(id);
    if (still == watches_.end() || first < keyspace_.compacted())
        co_return; // cancelled meanwhile, or told of the compaction the next time
    Watcher& reader = still->second->watcher;
    reader.next = log.empty() ? now + 1 : log.back().number + 1;
    reader.is_behind = reader.next <= keyspace_.revision();
    std::vector<const Revision*> revisions;
    for (const Revision& revision : log)
        revisions.push_back(&revision);
    add_answers(answers, id, revisions);
    co_await send_answers(answers);
}

net::Task<> WatchStream::send_answers(const std::vector<WatchResponse>& answers)
{
    if (!answers.empty())
        co_await answers_.send(answers);
}

void WatchStream::add_answers(std::vector<WatchResponse>& answers, std::int64_t id,
                              std::span<const Revision* const> revisions)
{
    Watch& watch = *watches_.at(id);
    WatchResponse answer;
    for (const Revision* const revision : revisions)
        for (const Change& change : revision->changes) {
            const bool removes = change.record.version == 0;
            if (watch.watcher.span.contains(change.key) && !(removes ? watch.no_delete : watch.no_put))
                answer.events.push_back(make_event(change, watch.prev_kv));
        }
    if (answer.events.empty())
        return;
    answer.header = header();
    answer.watch_id = id;
    watch.last_sent = std::chrono::steady_clock::now();
    if (watch.fragment)
        add_fragments(answers, std::move(answer));
    else
        answers.push_back(std::move(answer));
}

void WatchStream::add_fragments(std::vector<WatchResponse>& answers, WatchResponse answer)
{
    std::vector<Event> events = std::move(answer.events);
    std::size_t at = 0;
    while (at < events.size()) {
        answer.events.clear();
        for (std::size_t bytes = 0; at < events.size(); ++at) {
            bytes += size_of(events[at]);
            if (bytes > most_answer_bytes && !answer.events.empty())
                break;
            answer.events.push_back(std::move(events[at]));
        }
        answer.fragment = at < events.size();
        answers.push_back(answer);
    }
}

} // namespace dfriends::kv::v3
