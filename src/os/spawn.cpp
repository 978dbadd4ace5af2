// SPDX-License-Identifier: Apache-2.0
#include "os/spawn.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dfriends::os {

namespace {

/// Everything that execve needs, made before fork(): a forked child of a threaded process must not allocate.
struct Prepared {
    explicit Prepared(const Command& command)
    {
        if (command.words.empty())
            throw Error(ErrorKind::internal, "an empty command cannot run");
        const auto found = find_program(command.words.front());
        if (!found)
            throw Error(ErrorKind::not_found, "cannot run '{}': no such program", command.words.front())
                .hint(fmt::format("install '{}', or check PATH", command.words.front()));
        program = *found;
        for (const std::string& word : command.words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        std::map<std::string, std::string> merged = command.environment;
        for (char** entry = environ; !command.clear_environment && *entry != nullptr; ++entry) {
            const std::string text(*entry);
            const auto cut = text.find('=');
            if (cut != text.npos)
                merged.emplace(text.substr(0, cut), text.substr(cut + 1)); // ours do not replace the command's
        }
        for (const auto& [name, value] : merged)
            texts.push_back(name + "=" + value);
        for (std::string& text : texts)
            variables.push_back(text.data());
        variables.push_back(nullptr);
    }

    Path program;
    std::vector<char*> arguments;
    std::vector<std::string> texts;
    std::vector<char*> variables;
};

struct Pipe {
    Descriptor read, write;
};

Pipe make_pipe()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw Error(ErrorKind::unavailable, "cannot make a pipe: {}", describe_errno(errno));
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void default_signals()
{
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
}

bool become(const Command& command)
{
    if (command.user) {
        const auto [user, group] = *command.user;
        if (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0)
            return false;
    }
    return !command.directory || ::chdir(command.directory->c_str()) == 0;
}

/// The child's part: only calls that are safe after fork(). Reports errno through `report` where it cannot execute.
[[noreturn]] void run_child(const Command& command, const Prepared& prepared, int input, int output, int error,
                            bool group, int report)
{
    default_signals();
    if (group)
        ::setpgid(0, 0);
    const bool plumbed = (input < 0 || ::dup2(input, 0) >= 0) && (output < 0 || ::dup2(output, 1) >= 0) &&
                         (error < 0 || ::dup2(error, 2) >= 0);
    if (plumbed && become(command))
        ::execve(prepared.program.c_str(), prepared.arguments.data(), prepared.variables.data());
    const int code = errno;
    (void)!::write(report, &code, sizeof code);
    ::_exit(127);
}

/// Forks, executes, and hears of an execution that failed.
pid_t start_child(const Command& command, int input, int output, int error, bool group)
{
    const Prepared prepared(command);
    Pipe report = make_pipe();
    const pid_t id = ::fork();
    if (id < 0)
        throw Error(ErrorKind::unavailable, "cannot start '{}': {}", command.words.front(), describe_errno(errno));
    if (id == 0)
        run_child(command, prepared, input, output, error, group, report.write.number());
    report.write.close();
    int code = 0;
    ssize_t count = 0;
    do
        count = ::read(report.read.number(), &code, sizeof code);
    while (count < 0 && errno == EINTR);
    if (count == sizeof code) {
        ::waitpid(id, nullptr, 0);
        throw Error(kind_of_errno(code), "cannot run '{}': {}", prepared.program.string(), describe_errno(code));
    }
    return id;
}

} // namespace

Spawned spawn(const Command& command, bool capture)
{
    Pipe input, output, error;
    if (command.input.empty())
        input.read = capture ? open_file("/dev/null", O_RDONLY) : Descriptor();
    else
        input = make_pipe();
    if (capture) {
        output = make_pipe();
        error = make_pipe();
    }
    const pid_t id = start_child(command, input.read.number(), output.write.number(), error.write.number(), capture);
    return {id, std::move(input.write), std::move(output.read), std::move(error.read)};
}

pid_t spawn_on(const Command& command, const Descriptor& stream)
{
    return start_child(command, stream.number(), stream.number(), -1, false);
}

void execute(const Command& command)
{
    const Prepared prepared(command);
    default_signals();
    if (become(command))
        ::execve(prepared.program.c_str(), prepared.arguments.data(), prepared.variables.data());
    throw Error(kind_of_errno(errno), "cannot run '{}': {}", prepared.program.string(), describe_errno(errno));
}

} // namespace dfriends::os
