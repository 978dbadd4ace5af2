// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/unit_process.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cluster/environment_file.hpp"
#include "os/user.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool is_program(const fs::path& path)
{
    std::error_code ignored;
    return ::access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path, ignored);
}

/// Where the program of a command is: as written, else among the machine's own programs.
fs::path find_unit_program(const std::string& name, const Machine& machine, const Environment& environment)
{
    if (name.starts_with('/')) {
        if (is_program(name))
            return name;
        if (const fs::path own = fs::path(machine.programs) / fs::path(name).filename();
            !machine.programs.empty() && is_program(own))
            return own;
    } else {
        const auto path = environment.find("PATH");
        for (const std::string_view folder : split(path == environment.end() ? default_path : path->second, ':'))
            if (const fs::path candidate = fs::path(folder) / name; is_program(candidate))
                return candidate;
    }
    throw Error(ErrorKind::not_found, "cannot run '{}': no such program", name);
}

struct Account {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups;
};

os::User find_unit_user(const std::string& name, const Machine& machine)
{
    const auto mapped = machine.users.find(name);
    const std::string& real = mapped == machine.users.end() ? name : mapped->second;
    const auto user = os::find_user(real);
    if (!user)
        throw Error(ErrorKind::not_found, "no user '{}'", real);
    return *user;
}

gid_t find_unit_group(const std::string& name)
{
    if (const auto group = os::find_group(name))
        return *group;
    if (const auto number = parse_unsigned(name))
        return static_cast<gid_t>(*number);
    throw Error(ErrorKind::not_found, "no group '{}'", name);
}

/// Nothing where the unit runs as we do.
std::optional<Account> find_account(const ExecutionContext& context, const Machine& machine)
{
    if (context.user.empty() && context.group.empty() && context.supplementary_groups.empty())
        return std::nullopt;
    Account account;
    if (!context.user.empty()) {
        const os::User user = find_unit_user(context.user, machine);
        account.user = user.id;
        account.group = user.group;
        int count = 64;
        account.groups.resize(static_cast<std::size_t>(count));
        if (::getgrouplist(user.name.c_str(), user.group, account.groups.data(), &count) < 0)
            throw Error(ErrorKind::invalid, "user '{}' is in more than 64 groups", user.name);
        account.groups.resize(static_cast<std::size_t>(count));
    }
    if (!context.group.empty())
        account.group = find_unit_group(context.group);
    for (const std::string& name : context.supplementary_groups)
        account.groups.push_back(find_unit_group(name));
    return account;
}

/// What execve needs, found before the fork, so that what is missing is an error of ours and not of the child.
struct Prepared {
    fs::path program;
    std::vector<std::string> words, variables;
    std::vector<char*> argv, envp;
    std::optional<Account> account;
    std::string directory;
};

Prepared prepare(const UnitCommand& command, const ExecutionContext& context, const Machine& machine,
                 const Environment& environment)
{
    Prepared prepared;
    prepared.program = find_unit_program(command.program, machine, environment);
    prepared.words = expand_variables(command, environment);
    for (const auto& [name, value] : environment)
        prepared.variables.push_back(name + "=" + value);
    for (std::string& word : prepared.words)
        prepared.argv.push_back(word.data());
    for (std::string& variable : prepared.variables)
        prepared.envp.push_back(variable.data());
    prepared.argv.push_back(nullptr);
    prepared.envp.push_back(nullptr);
    if (!command.full_privileges)
        prepared.account = find_account(context, machine);
    prepared.directory = context.working_directory.empty() ? "/" : context.working_directory;
    if (prepared.directory == "~") {
        const auto home = environment.find("HOME");
        prepared.directory = home == environment.end() ? "/root" : home->second;
    }
    return prepared;
}

[[noreturn]] void give_up(int status, const char* what)
{
    const std::string text = fmt::format("{}: {}\n", what, describe_errno(errno));
    (void)!::write(2, text.data(), text.size());
    ::_exit(status);
}

void set_limits(const ExecutionContext& context)
{
    ::umask(context.file_mode_mask);
    for (const auto& [which, limit] : context.limits)
        if (::setrlimit(static_cast<__rlimit_resource>(which), &limit) != 0)
            give_up(205, "cannot set a limit");
    if (context.nice && ::setpriority(PRIO_PROCESS, 0, *context.nice) != 0)
        give_up(201, "cannot set Nice=");
    if (context.oom_score_adjust) {
        const std::string text = std::to_string(*context.oom_score_adjust);
        const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (file < 0 || ::write(file, text.data(), text.size()) < 0)
            give_up(206, "cannot set OOMScoreAdjust=");
    }
}

void reset_signals(bool ignore_sigpipe)
{
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, ignore_sigpipe ? SIG_IGN : SIG_DFL);
}

[[noreturn]] void run_child(const Prepared& prepared, const ExecutionContext& context, int output, pid_t supervisor)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nothing of a unit goes on without its supervisor
    if (::getppid() != supervisor)
        ::_exit(1);
    ::setsid();
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(nothing, 0);
    ::dup2(context.drop_output ? nothing : output, 1);
    ::dup2(context.drop_errors ? nothing : output, 2);
    set_limits(context);
    if (prepared.account) {
        const Account& account = *prepared.account;
        if (::setgroups(account.groups.size(), account.groups.data()) != 0 || ::setgid(account.group) != 0)
            give_up(216, "cannot change the group");
        if (::setuid(account.user) != 0)
            give_up(217, "cannot change the user");
    }
    if (::chdir(prepared.directory.c_str()) != 0 && !context.working_directory_optional)
        give_up(200, prepared.directory.c_str());
    reset_signals(context.ignore_sigpipe);
    ::execve(prepared.program.c_str(), prepared.argv.data(), prepared.envp.data());
    give_up(203, prepared.program.c_str());
}

} // namespace

Environment unit_environment(const ExecutionContext& context, const Machine& machine)
{
    Environment environment{{"PATH", std::string(default_path)}, {"LANG", "C.UTF-8"}};
    if (!machine.programs.empty())
        environment["PATH"] = machine.programs + ":" + std::string(default_path);
    for (const auto& [name, value] : machine.environment)
        environment[name] = value;
    if (!context.user.empty()) {
        const os::User user = find_unit_user(context.user, machine);
        environment["USER"] = environment["LOGNAME"] = context.user;
        environment["HOME"] = user.home.string();
        environment["SHELL"] = user.shell;
    }
    for (const std::string& name : context.pass_environment)
        if (const char* value = std::getenv(name.c_str()))
            environment[name] = value;
    for (const auto& [name, value] : context.environment)
        environment[name] = value;
    for (const EnvironmentFile& file : context.environment_files) {
        const std::size_t count = read_environment_files(file.path, [&](std::string_view text) {
            for (auto& [name, value] : parse_environment_file(text))
                environment[name] = std::move(value);
        });
        if (count == 0 && !file.optional)
            throw Error(ErrorKind::not_found, "no file '{}', which EnvironmentFile= names", file.path)
                .hint("write EnvironmentFile=-" + file.path + " where it may be missing");
    }
    for (const std::string& name : context.unset_environment)
        environment.erase(name);
    return environment;
}

UnitProcess start_unit_process(const UnitCommand& command, const ExecutionContext& context, const Machine& machine,
                               const Environment& environment)
{
    const Prepared prepared = prepare(command, context, machine, environment);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw Error(ErrorKind::unavailable, "cannot make a pipe: {}", describe_errno(errno));
    os::Descriptor read(ends[0]);
    const os::Descriptor write(ends[1]);
    ::fcntl(read.number(), F_SETFL, O_NONBLOCK);
    const pid_t supervisor = ::getpid();
    const pid_t id = ::fork();
    if (id < 0)
        throw Error(ErrorKind::unavailable, "cannot start '{}': {}", command.program, describe_errno(errno));
    if (id == 0)
        run_child(prepared, context, write.number(), supervisor);
    const std::string name = fs::path(command.program).filename().string();
    return {id, context.syslog_identifier.empty() ? name : context.syslog_identifier, std::move(read)};
}

void provide_programs(const Machine& machine)
{
    std::error_code ignored;
    if (machine.programs.empty() || !os::is_root() || fs::is_empty(machine.programs, ignored) || ignored)
        return;
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        return; // PATH and absolute paths outside of shells still work
    const std::string layers = "lowerdir=" + machine.programs + ":/usr/bin";
    (void)::mount("overlay", "/usr/bin", "overlay", 0, layers.c_str());
}

} // namespace dfriends::cluster
