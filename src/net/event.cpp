// SPDX-License-Identifier: Apache-2.0
#include "base/scope_exit.hpp"
#include "net/loop.hpp"
#include "net/loop_inside.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dfriends::net {

namespace {

struct Waiter {
    explicit Waiter(boost::asio::io_context& context) : timer(context) {}
    boost::asio::steady_timer timer;
    bool notified = false;
};

} // namespace

struct Event::Waiters {
    std::list<Waiter*> list;
};

Event::Event() : waiters_(std::make_shared<Waiters>()) {}
Event::~Event() = default;

void Event::notify_all()
{
    for (Waiter* waiter : waiters_->list) {
        waiter->notified = true;
        waiter->timer.cancel();
    }
}

Task<bool> Event::wait(std::optional<std::chrono::milliseconds> timeout)
{
    const std::shared_ptr<Waiters> waiters = waiters_; // the event itself may go while its waiters are destroyed
    Waiter waiter(Loop::current().inside().context);
    if (timeout)
        waiter.timer.expires_after(*timeout);
    else
        waiter.timer.expires_at(std::chrono::steady_clock::time_point::max());
    const auto place = waiters->list.insert(waiters->list.end(), &waiter);
    ScopeExit leave([&] { waiters->list.erase(place); });
    boost::system::error_code code;
    co_await waiter.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, code));
    co_return waiter.notified;
}

} // namespace dfriends::net
