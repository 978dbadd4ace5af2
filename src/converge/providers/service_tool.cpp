// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/service_tool.hpp"

#include "converge/provider.hpp"

#include <chrono>

namespace dfriends::converge {

namespace {

/// The name becomes part of paths and command lines.
void check_service_name(const std::string& service)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._@:\\";
    if (service.empty() || service[0] == '-' || service[0] == '.' ||
        service.find_first_not_of(safe) != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is no name of a service", service);
}

} // namespace

bool has_systemd(Host& host)
{
    return host.find_path("/run/systemd/system").has_value();
}

ServiceTool::ServiceTool(Host& host) : host_(host), kind_(Kind::scripts)
{
    if (has_systemd(host))
        kind_ = Kind::systemd;
    else if (host.has_program("rc-service"))
        kind_ = Kind::openrc;
}

bool ServiceTool::is_running(const std::string& service) const
{
    check_service_name(service);
    if (kind_ == Kind::systemd)
        return host_.run(tool_command({"systemctl", "is-active", "--quiet", service})).ok();
    if (kind_ == Kind::openrc)
        return host_.run(tool_command({"rc-service", service, "status"})).ok();
    return host_.find_path("/etc/init.d/" + service) &&
           host_.run(tool_command({"/etc/init.d/" + service, "status"})).ok();
}

bool ServiceTool::is_enabled(const std::string& service) const
{
    check_service_name(service);
    if (kind_ == Kind::systemd)
        return host_.run(tool_command({"systemctl", "is-enabled", "--quiet", service})).ok();
    if (kind_ == Kind::openrc)
        return host_.run(tool_command({"/bin/sh", "-c", "rc-update show | grep -qw -- \"$1\"", "sh", service})).ok();
    return host_
        .run(tool_command({"/bin/sh", "-c", "ls /etc/rc[2345].d/S[0-9][0-9]\"$1\" >/dev/null 2>&1", "sh", service}))
        .ok();
}

void ServiceTool::act(const std::string& service, const std::string& action) const
{
    check_service_name(service);
    const bool boots = action == "enable" || action == "disable";
    if (kind_ == Kind::systemd)
        return run_or_fail(host_, tool_command({"systemctl", action, service}));
    if (kind_ == Kind::openrc && boots)
        return run_or_fail(host_, tool_command({"rc-update", action == "enable" ? "add" : "del", service}));
    if (kind_ == Kind::openrc)
        return run_or_fail(host_, tool_command({"rc-service", service, action}));
    if (!host_.find_path("/etc/init.d/" + service))
        throw Error(ErrorKind::not_found, "there is no service '{}'", service);
    if (boots)
        return run_or_fail(host_, tool_command({"update-rc.d", service, action == "enable" ? "defaults" : "remove"}));
    run_or_fail(host_, tool_command({"/etc/init.d/" + service, action}));
}

} // namespace dfriends::converge
