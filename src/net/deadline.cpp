// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"
#include "net/loop_inside.hpp"

#include <algorithm>
#include <vector>

namespace dfriends::net {

using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds coarse{100};

} // namespace

void Loop::Inside::watch(const std::shared_ptr<Deadline::Entry>& entry)
{
    deadlines.push_back(entry);
    arm(entry->expiry);
}

/// One timer serves all deadlines; it is set again only when a deadline comes earlier than its next tick.
void Loop::Inside::arm(SteadyClock::time_point when)
{
    when = std::max(when, SteadyClock::now() + coarse);
    if (next_tick <= when)
        return;
    next_tick = when;
    ticker.expires_at(when);
    ticker.async_wait([this](boost::system::error_code code) {
        if (!code)
            tick();
    });
}

void Loop::Inside::tick()
{
    const auto now = SteadyClock::now();
    auto earliest = SteadyClock::time_point::max();
    std::vector<std::shared_ptr<Deadline::Entry>> due;
    for (auto place = deadlines.begin(); place != deadlines.end();) {
        const auto entry = place->lock();
        if (!entry) {
            place = deadlines.erase(place);
            continue;
        }
        if (entry->expiry <= now)
            due.push_back(entry);
        else
            earliest = std::min(earliest, entry->expiry);
        ++place;
    }
    next_tick = SteadyClock::time_point::max();
    if (earliest != SteadyClock::time_point::max())
        arm(earliest);
    for (const auto& entry : due) {
        entry->expiry = SteadyClock::time_point::max();
        entry->expired = true;
        entry->on_expire();
    }
}

Deadline::Deadline(std::function<void()> on_expire) : entry_(std::make_shared<Entry>())
{
    entry_->on_expire = std::move(on_expire);
    Loop::current().inside().watch(entry_);
}

Deadline::~Deadline() = default;

void Deadline::expire_after(std::chrono::milliseconds duration)
{
    entry_->expired = false;
    entry_->expiry = SteadyClock::now() + duration;
    Loop::current().inside().arm(entry_->expiry);
}

void Deadline::clear()
{
    entry_->expiry = SteadyClock::time_point::max();
}

bool Deadline::has_expired() const
{
    return entry_->expired;
}

} // namespace dfriends::net
