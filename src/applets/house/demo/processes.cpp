// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/processes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/proc.hpp"
#include "os/process.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::applets::house::demo {

namespace fs = std::filesystem;

std::string birth_of(pid_t process)
{
    const auto fields = os::stat_of(process);
    if (fields.size() < 20)
        return {};
    return fmt::format("{} {}", fields[19], trim(os::read_file("/proc/sys/kernel/random/boot_id")));
}

std::vector<pid_t> find_marked(std::string_view variable, std::string_view value)
{
    std::vector<pid_t> found = os::find_marked(fmt::format("{}={}", variable, value));
    std::erase_if(found, [](pid_t process) { return birth_of(process).empty(); });
    return found;
}

std::vector<pid_t> find_owned(uid_t user)
{
    std::vector<pid_t> found;
    std::error_code ignored;
    const fs::path here = fs::read_symlink("/proc/self/ns/mnt", ignored);
    for (const pid_t process : os::list_processes()) {
        const fs::path folder = fmt::format("/proc/{}", process);
        struct stat status{};
        if (::stat(folder.c_str(), &status) == 0 && status.st_uid == user &&
            fs::read_symlink(folder / "ns/mnt", ignored) == here)
            found.push_back(process);
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
