// SPDX-License-Identifier: Apache-2.0
#include "service/ensemble.hpp"

#include "os/notify.hpp"

#include <utility>

namespace dfriends::service {

namespace {

thread_local Ensemble* mine = nullptr;

} // namespace

Ensemble* Ensemble::current()
{
    return mine;
}

Ensemble::~Ensemble()
{
    stop();
    for (std::thread& thread : threads_)
        if (thread.joinable())
            thread.join();
}

void Ensemble::start(std::function<void()> service)
{
    threads_.emplace_back([this, service = std::move(service)] { run(service); });
}

void Ensemble::run(const std::function<void()>& service)
{
    Ensemble* const before = std::exchange(mine, this);
    std::exception_ptr thrown;
    try {
        service();
    } catch (...) {
        thrown = std::current_exception();
    }
    mine = before;
    {
        const std::lock_guard lock(mutex_);
        if (thrown && !failure_)
            failure_ = thrown;
    }
    stop();
}

void Ensemble::stop()
{
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true))
        return;
    os::notify("STOPPING=1");
    for (const auto& on_stop : listeners_)
        on_stop();
}

void Ensemble::wait()
{
    for (std::thread& thread : threads_)
        if (thread.joinable())
            thread.join();
    if (failure_)
        std::rethrow_exception(failure_);
}

void Ensemble::ready()
{
    const std::lock_guard lock(mutex_);
    if (--missing_ == 0 && !stopping_)
        os::notify("READY=1");
}

Ensemble::Listener::Listener(Ensemble* ensemble, std::function<void()> on_stop) : ensemble_(ensemble)
{
    if (ensemble_ == nullptr)
        return;
    const std::lock_guard lock(ensemble_->mutex_);
    place_ = ensemble_->listeners_.insert(ensemble_->listeners_.end(), std::move(on_stop));
    if (ensemble_->stopping_)
        (*place_)();
}

Ensemble::Listener::~Listener()
{
    if (ensemble_ == nullptr)
        return;
    const std::lock_guard lock(ensemble_->mutex_);
    ensemble_->listeners_.erase(place_);
}

} // namespace dfriends::service
