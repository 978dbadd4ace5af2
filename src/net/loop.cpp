// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"

#include "base/error.hpp"
#include "net/loop_inside.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace dfriends::net {

namespace {

thread_local Loop* running = nullptr;

} // namespace

void Mailbox::post(std::function<void()> function)
{
    const std::lock_guard lock(mutex);
    if (loop != nullptr)
        boost::asio::post(loop->inside().context, std::move(function));
}

Loop::Loop() : inside_(std::make_unique<Inside>())
{
    inside_->mailbox->loop = this;
}

Loop::~Loop()
{
    {
        const std::lock_guard lock(inside_->mailbox->mutex);
        inside_->mailbox->loop = nullptr;
    }
    Loop* const before = std::exchange(running, this); // tasks that are destroyed now may still ask for their loop
    for (const auto& function : inside_->at_end)
        function();
    inside_.reset();
    running = before;
}

Loop& Loop::current()
{
    if (running == nullptr)
        throw Error(ErrorKind::internal, "no loop runs on this thread");
    return *running;
}

void Loop::spawn(Task<> task, std::function<void(std::exception_ptr)> on_failure)
{
    boost::asio::co_spawn(inside_->context, std::move(task),
                          [on_failure = std::move(on_failure)](std::exception_ptr failure) {
                              if (failure && on_failure)
                                  on_failure(failure);
                          });
}

void Loop::post(std::function<void()> function)
{
    boost::asio::post(inside_->context, std::move(function));
}

void Loop::at_end(std::function<void()> function)
{
    inside_->at_end.push_back(std::move(function));
}

void Loop::run()
{
    Loop* const before = std::exchange(running, this);
    try {
        inside_->context.restart();
        inside_->context.run();
    } catch (...) {
        running = before;
        throw;
    }
    running = before;
}

void Loop::stop()
{
    inside_->context.stop();
}

void spawn(Task<> task, std::function<void(std::exception_ptr)> on_failure)
{
    Loop::current().spawn(std::move(task), std::move(on_failure));
}

void run(Task<> task)
{
    Loop loop;
    std::exception_ptr failure;
    bool done = false;
    loop.spawn(
        [](Task<> inner, bool& flag, Loop& on) -> Task<> {
            co_await std::move(inner);
            flag = true;
            on.stop(); // what the task left running beside it ends with it
        }(std::move(task), done, loop),
        [&](std::exception_ptr thrown) {
            failure = thrown;
            loop.stop();
        });
    loop.run();
    if (failure)
        std::rethrow_exception(failure);
    if (!done)
        throw Error(ErrorKind::internal, "a task waits for something that cannot happen");
}

Task<> sleep(std::chrono::milliseconds duration)
{
    boost::asio::steady_timer timer(Loop::current().inside().context, duration);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

} // namespace dfriends::net
