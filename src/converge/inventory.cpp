// SPDX-License-Identifier: Apache-2.0
#include "converge/inventory.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/declared_state.hpp"
#include "converge/schema.hpp"
#include "engine/reference.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

using engine::ContainerSpec;
using Texts = std::vector<std::string>;

constexpr std::size_t digits_of_id = 64;

bool is_id(std::string_view text)
{
    return text.size() == digits_of_id && is_hex(text);
}

class Writer {
  public:
    explicit Writer(Resource& resource) : resource_(resource) {}

    void text(std::string_view name, const std::string& value, const std::string& usual = {})
    {
        if (value != usual)
            put(name, value);
    }
    void flag(std::string_view name, bool value)
    {
        if (value)
            put(name, true);
    }
    void list(std::string_view name, const Texts& texts)
    {
        if (texts.empty())
            return;
        Value::List list;
        for (const std::string& one : texts)
            list.push_back({.content = one, .position = {}});
        put(name, std::move(list));
    }
    void map(std::string_view name, const std::map<std::string, std::string>& pairs)
    {
        if (pairs.empty())
            return;
        Value::Map map;
        for (const auto& [key, value] : pairs)
            map.push_back({key, Value{.content = value, .position = {}}});
        put(name, std::move(map));
    }
    template <class T>
    void put(std::string_view name, T value)
    {
        resource_.attributes[std::string(name)] = Value{.content = std::move(value), .position = {}};
    }

  private:
    Resource& resource_;
};

std::map<std::string, std::string> map_of_pairs(const Texts& pairs)
{
    std::map<std::string, std::string> map;
    for (const std::string& pair : pairs) {
        const auto [name, value] = split_once(pair, '=');
        map[std::string(name)] = value;
    }
    return map;
}

/// A field of the lines that --mount takes; a comma in it wants quotes.
std::string mount_field(std::string_view name, const std::string& value)
{
    const std::string field = fmt::format("{}={}", name, value);
    if (field.find_first_of(",\"\n") == std::string::npos)
        return field;
    return "\"" + replace_all(field, "\"", "\"\"") + "\"";
}

std::string mount_line(const engine::Mount& mount)
{
    Texts fields{mount_field("type", mount.type)};
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            fields.push_back(mount_field(name, value));
    };
    add("source", mount.source);
    add("target", mount.target);
    add("readonly", mount.read_only ? "true" : "");
    add("bind-propagation", mount.propagation);
    add("bind-create-src", mount.create_source ? "true" : "");
    add("volume-nocopy", mount.no_copy ? "true" : "");
    add("volume-driver", mount.volume_driver);
    for (const auto& [name, value] : mount.volume_options)
        add("volume-opt", name + "=" + value);
    for (const auto& [name, value] : mount.volume_labels)
        add("volume-label", name + "=" + value);
    add("tmpfs-size", mount.tmpfs_size == 0 ? "" : std::to_string(mount.tmpfs_size));
    add("tmpfs-mode", mount.tmpfs_mode == 0 ? "" : fmt::format("{:o}", mount.tmpfs_mode));
    return join(fields, ",");
}

/// What the container would have if nobody had asked for anything.
ContainerSpec unasked_spec(const engine::ContainerDetails& container, const std::optional<engine::ImageDetails>& image,
                           const EngineHabits& habits)
{
    const ContainerSpec& spec = container.spec;
    ContainerSpec unasked = image ? image->defaults : ContainerSpec{};
    const bool shares_network = spec.network_mode.starts_with("container:");
    if (shares_network || container.id.starts_with(spec.host_name))
        unasked.host_name = spec.host_name;
    else if (spec.network_mode == "host")
        unasked.host_name = habits.host_name;
    if (shares_network)
        unasked.domain_name = spec.domain_name;
    if (spec.privileged || spec.pid_mode == "host" || spec.ipc_mode == "host")
        unasked.security_options.emplace_back("label=disable");
    for (const engine::PortBinding& port : spec.ports)
        unasked.exposed_ports.push_back(engine::port_key(port.container_port, port.protocol));
    for (const std::string& bind : spec.binds)
        unasked.volumes.emplace_back(split_once(split_once(bind, ':').second, ':').first);
    for (const engine::Mount& mount : spec.mounts)
        unasked.volumes.push_back(mount.target);
    if (unasked.stop_signal.empty())
        unasked.stop_signal = values_of_engine().stop_signal;
    unasked.memory_swap = 2 * spec.memory;
    unasked.memory_swappiness = -1;
    unasked.shm_size = values_of_engine().shm_size;
    unasked.ipc_mode = values_of_engine().ipc_mode;
    unasked.runtime = habits.runtime;
    unasked.log_driver = habits.log_driver;
    unasked.cgroupns_mode = habits.cgroupns;
    return unasked;
}

/// Writes a container's attributes one by one, each where it is not what it would be anyway.
class ContainerWriter {
  public:
    ContainerWriter(Resource& resource, const engine::ContainerDetails& container, const ContainerSpec& unasked)
        : writer_(resource), container_(container), spec_(container.spec), unasked_(unasked),
          before_(declared_before(container.spec.labels))
    {
    }

    void write(const std::optional<engine::ImageDetails>& image)
    {
        writer_.put("image", image_name(image));
        words("command", spec_.command, unasked_.command);
        // No entry point where the image has one: it was taken away.
        if (!spec_.entrypoint && unasked_.entrypoint && !unasked_.entrypoint->empty())
            writer_.list("entrypoint", {""});
        else
            words("entrypoint", spec_.entrypoint.value_or(Texts{}), unasked_.entrypoint.value_or(Texts{}));
        for (const ContainerAttribute& attribute : container_attributes())
            write(attribute);
        environment();
        labels();
        networks();
        health();
        security();
        Texts lines;
        for (const engine::Mount& mount : spec_.mounts)
            if (mount.type == "bind" || mount.type == "volume" || mount.type == "tmpfs")
                lines.push_back(mount_line(mount));
        writer_.list("mounts", lines);
        if (spec_.stop_timeout)
            writer_.put("stop_timeout", std::int64_t{*spec_.stop_timeout});
    }

    /// Whether what it was declared as by us was sensitive; nothing where it was not we who made it.
    std::optional<bool> was_sensitive() const
    {
        const auto row = before_.find("image");
        return row == before_.end() ? std::nullopt : std::optional(is_sealed(row->second));
    }

  private:
    /// The name that stands for its image now. One of ours keeps the name that it was declared with.
    std::string image_name(const std::optional<engine::ImageDetails>& image) const
    {
        if (!image || before_.contains("image"))
            return spec_.image;
        std::string familiar;
        try {
            familiar = engine::parse_reference(spec_.image).familiar();
        } catch (const Error&) {
            familiar.clear(); // an id is none
        }
        for (const Texts& names : {image->tags, image->digests})
            if (std::ranges::find(names, familiar) != names.end())
                return spec_.image;
        return image->tags.empty() ? image->id : image->tags.front();
    }

    void words(const char* name, const Texts& found, const Texts& unasked)
    {
        if (found != unasked || before_.contains(name))
            writer_.list(name, found);
    }

    /// The values that somebody asked for.
    Texts asked(const ContainerAttribute& attribute) const
    {
        Texts found = comparable_values(attribute, spec_);
        Texts given = comparable_values(attribute, unasked_);
        given = without(std::move(given), values_in(before_, attribute.name));
        if (attribute.shape == Shape::set)
            return without(std::move(found), given);
        return found == given ? Texts{} : found;
    }

    void write(const ContainerAttribute& attribute)
    {
        static constexpr std::array<std::string_view, 6> apart{"env",      "labels",  "mounts",
                                                               "networks", "network", "security_options"};
        const std::string_view name = attribute.name;
        if (std::ranges::find(apart, name) != apart.end() || name.starts_with("health_") || name == "no_healthcheck")
            return;
        const Texts values = asked(attribute);
        if (values.empty())
            return;
        const auto& known = find_resource_type("docker_container")->attributes;
        const AttributeType type = std::ranges::find(known, name, &Attribute::name)->type;
        if (type == AttributeType::text)
            writer_.put(name, values[0]);
        else if (type == AttributeType::number)
            writer_.put(name, parse_signed(values[0]).value_or(0));
        else if (type == AttributeType::flag)
            writer_.put(name, true);
        else if (type == AttributeType::text_list)
            writer_.list(name, values);
        else
            writer_.map(name, map_of_pairs(values));
    }

    /// A name alone would take its value from whoever applies the manifest.
    void environment()
    {
        Texts asked_for = asked(*find_container_attribute("env"));
        std::erase_if(asked_for, [](const std::string& pair) { return pair.find('=') == std::string::npos; });
        Texts in_order;
        for (const std::string& pair : spec_.environment)
            if (std::ranges::find(asked_for, pair) != asked_for.end())
                in_order.push_back(pair);
        writer_.list("env", in_order);
    }

    void labels()
    {
        std::map<std::string, std::string> pairs;
        const Texts asked_for = asked(*find_container_attribute("labels"));
        for (const auto& [name, value] : spec_.labels)
            if (std::ranges::find(asked_for, name + "=" + value) != asked_for.end())
                pairs[name] = value;
        writer_.map("labels", pairs);
    }

    /// A profile of seccomp stands there as its whole text, which no option takes.
    void security()
    {
        Texts options = asked(*find_container_attribute("security_options"));
        std::erase_if(options, [](const std::string& option) { return option.starts_with("seccomp={"); });
        writer_.list("security_options", options);
    }

    /// User-defined networks with the addresses that were asked for; the names that the engine gives it are its own.
    void networks()
    {
        const std::string& mode = spec_.network_mode;
        if (mode == "host" || mode == "none" || mode.starts_with("container:"))
            return writer_.put("network", mode);
        std::vector<engine::NetworkAttachment> places = spec_.networks;
        if (const auto first = std::ranges::find(places, mode, &engine::NetworkAttachment::network);
            first != places.end())
            std::rotate(places.begin(), first, first + 1);
        Texts texts;
        for (const engine::NetworkAttachment& place : places)
            if (place.network != "bridge" && place.network != "host" && place.network != "none")
                texts.push_back(line_of(place));
        if (texts.size() == 1 && texts[0] == mode)
            writer_.put("network", texts[0]);
        else
            writer_.list("networks", texts);
    }

    std::string line_of(const engine::NetworkAttachment& place) const
    {
        std::string text = place.network;
        for (const std::string& alias : place.aliases)
            if (!container_.id.starts_with(alias) && alias != container_.name && alias != spec_.host_name)
                text += ",alias=" + alias;
        if (!place.ipv4_address.empty())
            text += ",ip=" + place.ipv4_address;
        if (!place.ipv6_address.empty())
            text += ",ip6=" + place.ipv6_address;
        return text == place.network ? text : "name=" + text;
    }

    /// What a check does not say for itself the engine takes from the image's, so that only what differs was said.
    void health()
    {
        if (!spec_.health || (spec_.health == unasked_.health && !before_.contains("no_healthcheck")))
            return;
        const engine::Health& health = *spec_.health;
        if (health.test == Texts{"NONE"})
            return writer_.put("no_healthcheck", true);
        const auto& test = health.test;
        if (const Texts command = asked(*find_container_attribute("health_cmd")); command.size() > 1) {
            if (test[0] == "CMD-SHELL")
                writer_.put("health_cmd", test[1]);
            else
                writer_.list("health_cmd", {test.begin() + 1, test.end()});
        }
        for (const char* name : {"health_interval", "health_start_period", "health_timeout"})
            if (const Texts value = asked(*find_container_attribute(name)); !value.empty())
                writer_.put(name, value[0]);
        if (health.retries != 0 && !asked(*find_container_attribute("health_retries")).empty())
            writer_.put("health_retries", std::int64_t{health.retries});
    }

    Writer writer_;
    const engine::ContainerDetails& container_;
    const ContainerSpec& spec_;
    const ContainerSpec& unasked_;
    DeclaredState before_; ///< what an apply of ours was told
};

/// "postgres://user:password@host/".
bool has_login(std::string_view text)
{
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos)
        return false;
    const std::string_view rest = text.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?# "));
    const std::size_t at = authority.rfind('@');
    return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

/// NAME=value, or an option of a command.
bool is_secret_word(std::string_view word)
{
    const auto [name, value] = split_once(word, '=');
    return has_login(word) || (!value.empty() && is_secret_name(name)) ||
           (word.starts_with("--") && is_secret_name(word));
}

bool has_secret_word(std::string_view text)
{
    for (const std::string_view part : split(text, ','))
        for (const std::string_view word : split(part, ' '))
            if (is_secret_word(word))
                return true;
    return false;
}

bool holds_secret(std::string_view name, const Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value.content))
        return (!text->empty() && is_secret_name(name)) || has_secret_word(*text);
    if (const auto* list = std::get_if<Value::List>(&value.content))
        return std::ranges::any_of(*list, [](const Value& item) { return holds_secret("", item); });
    if (const auto* map = std::get_if<Value::Map>(&value.content))
        return std::ranges::any_of(*map, [](const Member& member) { return holds_secret(member.name, member.value); });
    return false;
}

/// The ranges that an engine chooses from: 172.17.0.0/16 to 172.31.0.0/16, and 192.168.0.0/20 to 192.168.240.0/20.
bool is_range_of_engine(const engine::AddressPool& pool)
{
    if (!pool.range.empty() || !pool.auxiliary.empty() || pool.gateway.empty())
        return false; // an engine that chooses says a gateway, too
    const auto [address, length] = split_once(pool.subnet, '/');
    const auto parts = split(address, '.');
    if (parts.size() != 4 || parts[3] != "0")
        return false;
    const auto second = parse_unsigned(parts[1]).value_or(0);
    const auto third = parse_unsigned(parts[2]).value_or(1);
    const bool is_large = parts[0] == "172" && second >= 17 && second <= 31 && third == 0 && length == "16";
    const bool is_small = parts[0] == "192" && second == 168 && third % 16 == 0 && length == "20";
    return (is_large || is_small) && pool.gateway == fmt::format("{}.{}.{}.1", parts[0], parts[1], parts[2]);
}

void write_pools(Writer& writer, const std::vector<engine::AddressPool>& pools)
{
    const auto write_part = [&](const char* name, std::string engine::AddressPool::* part) {
        Texts texts;
        for (const engine::AddressPool& pool : pools)
            texts.push_back(pool.*part);
        while (!texts.empty() && texts.back().empty())
            texts.pop_back();
        writer.list(name, texts);
    };
    write_part("subnet", &engine::AddressPool::subnet);
    write_part("gateway", &engine::AddressPool::gateway);
    write_part("ip_range", &engine::AddressPool::range);
    if (!pools.empty())
        writer.map("aux_addresses", pools[0].auxiliary);
}

engine::Labels others_labels(engine::Labels labels)
{
    std::erase_if(labels, [](const auto& label) { return is_own_label(label.first); });
    return labels;
}

} // namespace

EngineHabits habits_of(const engine::EngineSummary& engine)
{
    EngineHabits habits;
    habits.host_name = engine.name;
    if (!engine.default_runtime.empty())
        habits.runtime = engine.default_runtime;
    if (!engine.logging_driver.empty())
        habits.log_driver = engine.logging_driver;
    if (engine.cgroup_version == "1")
        habits.cgroupns = "host";
    return habits;
}

Resource declare_container(const engine::ContainerDetails& container, const std::optional<engine::ImageDetails>& image,
                           const EngineHabits& habits)
{
    Resource resource;
    resource.type = "docker_container";
    resource.name = container.name;
    if (!container.state.running || container.state.paused)
        resource.actions = {"create"};
    const ContainerSpec unasked = unasked_spec(container, image, habits);
    ContainerWriter writer(resource, container, unasked);
    writer.write(image);
    resource.sensitive = writer.was_sensitive().value_or(holds_secrets(resource));
    return resource;
}

std::optional<Resource> declare_network(const engine::NetworkDetails& network, bool has_fixed_addresses)
{
    static constexpr std::array<std::string_view, 4> given{"bridge", "docker_gwbridge", "host", "none"};
    const engine::NetworkSpec& spec = network.spec;
    if (std::ranges::find(given, spec.name) != given.end() || network.scope == "swarm")
        return std::nullopt;
    Resource resource;
    resource.type = "docker_network";
    resource.name = spec.name;
    Writer writer(resource);
    writer.text("driver", spec.driver, "bridge");
    writer.map("options", spec.options);
    writer.map("labels", others_labels(spec.labels));
    writer.text("ipam_driver", spec.ipam_driver == "default" ? "" : spec.ipam_driver);
    if (has_fixed_addresses || !std::ranges::all_of(spec.pools, is_range_of_engine))
        write_pools(writer, spec.pools);
    writer.flag("ipv6", spec.ipv6);
    writer.flag("internal", spec.internal);
    writer.flag("attachable", spec.attachable);
    return resource;
}

std::optional<Resource> declare_volume(const engine::VolumeDetails& volume)
{
    if (is_id(volume.spec.name) || volume.spec.labels.contains("com.docker.volume.anonymous"))
        return std::nullopt;
    Resource resource;
    resource.type = "docker_volume";
    resource.name = volume.spec.name;
    Writer writer(resource);
    writer.text("driver", volume.spec.driver, "local");
    writer.map("options", volume.spec.options);
    writer.map("labels", others_labels(volume.spec.labels));
    resource.sensitive = holds_secrets(resource);
    return resource;
}

std::optional<Resource> declare_image(const Resource& container)
{
    const std::string name = text_or(container, "image", "");
    const auto [algorithm, digest] = split_once(name, ':');
    if (name.empty() || is_id(name) || (algorithm == "sha256" && is_id(digest)))
        return std::nullopt;
    Resource resource;
    resource.type = "docker_image";
    resource.name = name;
    return resource;
}

std::vector<std::string> containers_used_by(const Resource& container)
{
    std::vector<std::string> names;
    for (const char* attribute : {"links", "volumes_from"})
        for (const std::string& other : list_of(container, attribute))
            names.emplace_back(split_once(other, ':').first);
    for (const char* attribute : {"ipc", "network", "pid"}) {
        const std::string text = text_or(container, attribute, "");
        if (const auto [kind, name] = split_once(text, ':'); kind == "container")
            names.emplace_back(name);
    }
    return names;
}

bool holds_secrets(const Resource& resource)
{
    return std::ranges::any_of(resource.attributes,
                               [](const auto& attribute) { return holds_secret("", attribute.second); });
}

} // namespace dfriends::converge
