// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/history.hpp"

#include "base/scope_exit.hpp"
#include "kv/v2/path.hpp"

#include <algorithm>

namespace dfriends::kv::v2 {

namespace {

constexpr std::size_t fewest_events = 1000; // what etcd keeps, and clients count on

} // namespace

bool Watched::sees(const Event& event) const
{
    if (event.is_silent)
        return false;
    if (event.path == path)
        return true;
    if (event.removes_dir && is_below(path, event.path))
        return true;
    if (!recursive || !is_below(event.path, path))
        return false;
    const std::string_view rest = std::string_view(event.path).substr(path == "/" ? 0 : path.size());
    return rest.find("/_") == rest.npos;
}

void History::add(std::shared_ptr<const Event> event)
{
    bytes_ += event->body.size();
    events_.push_back(event);
    while (events_.size() > fewest_events && (events_.size() > most_events_ || bytes_ > most_bytes_)) {
        bytes_ -= events_.front()->body.size();
        events_.pop_front();
    }
    for (Waiting& waiting : waiting_)
        if (waiting.watched->sees(*event))
            waiting.wake.notify_all();
}

void History::clear()
{
    events_.clear();
    bytes_ = 0;
}

std::shared_ptr<const Event> History::find(const Watched& watched, std::uint64_t index) const
{
    const auto first = std::ranges::lower_bound(events_, index, {}, [](const auto& event) { return event->index; });
    const auto found = std::find_if(first, events_.end(), [&](const auto& event) { return watched.sees(*event); });
    return found == events_.end() ? nullptr : *found;
}

net::Task<> History::wait(const Watched& watched, std::chrono::milliseconds patience)
{
    if (stopped_)
        co_return;
    Waiting& waiting = waiting_.emplace_back();
    waiting.watched = &watched;
    const auto place = std::prev(waiting_.end());
    ScopeExit leave([&] { waiting_.erase(place); });
    co_await waiting.wake.wait(patience);
}

void History::stop()
{
    stopped_ = true;
    for (Waiting& waiting : waiting_)
        waiting.wake.notify_all();
}

} // namespace dfriends::kv::v2
