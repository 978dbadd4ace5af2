// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/daemon_config.hpp"
#include "converge/provider.hpp"
#include "converge/providers/engine_service.hpp"
#include "converge/providers/package_source.hpp"
#include "converge/providers/package_tool.hpp"
#include "converge/providers/service_tool.hpp"

#include <algorithm>
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
constexpr auto pid_path = "/var/run/docker.pid";
constexpr auto source_path = "/etc/apt/sources.list.d/dfriends-docker.list";
constexpr auto key_path = "/etc/apt/keyrings/dfriends-docker.asc";

std::string read_if_there(Host& host, const std::string& path)
{
    return host.find_path(path) ? host.read(path) : "";
}

/// The keys of daemon.json, of which "hosts" has an attribute of its own.
Value declared_daemon(const Resource& resource)
{
    const Value* daemon = find_attribute(resource, "daemon");
    const Value* hosts = find_attribute(resource, "hosts");
    if (hosts == nullptr)
        return daemon == nullptr ? Value{Value::Map{}, resource.position} : *daemon;
    const std::vector<std::string> places = list_of(resource, "hosts");
    const auto is_local = [](const std::string& place) { return place.starts_with("unix://") || place == "fd://"; };
    for (const std::string& place : places)
        if (!is_local(place) && !place.starts_with("tcp://"))
            throw Error(ErrorKind::invalid, hosts->position, "an engine cannot listen at '{}'", printable(place))
                .hint("write 'unix:///PATH' or 'tcp://ADDRESS:PORT'");
    if (!places.empty() && std::ranges::none_of(places, is_local))
        throw Error(ErrorKind::invalid, hosts->position,
                    "with these hosts nobody on the machine could reach the engine")
            .hint("add 'unix:///var/run/docker.sock'");
    Value all{daemon == nullptr ? Value::Map{} : std::get<Value::Map>(daemon->content), hosts->position};
    Value list{places.empty() ? decltype(Value::content)() : decltype(Value::content)(Value::List{}), hosts->position};
    for (const std::string& place : places)
        std::get<Value::List>(list.content).push_back({place, hosts->position});
    std::get<Value::Map>(all.content).push_back({"hosts", std::move(list)});
    return all;
}

/// The files that an engine starts with, as they are declared.
struct Setup {
    DaemonConfig daemon;
    EngineService service;

    std::vector<Change> changes() const
    {
        std::vector<Change> all = daemon.changes;
        all.insert(all.end(), service.changes.begin(), service.changes.end());
        return all;
    }
    bool needs_restart() const { return daemon.needs_restart || service.differs(); }
    std::string hint() const
    {
        return daemon.is_open
                   ? "whoever reaches the engine's TCP port is root on this machine: set tlsverify, tlscacert, "
                     "tlscert and tlskey of daemon"
                   : "";
    }
};

Setup declared_setup(const Resource& resource, Host& host)
{
    Setup setup;
    const auto is_declared = [&](const char* name) { return find_attribute(resource, name) != nullptr; };
    if (!is_declared("daemon") && !is_declared("environment") && !is_declared("hosts"))
        return setup;
    const Value daemon = declared_daemon(resource);
    const auto& keys = std::get<Value::Map>(daemon.content);
    const bool says_hosts = std::ranges::find(keys, "hosts", &Member::name) != keys.end();
    setup.daemon = change_daemon_config(daemon, read_if_there(host, daemon_config_path), daemon_config_path);
    setup.service =
        change_engine_service(resource, says_hosts ? std::optional(setup.daemon.has_hosts) : std::nullopt, host);
    return setup;
}

void write_config(Host& host, std::string_view text)
{
    if (!host.find_path(config_directory))
        host.make_directory(config_directory, 0755, true);
    host.write(daemon_config_path, text, 0644);
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
    tool.install({version ? tool.versioned(package, *version) : package}, list_of(resource, "options"));
}

void start(Host& host)
{
    const ServiceTool services(host);
    if (!host.docker().answers() && !services.is_running("docker"))
        services.act("docker", "start");
    await_engine(host);
}

/// The files that an engine had, which starts with them again; returns what became of that.
std::string put_back(Host& host, const Setup& setup, const std::string& daemon)
{
    if (!setup.daemon.changes.empty())
        write_config(host, daemon.empty() ? "{}\n" : daemon);
    try {
        if (setup.service.differs())
            write_engine_service(setup.service, setup.service.before, host);
        ServiceTool(host).act("docker", "restart");
    } catch (const Error& error) {
        return fmt::format("the old one is back, but the engine does not start with that: {}", error.message());
    }
    return "the old one is back";
}

/// The engine reads its file again, or starts anew where that is not enough. One that does not come back gets the files
/// that it had.
void take_setup(Host& host, const Setup& setup)
{
    const std::string before = read_if_there(host, daemon_config_path);
    if (!setup.daemon.changes.empty())
        write_config(host, setup.daemon.text);
    if (!setup.needs_restart()) {
        run_or_fail(host, tool_command({"kill", "-HUP", std::string(trim(host.read(pid_path)))}));
        return;
    }
    const ServiceTool services(host);
    try {
        if (setup.service.differs())
            write_engine_service(setup.service, setup.service.text, host);
        services.act("docker", "restart");
        await_engine(host);
    } catch (Error& error) {
        const std::string outcome = put_back(host, setup, before);
        throw std::move(error).during(
            fmt::format("restarting the engine with its new {} ({})",
                        setup.daemon.changes.empty() ? setup.service.path : std::string(daemon_config_path), outcome));
    }
}

Step reconfigure(Setup setup, Scene& scene)
{
    if (setup.needs_restart() && !scene.may_restart_engine) {
        std::vector<std::string> keys;
        for (const Change& change : setup.changes())
            keys.push_back(change.attribute);
        throw Error(ErrorKind::conflict, "the engine would have to be restarted for {}", join(keys, ", "))
            .hint("its containers stop meanwhile, unless it has live-restore: say --allow-engine-restart");
    }
    Step step{.effect = Effect::update, .changes = setup.changes(), .perform = {}, .hint = setup.hint()};
    step.perform = [&host = scene.host, setup = std::move(setup)] { take_setup(host, setup); };
    return step;
}

/// Its socket would start it again.
Step stop(Host& host)
{
    if (!host.docker().answers() && !ServiceTool(host).is_running("docker"))
        return {};
    return {.effect = Effect::update, .changes = {{"running", "yes", "no"}}, .perform = [&host] {
                const ServiceTool services(host);
                if (services.is_running("docker.socket"))
                    services.act("docker.socket", "stop");
                services.act("docker", "stop");
                host.docker().forget();
            }};
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
    if (action == "stop")
        return stop(host);
    Setup setup = declared_setup(resource, host);
    if (host.docker().answers())
        return setup.changes().empty() ? Step{} : reconfigure(std::move(setup), scene);
    const bool is_installed = host.has_program("dockerd");
    Step step{.effect = is_installed ? Effect::update : Effect::create,
              .changes = setup.changes(),
              .perform = {},
              .hint = setup.hint()};
    if (!is_installed)
        step.changes.push_back({"package", "", version ? package + " " + *version : package});
    step.changes.push_back({"running", is_installed ? "no" : "", "yes"});
    step.perform = [&resource, &host, package, is_installed, setup = std::move(setup)] {
        if (!setup.daemon.changes.empty())
            write_config(host, setup.daemon.text);
        if (setup.service.differs())
            write_engine_service(setup.service, setup.service.text, host);
        if (!is_installed)
            install(resource, host, package);
        start(host);
    };
    return step;
}

} // namespace dfriends::converge
