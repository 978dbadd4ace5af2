// SPDX-License-Identifier: Apache-2.0
#include "net/worker.hpp"

#include "net/completion.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace dfriends::net {

struct Worker::Threads {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> queue;
    bool stopping = false;
    std::vector<std::thread> threads;

    void loop()
    {
        for (;;) {
            std::function<void()> job;
            {
                std::unique_lock lock(mutex);
                wake.wait(lock, [this] { return stopping || !queue.empty(); });
                if (stopping)
                    return;
                job = std::move(queue.front());
                queue.pop_front();
            }
            job();
        }
    }
};

Worker::Worker(std::size_t threads) : threads_(std::make_shared<Threads>())
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_->threads.emplace_back([inside = threads_.get()] { inside->loop(); });
}

Worker::~Worker()
{
    {
        const std::lock_guard lock(threads_->mutex);
        threads_->stopping = true;
    }
    threads_->wake.notify_all();
    for (std::thread& thread : threads_->threads)
        thread.join();
}

Task<> Worker::call_erased(std::function<void()> function)
{
    Completion completion;
    {
        const std::lock_guard lock(threads_->mutex);
        threads_->queue.emplace_back([completion, function = std::move(function)] {
            std::exception_ptr failure;
            try {
                function();
            } catch (...) {
                failure = std::current_exception();
            }
            completion.finish(failure);
        });
    }
    threads_->wake.notify_one();
    co_await completion.wait();
}

Worker& shared_worker()
{
    static Worker worker(4);
    return worker;
}

} // namespace dfriends::net
