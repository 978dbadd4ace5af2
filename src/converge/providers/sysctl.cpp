// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dfriends::converge {

namespace {

std::string declared_key(const Resource& resource)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
    std::string key = text_or_name(resource, "key");
    if (key.empty() || key.find_first_not_of(safe) != std::string::npos || key.front() == '.' || key.front() == '-' ||
        key.front() == '/' || key.find("..") != std::string::npos)
        throw Error(ErrorKind::invalid, resource.position, "'{}' is no kernel parameter", printable(key))
            .hint("write it as net.ipv4.ip_forward");
    return key;
}

/// Values of several numbers have tabs between them.
std::string plain_value(std::string_view text)
{
    std::vector<std::string> parts;
    for (const std::string_view line : lines(text))
        for (const std::string_view word : words(line))
            parts.emplace_back(word);
    return join(parts, " ");
}

/// The path below /proc/sys: a '/' in a key stands for a '.' in a name, as in net/ipv4/conf/eth0.1.
std::string path_of_key(const std::string& key)
{
    std::string path = key;
    if (key.find('/') == std::string::npos)
        std::ranges::replace(path, '.', '/');
    return "/proc/sys/" + path;
}

} // namespace

Step examine_sysctl(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string key = declared_key(resource);
    const std::string file = "/etc/sysctl.d/99-dfriends-" + file_word(key) + ".conf";
    if (action == "remove")
        return drop_file(host, file);
    const std::string value = plain_value(join(list_of(resource, "value"), " "));
    if (value.empty())
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants 'value'", address(resource));
    Step step = keep_file(host, file, fmt::format("{} = {}\n", key, value));
    const std::string path = path_of_key(key);
    if (!host.find_path(path))
        throw Error(ErrorKind::not_found, "this kernel has no parameter '{}'", key);
    const std::string actual = plain_value(host.read(path));
    if (actual == value)
        return step;
    step.effect = Effect::update;
    step.changes.push_back({"value", actual, value});
    step.perform = [&host, keep = std::move(step.perform), word = key + "=" + value] {
        if (keep)
            keep();
        run_or_fail(host, tool_command({"sysctl", "-q", "-w", word}));
    };
    return step;
}

} // namespace dfriends::converge
