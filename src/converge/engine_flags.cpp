// SPDX-License-Identifier: Apache-2.0
#include "converge/engine_flags.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge {

namespace {

/// What daemon.json has for an option.
enum class Kind { flag, text, number, list, map, pools, limits };

struct FlagRow {
    std::string_view flag;
    std::string_view key; ///< empty: as the flag
    Kind kind = Kind::text;
    char letter = 0;
};

constexpr auto rows = std::to_array<FlagRow>({
    {"add-runtime", "runtimes", Kind::map},
    {"api-cors-header", ""},
    {"authorization-plugin", "authorization-plugins", Kind::list},
    {"bip", ""},
    {"bridge", "", Kind::text, 'b'},
    {"cgroup-parent", ""},
    {"cluster-advertise", ""},
    {"cluster-store", ""},
    {"cluster-store-opt", "cluster-store-opts", Kind::map},
    {"containerd", ""},
    {"data-root", ""},
    {"debug", "", Kind::flag, 'D'},
    {"default-address-pool", "default-address-pools", Kind::pools},
    {"default-cgroupns-mode", ""},
    {"default-gateway", ""},
    {"default-gateway-v6", ""},
    {"default-ipc-mode", ""},
    {"default-runtime", ""},
    {"default-shm-size", ""},
    {"default-ulimit", "default-ulimits", Kind::limits},
    {"dns", "", Kind::list},
    {"dns-opt", "dns-opts", Kind::list},
    {"dns-search", "", Kind::list},
    {"exec-opt", "exec-opts", Kind::list},
    {"exec-root", ""},
    {"experimental", "", Kind::flag},
    {"fixed-cidr", ""},
    {"fixed-cidr-v6", ""},
    {"graph", "data-root", Kind::text, 'g'},
    {"group", "", Kind::text, 'G'},
    {"host", "hosts", Kind::list, 'H'},
    {"icc", "", Kind::flag},
    {"init", "", Kind::flag},
    {"init-path", ""},
    {"insecure-registry", "insecure-registries", Kind::list},
    {"ip", ""},
    {"ip-forward", "", Kind::flag},
    {"ip-masq", "", Kind::flag},
    {"ip6tables", "", Kind::flag},
    {"iptables", "", Kind::flag},
    {"ipv6", "", Kind::flag},
    {"label", "labels", Kind::list},
    {"live-restore", "", Kind::flag},
    {"log-driver", ""},
    {"log-level", "", Kind::text, 'l'},
    {"log-opt", "log-opts", Kind::map},
    {"max-concurrent-downloads", "", Kind::number},
    {"max-concurrent-uploads", "", Kind::number},
    {"max-download-attempts", "", Kind::number},
    {"mtu", "", Kind::number},
    {"no-new-privileges", "", Kind::flag},
    {"pidfile", "", Kind::text, 'p'},
    {"raw-logs", "", Kind::flag},
    {"registry-mirror", "registry-mirrors", Kind::list},
    {"seccomp-profile", ""},
    {"selinux-enabled", "", Kind::flag},
    {"shutdown-timeout", "", Kind::number},
    {"storage-driver", "", Kind::text, 's'},
    {"storage-opt", "storage-opts", Kind::list},
    {"tls", "", Kind::flag},
    {"tlscacert", ""},
    {"tlscert", ""},
    {"tlskey", ""},
    {"tlsverify", "", Kind::flag},
    {"userland-proxy", "", Kind::flag},
    {"userland-proxy-path", ""},
    {"userns-remap", ""},
});

/// The keys of daemon.json that come together.
class Daemon {
  public:
    explicit Daemon(const SourcePosition& position) : position_(position) {}

    void add(const FlagRow& row, const std::string& text)
    {
        switch (row.kind) {
        case Kind::flag:
            if (text != "true" && text != "false")
                throw error(row, text, "true or false");
            at(row).content = text == "true";
            return;
        case Kind::text:
            at(row).content = text;
            return;
        case Kind::number:
            if (const auto number = parse_signed(text))
                at(row).content = *number;
            else
                throw error(row, text, "a number");
            return;
        case Kind::list:
            content<Value::List>(row).push_back({text, position_});
            return;
        case Kind::map: {
            const auto [name, value] = split_once(text, '=');
            if (name.empty() || name.size() == text.size())
                throw error(row, text, "NAME=VALUE");
            if (row.key == "runtimes")
                put(row, {std::string(name), {Value::Map{{"path", {std::string(value), position_}}}, position_}});
            else
                put(row, {std::string(name), {std::string(value), position_}});
            return;
        }
        case Kind::pools:
            content<Value::List>(row).push_back(address_pool({text, position_}));
            return;
        case Kind::limits:
            put(row, default_limit({text, position_}));
            return;
        }
    }

    Value::Map take() { return std::move(keys_); }

  private:
    Error error(const FlagRow& row, const std::string& text, std::string_view wanted) const
    {
        return {ErrorKind::invalid, position_, "the engine's option --{} wants {}, not '{}'",
                row.flag,           wanted,    printable(text)};
    }

    Value& at(const FlagRow& row)
    {
        const std::string_view key = row.key.empty() ? row.flag : row.key;
        const auto found = std::ranges::find(keys_, key, &Member::name);
        return found == keys_.end() ? keys_.emplace_back(Member{std::string(key), {{}, position_}}).value
                                    : found->value;
    }

    template <class Content>
    Content& content(const FlagRow& row)
    {
        Value& value = at(row);
        if (!std::holds_alternative<Content>(value.content))
            value.content = Content{};
        return std::get<Content>(value.content);
    }

    void put(const FlagRow& row, Member member)
    {
        auto& map = content<Value::Map>(row);
        std::erase_if(map, [&](const Member& old) { return old.name == member.name; });
        map.push_back(std::move(member));
    }

    const SourcePosition& position_;
    Value::Map keys_;
};

std::vector<std::string> words_of(std::span<const std::string> texts, const SourcePosition& position)
{
    std::vector<std::string> words;
    for (const std::string& text : texts)
        try {
            std::ranges::move(shell_words(text), std::back_inserter(words));
        } catch (const Error& error) {
            throw Error(ErrorKind::invalid, position, "the engine's options: {}", error.message()).hint(error.hint());
        }
    return words;
}

std::vector<std::string> flag_names()
{
    std::vector<std::string> names;
    for (const FlagRow& row : rows)
        names.emplace_back(row.flag);
    return names;
}

} // namespace

Value address_pool(const Value& text)
{
    const std::string whole = scalar_text(text);
    Value::Map pool;
    for (const std::string_view part : split(whole, ',')) {
        const auto [name, value] = split_once(part, '=');
        if (name == "base" && !value.empty())
            pool.push_back({"base", {std::string(value), text.position}});
        else if (const auto size = parse_unsigned(value); name == "size" && size && *size <= 128)
            pool.push_back({"size", {static_cast<std::int64_t>(*size), text.position}});
        else
            throw Error(ErrorKind::invalid, text.position, "'{}' is no pool of addresses", printable(whole))
                .hint("write 'base=192.0.2.0/24,size=28'");
    }
    return {std::move(pool), text.position};
}

Member default_limit(const Value& text)
{
    const std::string whole = scalar_text(text);
    const auto [name, values] = split_once(whole, '=');
    const auto [soft, hard] = split_once(values, ':');
    const auto lower = parse_signed(soft);
    const auto upper = parse_signed(hard.empty() ? soft : hard);
    if (name.empty() || !lower || !upper)
        throw Error(ErrorKind::invalid, text.position, "'{}' is no limit", printable(whole))
            .hint("write 'nofile=1024:2048'");
    const SourcePosition& position = text.position;
    return {std::string(name),
            {Value::Map{
                 {"Name", {std::string(name), position}}, {"Hard", {*upper, position}}, {"Soft", {*lower, position}}},
             position}};
}

Value::Map daemon_of_flags(std::span<const std::string> texts, const SourcePosition& position)
{
    const std::vector<std::string> words = words_of(texts, position);
    Daemon daemon(position);
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string_view word = words[at];
        const bool is_long = word.starts_with("--");
        if (word.size() < 2 || word[0] != '-')
            throw Error(ErrorKind::invalid, position, "'{}' is no option of the engine", printable(word))
                .hint("options begin with '-', as in --insecure-registry=registry.example:5000");
        auto [name, value] = split_once(word.substr(is_long ? 2 : 1), '=');
        const bool has_value = name.size() + (is_long ? 2U : 1U) < word.size();
        // -g/data and -g /data; the engines of old had -dns, too.
        const auto by_letter = std::ranges::find_if(
            rows, [&](const FlagRow& row) { return !is_long && row.letter != 0 && row.letter == name[0]; });
        auto row = std::ranges::find(rows, name, &FlagRow::flag);
        std::optional<std::string> text = has_value ? std::optional(std::string(value)) : std::nullopt;
        if (row == rows.end() && by_letter != rows.end()) {
            row = by_letter;
            if (word.size() > 2)
                text = std::string(word.substr(word[2] == '=' ? 3 : 2));
        }
        if (row == rows.end())
            throw Error(ErrorKind::invalid, position, "the engine's option '{}' cannot be had in daemon.json",
                        printable(word))
                .hint(did_you_mean(name, flag_names()));
        if (!text && row->kind == Kind::flag)
            text = "true";
        else if (!text && at + 1 < words.size())
            text = words[++at];
        if (!text)
            throw Error(ErrorKind::invalid, position, "the engine's option '{}' has no value", printable(word));
        daemon.add(*row, *text);
    }
    return daemon.take();
}

} // namespace dfriends::converge
