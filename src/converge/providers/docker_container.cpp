// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/providers/replace_container.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

using engine::ContainerDetails;

/// Values that somebody can change in a living container behind our back (docker update).
bool is_updatable(const Change& change)
{
    return change.attribute == "memory" || change.attribute == "cpu_shares" || change.attribute == "restart";
}

std::string digest_of(const Resource& resource)
{
    return crypto::hash_hex(crypto::Algorithm::sha256, render_state(declared_state(resource)));
}

std::string with_id(const std::string& image, std::string_view id)
{
    return fmt::format("{} ({})", image, id.substr(id.find(':') + 1, 12));
}

/// What a container of ours was declared as, against what it is declared as now. What docker update changes is not in
/// its labels: there the container itself says whether it is so already.
std::vector<Change> changes_of_declaration(const Resource& resource, const ContainerDetails& actual,
                                           const std::vector<Change>& updatable)
{
    const auto& labels = actual.spec.labels;
    if (labels.at(digest_label) == digest_of(resource))
        return updatable;
    auto changes = compare_states(labels.contains(state_label) ? parse_state(labels.at(state_label)) : DeclaredState{},
                                  declared_state(resource));
    std::erase_if(changes, [&](const Change& change) {
        return is_updatable(change) && find_attribute(resource, change.attribute) != nullptr;
    });
    changes.insert(changes.end(), updatable.begin(), updatable.end());
    return changes;
}

/// What differs between the declaration and what stands there. Labels of ours say what was declared when it was made; a
/// container without them is somebody else's: it is taken over where nothing differs, and never replaced unasked.
std::vector<Change> differences(const Resource& resource, const ContainerDetails& actual, Host& host)
{
    const std::string image = text_or(resource, "image", "");
    const std::string image_id = host.docker().image_id(image);
    auto changes = compare_container(resource, actual, image_id);
    if (actual.spec.labels.contains(digest_label)) {
        std::erase_if(changes, [](const Change& change) { return !is_updatable(change); });
        changes = changes_of_declaration(resource, actual, changes);
        // The name stands for another image than the one that the container was made from.
        if (!image_id.empty() && image_id != actual.image_id &&
            std::ranges::find(changes, "image", &Change::attribute) == changes.end())
            changes.push_back({"image", with_id(actual.spec.image, actual.image_id), with_id(image, image_id)});
        return changes;
    }
    if (changes.empty())
        return changes;
    std::string words;
    for (const Change& change : changes)
        words += fmt::format("{}{} '{}' instead of '{}'", words.empty() ? "" : ", ", change.attribute, change.from,
                             change.to);
    throw Error(ErrorKind::conflict, "the container '{}' was made by somebody else and differs: {}", actual.name, words)
        .hint("the action redeploy replaces it");
}

bool has_done_its_work(const Resource& resource, const ContainerDetails& actual)
{
    return !flag_or(resource, "detach", true) && actual.state.status == "exited" && actual.state.exit_code == 0;
}

Step create(const Resource& resource, Scene& scene, bool starts)
{
    Step step{.effect = Effect::create, .changes = compare_states({}, declared_state(resource)), .perform = {}};
    step.perform = [&resource, &host = scene.host, starts] { make_container(resource, host, starts); };
    return step;
}

Step replace(const Resource& resource, const ContainerDetails& actual, std::vector<Change> changes, Scene& scene,
             bool starts)
{
    return {.effect = Effect::replace,
            .changes = std::move(changes),
            .perform = [&resource, &host = scene.host, actual, starts] {
                replace_container(resource, actual, host, starts);
            }};
}

/// Limits and the restart policy change in place.
Step update(const Resource& resource, const ContainerDetails& actual, std::vector<Change> changes, Scene& scene,
            bool starts)
{
    return {.effect = Effect::update,
            .changes = std::move(changes),
            .perform = [&resource, &host = scene.host, id = actual.id, starts, running = actual.state.running] {
                const engine::ContainerSpec spec = container_spec(resource);
                engine::ContainerUpdate change{.memory = spec.memory,
                                               .memory_swap = spec.memory_swap,
                                               .cpu_shares = spec.cpu_shares,
                                               .restart = std::nullopt};
                if (change.memory != 0 && change.memory_swap == 0)
                    change.memory_swap = 2 * change.memory; // as the engine has it at the beginning
                if (find_attribute(resource, "restart") != nullptr)
                    change.restart = spec.restart;
                host.docker().update(id, change);
                if (starts && !running)
                    start_container(resource, id, host);
            }};
}

Step start(const Resource& resource, const ContainerDetails& actual, Scene& scene)
{
    return {.effect = Effect::update,
            .changes = {{"state", actual.state.status, "running"}},
            .perform = [&resource, &host = scene.host, id = actual.id] { start_container(resource, id, host); }};
}

Step run_or_create(const Resource& resource, const std::optional<ContainerDetails>& actual, Scene& scene, bool starts)
{
    if (!actual)
        return create(resource, scene, starts);
    auto changes = differences(resource, *actual, scene.host);
    const bool in_place = !changes.empty() && std::ranges::all_of(changes, [&](const Change& change) {
        return is_updatable(change) && find_attribute(resource, change.attribute) != nullptr;
    });
    if (in_place)
        return update(resource, *actual, std::move(changes), scene, starts);
    if (!changes.empty())
        return replace(resource, *actual, std::move(changes), scene, starts);
    if (auto left = left_behind(actual->name, scene); left && !left->state.running)
        return {.effect = Effect::update,
                .changes = {{"state", "replaced half-way", starts ? "running" : "replaced"}},
                .perform = [&resource, &host = scene.host, fresh = *actual, old = std::move(*left), starts] {
                    finish_replacement(resource, fresh, old, host, starts);
                }};
    if (starts && !actual->state.running && !has_done_its_work(resource, *actual))
        return start(resource, *actual, scene);
    return {};
}

Step act(std::function<void()> perform, std::vector<Change> changes = {})
{
    return {.effect = Effect::act, .changes = std::move(changes), .perform = std::move(perform)};
}

Step examine_existing(const Resource& resource, const std::string& action, const ContainerDetails& actual, Scene& scene)
{
    Docker& docker = scene.host.docker();
    const std::string id = actual.id;
    const bool running = actual.state.running;
    if (action == "start")
        return running ? Step{} : start(resource, actual, scene);
    if (action == "stop" && running)
        return {.effect = Effect::update,
                .changes = {{"state", actual.state.status, "stopped"}},
                .perform = [&docker, id, timeout = stop_timeout(resource)] { docker.stop(id, timeout); }};
    if (action == "kill" && running)
        return act([&docker, id, signal = text_or(resource, "signal", "KILL")] { docker.kill(id, signal); },
                   {{"signal", "", text_or(resource, "signal", "KILL")}});
    if (action == "restart")
        return act([&docker, id, timeout = stop_timeout(resource)] { docker.restart(id, timeout); });
    if (action == "redeploy")
        return replace(resource, actual, compare_container(resource, actual, ""), scene,
                       actual.state.status != "created");
    if (action == "remove")
        return {.effect = Effect::remove,
                .changes = {{"state", actual.state.status, ""}},
                .perform = [&docker, id, running, timeout = stop_timeout(resource)] {
                    if (running)
                        docker.stop(id, timeout);
                    docker.remove(id);
                }};
    return {};
}

/// Whether the engine's list alone says that there is nothing to do.
bool is_settled(const Resource& resource, const engine::ContainerSummary& seen, bool starts, Scene& scene)
{
    const auto digest = seen.labels.find(digest_label);
    if (digest == seen.labels.end() || digest->second != digest_of(resource) || (starts && seen.state != "running"))
        return false;
    const std::string image_id = scene.host.docker().image_id(text_or(resource, "image", ""));
    if (!image_id.empty() && image_id != seen.image_id)
        return false;
    return !scene.deep || std::ranges::none_of(std::array{"memory", "cpu_shares", "restart"}, [&](const char* name) {
        return find_attribute(resource, name) != nullptr;
    });
}

} // namespace

Step examine_docker_container(const Resource& resource, const std::string& action, Scene& scene)
{
    const bool makes = action == "run" || action == "create";
    if (!can_ask_docker(scene))
        return makes || action == "redeploy" ? create(resource, scene, action != "create") : Step{};
    const std::string name = container_name(resource);
    const auto seen = scene.host.docker().glance_at_container(name);
    if (makes && seen && is_settled(resource, *seen, action == "run", scene) && !left_behind(name, scene))
        return {};
    auto actual = seen ? scene.host.docker().find_container(name) : std::nullopt;
    if (!actual && makes)
        actual = recover_container(name, scene);
    if (makes)
        return run_or_create(resource, actual, scene, action == "run");
    if (actual)
        return examine_existing(resource, action, *actual, scene);
    if (action == "redeploy")
        return create(resource, scene, true);
    if ((action == "start" || action == "restart") && !scene.planning)
        throw Error(ErrorKind::not_found, "there is no container '{}'", name).hint("the action run makes it");
    return {};
}

} // namespace dfriends::converge
