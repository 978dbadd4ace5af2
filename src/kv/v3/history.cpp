// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/history.hpp"

#include <algorithm>

namespace dfriends::kv::v3 {

void History::tell(Watcher& watcher, std::int64_t number)
{
    if (watcher.is_behind || number < watcher.next)
        return;
    watcher.next = number;
    watcher.is_behind = true;
    watcher.wake();
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
