// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only: what a Loop is made of.
#include "net/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <mutex>
#include <vector>

namespace dfriends::net {

/// Lets other threads post to a loop that may have ended meanwhile.
struct Mailbox {
    std::mutex mutex;
    Loop* loop = nullptr;
    void post(std::function<void()> function);
};

struct Deadline::Entry {
    std::function<void()> on_expire;
    std::chrono::steady_clock::time_point expiry = std::chrono::steady_clock::time_point::max();
    bool expired = false;
};

struct Loop::Inside {
    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
    /// Armed deadlines. Declared before the context, whose end destroys tasks that hold deadlines.
    std::list<std::weak_ptr<Deadline::Entry>> deadlines;
    std::chrono::steady_clock::time_point next_tick = std::chrono::steady_clock::time_point::max();
    std::vector<std::function<void()>> at_end;
    boost::asio::io_context context{1};
    boost::asio::steady_timer ticker{context};

    void watch(const std::shared_ptr<Deadline::Entry>& entry);
    void arm(std::chrono::steady_clock::time_point when);
    void tick();
};

} // namespace dfriends::net
