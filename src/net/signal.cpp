// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"
#include "net/loop_inside.hpp"
#include "net/signals.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dfriends::net {

struct Signals::Set {
    boost::asio::signal_set signals{Loop::current().inside().context};
};

Signals::Signals(const std::vector<int>& numbers) : set_(std::make_unique<Set>())
{
    for (const int number : numbers)
        set_->signals.add(number);
}

Signals::~Signals() = default;

Task<int> Signals::next()
{
    co_return co_await set_->signals.async_wait(boost::asio::use_awaitable);
}

Task<int> wait_for_signal(std::vector<int> numbers)
{
    Signals signals(numbers);
    co_return co_await signals.next();
}

} // namespace dfriends::net
