// SPDX-License-Identifier: Apache-2.0
// kv_watches PORT WATCHES RATE SECONDS: opens watches of one prefix on the v3 gateway, each on a connection of its own,
// puts RATE keys a second below it, and prints what was lost or doubled and how late the events came:
// "LOST lost, DOUBLED doubled, p50 ms, p99 ms". tests/bench/kv builds it; it is no part of the product.
#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using Clock = std::chrono::steady_clock;

static std::string base64(std::string_view bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += at + i <= bytes.size() ? letters[group >> (18 - 6 * i) & 63U] : '=';
    }
    return text;
}

static std::string key_of(int number)
{
    char digits[16];
    std::snprintf(digits, sizeof digits, "%07d", number);
    return base64(std::string("watched/") + digits); // 15 bytes: 20 letters without '='
}

static int number_of(std::string_view key) // of the 7 digits at the end: its last 12 letters are 9 bytes
{
    static const std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    for (std::size_t at = 8; at < 20; at += 4) {
        unsigned group = 0;
        for (std::size_t i = 0; i < 4; ++i)
            group = group << 6 | static_cast<unsigned>(letters.find(key[at + i]));
        for (int shift : {16, 8, 0})
            bytes += static_cast<char>(group >> shift & 255U);
    }
    return std::atoi(bytes.c_str() + 2);
}

static int connect_to(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        std::perror("connect");
        std::exit(1);
    }
    return connection;
}

static void ask(int connection, const std::string& path, const std::string& body)
{
    const std::string text = "POST /v3/" + path +
                             " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\n\r\n" + body;
    if (::send(connection, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
        std::perror("send");
        std::exit(1);
    }
}

static void wait_for(int connection, std::string_view mark)
{
    std::string text;
    char piece[4096];
    while (text.find(mark) == text.npos) {
        const ssize_t count = ::recv(connection, piece, sizeof piece, 0);
        if (count <= 0) {
            std::fprintf(stderr, "no '%s' in '%s'\n", std::string(mark).c_str(), text.c_str());
            std::exit(1);
        }
        text.append(piece, static_cast<std::size_t>(count));
    }
}

struct Stream {
    int connection;
    std::string rest; ///< of a piece: what may be the beginning of a key
    std::vector<std::uint8_t> seen;
    long count = 0;
};

int main(int argc, char** argv)
{
    if (argc != 5)
        return 2;
    const int port = std::atoi(argv[1]), watches = std::atoi(argv[2]), rate = std::atoi(argv[3]);
    const int total = rate * std::atoi(argv[4]);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, static_cast<rlim_t>(watches) + 100);
    ::setrlimit(RLIMIT_NOFILE, &files);

    const int poll = ::epoll_create1(0);
    std::vector<Stream> streams;
    for (int i = 0; i < watches; ++i) {
        streams.push_back({connect_to(port), {}, std::vector<std::uint8_t>(static_cast<std::size_t>(total)), 0});
        ask(streams.back().connection, "watch",
            R"({"create_request":{"key":")" + base64("watched/") + R"(","range_end":")" + base64("watched0") + "\"}}");
    }
    for (std::size_t i = 0; i < streams.size(); ++i) {
        wait_for(streams[i].connection, "\"created\":true");
        epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, streams[i].connection, &event);
    }

    // Puts at the rate, on 16 connections that take turns, so that the wait for one answer holds nothing up.
    std::vector<std::atomic<Clock::rep>> sent(static_cast<std::size_t>(total));
    std::thread writer([&] {
        std::vector<int> connections;
        for (int i = 0; i < 16; ++i)
            connections.push_back(connect_to(port));
        const auto begun = Clock::now();
        for (int number = 0; number < total; ++number) {
            std::this_thread::sleep_until(begun + std::chrono::nanoseconds(1'000'000'000LL * number / rate));
            const int connection = connections[static_cast<std::size_t>(number) % connections.size()];
            if (number >= 16)
                wait_for(connection, "revision");
            sent[static_cast<std::size_t>(number)] = Clock::now().time_since_epoch().count();
            ask(connection, "kv/put", "{\"key\":\"" + key_of(number) + "\",\"value\":\"\"}");
        }
    });

    constexpr std::string_view mark = "\"key\":\"";
    std::vector<float> delays; // milliseconds
    delays.reserve(static_cast<std::size_t>(total) * streams.size());
    const auto deadline = Clock::now() + std::chrono::seconds(total / rate + 30);
    std::vector<char> piece(1U << 20U);
    std::vector<epoll_event> events(1024);
    for (long missing = static_cast<long>(total) * watches; missing > 0 && Clock::now() < deadline;) {
        const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 1000);
        for (int i = 0; i < ready; ++i) {
            Stream& stream = streams[events[static_cast<std::size_t>(i)].data.u64];
            const ssize_t count = ::recv(stream.connection, piece.data(), piece.size(), 0);
            const auto now = Clock::now().time_since_epoch().count();
            if (count <= 0)
                ::epoll_ctl(poll, EPOLL_CTL_DEL, stream.connection, nullptr);
            stream.rest.append(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
            std::size_t from = 0;
            for (std::size_t at; (at = stream.rest.find(mark, from)) != stream.rest.npos;) {
                if (at + mark.size() + 20 > stream.rest.size())
                    break;
                const auto number =
                    static_cast<std::size_t>(number_of(std::string_view(stream.rest).substr(at + mark.size(), 20)));
                stream.seen.at(number) += 1;
                ++stream.count;
                --missing;
                const auto delay = std::chrono::nanoseconds(now - sent[number]);
                delays.push_back(std::chrono::duration<float, std::milli>(delay).count());
                from = at + mark.size() + 20;
            }
            stream.rest.erase(0, std::max(from, stream.rest.size() - std::min<std::size_t>(stream.rest.size(), 26)));
        }
    }
    writer.join();
    long lost = 0, doubled = 0;
    for (const Stream& stream : streams)
        for (const std::uint8_t times : stream.seen) {
            lost += times == 0 ? 1 : 0;
            doubled += times > 1 ? times - 1 : 0;
        }
    std::sort(delays.begin(), delays.end());
    const auto part = [&](double share) {
        return delays.empty() ? 0.0F : delays[static_cast<std::size_t>(share * static_cast<double>(delays.size() - 1))];
    };
    std::printf("%ld lost, %ld doubled, %.1f ms, %.1f ms\n", lost, doubled, part(0.50), part(0.99));
}
