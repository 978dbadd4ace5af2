// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "engine/run_flags.hpp"
#include "net/endpoint.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace dfriends::engine {

namespace {

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    unsigned count() const { return static_cast<unsigned>(last - first) + 1; }
};

std::optional<PortRange> find_range(std::string_view text)
{
    const auto [first, last] = split_once(text, '-');
    const bool is_range = text.find('-') != std::string_view::npos;
    const auto low = parse_unsigned(first);
    const auto high = is_range ? parse_unsigned(last) : low;
    if (!low || !high || *low > 65535 || *high > 65535 || *high < *low)
        return std::nullopt;
    return PortRange{static_cast<std::uint16_t>(*low), static_cast<std::uint16_t>(*high)};
}

std::string checked_protocol(std::string_view text, std::string_view whole)
{
    const std::string protocol = text.empty() ? "tcp" : to_lower(text);
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp")
        throw Error(ErrorKind::usage, "invalid proto: {}", printable(text.empty() ? whole : text));
    return protocol;
}

/// The parts of "ADDRESS:HOST:CONTAINER"; an IPv6 address stands in brackets.
struct PublishParts {
    std::string address;
    std::string_view host;
    std::string_view container;
};

PublishParts split_publish(std::string_view text)
{
    PublishParts parts;
    const std::size_t last = text.rfind(':');
    parts.container = last == std::string_view::npos ? text : text.substr(last + 1);
    if (last == std::string_view::npos)
        return parts;
    const std::string_view before = text.substr(0, last);
    const std::size_t middle = before.rfind(':');
    const bool has_address = middle != std::string_view::npos && before.find(']', middle) == std::string_view::npos;
    parts.host = has_address ? before.substr(middle + 1) : before;
    if (!has_address)
        return parts;
    std::string_view address = before.substr(0, middle);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    parts.address = std::string(address);
    if (!net::is_address(parts.address))
        throw Error(ErrorKind::usage, "invalid IP address: {}", printable(parts.address));
    return parts;
}

/// "published=8080,target=80,protocol=tcp" in the short form.
std::string short_publish(std::string_view text)
{
    std::string published;
    std::string target;
    std::string protocol = "tcp";
    for (const std::string_view part : split(text, ',')) {
        const auto [key, value] = split_once(part, '=');
        if (key == "published")
            published = std::string(value);
        else if (key == "target")
            target = std::string(value);
        else if (key == "protocol")
            protocol = std::string(value);
        else if (key != "mode")
            throw Error(ErrorKind::usage, "invalid field key {}", printable(key));
    }
    return published + (published.empty() ? "" : ":") + target + "/" + protocol;
}

std::string absolute_path(std::string_view path)
{
    std::error_code ignored;
    const auto full = std::filesystem::absolute(std::filesystem::path(std::string(path)), ignored).lexically_normal();
    std::string text = full.string();
    if (text.size() > 1 && text.ends_with('/'))
        text.pop_back();
    return text;
}

std::int64_t checked_number(std::string_view text, std::string_view what)
{
    const auto number = parse_signed(text);
    if (!number)
        throw Error(ErrorKind::usage, "invalid value for {}: {}", what, printable(text));
    return *number;
}

bool checked_flag(std::string_view key, std::string_view text, bool has_value)
{
    const auto flag = has_value ? parse_go_bool(text) : std::optional<bool>(true);
    if (!flag)
        throw Error(ErrorKind::usage, "invalid value for {}: {}", key, printable(text));
    return *flag;
}

/// The fields of a line of comma-separated values; quotes protect commas.
std::vector<std::string> split_csv(std::string_view text)
{
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
            fields.back() += text[++i];
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += text[i];
    }
    if (quoted)
        throw Error(ErrorKind::usage, "a quote is not closed in '{}'", printable(text));
    return fields;
}

void set_mount_field(Mount& mount, const std::string& key, const std::string& value, bool has_value)
{
    if (key == "type")
        mount.type = to_lower(value);
    else if (key == "source" || key == "src")
        mount.source = value.starts_with('.') ? absolute_path(value) : value;
    else if (key == "target" || key == "dst" || key == "destination")
        mount.target = value;
    else if (key == "readonly" || key == "ro")
        mount.read_only = checked_flag(key, value, has_value);
    else if (key == "consistency")
        mount.consistency = to_lower(value);
    else if (key == "bind-propagation")
        mount.propagation = to_lower(value);
    else if (key == "bind-create-src")
        mount.create_source = checked_flag(key, value, has_value);
    else if (key == "volume-nocopy")
        mount.no_copy = checked_flag(key, value, has_value);
    else if (key == "volume-driver")
        mount.volume_driver = value;
    else if (key == "volume-label" || key == "volume-opt") {
        const auto [name, content] = split_once(value, '=');
        (key == "volume-label" ? mount.volume_labels : mount.volume_options)[std::string(name)] = std::string(content);
    } else if (key == "tmpfs-size") {
        const auto size = parse_size(value);
        if (!size || *size > static_cast<std::uint64_t>(INT64_MAX))
            throw Error(ErrorKind::usage, "invalid value for {}: {}", key, printable(value));
        mount.tmpfs_size = static_cast<std::int64_t>(*size);
    } else if (key == "tmpfs-mode") {
        char* end = nullptr;
        const unsigned long mode = std::strtoul(value.c_str(), &end, 8);
        if (value.empty() || *end != '\0' || mode > 07777)
            throw Error(ErrorKind::usage, "invalid value for {}: {}", key, printable(value));
        mount.tmpfs_mode = static_cast<unsigned>(mode);
    } else {
        throw Error(ErrorKind::usage, "unexpected key '{}' in '{}={}'", printable(key), printable(key),
                    printable(value));
    }
}

void check_mount(const Mount& mount)
{
    if (mount.type != "bind" && mount.type != "volume" && mount.type != "tmpfs")
        throw Error(ErrorKind::usage, "mount type unknown: \"{}\"", printable(mount.type))
            .hint("it is one of bind, volume, tmpfs");
    if (mount.target.empty())
        throw Error(ErrorKind::usage, "target is required");
    if (mount.type == "bind" && mount.source.empty())
        throw Error(ErrorKind::usage, "a bind mount needs a source");
    const bool volume_options =
        mount.no_copy || !mount.volume_labels.empty() || !mount.volume_driver.empty() || !mount.volume_options.empty();
    const bool bind_options = !mount.propagation.empty() || mount.create_source;
    const bool tmpfs_options = mount.tmpfs_size != 0 || mount.tmpfs_mode != 0;
    if ((volume_options && mount.type != "volume") || (bind_options && mount.type != "bind") ||
        (tmpfs_options && mount.type != "tmpfs"))
        throw Error(ErrorKind::usage, "cannot mix options of another type with mount type '{}'", mount.type);
}

} // namespace

std::vector<PortBinding> parse_publish(std::string_view text)
{
    const std::string spelled = text.find('=') == std::string_view::npos ? std::string(text) : short_publish(text);
    const auto [ports, protocol_text] = split_once(spelled, '/');
    const std::string protocol =
        checked_protocol(protocol_text, spelled.find('/') == std::string::npos ? "tcp" : "<empty>");
    if (spelled.ends_with('/'))
        throw Error(ErrorKind::usage, "invalid proto: ");
    const PublishParts parts = split_publish(ports);
    if (parts.container.empty())
        throw Error(ErrorKind::usage, "no port specified: {}<empty>", printable(ports));
    const auto container = find_range(parts.container);
    if (!container || container->first == 0)
        throw Error(ErrorKind::usage, "invalid containerPort: {}", printable(parts.container));
    const auto host = parts.host.empty() ? std::optional<PortRange>(PortRange{}) : find_range(parts.host);
    if (!host)
        throw Error(ErrorKind::usage, "invalid hostPort: {}", printable(parts.host));
    const bool chosen = parts.host.empty();
    if (!chosen && host->count() != container->count() && container->count() != 1)
        throw Error(ErrorKind::usage, "invalid ranges specified for container and host Ports: {} and {}",
                    parts.container, parts.host);
    std::vector<PortBinding> bindings;
    for (unsigned i = 0; i < container->count(); ++i) {
        PortBinding binding{static_cast<std::uint16_t>(container->first + i), protocol, parts.address};
        if (!chosen && container->count() == 1 && host->count() > 1) {
            binding.host_port = host->first;
            binding.host_port_last = host->last;
        } else if (!chosen) {
            binding.host_port = static_cast<std::uint16_t>(host->first + i);
        }
        bindings.push_back(std::move(binding));
    }
    return bindings;
}

std::vector<std::string> parse_expose(std::string_view text)
{
    const auto [ports, protocol_text] = split_once(text, '/');
    const auto range = find_range(ports);
    if (!range || range->first == 0 || text.find(':') != std::string_view::npos)
        throw Error(ErrorKind::usage, "invalid port format for --expose: {}", printable(text));
    const std::string protocol = checked_protocol(protocol_text, text);
    std::vector<std::string> keys;
    for (unsigned port = range->first; port <= range->last; ++port)
        keys.push_back(port_key(static_cast<std::uint16_t>(port), protocol));
    return keys;
}

Mount parse_mount(std::string_view text)
{
    Mount mount;
    for (const std::string& field : split_csv(text)) {
        const std::size_t equals = field.find('=');
        const std::string key = to_lower(field.substr(0, equals));
        const bool has_value = equals != std::string::npos;
        if (!has_value && key != "readonly" && key != "ro" && key != "volume-nocopy" && key != "bind-create-src")
            throw Error(ErrorKind::usage, "invalid field '{}' must be a key=value pair", printable(field));
        set_mount_field(mount, key, has_value ? field.substr(equals + 1) : "", has_value);
    }
    check_mount(mount);
    return mount;
}

RestartPolicy parse_restart(std::string_view text)
{
    const auto [name, count] = split_once(text, ':');
    RestartPolicy policy;
    if (text.empty())
        return policy;
    policy.name = std::string(name);
    if (name != "no" && name != "always" && name != "unless-stopped" && name != "on-failure")
        throw Error(ErrorKind::usage, "invalid restart policy: '{}'", printable(text))
            .hint("it is one of no, always, unless-stopped, on-failure[:N]");
    if (text.find(':') == std::string_view::npos)
        return policy;
    const auto retries = parse_unsigned(count);
    if (!retries || *retries > 1'000'000)
        throw Error(ErrorKind::usage, "invalid restart policy format: maximum retry count must be an integer");
    if (name != "on-failure" && *retries != 0)
        throw Error(ErrorKind::usage, "invalid restart policy: maximum retry count can only be used with 'on-failure'");
    policy.maximum_retries = static_cast<int>(*retries);
    return policy;
}

Ulimit parse_ulimit(std::string_view text)
{
    const auto [name, values] = split_once(text, '=');
    const auto [soft, hard] = split_once(values, ':');
    if (name.empty() || values.empty())
        throw Error(ErrorKind::usage, "invalid ulimit argument: {}", printable(text));
    Ulimit limit{std::string(name), checked_number(soft, "ulimit"), 0};
    limit.hard = hard.empty() ? limit.soft : checked_number(hard, "ulimit");
    if (limit.hard != -1 && (limit.soft == -1 || limit.soft > limit.hard))
        throw Error(ErrorKind::usage, "ulimit soft limit must be less than or equal to hard limit: {}",
                    printable(values));
    return limit;
}

Device parse_device(std::string_view text)
{
    const auto is_mode = [](std::string_view mode) {
        return !mode.empty() && mode.find_first_not_of("rwm") == std::string_view::npos;
    };
    const std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() > 3 || parts[0].empty() || (parts.size() == 3 && !is_mode(parts[2])))
        throw Error(ErrorKind::usage, "invalid device specification: {}", printable(text));
    Device device{std::string(parts[0]), std::string(parts[0])};
    if (parts.size() > 1 && is_mode(parts[1]))
        device.permissions = std::string(parts[1]);
    else if (parts.size() > 1)
        device.container_path = std::string(parts[1]);
    if (parts.size() == 3)
        device.permissions = std::string(parts[2]);
    return device;
}

DeviceRequest parse_gpus(std::string_view text)
{
    constexpr std::int64_t most_gpus = 1'000;
    DeviceRequest request;
    const auto set_count = [&](std::string_view count) {
        const auto number = count == "all" ? std::optional<std::int64_t>(-1) : parse_signed(count);
        if (!number || *number < -1 || *number > most_gpus)
            throw Error(ErrorKind::usage, "invalid count ({}): value must be either \"all\" or an integer",
                        printable(count));
        request.count = *number;
    };
    const auto texts = [](std::string_view list) {
        std::vector<std::string> items;
        for (const std::string_view item : split(list, ','))
            items.emplace_back(item);
        return items;
    };
    for (const std::string& field : split_csv(text)) {
        const auto [key, value] = split_once(field, '=');
        if (field.find('=') == std::string::npos || key == "count")
            set_count(key == "count" && field != key ? value : key);
        else if (key == "driver")
            request.driver = std::string(value);
        else if (key == "device")
            request.ids = texts(value);
        else if (key == "capabilities")
            request.capabilities = texts(value);
        else if (key == "options")
            for (const std::string& option : split_csv(value)) {
                const auto [name, content] = split_once(option, '=');
                request.options[std::string(name)] = content;
            }
        else
            throw Error(ErrorKind::usage, "unexpected key '{}' in '{}'", printable(key), printable(field));
    }
    if (request.count == 0 && request.ids.empty())
        request.count = 1;
    request.capabilities.emplace_back("gpu");
    return request;
}

std::string parse_extra_host(std::string_view text)
{
    const std::size_t mark = text.find_first_of("=:");
    if (mark == std::string_view::npos || mark == 0)
        throw Error(ErrorKind::usage, "bad format for add-host: \"{}\"", printable(text));
    std::string address(text.substr(mark + 1));
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    if (address != "host-gateway" && !net::is_address(address))
        throw Error(ErrorKind::usage, "invalid IP address in add-host: \"{}\"", printable(address));
    return std::string(text.substr(0, mark)) + ":" + address;
}

void apply_volume(ContainerSpec& spec, std::string_view text)
{
    const std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() > 3 || std::ranges::any_of(parts, [](std::string_view part) { return part.empty(); }))
        throw Error(ErrorKind::usage, "invalid volume specification: '{}'", printable(text));
    if (parts.size() == 1) {
        spec.volumes.emplace_back(parts[0]);
        return;
    }
    std::string bind(parts[0]);
    if (bind.starts_with('.') || bind.starts_with('~'))
        bind = absolute_path(bind);
    if (!parts[1].starts_with('/'))
        throw Error(ErrorKind::usage, "invalid volume specification: '{}': the path in the container must be absolute",
                    printable(text));
    for (std::size_t i = 1; i < parts.size(); ++i)
        bind += ":" + std::string(parts[i]);
    spec.binds.push_back(std::move(bind));
}

std::vector<std::string> parse_environment_file(std::string_view text, const std::string& file,
                                                const RunSources& sources)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    std::vector<std::string> entries;
    unsigned number = 0;
    for (const std::string_view raw : lines(text)) {
        ++number;
        const std::string_view line = raw.substr(std::min(raw.find_first_not_of(" \t"), raw.size()));
        if (line.empty() || line.front() == '#' || line == "\r")
            continue;
        const std::string_view entry = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        const std::size_t equals = entry.find('=');
        const std::string_view name = entry.substr(0, equals);
        if (name.empty() || name.find_first_of(" \t") != std::string_view::npos)
            throw Error(ErrorKind::usage, SourcePosition{file, number, 1, std::string(raw)},
                        "a variable's name is empty or holds a blank");
        if (equals != std::string_view::npos) {
            entries.emplace_back(entry);
            continue;
        }
        const std::string key(name);
        if (const char* const value = sources.environment ? sources.environment(key.c_str()) : std::getenv(key.c_str()))
            entries.push_back(key + "=" + value);
    }
    return entries;
}

} // namespace dfriends::engine
