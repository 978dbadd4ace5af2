// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/session.hpp"

#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/worker.hpp"
#include "os/file.hpp"
#include "os/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace dfriends::applets::docker {

namespace {

/// What the docker client hands on (--sig-proxy).
const std::vector<int> proxied{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGALRM};

/// Shared with the tasks that run beside a session, which may outlive it until the loop ends.
struct Beside {
    engine::Attachment* attachment; ///< null once the session is over
    Session session;
};

net::Task<> send_input(std::shared_ptr<Beside> beside, std::shared_ptr<Input> input)
{
    while (beside->attachment != nullptr) {
        std::string bytes = co_await input->read();
        if (beside->attachment == nullptr)
            co_return;
        if (bytes.empty()) {
            co_await beside->attachment->close_input();
            co_return;
        }
        co_await beside->attachment->write(std::move(bytes));
    }
}

net::Task<> hand_signals_on(std::shared_ptr<Beside> beside)
{
    while (beside->attachment != nullptr) {
        const int number = co_await net::wait_for_signal(proxied);
        if (beside->attachment != nullptr)
            net::spawn(beside->session.on_signal(number)); // not awaited: the next signal may come at once
    }
}

net::Task<> follow_size(std::shared_ptr<Beside> beside)
{
    while (beside->attachment != nullptr) {
        winsize size{};
        if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
            co_await beside->session.resize(size.ws_col, size.ws_row);
        co_await net::wait_for_signal({SIGWINCH});
    }
}

} // namespace

struct Input::Reading {
    os::Descriptor wake{::eventfd(0, EFD_CLOEXEC)};
    net::Worker worker{1};

    /// Blocks until there is something to read or wake() was called.
    std::string next() const
    {
        std::array<pollfd, 2> both{{{STDIN_FILENO, POLLIN, 0}, {wake.number(), POLLIN, 0}}};
        while (::poll(both.data(), both.size(), -1) < 0)
            if (errno != EINTR)
                return {};
        if (both[1].revents != 0)
            return {};
        std::string bytes(32UL * 1024, '\0');
        ssize_t count = 0;
        do
            count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
        while (count < 0 && errno == EINTR);
        bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return bytes;
    }
};

Input::Input() : reading_(std::make_shared<Reading>()) {}

Input::~Input()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored =
        ::write(reading_->wake.number(), &one, sizeof one); // the thread must not wait for ever
}

net::Task<std::string> Input::read()
{
    const Reading* reading = reading_.get(); // the worker ends before its owner
    return reading_->worker.call([reading] { return reading->next(); });
}

engine::OnOutput print_output(Context& context)
{
    return [&context](engine::Channel channel, std::string_view bytes) {
        if (channel == engine::Channel::error || channel == engine::Channel::system_error)
            context.write_error(bytes);
        else
            context.write(bytes);
    };
}

net::Task<> carry(Context& context, engine::Attachment& attachment, Session session)
{
    std::optional<os::RawMode> raw;
    if (session.tty && session.input)
        raw.emplace();
    auto beside = std::make_shared<Beside>(&attachment, std::move(session));
    const struct Over {
        std::shared_ptr<Beside> beside;
        ~Over() { beside->attachment = nullptr; }
    } over{beside};
    if (beside->session.input)
        net::spawn(send_input(beside, std::make_shared<Input>()));
    if (beside->session.on_signal)
        net::spawn(hand_signals_on(beside));
    if (beside->session.tty && beside->session.resize)
        net::spawn(follow_size(beside));
    while (co_await attachment.read(print_output(context)))
        ;
}

} // namespace dfriends::applets::docker
