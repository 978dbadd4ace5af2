// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"
#include "converge/providers/service_tool.hpp"

namespace dfriends::converge {

namespace {

constexpr auto unit_folder = "/etc/systemd/system/";

std::string unit_name(const Resource& resource)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._@:\\";
    const std::string name = text_or_name(resource, "service");
    if (name.empty() || name[0] == '-' || name[0] == '.' || name.find_first_not_of(safe) != std::string::npos ||
        name.find('.') == std::string::npos)
        throw Error(ErrorKind::invalid, resource.position, "'{}' is no name of a unit", printable(name))
            .hint("write it with its kind: app.service");
    return name;
}

} // namespace

/// Its file; what else is done with it is done with a service.
Step examine_systemd_unit(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string name = unit_name(resource);
    if (action != "create" && action != "delete")
        return examine_service(resource, action, scene);
    std::function<void()> reload;
    if (flag_or(resource, "triggers_reload", true) && has_systemd(host))
        reload = [&host] { run_or_fail(host, tool_command({"systemctl", "daemon-reload"})); };
    const std::string path = unit_folder + name;
    if (action == "delete")
        return drop_file(host, path, std::move(reload));
    const auto content = find_text(resource, "content");
    if (!content)
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants 'content'", address(resource));
    return keep_file(host, path, content->ends_with('\n') ? *content : *content + "\n", std::move(reload));
}

} // namespace dfriends::converge
