// SPDX-License-Identifier: Apache-2.0
#include "cluster/supervisor/process_tree.hpp"

#include "base/text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <unistd.h>

namespace dfriends::cluster {

namespace {

namespace fs = std::filesystem;

std::string read_proc(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Calls with every process id of this PID namespace.
template <class Function>
void for_each_process(Function function)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored))
        if (const auto id = parse_unsigned(entry.path().filename().string()))
            function(static_cast<pid_t>(*id));
}

/// The parent as /proc/PID/stat has it, behind the name that may hold anything; 0 where the process is gone or ended.
pid_t parent_of(pid_t id)
{
    const std::string text = read_proc(fs::path("/proc") / std::to_string(id) / "stat");
    const auto end = text.rfind(')');
    if (end == text.npos)
        return 0;
    const auto fields = words(std::string_view(text).substr(end + 1));
    if (fields.size() < 2 || fields[0] == "Z")
        return 0;
    return static_cast<pid_t>(parse_unsigned(fields[1]).value_or(0));
}

} // namespace

std::vector<pid_t> find_descendants(pid_t of)
{
    std::multimap<pid_t, pid_t> children;
    for_each_process([&](pid_t id) { children.emplace(parent_of(id), id); });
    std::vector<pid_t> found{of};
    for (std::size_t next = 0; next < found.size(); ++next) {
        const auto [begin, end] = children.equal_range(found[next]);
        for (auto child = begin; child != end; ++child)
            found.push_back(child->second);
    }
    found.erase(found.begin());
    return found;
}

std::vector<pid_t> find_marked(const std::string& assignment)
{
    std::vector<pid_t> found;
    const pid_t self = ::getpid();
    for_each_process([&](pid_t id) {
        if (id == self)
            return;
        const std::string variables = read_proc(fs::path("/proc") / std::to_string(id) / "environ");
        for (const std::string_view variable : split(variables, '\0'))
            if (variable == assignment) {
                found.push_back(id);
                return;
            }
    });
    return found;
}

} // namespace dfriends::cluster
