// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace dfriends::converge {

/// Threads that do what is added, in its order, so many at a time.
class Crew {
  public:
    /// `most`: how much there will be to do.
    Crew(unsigned threads, std::size_t most) : jobs_(most), most_threads_(threads) {}
    ~Crew()
    {
        ready_.release(static_cast<std::ptrdiff_t>(threads_.size())); // for nothing more: who takes that goes
    }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// The job's number.
    std::size_t add(std::function<void()> work)
    {
        const std::size_t number = added_++;
        jobs_[number].work = std::move(work);
        if (threads_.size() < most_threads_)
            threads_.emplace_back([this] { loop(); });
        ready_.release();
        return number;
    }

    /// Waits until it is done.
    void await(std::size_t number) const { jobs_[number].is_done.wait(false); }

  private:
    struct Job {
        std::function<void()> work;
        std::atomic<bool> is_done = false;
    };

    void loop()
    {
        for (;;) {
            ready_.acquire();
            const std::size_t mine = taken_++;
            if (mine >= added_)
                return;
            jobs_[mine].work();
            jobs_[mine].is_done = true;
            jobs_[mine].is_done.notify_all();
        }
    }

    std::vector<Job> jobs_;
    unsigned most_threads_;
    std::atomic<std::size_t> added_ = 0;
    std::atomic<std::size_t> taken_ = 0;
    std::counting_semaphore<> ready_{0};
    std::vector<std::jthread> threads_;
};

} // namespace dfriends::converge
