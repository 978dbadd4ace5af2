// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/engine_service.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/service_tool.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace dfriends::converge {

namespace {

constexpr std::string_view head = "# Kept by dfriends converge: what docker_engine declares.\n";
constexpr std::string_view tail = "# The end of what dfriends converge keeps.\n";

using Environment = std::map<std::string, std::string>;

bool is_name(std::string_view name)
{
    return !name.empty() && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
                                std::string_view::npos;
}

Environment declared_environment(const Resource& resource)
{
    Environment environment;
    for (const std::string& text : list_of(resource, "environment")) {
        const auto [name, value] = split_once(text, '=');
        if (!is_name(name) || name.size() == text.size() || value.find_first_of("\n\r") != value.npos)
            throw Error(ErrorKind::invalid, find_attribute(resource, "environment")->position,
                        "'{}' is no variable of the engine's environment", printable(text))
                .hint("write NAME=value, without a line break");
        environment[std::string(name)] = std::string(value);
    }
    return environment;
}

/// systemd.exec(5), Environment=: in quotes, where a backslash and a quote are written with a backslash, and "%" twice.
std::string unit_line(const std::string& name, const std::string& value)
{
    const std::string escaped = replace_all(replace_all(replace_all(value, "\\", "\\\\"), "\"", "\\\""), "%", "%%");
    return fmt::format("Environment=\"{}={}\"\n", name, escaped);
}

std::string shell_line(const std::string& name, const std::string& value)
{
    return fmt::format("export {}={}\n", name, shell_quoted(value));
}

/// What was written as unit_line() or shell_line().
Environment read_environment(std::string_view text)
{
    Environment environment;
    for (const std::string_view line : lines(text)) {
        const bool is_unit = line.starts_with("Environment=\"") && line.ends_with('"');
        const bool is_shell = line.starts_with("export ") && line.ends_with('\'');
        if (!is_unit && !is_shell)
            continue;
        const std::string_view inner = is_unit ? line.substr(13, line.size() - 14) : line.substr(7, line.size() - 8);
        const auto [name, value] = split_once(inner, '=');
        environment[std::string(name)] =
            is_unit ? replace_all(replace_all(replace_all(value, "%%", "%"), "\\\"", "\""), "\\\\", "\\")
                    : replace_all(value.substr(std::min<std::size_t>(1, value.size())), "'\\''", "'");
    }
    return environment;
}

/// What of the file is kept here, with its two lines around it; all of a drop-in.
std::string_view kept_part(std::string_view text)
{
    const std::size_t begin = text.find(head);
    if (begin == std::string_view::npos)
        return {};
    const std::size_t end = text.find(tail, begin);
    return text.substr(begin, end == std::string_view::npos ? end : end + tail.size() - begin);
}

std::string drop_in(const Environment& environment, bool has_hosts)
{
    if (environment.empty() && !has_hosts)
        return {};
    std::string text = std::string(head) + "[Service]\n";
    if (has_hosts)
        text += "# daemon.json says where it listens; an option -H beside that keeps it from starting.\nExecStart=\n"
                "ExecStart=dockerd $DOCKER_OPTS\n";
    for (const auto& [name, value] : environment)
        text += unit_line(name, value);
    return text + std::string(tail);
}

std::string with_part(std::string_view text, const Environment& environment)
{
    std::string part;
    for (const auto& [name, value] : environment)
        part += shell_line(name, value);
    if (!part.empty())
        part = std::string(head) + part + std::string(tail);
    const std::string_view old = kept_part(text);
    if (old.empty())
        return std::string(text) + (part.empty() || text.empty() || text.ends_with('\n') ? "" : "\n") + part;
    const auto before = static_cast<std::size_t>(old.data() - text.data());
    return std::string(text.substr(0, before)) + part + std::string(text.substr(before + old.size()));
}

std::vector<Change> changes_of(const Environment& before, const Environment& after)
{
    std::vector<Change> changes;
    for (const auto& [name, value] : after)
        if (const auto old = before.find(name); old == before.end() || old->second != value)
            changes.push_back({"environment." + name, old == before.end() ? "" : old->second, value});
    for (const auto& [name, value] : before)
        if (!after.contains(name))
            changes.push_back({"environment." + name, value, ""});
    return changes;
}

} // namespace

EngineService change_engine_service(const Resource& resource, std::optional<bool> has_hosts, Host& host)
{
    EngineService service;
    const bool by_unit = has_systemd(host);
    service.path = by_unit                          ? "/etc/systemd/system/docker.service.d/dfriends.conf"
                   : host.has_program("rc-service") ? "/etc/conf.d/docker"
                                                    : "/etc/default/docker";
    if (host.find_path(service.path))
        service.before = host.read(service.path);
    const Environment before = read_environment(kept_part(service.before));
    const Environment after =
        find_attribute(resource, "environment") == nullptr ? before : declared_environment(resource);
    const bool had_hosts = service.before.find("\nExecStart=") != std::string::npos;
    service.text = by_unit ? drop_in(after, has_hosts.value_or(had_hosts)) : with_part(service.before, after);
    service.changes = changes_of(before, after);
    if (service.changes.empty() && service.differs())
        service.changes.push_back({"unit", "", service.path});
    return service;
}

void write_engine_service(const EngineService& service, const std::string& text, Host& host)
{
    const std::string folder = service.path.substr(0, service.path.rfind('/'));
    if (!text.empty()) {
        host.make_directory(folder, 0755, true);
        host.write(service.path, text, 0600); // a proxy's password may be in it
    } else if (host.find_path(service.path)) {
        host.remove(service.path, false);
    }
    if (has_systemd(host))
        run_or_fail(host, tool_command({"systemctl", "daemon-reload"}));
}

} // namespace dfriends::converge
