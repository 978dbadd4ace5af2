// SPDX-License-Identifier: Apache-2.0
#include "os/notify.hpp"

#include "base/text.hpp"
#include "os/file.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dfriends::os {

void notify(std::string_view state) noexcept
{
    const char* name = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (name == nullptr || std::strlen(name) < 2 || std::strlen(name) >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name, std::strlen(name));
    if (address.sun_path[0] == '@') // an abstract name
        address.sun_path[0] = '\0';
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket)
        return;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(name));
    // A supervisor that does not listen is no reason to fail.
    (void)::sendto(socket.number(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
                   length);
}

std::vector<int> take_listen_descriptors()
{
    constexpr int first = 3;
    std::vector<int> descriptors;
    const char* process = std::getenv("LISTEN_PID");
    const char* count = std::getenv("LISTEN_FDS");
    if (process != nullptr && count != nullptr && parse_signed(process) == static_cast<std::int64_t>(::getpid())) {
        const auto number = parse_unsigned(count).value_or(0);
        for (int i = 0; number <= 64 && i < static_cast<int>(number); ++i) {
            ::fcntl(first + i, F_SETFD, FD_CLOEXEC);
            descriptors.push_back(first + i);
        }
    }
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_FDNAMES");
    return descriptors;
}

} // namespace dfriends::os
