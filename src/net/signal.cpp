// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"
#include "net/loop_inside.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dfriends::net {

Task<int> wait_for_signal(std::vector<int> numbers)
{
    boost::asio::signal_set signals(Loop::current().inside().context);
    for (const int number : numbers)
        signals.add(number);
    co_return co_await signals.async_wait(boost::asio::use_awaitable);
}

} // namespace dfriends::net
