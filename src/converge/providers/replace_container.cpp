// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/replace_container.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/declared_state.hpp"
#include "converge/providers/start_container.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace dfriends::converge {

namespace {

constexpr auto removal_patience = std::chrono::seconds(15);

std::string old_name(const std::string& name)
{
    return name + "-dfriends-old";
}

std::string new_name(const std::string& name)
{
    return name + "-dfriends-new";
}

engine::ContainerSpec labelled_spec(const Resource& resource, Host& host)
{
    engine::ContainerSpec spec = container_spec(resource);
    const DeclaredState state = declared_state(resource, spec, host.sealing_key());
    spec.labels[digest_label] = digest_of(state);
    spec.labels[state_label] = render_state(state);
    return spec;
}

engine::ImageDetails require_image(const Resource& resource, Docker& docker)
{
    const std::string image = text_or(resource, "image", "");
    const bool pulls = flag_or(resource, "pull_on_start", false);
    if (auto found = pulls ? std::nullopt : docker.find_image(image))
        return *found;
    docker.pull(image);
    if (auto found = docker.find_image(image))
        return *found;
    throw Error(ErrorKind::not_found, "there is no image '{}'", image);
}

/// Whether something else is declared to be mounted at a path.
bool has_mount_at(const engine::ContainerSpec& spec, const std::string& path)
{
    const auto is_there = [&](std::string_view target) { return target == path || target == path + "/"; };
    return std::ranges::any_of(spec.binds,
                               [&](const std::string& bind) {
                                   return is_there(split_once(split_once(bind, ':').second, ':').first);
                               }) ||
           std::ranges::any_of(spec.mounts, [&](const engine::Mount& mount) { return is_there(mount.target); }) ||
           std::ranges::any_of(spec.tmpfs, [&](const auto& place) { return is_there(place.first); });
}

/// Anonymous volumes hold data that nobody named: the new container gets those of the old one that it would have too.
void keep_anonymous_volumes(engine::ContainerSpec& spec, const engine::ContainerDetails& old,
                            const engine::ImageDetails& image)
{
    for (const engine::MountPoint& mount : old.mounts) {
        const bool is_anonymous = mount.type == "volume" && mount.name.size() == 64 && is_hex(mount.name);
        const auto has = [&](const std::vector<std::string>& paths) {
            return std::ranges::find(paths, mount.destination) != paths.end();
        };
        if (is_anonymous && !has_mount_at(spec, mount.destination) &&
            (has(spec.volumes) || has(image.defaults.volumes)))
            spec.binds.push_back(mount.name + ":" + mount.destination);
    }
}

/// One that removes itself when it stops cannot come back: its successor takes its place after that.
void replace_passing(const Resource& resource, const engine::ContainerDetails& old, Host& host, bool starts)
{
    Docker& docker = host.docker();
    require_image(resource, docker);
    if (old.state.running)
        stop_container(resource, old.id, host);
    else
        docker.remove(old.id);
    const auto end = std::chrono::steady_clock::now() + removal_patience;
    while (docker.find_container(old.id)) {
        if (std::chrono::steady_clock::now() > end)
            throw Error(ErrorKind::unavailable, "the container '{}' did not go", old.name);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    make_container(resource, host, starts);
}

void put_back(const engine::ContainerDetails& old, const std::string& fresh, const std::string& name, Docker& docker)
{
    remove_if_there(fresh, docker);
    if (const auto found = docker.find_container(old.id); found && found->name != name)
        docker.rename(old.id, name);
    if (old.state.running)
        docker.start(old.id);
}

} // namespace

void remove_if_there(const std::string& name, Docker& docker)
{
    if (const auto left = docker.find_container(name)) {
        if (left->state.running)
            docker.stop(left->id, std::nullopt);
        docker.remove(left->id);
    }
}

std::array<std::string, 3> names_in_engine(const Resource& resource)
{
    const std::string name = container_name(resource);
    return {name, old_name(name), new_name(name)};
}

void make_container(const Resource& resource, Host& host, bool starts)
{
    Docker& docker = host.docker();
    engine::ContainerSpec spec = labelled_spec(resource, host);
    require_image(resource, docker);
    const std::string id = docker.create(spec);
    try {
        run_hooks(resource, "after_create", host);
        if (starts)
            start_container(resource, id, host);
    } catch (const Error&) {
        // Never started (a port that is taken, a program that does not exist): the next run shall make it anew.
        if (const auto left = docker.find_container(id); left && left->state.status == "created")
            docker.remove(id);
        throw;
    }
}

void replace_container(const Resource& resource, const engine::ContainerDetails& old, Host& host, bool starts)
{
    Docker& docker = host.docker();
    if (old.spec.auto_remove)
        return replace_passing(resource, old, host, starts);
    const std::string name = container_name(resource);
    engine::ContainerSpec spec = labelled_spec(resource, host);
    const engine::ImageDetails image = require_image(resource, docker);
    if (flag_or(resource, "keep_anonymous_volumes", true))
        keep_anonymous_volumes(spec, old, image);
    remove_if_there(new_name(name), docker);
    remove_if_there(old_name(name), docker);
    spec.name = new_name(name);
    const std::string fresh = docker.create(spec);
    try {
        run_hooks(resource, "after_create", host);
        if (old.state.running)
            stop_container(resource, old.id, host);
        docker.rename(old.id, old_name(name));
        docker.rename(fresh, name);
        if (starts)
            start_container(resource, fresh, host);
        if (starts && old.state.running)
            see_it_stay(resource, fresh, host);
    } catch (Error& error) {
        put_back(old, fresh, name, docker);
        throw std::move(error).during("replacing the container '" + name + "' (the old one is back)");
    }
    docker.remove(old.id);
}

std::optional<engine::ContainerDetails> left_behind(const std::string& name, Scene& scene)
{
    Docker& docker = scene.host.docker();
    return docker.glance_at_container(old_name(name)) ? docker.find_container(old_name(name)) : std::nullopt;
}

std::vector<std::string> useless_leftovers(const std::string& name, bool removes, Scene& scene)
{
    std::vector<std::string> names{new_name(name)};
    if (removes)
        names.push_back(old_name(name));
    std::erase_if(names, [&](const std::string& aside) {
        const auto seen = scene.host.docker().glance_at_container(aside);
        return !seen || !seen->labels.contains(digest_label);
    });
    return names;
}

void finish_replacement(const Resource& resource, const engine::ContainerDetails& fresh,
                        const engine::ContainerDetails& old, Host& host, bool starts)
{
    Docker& docker = host.docker();
    const std::string name = container_name(resource);
    if (starts && !fresh.state.running) {
        try {
            start_container(resource, fresh.id, host);
        } catch (Error& error) {
            engine::ContainerDetails before = old;
            before.state.running = true; // it was stopped for the new one's sake
            put_back(before, fresh.id, name, docker);
            throw std::move(error).during("replacing the container '" + name + "' (the old one is back)");
        }
    }
    docker.remove(old.id);
}

std::optional<engine::ContainerDetails> recover_container(const std::string& name, Scene& scene)
{
    Docker& docker = scene.host.docker();
    auto left = left_behind(name, scene);
    if (!left || scene.planning)
        return left;
    docker.rename(left->id, name);
    docker.forget_container(name); // what was seen of it before has it not
    return docker.find_container(name);
}

} // namespace dfriends::converge
