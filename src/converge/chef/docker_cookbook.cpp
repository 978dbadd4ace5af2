// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/docker_cookbook.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace dfriends::converge::chef {

namespace {

/// An attribute, and the property of docker_service that it is; none where nothing here depends on it.
struct AttributeRow {
    std::string_view attribute;
    std::string_view property;
};

constexpr auto rows = std::to_array<AttributeRow>({
    {"alert_on_error_action", ""},
    {"arch", ""},
    {"bip", "bip"},
    {"bridge", "bridge"},
    {"container_cmd_timeout", ""},
    {"debug", "debug"},
    {"dns", "dns"},
    {"dns_search", "dns_search"},
    {"docker_daemon_timeout", ""},
    {"exec_driver", ""},
    {"graph", "graph"},
    {"group", "group"},
    {"host", "host"},
    {"http_proxy", "http_proxy"},
    {"https_proxy", "https_proxy"},
    {"icc", "icc"},
    {"image_cmd_timeout", ""},
    {"init_type", ""},
    {"insecure-registry", "insecure_registry"},
    {"install_type", ""},
    {"ip", "ip"},
    {"iptables", "iptables"},
    {"ipv4_forward", "ipv4_forward"},
    {"ipv6_forward", ""},
    {"labels", "labels"},
    {"log_driver", "log_driver"},
    {"log_level", "log_level"},
    {"mtu", "mtu"},
    {"no_proxy", "no_proxy"},
    {"options", "misc_opts"},
    {"registry_cmd_timeout", ""},
    {"restart", ""},
    {"selinux_enabled", "selinux_enabled"},
    {"storage_driver", "storage_driver"},
    {"storage_opt", "storage_opts"},
    {"tls", "tls"},
    {"tlscacert", "tls_ca_cert"},
    {"tlscert", "tls_server_cert"},
    {"tlskey", "tls_server_key"},
    {"tlsverify", "tls_verify"},
    {"version", "version"},
});

void add_members(DockerCookbook& cookbook, const Value& members, const SourcePosition& position)
{
    const auto* list = std::get_if<Value::List>(&members.content);
    if (list != nullptr && list->empty())
        return;
    const Value* name = cookbook.engine.find("group");
    cookbook.group =
        Declaration{"group", name == nullptr ? "docker" : scalar_text(*name), position, {}, {"manage"}, {}, {}, {}};
    cookbook.group->properties = {{"append", Value{true, position}}, {"members", members}};
}

void read_attribute(DockerCookbook& cookbook, const std::string& name, const Value& value)
{
    auto& properties = cookbook.engine.properties;
    if (name == "container_init_type") {
        cookbook.init_type = value;
    } else if (name == "package") {
        if (const auto* package = std::get_if<Value::Map>(&value.content))
            if (const auto row = std::ranges::find(*package, "name", &Member::name);
                row != package->end() && !row->value.is_null())
                properties["package_name"] = row->value;
    } else if (const auto* row = std::ranges::find(rows, name, &AttributeRow::attribute); row != rows.end()) {
        if (!row->property.empty())
            properties[std::string(row->property)] = value;
    } else if (name != "group_members") {
        add_message(cookbook.messages,
                    {Message::Level::warning,
                     fmt::format("node['docker']['{}'] is passed over: nothing here depends on it", printable(name)),
                     value.position});
    }
}

} // namespace

bool is_usual_host(const Value& host)
{
    static constexpr std::array<std::string_view, 3> usual{"unix:///var/run/docker.sock", "unix:///run/docker.sock",
                                                           "fd://"};
    const auto* list = std::get_if<Value::List>(&host.content);
    return std::ranges::all_of(list == nullptr ? Value::List{host} : *list, [](const Value& one) {
        return std::ranges::find(usual, scalar_text(one)) != usual.end();
    });
}

bool is_docker_recipe(std::string_view recipe)
{
    return recipe == "docker" || recipe == "docker::default";
}

DockerCookbook read_docker_cookbook(const Declaration& include)
{
    DockerCookbook cookbook{{"docker_service", "docker", include.position, {}, {}, {}, {}, {}}, {}, {}, {}};
    const Value* given = include.find("attributes");
    const auto* attributes = given == nullptr ? nullptr : std::get_if<Value::Map>(&given->content);
    if (attributes == nullptr)
        return cookbook;
    for (const auto& [name, value] : *attributes)
        if (!value.is_null())
            read_attribute(cookbook, name, value);
    const auto members = std::ranges::find(*attributes, "group_members", &Member::name);
    if (members != attributes->end() && !members->value.is_null())
        add_members(cookbook, members->value, include.position);
    return cookbook;
}

} // namespace dfriends::converge::chef
