// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/package_tool.hpp"

#include "base/text.hpp"
#include "converge/provider.hpp"

#include <chrono>

namespace dfriends::converge {

namespace {

/// Names come from manifests: a dash at the front would be an option.
void check_package_name(const std::string& package)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._:~=@";
    if (package.empty() || package[0] == '-' || package.find_first_not_of(safe) != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is no name of a package", package);
}

} // namespace

PackageTool::PackageTool(Host& host) : host_(host)
{
    if (host.has_program("apt-get"))
        kind_ = Kind::apt;
    else if (host.has_program("dnf"))
        kind_ = Kind::dnf;
    else if (host.has_program("apk"))
        kind_ = Kind::apk;
    else
        throw Error(ErrorKind::unavailable, "this machine has neither apt, dnf nor apk");
}

std::optional<std::string> PackageTool::installed_version(const std::string& package) const
{
    check_package_name(package);
    if (kind_ == Kind::apt) {
        const auto outcome =
            host_.run(tool_command({"dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package}));
        const auto [status, version] = split_once(trim(outcome.output), ' ');
        return outcome.ok() && status == "installed" ? std::optional(std::string(version)) : std::nullopt;
    }
    if (kind_ == Kind::dnf) {
        const auto outcome = host_.run(tool_command({"rpm", "-q", "--qf", "%{VERSION}-%{RELEASE}", package}));
        return outcome.ok() ? std::optional(std::string(trim(outcome.output))) : std::nullopt;
    }
    const auto outcome = host_.run(tool_command({"apk", "info", "-e", "-v", package}));
    const std::string_view shown = trim(outcome.output);
    return outcome.ok() && shown.starts_with(package + "-")
               ? std::optional(std::string(shown.substr(package.size() + 1)))
               : std::nullopt;
}

bool PackageTool::has_left_files(const std::string& package) const
{
    check_package_name(package);
    if (kind_ != Kind::apt)
        return false;
    const auto outcome = host_.run(tool_command({"dpkg-query", "-W", "-f", "${db:Status-Status}", package}));
    return outcome.ok() && trim(outcome.output) == "config-files";
}

std::optional<std::string> PackageTool::newest_version(const std::string& package) const
{
    check_package_name(package);
    if (kind_ != Kind::apt)
        return std::nullopt;
    const auto outcome = host_.run(tool_command({"apt-cache", "policy", package}));
    for (const std::string_view line : lines(outcome.output))
        if (const auto [key, value] = split_once(trim(line), ':'); key == "Candidate" && trim(value) != "(none)")
            return std::string(trim(value));
    return std::nullopt;
}

os::Command PackageTool::command(const std::vector<std::string>& words, const std::vector<std::string>& options,
                                 const std::vector<std::string>& packages) const
{
    os::Command command = tool_command(words);
    command.environment["DEBIAN_FRONTEND"] = "noninteractive";
    command.timeout = std::chrono::minutes(30);
    for (const std::string& option : options)
        command.words.push_back(option);
    for (const std::string& package : packages) {
        check_package_name(package);
        command.words.push_back(package);
    }
    return command;
}

void PackageTool::install(const std::vector<std::string>& packages, const std::vector<std::string>& options) const
{
    if (kind_ == Kind::dnf)
        return run_or_fail(host_, command({"dnf", "-y", "-q", "install"}, options, packages));
    if (kind_ == Kind::apk)
        return run_or_fail(host_, command({"apk", "add", "-q"}, options, packages));
    const auto install =
        command({"apt-get", "install", "-y", "-q", "-o", "Dpkg::Options::=--force-confold"}, options, packages);
    // Lists may be missing (a fresh image) or old (the mirror has a newer file): refreshed once, then it must work.
    if (host_.run(install).ok())
        return;
    run_or_fail(host_, command({"apt-get", "update", "-q"}, {}, {}));
    run_or_fail(host_, install);
}

void PackageTool::remove(const std::vector<std::string>& packages, const std::vector<std::string>& options) const
{
    if (kind_ == Kind::apt)
        return run_or_fail(host_, command({"apt-get", "remove", "-y", "-q"}, options, packages));
    run_or_fail(host_, command(kind_ == Kind::dnf ? std::vector<std::string>{"dnf", "-y", "-q", "remove"}
                                                  : std::vector<std::string>{"apk", "del", "-q"},
                               options, packages));
}

void PackageTool::purge(const std::vector<std::string>& packages, const std::vector<std::string>& options) const
{
    if (kind_ == Kind::apt)
        return run_or_fail(host_, command({"apt-get", "purge", "-y", "-q"}, options, packages));
    if (kind_ == Kind::apk)
        return run_or_fail(host_, command({"apk", "del", "-q", "--purge"}, options, packages));
    remove(packages, options);
}

std::string PackageTool::versioned(const std::string& package, const std::string& version) const
{
    return package + (kind_ == Kind::dnf ? "-" : "=") + version;
}

} // namespace dfriends::converge
