// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/start_container.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace dfriends::converge {

namespace {

constexpr auto settling_time = std::chrono::milliseconds(300);
constexpr auto longest_health_wait = std::chrono::minutes(10);
constexpr int longest_watch = 2; ///< seconds
constexpr auto longest_hook = std::chrono::seconds(300);
constexpr std::array<const char*, 5> moments{"after_create", "after_start", "after_stop", "before_start",
                                             "before_stop"};

/// As long as its check may take to say unhealthy, with what the engine takes where nothing is said.
std::chrono::nanoseconds health_patience(const engine::ContainerDetails& details)
{
    using std::chrono::nanoseconds;
    constexpr nanoseconds usual = std::chrono::seconds(30);
    const engine::Health check = details.spec.health.value_or(engine::Health{});
    const auto or_usual = [&](nanoseconds time) { return time.count() > 0 ? time : usual; };
    const int tries = (check.retries > 0 ? check.retries : 3) + 1;
    return std::min<nanoseconds>(longest_health_wait,
                                 check.start_period + tries * (or_usual(check.interval) + or_usual(check.timeout)));
}

void refuse_end(const Resource& resource, const engine::ContainerDetails& details)
{
    const engine::ContainerState& state = details.state;
    if (state.restarting || (!state.running && state.exit_code != 0))
        throw Error(ErrorKind::failed, "the container '{}' ended at once with {}", container_name(resource),
                    state.exit_code)
            .hint("docker logs " + container_name(resource));
}

/// Of an engine's "Bind for 0.0.0.0:8080 failed: port is already allocated" and "listen tcp4 0.0.0.0:8080: bind:
/// address already in use".
std::optional<std::uint16_t> taken_port(std::string_view message)
{
    if (message.find("port is already allocated") == std::string_view::npos &&
        message.find("address already in use") == std::string_view::npos)
        return std::nullopt;
    for (const std::string_view end : {" failed: port", ": bind:"}) {
        const std::string_view place = message.substr(0, message.find(end));
        const auto port = parse_unsigned(place.substr(place.rfind(':') + 1));
        if (place.size() < message.size() && port && *port <= 65535)
            return static_cast<std::uint16_t>(*port);
    }
    return std::nullopt;
}

/// Sees that a container that was started stays.
void see_it_run(const Resource& resource, const std::string& container, Host& host)
{
    Docker& docker = host.docker();
    if (!flag_or(resource, "detach", true)) {
        // One that removes itself may be gone before it can be asked.
        int code = 0;
        try {
            code = docker.wait(container);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found || !flag_or(resource, "remove", false))
                throw;
        }
        if (code != 0)
            throw Error(ErrorKind::failed, "the container '{}' ended with {}", container_name(resource), code)
                .hint("docker logs " + container_name(resource));
        return;
    }
    host.pause(settling_time);
    const auto details = docker.find_container(container);
    if (details)
        refuse_end(resource, *details);
    if (details && awaits_health(resource, details->state.health))
        await_health(resource, *details, docker);
}

} // namespace

bool awaits_health(const Resource& resource, std::string_view health)
{
    return !health.empty() && health != "healthy" && flag_or(resource, "detach", true) &&
           flag_or(resource, "wait_healthy", true);
}

void await_health(const Resource& resource, const engine::ContainerDetails& started, Docker& docker)
{
    const std::string name = container_name(resource);
    const auto end = std::chrono::steady_clock::now() + health_patience(started);
    for (auto pause = std::chrono::milliseconds(100);; pause = std::min(2 * pause, std::chrono::milliseconds(1000))) {
        const auto details = docker.find_container(started.id);
        if (!details || details->state.health == "healthy")
            return;
        const bool is_over = std::chrono::steady_clock::now() > end;
        if (details->state.health == "unhealthy" || !details->state.running || is_over)
            throw Error(ErrorKind::failed, "the container '{}' {}", name,
                        !details->state.running ? "ended before it was healthy"
                        : is_over               ? "did not get healthy"
                                                : "is unhealthy")
                .hint("docker inspect " + name + " shows what its check said");
        std::this_thread::sleep_for(pause);
    }
}

std::optional<int> stop_timeout(const Resource& resource)
{
    const auto seconds = find_number(resource, "stop_timeout");
    return seconds ? std::optional(static_cast<int>(*seconds)) : std::nullopt;
}

bool has_hooks(const Resource& resource)
{
    return std::ranges::any_of(moments, [&](const char* moment) { return !list_of(resource, moment).empty(); });
}

void run_hooks(const Resource& resource, std::string_view moment, Host& host)
{
    for (const std::string& text : list_of(resource, moment)) {
        os::Command command;
        command.words = {"/bin/sh", "-c", text};
        command.timeout = longest_hook;
        try {
            run_or_fail(host, command);
        } catch (Error& error) {
            throw std::move(error).during(fmt::format("running {}", moment));
        }
    }
}

void start_container(const Resource& resource, const std::string& container, Host& host)
{
    run_hooks(resource, "before_start", host);
    try {
        host.docker().start(container);
    } catch (Error& error) {
        const auto port = taken_port(error.message());
        const std::string holder = port ? host.docker().holder_of_port(*port) : "";
        if (holder.empty())
            throw;
        throw std::move(error).hint(fmt::format("{} has the port {}: stop it, or publish another port", holder, *port));
    }
    see_it_run(resource, container, host);
    run_hooks(resource, "after_start", host);
}

void see_it_stay(const Resource& resource, const std::string& container, Host& host)
{
    if (!flag_or(resource, "detach", true))
        return;
    for (int second = 0; second < longest_watch; ++second) {
        const auto details = host.docker().find_container(container);
        if (!details || !details->state.health.empty())
            return; // a check has said that it works
        refuse_end(resource, *details);
        host.pause(std::chrono::seconds(1));
    }
    if (const auto details = host.docker().find_container(container))
        refuse_end(resource, *details);
}

void stop_container(const Resource& resource, const std::string& container, Host& host)
{
    run_hooks(resource, "before_stop", host);
    host.docker().stop(container, stop_timeout(resource));
    run_hooks(resource, "after_stop", host);
}

void restart_container(const Resource& resource, const std::string& container, Host& host)
{
    if (!has_hooks(resource))
        return host.docker().restart(container, stop_timeout(resource));
    stop_container(resource, container, host);
    start_container(resource, container, host);
}

} // namespace dfriends::converge
