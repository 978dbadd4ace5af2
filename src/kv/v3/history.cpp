// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/history.hpp"

#include "net/loop.hpp"

#include <algorithm>

namespace dfriends::kv::v3 {

namespace {

constexpr std::size_t woken_at_once = 64;

/// Wakes the first of a queue.
void wake_slice(std::deque<Watcher*>& queue)
{
    for (std::size_t count = 0; count < woken_at_once && !queue.empty(); ++count) {
        Watcher* const watcher = queue.front();
        queue.pop_front();
        if (watcher != nullptr)
            watcher->wake();
    }
}

} // namespace

void History::tell(Watcher& watcher, std::int64_t number)
{
    if (watcher.is_behind || number < watcher.next)
        return;
    watcher.next = number;
    watcher.is_behind = true;
    sleepers_->queue.push_back(&watcher);
}

void History::wake_some()
{
    if (sleepers_->are_being_woken)
        return;
    wake_slice(sleepers_->queue);
    if (sleepers_->queue.empty())
        return;
    sleepers_->are_being_woken = true;
    net::spawn(wake_rest(sleepers_));
}

net::Task<> History::wake_rest(std::shared_ptr<Sleepers> sleepers)
{
    while (!sleepers->queue.empty()) {
        co_await net::sleep(std::chrono::milliseconds(0)); // whoever else is ready comes first
        wake_slice(sleepers->queue);
    }
    sleepers->are_being_woken = false;
}

void History::publish(Revision revision)
{
    const std::int64_t number = revision.number;
    bytes_ += revision.size();
    revisions_.push_back(std::move(revision));
    while (revisions_.size() > 1 && (revisions_.size() > most_revisions_ || bytes_ > most_bytes_)) {
        bytes_ -= revisions_.front().size();
        revisions_.pop_front();
    }
    for (const Change& change : revisions_.back().changes) {
        const auto [begin, end] = single_.equal_range(change.key);
        for (auto at = begin; at != end; ++at)
            tell(*at->second, number);
        for (Watcher* watcher : ranges_)
            if (watcher->span.contains(change.key))
                tell(*watcher, number);
    }
    wake_some();
}

const Revision* History::find(std::int64_t number) const
{
    if (revisions_.empty() || number < revisions_.front().number || number > revisions_.back().number)
        return nullptr;
    return &revisions_[static_cast<std::size_t>(number - revisions_.front().number)]; // they have no gaps
}

std::optional<std::int64_t> History::oldest() const
{
    if (revisions_.empty())
        return std::nullopt;
    return revisions_.front().number;
}

void History::add(Watcher& watcher)
{
    if (watcher.span.is_single())
        single_.emplace(watcher.span.low(), &watcher);
    else
        ranges_.push_back(&watcher);
}

void History::remove(Watcher& watcher)
{
    std::ranges::replace(sleepers_->queue, &watcher, nullptr);
    const auto [begin, end] = single_.equal_range(watcher.span.low());
    const auto found = std::find_if(begin, end, [&](const auto& entry) { return entry.second == &watcher; });
    if (found != end)
        single_.erase(found);
    else
        ranges_.remove(&watcher);
}

void History::wake_all()
{
    for (const auto& [key, watcher] : single_)
        watcher->wake();
    for (Watcher* watcher : ranges_)
        watcher->wake();
}

} // namespace dfriends::kv::v3
