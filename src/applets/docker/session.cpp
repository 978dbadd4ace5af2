// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/session.hpp"

#include "applets/docker/detach_keys.hpp"
#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/worker.hpp"
#include "os/file.hpp"
#include "os/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
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
    bool detached = false;
    bool interrupted = false;
};

net::Task<> send_input(std::shared_ptr<Beside> beside, std::shared_ptr<Input> input)
{
    DetachKeys keys(beside->session.detach_keys);
    while (beside->attachment != nullptr) {
        std::string bytes = co_await input->read();
        if (beside->attachment == nullptr)
            co_return;
        if (bytes.empty()) {
            co_await beside->attachment->close_input();
            co_return;
        }
        if (beside->session.tty)
            bytes = keys.feed(bytes);
        if (!bytes.empty())
            co_await beside->attachment->write(std::move(bytes));
        if (beside->session.tty && keys.were_pressed() && beside->attachment != nullptr) {
            beside->detached = true;
            beside->attachment->close();
        }
    }
}

net::Task<> hand_signals_on(std::shared_ptr<Beside> beside)
{
    while (beside->attachment != nullptr) {
        const int number = co_await beside->session.signals->next();
        if (beside->attachment != nullptr)
            net::spawn(beside->session.on_signal(number)); // not awaited: the next signal may come at once
    }
}

/// A signal that would end us must not leave the user's terminal raw.
net::Task<> end_by_signal(std::shared_ptr<Beside> beside)
{
    co_await net::wait_for_signal({SIGHUP, SIGINT, SIGQUIT, SIGTERM});
    if (beside->attachment != nullptr) {
        beside->interrupted = true;
        beside->attachment->close();
    }
}

/// A program that has only just been asked for may not have its terminal yet.
net::Task<> resize_soon(std::shared_ptr<Beside> beside, unsigned columns, unsigned rows)
{
    constexpr int attempts = 30; // 4 s: a busy engine takes its time
    for (int attempt = 1; beside->attachment != nullptr; ++attempt) {
        try {
            co_await beside->session.resize(columns, rows);
            co_return;
        } catch (const Error&) {
            if (attempt == attempts)
                co_return; // the size is a courtesy: the program runs on without it
        }
        co_await net::sleep(std::chrono::milliseconds(10 * attempt));
    }
}

net::Task<> follow_size(std::shared_ptr<Beside> beside)
{
    net::Signals changes({SIGWINCH});
    while (beside->attachment != nullptr) {
        winsize size{};
        if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
            co_await resize_soon(beside, size.ws_col, size.ws_row);
        co_await changes.next();
    }
}

net::Task<> read_output(Context& context, engine::Attachment& attachment, const Beside& beside)
{
    const engine::OnOutput print = print_output(context);
    try {
        while (co_await attachment.read(print))
            ;
    } catch (const Error&) {
        if (!beside.detached && !beside.interrupted)
            throw;
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

http::Producer send_file(os::Path path)
{
    return [path = std::move(path)](http::BodyWriter& writer) -> net::Task<> {
        const auto file = std::make_shared<os::Descriptor>(os::open_file(path, O_RDONLY));
        for (;;) {
            std::string piece = co_await net::shared_worker().call([file] {
                std::string bytes(256UL * 1024, '\0');
                const ssize_t count = ::read(file->number(), bytes.data(), bytes.size());
                if (count < 0)
                    throw Error(ErrorKind::unavailable, "cannot read the archive: {}", describe_errno(errno));
                bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
                return bytes;
            });
            if (piece.empty())
                co_return;
            co_await writer.write(piece);
        }
    };
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

engine::OnProgress print_progress(Context& context)
{
    return [&context](const engine::Progress& progress) {
        if (!progress.stream.empty())
            context.write(progress.stream);
        else if (progress.bar.empty() && !progress.status.empty())
            context.print("{}\n", progress.id.empty() ? progress.status : progress.id + ": " + progress.status);
    };
}

std::shared_ptr<net::Signals> catch_signals()
{
    return std::make_shared<net::Signals>(proxied);
}

std::string signal_name(int number)
{
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? name : std::to_string(number);
}

bool has_terminal(bool input, bool tty)
{
    return !input || !tty || os::is_terminal(STDIN_FILENO);
}

void expect_terminal(bool input, bool tty)
{
    if (!has_terminal(input, tty))
        throw Error(ErrorKind::failed, "{}", no_terminal).hint("leave -t out where stdin is a pipe or a file");
}

net::Task<Ending> carry(Context& context, engine::Attachment& attachment, Session session)
{
    const DetachKeys checked(session.detach_keys); // throws here, where it is seen
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
    else if (raw)
        net::spawn(end_by_signal(beside));
    if (beside->session.tty && beside->session.resize)
        net::spawn(follow_size(beside));
    co_await read_output(context, attachment, *beside);
    if (beside->interrupted)
        throw Error(ErrorKind::interrupted, "interrupted");
    co_return beside->detached ? Ending::detached : Ending::output_ended;
}

} // namespace dfriends::applets::docker
