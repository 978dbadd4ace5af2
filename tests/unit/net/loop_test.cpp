// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/worker.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>

using namespace dfriends;
using namespace dfriends::net;
using namespace std::chrono_literals;

namespace {

Task<int> answer()
{
    co_await sleep(1ms);
    co_return 42;
}

Task<> fail()
{
    co_await sleep(1ms);
    throw Error(ErrorKind::conflict, "no");
}

Task<> notify_later(Event& event)
{
    co_await sleep(5ms);
    event.notify_all();
}

Task<std::pair<bool, bool>> wait_twice()
{
    Event event;
    spawn(notify_later(event));
    const bool first = co_await event.wait(10s);
    const bool second = co_await event.wait(5ms);
    co_return std::pair{first, second};
}

Task<bool> let_it_expire()
{
    Event expired;
    Deadline deadline([&] { expired.notify_all(); });
    Deadline cleared([] { FAIL("a cleared deadline came"); });
    cleared.expire_after(50ms);
    cleared.clear();
    deadline.expire_after(50ms);
    const bool came = co_await expired.wait(5s);
    co_return came&& deadline.has_expired();
}

Task<std::thread::id> ask_worker(Worker& worker)
{
    co_return co_await worker.call([] { return std::this_thread::get_id(); });
}

Task<> throw_on_worker(Worker& worker)
{
    co_await worker.call([] { throw Error(ErrorKind::denied, "no"); });
}

Task<> leave_worker_early(Worker& worker)
{
    spawn([](Worker& on) -> Task<> { co_await on.call([] { std::this_thread::sleep_for(50ms); }); }(worker));
    co_await sleep(1ms);
}

} // namespace

TEST_CASE("run: gives back what a task returns and throws")
{
    CHECK(run(answer()) == 42);
    CHECK_THROWS_AS(run(fail()), Error);
}

TEST_CASE("Event: wakes its waiters, or times out")
{
    CHECK(run(wait_twice()) == std::pair{true, false});
}

TEST_CASE("Deadline: comes when it is due unless cleared")
{
    CHECK(run(let_it_expire()));
}

TEST_CASE("Worker: runs elsewhere, brings exceptions back, and may outlive the loop that asked")
{
    Worker worker(2);
    CHECK(run(ask_worker(worker)) != std::this_thread::get_id());
    CHECK_THROWS_AS(run(throw_on_worker(worker)), Error);
    run(leave_worker_early(worker));
}
