// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/provider.hpp"
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

void install(Host& host, const std::string& package, const std::optional<std::string>& version, bool is_installed)
{
    if (!is_installed) {
        const PackageTool tool(host);
        tool.install({version ? tool.versioned(package, *version) : package}, {});
    }
    const ServiceTool services(host);
    if (!host.docker().answers() && !services.is_running("docker"))
        services.act("docker", "start");
    await_engine(host);
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

/// An engine that answers is one, whoever installed it: nothing is asked of the package tool then.
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
    if (host.docker().answers())
        return {};
    const bool is_installed = host.has_program("dockerd");
    Step step{.effect = is_installed ? Effect::update : Effect::create, .changes = {}, .perform = {}};
    if (!is_installed)
        step.changes.push_back({"package", "", version ? package + " " + *version : package});
    step.changes.push_back({"running", is_installed ? "no" : "", "yes"});
    step.perform = [&host, package, version, is_installed] { install(host, package, version, is_installed); };
    return step;
}

} // namespace dfriends::converge
