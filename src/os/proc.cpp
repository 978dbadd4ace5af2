// SPDX-License-Identifier: Apache-2.0
#include "os/proc.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace dfriends::os {

std::vector<pid_t> list_processes()
{
    namespace fs = std::filesystem;
    std::vector<pid_t> all;
    std::error_code code;
    for (fs::directory_iterator entry("/proc", code), end; !code && entry != end; entry.increment(code))
        if (const auto id = parse_unsigned(entry->path().filename().string()))
            all.push_back(static_cast<pid_t>(*id));
    return all;
}

std::string read_proc(pid_t process, std::string_view name)
{
    constexpr std::uint64_t most = 4U << 20U; // an environment may be as large as a command line's limit
    try {
        return read_file(fmt::format("/proc/{}/{}", process, name), most);
    } catch (const Error&) {
        return {};
    }
}

std::vector<std::string> stat_of(pid_t process)
{
    const std::string text = read_proc(process, "stat");
    const auto end = text.rfind(')');
    if (end == text.npos)
        return {};
    const auto fields = words(std::string_view(text).substr(end + 1));
    if (fields.empty() || fields[0] == "Z" || fields[0] == "X")
        return {};
    return {fields.begin(), fields.end()};
}

std::vector<pid_t> find_marked(std::string_view assignment)
{
    std::vector<pid_t> found;
    for (const pid_t process : list_processes()) {
        const std::string environment = read_proc(process, "environ");
        const auto assignments = split(environment, '\0');
        if (process != ::getpid() && std::ranges::find(assignments, assignment) != assignments.end())
            found.push_back(process);
    }
    return found;
}

} // namespace dfriends::os
