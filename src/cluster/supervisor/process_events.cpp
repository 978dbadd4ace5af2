// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/process_events.hpp"

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

constexpr std::size_t longest_line = 48 * 1024; // journald's LineMax

int milliseconds_until(std::optional<SteadyTime> until)
{
    if (!until)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

} // namespace

ProcessEvents::ProcessEvents(JournalWriter& journal) : journal_(journal)
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = os::Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_)
        throw Error(ErrorKind::unavailable, "cannot wait for signals: {}", describe_errno(errno));
}

void ProcessEvents::add(UnitProcess process)
{
    outputs_.push_back({std::move(process), {}});
}

void ProcessEvents::wait(std::optional<SteadyTime> until)
{
    std::vector<pollfd> polled{{signals_.number(), POLLIN, 0}};
    if (notify_)
        polled.push_back({notify_.number(), POLLIN, 0});
    const std::size_t first_output = polled.size();
    for (const Output& output : outputs_)
        polled.push_back({output.process.output.number(), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), milliseconds_until(until)) <= 0)
        return;
    std::size_t index = first_output;
    for (auto output = outputs_.begin(); output != outputs_.end(); ++index)
        output = polled[index].revents == 0 || take_output(*output) ? std::next(output) : outputs_.erase(output);
    if (first_output == 2 && polled[1].revents != 0)
        receive_notification();
    if (polled[0].revents != 0)
        take_signals();
}

void ProcessEvents::take_signals()
{
    signalfd_siginfo signal{};
    while (::read(signals_.number(), &signal, sizeof signal) == sizeof signal)
        if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
            stop_requested_ = true;
    reap();
}

void ProcessEvents::reap()
{
    int status = 0;
    while (const pid_t process = ::waitpid(-1, &status, WNOHANG)) {
        if (process < 0)
            return;
        ends_[process] = status;
        for (Output& output : outputs_) // its last words stand before what is said of its end
            if (output.process.id == process)
                (void)take_output(output);
    }
}

std::optional<int> ProcessEvents::take_end(pid_t process)
{
    const auto found = ends_.find(process);
    if (found == ends_.end())
        return std::nullopt;
    const int status = found->second;
    ends_.erase(found);
    return status;
}

bool ProcessEvents::take_output(Output& output)
{
    std::array<char, 16384> piece;
    for (;;) {
        const ssize_t count = ::read(output.process.output.number(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return true;
        output.rest.append(piece.data(), static_cast<std::size_t>(count));
        write_lines(output, count == 0);
        if (count == 0)
            return false;
    }
}

void ProcessEvents::write_lines(Output& output, bool all)
{
    const auto append = [&](std::string_view line) {
        journal_.append({system_now(), output.process.id, output.process.identifier, std::string(line)});
    };
    std::size_t begin = 0;
    const std::string_view text = output.rest;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
        append(text.substr(begin, end - begin));
    for (; text.size() - begin >= longest_line; begin += longest_line)
        append(text.substr(begin, longest_line));
    if (all && begin < text.size()) {
        append(text.substr(begin));
        begin = text.size();
    }
    output.rest.erase(0, begin);
}

std::string ProcessEvents::open_notify_socket(const std::string& name)
{
    notify_ = os::Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{.sun_family = AF_UNIX};
    const std::string text = "dfriends/" + name; // in the abstract namespace: no path to be too long
    std::memcpy(address.sun_path + 1, text.data(), std::min(text.size(), sizeof address.sun_path - 1));
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    const int on = 1;
    if (!notify_ || ::bind(notify_.number(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
        ::setsockopt(notify_.number(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        throw Error(ErrorKind::unavailable, "cannot open a socket for notifications: {}", describe_errno(errno));
    return "@" + text;
}

void ProcessEvents::receive_notification()
{
    std::array<char, 4096> text;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec piece{text.data(), text.size()};
    msghdr message{.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.data(), .msg_controllen = control.size()};
    const ssize_t count = ::recvmsg(notify_.number(), &message, MSG_CMSG_CLOEXEC);
    if (count <= 0)
        return;
    Notification notification{0, {}};
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
            ucred sender{};
            std::memcpy(&sender, CMSG_DATA(header), sizeof sender);
            notification.sender = sender.pid;
        }
    for (const std::string_view line : lines({text.data(), static_cast<std::size_t>(count)})) {
        const auto [name, value] = split_once(line, '=');
        notification.values.emplace(name, value);
    }
    notifications_.push_back(std::move(notification));
}

std::optional<ProcessEvents::Notification> ProcessEvents::take_notification()
{
    if (notifications_.empty())
        return std::nullopt;
    Notification first = std::move(notifications_.front());
    notifications_.pop_front();
    return first;
}

} // namespace dfriends::cluster
