// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/daemon_config.hpp"
#include "converge/provider.hpp"
#include "converge/providers/package_source.hpp"
#include "converge/providers/package_tool.hpp"
#include "converge/providers/service_tool.hpp"

#include <chrono>
#include <thread>

namespace dfriends::converge {

namespace {

constexpr auto patience = std::chrono::seconds(30);

void await_engine(Host& host)
{
    host.docker().forget();
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!host.docker().answers()) {
        if (std::chrono::steady_clock::now() > end)
            host.docker().require();
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

constexpr auto config_directory = "/etc/docker";
constexpr auto config_path = "/etc/docker/daemon.json";
constexpr auto pid_path = "/var/run/docker.pid";
constexpr auto source_path = "/etc/apt/sources.list.d/dfriends-docker.list";
constexpr auto key_path = "/etc/apt/keyrings/dfriends-docker.asc";

std::string read_if_there(Host& host, const std::string& path)
{
    return host.find_path(path) ? host.read(path) : "";
}

DaemonConfig declared_config(const Resource& resource, Host& host)
{
    const Value* declared = find_attribute(resource, "daemon");
    if (declared == nullptr)
        return {};
    return change_daemon_config(*declared, read_if_there(host, config_path), config_path);
}

void write_config(Host& host, std::string_view text)
{
    if (!host.find_path(config_directory))
        host.make_directory(config_directory, 0755, true);
    host.write(config_path, text, 0644);
}

/// Names the source to apt. Where it did not know it, its lists are fetched.
void add_source(const Resource& resource, Host& host)
{
    const auto repository = find_text(resource, "repository");
    if (!repository)
        return;
    if (!host.has_program("apt-get"))
        throw Error(ErrorKind::invalid, "'repository' is a source of apt, which this machine does not have");
    const auto key = find_text(resource, "repository_key");
    if (key) {
        host.make_directory("/etc/apt/keyrings", 0755, true);
        host.write(key_path, host.read(*key), 0644);
    }
    const std::string line = apt_source_line("deb", key ? fmt::format("signed-by={}", key_path) : "", *repository);
    if (read_if_there(host, source_path) == line)
        return;
    host.write(source_path, line, 0644);
    run_or_fail(host, tool_command({"apt-get", "update", "-q"}));
}

void install(const Resource& resource, Host& host, const std::string& package)
{
    add_source(resource, host);
    const PackageTool tool(host);
    const auto version = find_text(resource, "version");
    tool.install({version ? tool.versioned(package, *version) : package}, {});
}

void start(Host& host)
{
    const ServiceTool services(host);
    if (!host.docker().answers() && !services.is_running("docker"))
        services.act("docker", "start");
    await_engine(host);
}

/// The engine reads its file again, or starts anew where that is not enough. One that does not come back gets the file
/// that it had.
void take_config(Host& host, const DaemonConfig& config)
{
    const std::string before = read_if_there(host, config_path);
    write_config(host, config.text);
    if (!config.needs_restart) {
        run_or_fail(host, tool_command({"kill", "-HUP", std::string(trim(host.read(pid_path)))}));
        return;
    }
    const ServiceTool services(host);
    try {
        services.act("docker", "restart");
        await_engine(host);
    } catch (Error& error) {
        write_config(host, before.empty() ? "{}\n" : before);
        services.act("docker", "restart");
        throw std::move(error).during(
            fmt::format("restarting the engine with its new {} (the old one is back)", config_path));
    }
}

Step reconfigure(DaemonConfig config, Scene& scene)
{
    if (config.needs_restart && !scene.may_restart_engine) {
        std::vector<std::string> keys;
        for (const Change& change : config.changes)
            keys.push_back(change.attribute);
        throw Error(ErrorKind::conflict, "the engine would have to be restarted for {}", join(keys, ", "))
            .hint("its containers stop meanwhile, unless it has live-restore: say --allow-engine-restart");
    }
    Step step{.effect = Effect::update, .changes = config.changes, .perform = {}};
    step.perform = [&host = scene.host, config = std::move(config)] { take_config(host, config); };
    return step;
}

Step remove(const std::string& package, Scene& scene)
{
    const PackageTool tool(scene.host);
    const auto installed = tool.installed_version(package);
    if (!installed)
        return {};
    return {.effect = Effect::remove,
            .changes = {{"package", package + " " + *installed, ""}},
            .perform = [tool, package] { tool.remove({package}, {}); }};
}

} // namespace

/// An engine that answers is one, whoever installed it: nothing is asked of the package tool then. Its daemon.json is
/// written before it is installed, so that it starts with it.
Step examine_docker_engine(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string package = text_or(resource, "package", "docker.io");
    const auto version = find_text(resource, "version");
    if (action == "remove")
        return remove(package, scene);
    if (action == "restart")
        return {.effect = Effect::act, .changes = {}, .perform = [&host] {
                    ServiceTool(host).act("docker", "restart");
                    await_engine(host);
                }};
    DaemonConfig config = declared_config(resource, host);
    if (host.docker().answers())
        return config.changes.empty() ? Step{} : reconfigure(std::move(config), scene);
    const bool is_installed = host.has_program("dockerd");
    Step step{
        .effect = is_installed ? Effect::update : Effect::create, .changes = std::move(config.changes), .perform = {}};
    if (!is_installed)
        step.changes.push_back({"package", "", version ? package + " " + *version : package});
    step.changes.push_back({"running", is_installed ? "no" : "", "yes"});
    step.perform = [&resource, &host, package, is_installed, text = std::move(config.text)] {
        if (!text.empty())
            write_config(host, text);
        if (!is_installed)
            install(resource, host, package);
        start(host);
    };
    return step;
}

} // namespace dfriends::converge
