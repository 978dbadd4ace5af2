// SPDX-License-Identifier: Apache-2.0
#include "os/listener.hpp"

#include "base/text.hpp"
#include "os/proc.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace dfriends::os {

namespace {

namespace fs = std::filesystem;

/// "socket:[INODE]", as links in /proc/PID/fd name the sockets of /proc/net/tcp (proc(5)) that listen on a port.
std::set<std::string> sockets_on(std::uint16_t port)
{
    constexpr std::string_view listening = "0A";
    std::set<std::string> sockets;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream file(table);
        for (std::string line; std::getline(file, line);) {
            const auto fields = words(line);
            if (fields.size() > 9 && fields[3] == listening && fields[1].ends_with(fmt::format(":{:04X}", port)))
                sockets.insert(fmt::format("socket:[{}]", fields[9]));
        }
    }
    return sockets;
}

bool has_any(const fs::path& process, const std::set<std::string>& sockets)
{
    std::error_code code;
    for (fs::directory_iterator file(process / "fd", code), end; !code && file != end; file.increment(code)) {
        std::error_code unreadable;
        if (sockets.contains(fs::read_symlink(file->path(), unreadable).string()))
            return true;
    }
    return false;
}

} // namespace

std::string process_on_port(std::uint16_t port)
{
    const std::set<std::string> sockets = sockets_on(port);
    if (sockets.empty())
        return {};
    for (const pid_t process : list_processes())
        if (has_any(fmt::format("/proc/{}", process), sockets))
            return fmt::format("{} (pid {})", printable(trim(read_proc(process, "comm"))), process);
    return {};
}

} // namespace dfriends::os
