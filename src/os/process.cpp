// SPDX-License-Identifier: Apache-2.0
#include "os/process.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::os {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

int status_of_wait(int raw)
{
    return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

int wait_for(pid_t id)
{
    int raw = 0;
    while (::waitpid(id, &raw, 0) < 0 && errno == EINTR) {
    }
    return status_of_wait(raw);
}

/// write(2) to a child that may have ended without reading: EPIPE, and no signal for us.
ssize_t write_to_child(int pipe, std::string_view bytes)
{
    sigset_t broken, before;
    ::sigemptyset(&broken);
    ::sigaddset(&broken, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken, &before);
    const ssize_t count = ::write(pipe, bytes.data(), bytes.size());
    const int why = errno;
    if (count < 0 && why == EPIPE && ::sigismember(&before, SIGPIPE) == 0) {
        const timespec at_once{};
        (void)::sigtimedwait(&broken, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = why;
    return count;
}

/// One captured output of a child.
struct Capture {
    Descriptor pipe;
    std::string* text;
};

/// What run() moves between itself and the child until all pipes are closed.
class Conversation {
  public:
    Conversation(const Command& command, Spawned& child, Outcome& outcome)
        : command_(command), id_(child.id), input_(std::move(child.input)), outcome_(outcome)
    {
        captures_[0] = {std::move(child.output), &outcome.output};
        captures_[1] = {std::move(child.error), &outcome.error};
        if (command.timeout)
            deadline_ = std::chrono::steady_clock::now() + *command.timeout;
    }

    void hold()
    {
        if (input_)
            ::fcntl(input_.number(), F_SETFL, O_NONBLOCK);
        while (captures_[0].pipe || captures_[1].pipe || input_) {
            pollfd polled[3] = {{captures_[0].pipe.number(), POLLIN, 0},
                                {captures_[1].pipe.number(), POLLIN, 0},
                                {input_.number(), POLLOUT, 0}};
            const int ready = ::poll(polled, 3, patience());
            if (ready == 0 && !enforce_deadline())
                return;
            for (int i = 0; i < 2; ++i)
                if (polled[i].revents != 0)
                    read(captures_[i]);
            if (polled[2].revents != 0)
                feed();
        }
    }

    /// Waits for the child itself, whose pipes may be closed before it ends.
    int wait()
    {
        while (deadline_) {
            int raw = 0;
            const pid_t done = ::waitpid(id_, &raw, WNOHANG);
            if (done == id_)
                return status_of_wait(raw);
            ::poll(nullptr, 0, std::min(patience(), 20));
            if (std::chrono::steady_clock::now() >= *deadline_)
                enforce_deadline();
        }
        return wait_for(id_);
    }

  private:
    int patience() const
    {
        if (!deadline_)
            return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - std::chrono::steady_clock::now());
        return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
    }

    /// SIGTERM first, SIGKILL 5 s later; false once there is nothing left to do but to wait.
    bool enforce_deadline()
    {
        if (std::chrono::steady_clock::now() < *deadline_)
            return true;
        const bool first = !outcome_.timed_out;
        outcome_.timed_out = true;
        ::kill(-id_, first ? SIGTERM : SIGKILL);
        if (first) {
            deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(5);
            return true;
        }
        deadline_.reset();
        return false;
    }

    void read(Capture& capture)
    {
        char piece[65536];
        const ssize_t count = ::read(capture.pipe.number(), piece, sizeof piece);
        if (count < 0 && errno == EINTR)
            return;
        if (count <= 0) {
            capture.pipe.close();
            return;
        }
        const std::string_view bytes(piece, static_cast<std::size_t>(count));
        if (command_.on_output)
            command_.on_output(bytes);
        const std::size_t room = command_.output_limit - std::min(command_.output_limit, capture.text->size());
        capture.text->append(bytes.substr(0, room));
    }

    void feed()
    {
        const std::string_view rest = std::string_view(command_.input).substr(fed_);
        const ssize_t count = write_to_child(input_.number(), rest);
        if (count > 0)
            fed_ += static_cast<std::size_t>(count);
        if ((count < 0 && errno != EAGAIN && errno != EINTR) || fed_ == command_.input.size())
            input_.close();
    }

    const Command& command_;
    pid_t id_;
    Descriptor input_;
    std::size_t fed_ = 0;
    Capture captures_[2];
    std::optional<SteadyTime> deadline_;
    Outcome& outcome_;
};

} // namespace

std::optional<Path> find_program(std::string_view name)
{
    if (name.find('/') != name.npos)
        return ::access(std::string(name).c_str(), X_OK) == 0 ? std::optional<Path>(name) : std::nullopt;
    const char* variable = std::getenv("PATH");
    const std::string path =
        variable != nullptr ? variable : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (const std::string_view folder : split(path, ':')) {
        const Path candidate = Path(folder.empty() ? "." : folder) / name;
        std::error_code ignored;
        if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate, ignored))
            return candidate;
    }
    return std::nullopt;
}

Outcome run(const Command& command)
{
    Spawned child = spawn(command, !command.inherit_output);
    Outcome outcome;
    Conversation conversation(command, child, outcome);
    conversation.hold();
    outcome.status = conversation.wait();
    return outcome;
}

Outcome run_checked(const Command& command)
{
    Outcome outcome = run(command);
    if (outcome.ok())
        return outcome;
    const std::string why =
        outcome.timed_out ? std::string("it ran out of time") : fmt::format("exit status {}", outcome.status);
    const auto said = lines(trim(outcome.error));
    const std::string last = said.empty() ? std::string() : ": " + printable(said.back());
    throw Error(ErrorKind::failed, "'{}' failed: {}{}", command.words.front(), why, last);
}

Child Child::start(const Command& command)
{
    return Child(spawn(command, false).id);
}

Child Child::start_on(const Command& command, const Descriptor& stream)
{
    return Child(spawn_on(command, stream));
}

int Child::wait()
{
    if (!status_)
        status_ = wait_for(id_);
    return *status_;
}

std::optional<int> Child::poll()
{
    int raw = 0;
    if (!status_ && ::waitpid(id_, &raw, WNOHANG) == id_)
        status_ = status_of_wait(raw);
    return status_;
}

void Child::signal(int number) const noexcept
{
    if (!status_)
        ::kill(id_, number);
}

} // namespace dfriends::os
