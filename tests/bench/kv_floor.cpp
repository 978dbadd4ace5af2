// SPDX-License-Identifier: Apache-2.0
// What no server on one processor does better: kv_floor PORT ANSWER-FILE sends the file's bytes back for each read of a
// connection, with one recv and one send. tests/bench/kv asks it what it asks the others.
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int listen_on(std::uint16_t port)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 512) != 0)
        std::exit(1);
    return listener;
}

void watch(int epoll, int descriptor)
{
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

} // namespace

int main(int count, char** words)
{
    if (count != 3)
        return 2;
    std::ifstream file(words[2], std::ios::binary);
    const std::string answer(std::istreambuf_iterator<char>(file), {});
    const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(words[1])));
    const int epoll = ::epoll_create1(0);
    watch(epoll, listener);
    std::array<epoll_event, 256> events{};
    std::array<char, 4096> request{};
    for (;;) {
        const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int at = 0; at < ready; ++at) {
            const int descriptor = events[static_cast<std::size_t>(at)].data.fd;
            if (descriptor == listener) {
                const int connection = ::accept(listener, nullptr, nullptr);
                const int yes = 1;
                ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                watch(epoll, connection);
            } else if (::recv(descriptor, request.data(), request.size(), 0) <= 0 ||
                       ::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
                ::close(descriptor);
            }
        }
    }
}
