// SPDX-License-Identifier: Apache-2.0
#include "cluster/unit_values.hpp"

#include "base/size.hpp"
#include "base/text.hpp"
#include "cluster/service.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dfriends::cluster {

namespace {

struct Unit {
    std::string_view name;
    double milliseconds;
};

constexpr std::array units{
    Unit{"us", 0.001},
    Unit{"usec", 0.001},
    Unit{"ms", 1},
    Unit{"msec", 1},
    Unit{"s", 1e3},
    Unit{"sec", 1e3},
    Unit{"second", 1e3},
    Unit{"seconds", 1e3},
    Unit{"", 1e3},
    Unit{"m", 6e4},
    Unit{"min", 6e4},
    Unit{"minute", 6e4},
    Unit{"minutes", 6e4},
    Unit{"h", 36e5},
    Unit{"hr", 36e5},
    Unit{"hour", 36e5},
    Unit{"hours", 36e5},
    Unit{"d", 864e5},
    Unit{"day", 864e5},
    Unit{"days", 864e5},
    Unit{"w", 6048e5},
    Unit{"week", 6048e5},
    Unit{"weeks", 6048e5},
    Unit{"M", 2629800e3},
    Unit{"month", 2629800e3},
    Unit{"months", 2629800e3},
    Unit{"y", 31557600e3},
    Unit{"year", 31557600e3},
    Unit{"years", 31557600e3},
};
constexpr double longest = 31557600e3 * 1000; // a thousand years

struct Signal {
    std::string_view name;
    int number;
};

constexpr std::array signals{
    Signal{"HUP", SIGHUP},       Signal{"INT", SIGINT},   Signal{"QUIT", SIGQUIT},   Signal{"ILL", SIGILL},
    Signal{"TRAP", SIGTRAP},     Signal{"ABRT", SIGABRT}, Signal{"BUS", SIGBUS},     Signal{"FPE", SIGFPE},
    Signal{"KILL", SIGKILL},     Signal{"USR1", SIGUSR1}, Signal{"SEGV", SIGSEGV},   Signal{"USR2", SIGUSR2},
    Signal{"PIPE", SIGPIPE},     Signal{"ALRM", SIGALRM}, Signal{"TERM", SIGTERM},   Signal{"CHLD", SIGCHLD},
    Signal{"CONT", SIGCONT},     Signal{"STOP", SIGSTOP}, Signal{"TSTP", SIGTSTP},   Signal{"TTIN", SIGTTIN},
    Signal{"TTOU", SIGTTOU},     Signal{"URG", SIGURG},   Signal{"XCPU", SIGXCPU},   Signal{"XFSZ", SIGXFSZ},
    Signal{"VTALRM", SIGVTALRM}, Signal{"PROF", SIGPROF}, Signal{"WINCH", SIGWINCH}, Signal{"IO", SIGIO},
    Signal{"PWR", SIGPWR},       Signal{"SYS", SIGSYS},
};

struct Limit {
    std::string_view name;
    int resource;
};

constexpr std::array limits{
    Limit{"AS", RLIMIT_AS},           Limit{"CORE", RLIMIT_CORE},         Limit{"CPU", RLIMIT_CPU},
    Limit{"DATA", RLIMIT_DATA},       Limit{"FSIZE", RLIMIT_FSIZE},       Limit{"LOCKS", RLIMIT_LOCKS},
    Limit{"MEMLOCK", RLIMIT_MEMLOCK}, Limit{"MSGQUEUE", RLIMIT_MSGQUEUE}, Limit{"NICE", RLIMIT_NICE},
    Limit{"NOFILE", RLIMIT_NOFILE},   Limit{"NPROC", RLIMIT_NPROC},       Limit{"RSS", RLIMIT_RSS},
    Limit{"RTPRIO", RLIMIT_RTPRIO},   Limit{"RTTIME", RLIMIT_RTTIME},     Limit{"SIGPENDING", RLIMIT_SIGPENDING},
    Limit{"STACK", RLIMIT_STACK},
};

/// A number with at most one '.', as it stands at the head of `text`; it is taken off.
std::optional<double> take_number(std::string_view& text)
{
    const auto length = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto [whole, part] = split_once(text.substr(0, length), '.');
    const auto before = parse_unsigned(whole.empty() ? "0" : whole);
    const auto after = parse_unsigned(part.empty() ? "0" : part.substr(0, 9));
    if (length == 0 || text.substr(0, length) == "." || !before || !after)
        return std::nullopt;
    text.remove_prefix(length);
    return static_cast<double>(*before) +
           static_cast<double>(*after) / std::pow(10.0, static_cast<double>(std::min<std::size_t>(part.size(), 9)));
}

std::optional<rlim_t> parse_one_limit(std::string_view text)
{
    if (text == "infinity")
        return RLIM_INFINITY;
    const auto size = parse_size(text);
    return size ? std::optional<rlim_t>(*size) : std::nullopt;
}

} // namespace

std::optional<Milliseconds> parse_time_span(std::string_view text)
{
    text = trim(text);
    if (text == "infinity")
        return without_end;
    if (text.empty())
        return std::nullopt;
    double total = 0;
    while (!text.empty()) {
        const auto number = take_number(text);
        text = trim(text);
        const auto letters = std::min(text.find_first_of("0123456789. \t"), text.size());
        const auto unit = std::ranges::find(units, text.substr(0, letters), &Unit::name);
        if (!number || unit == units.end())
            return std::nullopt;
        total += *number * unit->milliseconds;
        text = trim(text.substr(letters));
    }
    if (total > longest)
        return std::nullopt;
    return Milliseconds(static_cast<std::int64_t>(std::ceil(total - 1e-6)));
}

std::optional<bool> parse_unit_boolean(std::string_view text)
{
    static constexpr std::array<std::string_view, 6> yes{"1", "yes", "y", "true", "t", "on"};
    static constexpr std::array<std::string_view, 6> no{"0", "no", "n", "false", "f", "off"};
    const auto is_one_of = [&](const auto& set) {
        return std::ranges::any_of(set, [&](std::string_view word) { return equal_ignoring_case(word, text); });
    };
    if (is_one_of(yes))
        return true;
    return is_one_of(no) ? std::optional<bool>(false) : std::nullopt;
}

std::optional<int> parse_signal(std::string_view text)
{
    if (const auto number = parse_unsigned(text))
        return *number >= 1 && *number <= 64 ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
    const std::string_view name = text.starts_with("SIG") ? text.substr(3) : text;
    const auto found = std::ranges::find(signals, name, &Signal::name);
    return found == signals.end() ? std::nullopt : std::optional<int>(found->number);
}

std::string signal_name(int number)
{
    const auto found = std::ranges::find(signals, number, &Signal::number);
    return found == signals.end() ? std::to_string(number) : std::string(found->name);
}

std::optional<rlimit> parse_limit(std::string_view text)
{
    const auto cut = text.find(':');
    const auto soft = parse_one_limit(text.substr(0, cut));
    const auto hard = cut == text.npos ? soft : parse_one_limit(text.substr(cut + 1));
    if (!soft || !hard || *soft > *hard)
        return std::nullopt;
    return rlimit{*soft, *hard};
}

std::optional<int> find_limit(std::string_view name)
{
    const auto found = std::ranges::find(limits, name, &Limit::name);
    return found == limits.end() ? std::nullopt : std::optional<int>(found->resource);
}

} // namespace dfriends::cluster
