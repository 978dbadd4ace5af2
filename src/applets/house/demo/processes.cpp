// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/processes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/process.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::applets::house::demo {

namespace {

namespace fs = std::filesystem;

/// A file of /proc; empty where the process is gone or somebody else's.
std::string read_of(pid_t process, const char* name)
{
    try {
        return os::read_file(fmt::format("/proc/{}/{}", process, name), 4U << 20U);
    } catch (const Error&) {
        return {};
    }
}

} // namespace

std::string birth_of(pid_t process)
{
    const std::string text = read_of(process, "stat");
    const auto end = text.rfind(')'); // of the name, which may hold anything
    if (end == text.npos)
        return {};
    const auto fields = words(std::string_view(text).substr(end + 1));
    if (fields.size() < 20 || fields[0] == "Z" || fields[0] == "X")
        return {};
    return fmt::format("{} {}", fields[19], trim(os::read_file("/proc/sys/kernel/random/boot_id")));
}

std::vector<pid_t> find_marked(std::string_view variable, std::string_view value)
{
    const std::string wanted = fmt::format("{}={}", variable, value);
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const auto number = parse_unsigned(entry.path().filename().string());
        if (!number || static_cast<pid_t>(*number) == ::getpid())
            continue;
        const auto process = static_cast<pid_t>(*number);
        const std::string environment = read_of(process, "environ");
        for (const std::string_view one : split(environment, '\0'))
            if (one == wanted && !birth_of(process).empty()) {
                found.push_back(process);
                break;
            }
    }
    return found;
}

std::vector<pid_t> find_owned(uid_t user)
{
    std::vector<pid_t> found;
    std::error_code ignored;
    const fs::path here = fs::read_symlink("/proc/self/ns/mnt", ignored);
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const auto number = parse_unsigned(entry.path().filename().string());
        struct stat status{};
        if (number && ::stat(entry.path().c_str(), &status) == 0 && status.st_uid == user &&
            fs::read_symlink(entry.path() / "ns/mnt", ignored) == here)
            found.push_back(static_cast<pid_t>(*number));
    }
    return found;
}

int run_detached(const os::Path& log, const std::vector<std::string>& words)
{
    const os::Descriptor out = os::open_file(log, O_WRONLY | O_CREAT | O_APPEND, 0640);
    const os::Descriptor none = os::open_file("/dev/null", O_RDONLY);
    const pid_t child = ::fork();
    if (child < 0)
        throw Error(ErrorKind::unavailable, "cannot start '{}': {}", words.front(), describe_errno(errno));
    if (child > 0) {
        fmt::print("{}\n", child);
        return 0;
    }
    ::setsid();
    ::dup2(none.number(), 0);
    ::dup2(out.number(), 1);
    ::dup2(out.number(), 2);
    ::close_range(3, ~0U, 0);
    try {
        os::execute({.words = words});
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n", error.what());
    }
    ::_exit(127);
}

} // namespace dfriends::applets::house::demo
