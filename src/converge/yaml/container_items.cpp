// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/yaml/readers.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <filesystem>

namespace dfriends::converge::yaml::read {

namespace {

using config::NodeKind;

/// The text of a key of a map; empty where it is missing or null.
std::string text_at(const Node& map, std::string_view key)
{
    const Node* found = map.find(key);
    return found == nullptr || found->is_null() ? "" : found->text();
}

bool flag_at(const Node& map, std::string_view key, bool fallback)
{
    const Node* found = map.find(key);
    return found == nullptr || found->is_null() ? fallback : found->flag();
}

/// Takes an attribute from a key of a map, where the map has it.
void take_from(Item& item, const Node& map, std::string_view key, std::string_view attribute)
{
    if (const Node* found = map.find(key))
        item.take(attribute, *found);
}

/// A part of a line that the engine's flags take apart again must not be several.
const std::string& single(const Node& node, std::string_view separators)
{
    if (node.text().empty() || node.text().find_first_of(separators) != std::string::npos)
        throw node.error(fmt::format("'{}' cannot stand here", printable(node.text())))
            .hint(fmt::format("it must not be empty, nor have one of {} in it", separators));
    return node.text();
}

std::string port_of(const Node& entry)
{
    if (entry.kind() != NodeKind::map)
        return entry.text();
    entry.allow_only({"target", "published", "protocol", "host_ip", "mode", "name", "app_protocol"});
    const std::string address = text_at(entry, "host_ip");
    const std::string published = text_at(entry, "published");
    const std::string protocol = text_at(entry, "protocol");
    std::string text;
    if (!address.empty())
        text = (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":";
    if (!published.empty() || !address.empty())
        text += published + ":";
    return text + entry.at("target").text() + (protocol.empty() ? "" : "/" + protocol);
}

bool is_path(std::string_view source)
{
    return source.starts_with('/') || source.starts_with('.') || source.starts_with('~');
}

/// Where a bind comes from: a path of the host, from the manifest's folder on.
std::string bind_source(const Node& node, const std::string& source)
{
    if (source.starts_with('~'))
        throw node.error(fmt::format("whose home '{}' is in is not known", printable(source))).hint("write the path");
    return source.starts_with('.') ? path_beside(node, source) : source;
}

std::string short_volume(const Node& entry)
{
    const auto [source, rest] = split_once(entry.text(), ':');
    return rest.empty() || !is_path(source) ? entry.text()
                                            : bind_source(entry, std::string(source)) + ":" + std::string(rest);
}

/// The options of a volume's or a bind's own map, as they stand behind the paths of -v.
std::vector<std::string> options_of(const Node& entry, bool is_bind)
{
    std::vector<std::string> options;
    if (flag_at(entry, "read_only", false))
        options.emplace_back("ro");
    if (const Node* own = entry.find(is_bind ? "bind" : "volume")) {
        own->allow_only(is_bind ? std::vector<std::string>{"propagation", "create_host_path", "selinux"}
                                : std::vector<std::string>{"nocopy"});
        for (const char* key : {"propagation", "selinux"})
            if (!text_at(*own, key).empty())
                options.push_back(single(own->at(key), ":,"));
        if (flag_at(*own, "nocopy", false))
            options.emplace_back("nocopy");
    }
    return options;
}

void take_tmpfs(Item& item, const Node& entry)
{
    std::string line = "type=tmpfs,target=" + single(entry.at("target"), ",\"");
    if (flag_at(entry, "read_only", false))
        line += ",readonly=true";
    if (const Node* own = entry.find("tmpfs")) {
        own->allow_only({"size", "mode"});
        for (const char* key : {"size", "mode"})
            if (!text_at(*own, key).empty())
                line += fmt::format(",tmpfs-{}={}", key, single(own->at(key), ",\""));
    }
    item.add_texts("mounts", {line}, entry);
}

/// A bind of what must be there already, which -v would make.
std::string existing_bind(const Node& entry, const Node& own)
{
    own.allow_only({"propagation", "create_host_path"});
    const Node& from = entry.at("source");
    std::string line = fmt::format("type=bind,source={},target={}", path_beside(from, single(from, ",\"")),
                                   single(entry.at("target"), ",\""));
    if (flag_at(entry, "read_only", false))
        line += ",readonly=true";
    if (!text_at(own, "propagation").empty())
        line += ",bind-propagation=" + single(own.at("propagation"), ",\"");
    return line;
}

void take_long_volume(Item& item, const Node& entry)
{
    entry.allow_only({"type", "source", "target", "read_only", "bind", "volume", "tmpfs", "consistency"});
    const std::string type = text_at(entry, "type");
    if (type == "tmpfs")
        return take_tmpfs(item, entry);
    if (type != "bind" && type != "volume")
        throw entry.error(fmt::format("'{}' is no type of a volume", printable(type))).hint("bind, volume or tmpfs");
    const bool is_bind = type == "bind";
    const std::string target = single(entry.at("target"), ":");
    if (text_at(entry, "source").empty()) {
        if (is_bind)
            throw entry.error("a bind wants 'source'");
        return item.add_texts("volumes", {target}, entry);
    }
    const Node& from = entry.at("source");
    const std::string source = is_bind ? path_beside(from, single(from, ":")) : single(from, ":/");
    const Node* own = entry.find("bind");
    if (is_bind && own != nullptr && !flag_at(*own, "create_host_path", true))
        return item.add_texts("mounts", {existing_bind(entry, *own)}, entry);
    const auto options = options_of(entry, is_bind);
    item.add_texts("volumes", {source + ":" + target + (options.empty() ? "" : ":" + join(options, ","))}, entry);
}

std::string network_line(const Node& name, const Node& place)
{
    std::string line = single(name, ",=");
    if (place.is_null())
        return line;
    place.allow_only({"aliases", "ipv4_address", "ipv6_address", "mac_address"});
    line.insert(0, "name=");
    if (const Node* aliases = place.find("aliases"))
        for (const Node& alias : aliases->items_or_one())
            line += ",alias=" + single(alias, ",=");
    for (const auto& [key, field] :
         {std::pair("ipv4_address", "ip"), std::pair("ipv6_address", "ip6"), std::pair("mac_address", "mac-address")})
        if (!text_at(place, key).empty())
            line += fmt::format(",{}={}", field, single(place.at(key), ",="));
    return line;
}

/// The test as one text for a shell, or as a list of words without one; nothing for none at all.
std::optional<Value> health_command(const Node& test)
{
    const auto text = [&](std::string command) {
        return Value{.content = std::move(command), .position = test.position()};
    };
    if (test.kind() != NodeKind::list)
        return text(test.text());
    const auto words = texts_of(test);
    if (words.size() == 1 && words[0] == "NONE")
        return std::nullopt;
    if (words.size() == 2 && words[0] == "CMD-SHELL")
        return text(words[1]);
    if (words.size() < 2 || words[0] != "CMD")
        throw test.error("this is no test of health")
            .hint("write [CMD, PROGRAM, ...], [CMD-SHELL, TEXT], [NONE] or a text");
    Value::List list;
    for (std::size_t at = 1; at < words.size(); ++at)
        list.push_back(text(words[at]));
    return Value{.content = std::move(list), .position = test.position()};
}

Dependency::Condition condition_of(const Node& dependency)
{
    using enum Dependency::Condition;
    const Node* word = dependency.find("condition");
    if (word == nullptr || word->text() == "started" || word->text() == "service_started")
        return started;
    if (word->text() == "healthy" || word->text() == "service_healthy")
        return healthy;
    if (word->text() == "completed" || word->text() == "service_completed_successfully")
        return completed;
    throw word->error(fmt::format("'{}' is no condition", printable(word->text())))
        .hint("write started, healthy or completed");
}

/// Our name of what Compose calls otherwise.
std::string attribute_of(const Section& section, const std::string& key)
{
    const auto word = std::ranges::find(section.words, key, &Word::key);
    return word == section.words.end() || word->attribute.empty() ? key : std::string(word->attribute);
}

} // namespace

void later(Item& /*item*/, const Node& /*value*/) {}

void compare(Item& item, const Node& value)
{
    Value::Map modes;
    for (const auto& [key, mode] : value.members())
        modes.push_back(
            {attribute_of(item.section, key.text()), Value{.content = mode.text(), .position = mode.position()}});
    item.set("compare", Value{.content = std::move(modes), .position = value.position()});
}

void depends_on(Item& item, const Node& value)
{
    const auto add = [&](const Node& name, Dependency::Condition condition, bool restarts) {
        item.declared.dependencies.push_back(
            {.from = item.index(),
             .on = {.type = "docker_container", .name = name.text(), .position = name.position()},
             .condition = condition,
             .restarts = restarts});
    };
    if (value.kind() != NodeKind::map) {
        for (const Node& name : value.items_or_one())
            add(name, Dependency::Condition::started, false);
        return;
    }
    for (const auto& [name, dependency] : value.members()) {
        dependency.allow_only({"condition", "restart"});
        add(name, condition_of(dependency), flag_at(dependency, "restart", false));
    }
}

void deploy(Item& item, const Node& value)
{
    value.allow_only({"resources"});
    const Node& resources = value.at("resources");
    resources.allow_only({"limits", "reservations"});
    if (const Node* limits = resources.find("limits")) {
        limits->allow_only({"cpus", "memory", "pids"});
        take_from(item, *limits, "cpus", "cpus");
        take_from(item, *limits, "memory", "memory");
        take_from(item, *limits, "pids", "pids_limit");
    }
    if (const Node* reservations = resources.find("reservations")) {
        reservations->allow_only({"memory"});
        take_from(item, *reservations, "memory", "memory_reservation");
    }
}

void env_file(Item& item, const Node& value)
{
    for (const Node& entry : value.kind() == NodeKind::map ? std::vector{value} : value.items_or_one()) {
        const bool is_map = entry.kind() == NodeKind::map;
        if (is_map)
            entry.allow_only({"path", "required"});
        const Node& name = is_map ? entry.at("path") : entry;
        const std::string path = path_beside(name, name.text());
        std::error_code code;
        if (is_map && !flag_at(entry, "required", true) && !std::filesystem::exists(path, code))
            continue;
        item.add_texts("env_file", {path}, name);
    }
}

void extra_hosts(Item& item, const Node& value)
{
    std::vector<std::string> lines;
    if (value.kind() == NodeKind::map) {
        for (const auto& [name, addresses] : value.members())
            for (const Node& address : addresses.items_or_one())
                lines.push_back(name.text() + ":" + address.text());
    } else {
        for (std::string line : texts_of(value)) {
            if (const auto sign = line.find_first_of("=:"); sign != std::string::npos)
                line[sign] = ':';
            lines.push_back(std::move(line));
        }
    }
    item.add_texts("extra_hosts", lines, value);
}

void healthcheck(Item& item, const Node& value)
{
    value.allow_only({"test", "interval", "timeout", "retries", "start_period", "disable"});
    const Node* test = value.find("test");
    const auto command = test == nullptr ? std::optional<Value>(std::in_place) : health_command(*test);
    if (!command || flag_at(value, "disable", false))
        return item.set("no_healthcheck", Value{.content = true, .position = value.position()});
    if (test != nullptr)
        item.set("health_cmd", *command);
    for (const char* key : {"interval", "timeout", "retries", "start_period"})
        take_from(item, value, key, std::string("health_") + key);
}

void logging(Item& item, const Node& value)
{
    value.allow_only({"driver", "options"});
    take_from(item, value, "driver", "log_driver");
    take_from(item, value, "options", "log_options");
}

void network_mode(Item& item, const Node& value)
{
    const auto [kind, name] = split_once(value.text(), ':');
    const bool is_donor = kind == "service" || kind == "container";
    if (kind == "service")
        item.require("docker_container", name, value.position());
    item.set_text("network", is_donor ? "container:" + std::string(name) : value.text(), value);
}

void networks(Item& item, const Node& value)
{
    std::vector<std::string> lines;
    if (value.kind() == NodeKind::map)
        for (const auto& [name, place] : value.members())
            lines.push_back(network_line(name, place));
    else
        for (const Node& name : value.items_or_one())
            lines.push_back(network_line(name, Node()));
    item.add_texts("networks", lines, value);
}

void ports(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one()) {
        const std::string port = port_of(entry);
        try {
            engine::parse_publish(port);
        } catch (const Error& error) {
            throw entry.error(error.message()).hint(error.hint());
        }
        item.add_texts("ports", {port}, entry);
    }
}

/// The old one is stopped first, for both would want the same ports, and is back where the new one does not run.
void recreate(Item& item, const Node& value)
{
    value.allow_only({"order", "rollback", "keep_anonymous_volumes"});
    if (const Node* order = value.find("order"); order != nullptr && order->text() != "stop-first")
        throw order->error(fmt::format("'{}' is no order that can be kept here", printable(order->text())))
            .hint("write stop-first: the old one and the new one would want the same ports");
    if (!flag_at(value, "rollback", true))
        throw value.at("rollback")
            .error("the old container is always back where the new one does not run")
            .hint("leave rollback out, or write true");
    take_from(item, value, "keep_anonymous_volumes", "keep_anonymous_volumes");
}

void secrets(Item& item, const Node& value)
{
    constexpr std::string_view folder = "/run/secrets/";
    for (const Node& entry : value.items_or_one()) {
        const bool is_map = entry.kind() == NodeKind::map;
        if (is_map)
            entry.allow_only({"source", "target"});
        const Node& name = is_map ? entry.at("source") : entry;
        const std::string file = item.variables.secret_file(name);
        std::string target = is_map ? text_at(entry, "target") : "";
        if (!target.starts_with('/'))
            target.insert(0, target.empty() ? std::string(folder) + name.text() : folder);
        if (file.find(':') != std::string::npos || target.find(':') != std::string::npos)
            throw entry.error("a path with ':' in it cannot be mounted");
        item.add_texts("volumes", {file + ":" + target + ":ro"}, entry);
    }
}

void stop_grace_period(Item& item, const Node& value)
{
    const auto period = parse_duration(value.text());
    if (!period)
        throw value.error(fmt::format("'{}' is no duration", printable(value.text()))).hint("write 10s or 1m30s");
    item.set("stop_timeout",
             Value{.content = std::int64_t{(period->count() + 999) / 1000}, .position = value.position()});
}

void ulimits(Item& item, const Node& value)
{
    if (value.kind() != NodeKind::map)
        return item.take("ulimits", value);
    std::vector<std::string> lines;
    for (const auto& [name, limit] : value.members()) {
        if (limit.kind() == NodeKind::map) {
            limit.allow_only({"soft", "hard"});
            lines.push_back(fmt::format("{}={}:{}", name.text(), limit.at("soft").text(), limit.at("hard").text()));
        } else {
            lines.push_back(name.text() + "=" + limit.text());
        }
    }
    item.add_texts("ulimits", lines, value);
}

void volumes(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one()) {
        if (entry.kind() == NodeKind::map)
            take_long_volume(item, entry);
        else
            item.add_texts("volumes", {short_volume(entry)}, entry);
    }
}

void finish_container(Item& item)
{
    const std::string state = item.word("state", {"running", "healthy", "created", "stopped", "absent"});
    if (state == "absent") {
        item.resource.actions = {"remove"};
        if (item.find("image") == nullptr)
            item.set_text("image", item.resource.name, item.name); // the type wants one, its removal does not
    } else if (state == "created") {
        item.resource.actions = {"create"};
    } else if (state == "stopped") {
        item.resource.actions = {"create", "stop"};
    }
    if (item.find("state") != nullptr && (state == "running" || state == "healthy"))
        item.set("wait_healthy", Value{.content = state == "healthy", .position = item.find("state")->position()});
}

} // namespace dfriends::converge::yaml::read
