// SPDX-License-Identifier: Apache-2.0
#include "converge/container_values.hpp"

#include "base/size.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstring>
#include <set>

namespace dfriends::converge {

namespace {

constexpr std::uint64_t most_cpus = 8192;

std::string without_end_slash(std::string_view path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return std::string(path);
}

/// The options of a mount in one order, without `usual`, which is so anyway.
std::string plain_options(std::string_view text, std::string_view usual)
{
    std::vector<std::string> options;
    for (const std::string_view option : split(text, ',')) {
        const auto [name, value] = split_once(option, '=');
        const auto size = name == "size" ? parse_size(value) : std::nullopt;
        if (!option.empty() && option != usual)
            options.push_back(size ? fmt::format("size={}", *size) : std::string(option));
    }
    std::ranges::sort(options);
    return join(options, ",");
}

} // namespace

std::string plain_signal(const std::string& text)
{
    std::string name = text;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    if (const auto number = parse_unsigned(name); number && *number > 0 && *number < NSIG)
        if (const char* abbreviation = ::sigabbrev_np(static_cast<int>(*number)))
            return std::string("SIG") + abbreviation;
    return name.starts_with("SIG") || parse_unsigned(name) ? name : "SIG" + name;
}

std::string plain_address(const std::string& text)
{
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    // Addresses of four numbers have one form only.
    if (::inet_pton(AF_INET6, text.substr(0, slash).c_str(), bytes.data()) != 1 ||
        ::inet_ntop(AF_INET6, bytes.data(), shown.data(), shown.size()) == nullptr)
        return text;
    return shown.data() + text.substr(slash);
}

std::string plain_host_line(const std::string& text)
{
    const auto [name, address] = split_once(text, ':');
    return fmt::format("{}:{}", name, plain_address(std::string(address)));
}

std::string plain_volume(const std::string& text)
{
    const auto [source, rest] = split_once(text, ':');
    if (rest.empty())
        return without_end_slash(source);
    const auto [target, mode] = split_once(rest, ':');
    const std::string options = plain_options(mode, "rw");
    return fmt::format("{}:{}{}{}", without_end_slash(source), without_end_slash(target), options.empty() ? "" : ":",
                       options);
}

std::string plain_tmpfs(const std::string& text)
{
    const auto [path, mode] = split_once(text, ':');
    const std::string options = plain_options(mode, "rw");
    return without_end_slash(path) + (options.empty() ? "" : ":" + options);
}

std::string plain_security_option(const std::string& text)
{
    std::string option = text;
    if (const std::size_t colon = option.find(':'); colon < option.find('='))
        option[colon] = '=';
    return option == "no-new-privileges=true" ? "no-new-privileges" : option;
}

std::string plain_cpu_set(const std::string& text)
{
    std::set<std::uint64_t> cpus;
    for (const std::string_view part : split(text, ',')) {
        const auto [first, last] = split_once(part, '-');
        const auto low = parse_unsigned(first);
        const auto high = last.empty() ? low : parse_unsigned(last);
        if (!low || !high || *high > most_cpus || *low > *high)
            return text;
        for (std::uint64_t cpu = *low; cpu <= *high; ++cpu)
            cpus.insert(cpu);
    }
    std::vector<std::string> ranges;
    for (auto at = cpus.begin(); at != cpus.end();) {
        const std::uint64_t first = *at;
        std::uint64_t last = first;
        while (++at != cpus.end() && *at == last + 1)
            ++last;
        ranges.push_back(first == last ? std::to_string(first) : fmt::format("{}-{}", first, last));
    }
    return join(ranges, ",");
}

} // namespace dfriends::converge
