// SPDX-License-Identifier: Apache-2.0
#include "net/completion.hpp"

#include "net/loop_inside.hpp"

namespace dfriends::net {

struct Completion::Shared {
    std::shared_ptr<Mailbox> mailbox;
    Event arrived;
    bool done = false;
    std::exception_ptr failure;
};

Completion::Completion() : shared_(std::make_shared<Shared>())
{
    shared_->mailbox = Loop::current().inside().mailbox;
}

void Completion::finish(std::exception_ptr failure) const
{
    const std::shared_ptr<Shared> shared = shared_;
    shared->mailbox->post([shared, failure] {
        shared->done = true;
        shared->failure = failure;
        shared->arrived.notify_all();
    });
}

Task<> Completion::wait()
{
    const std::shared_ptr<Shared> shared = shared_;
    while (!shared->done)
        co_await shared->arrived.wait();
    if (shared->failure)
        std::rethrow_exception(shared->failure);
}

} // namespace dfriends::net
