// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/providers/replace_container.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace dfriends::converge {

namespace {

using engine::ContainerDetails;

/// Values that somebody can change in a living container behind our back (docker update).
bool is_updatable(const Change& change)
{
    return change.attribute == "memory" || change.attribute == "cpu_shares" || change.attribute == "restart";
}

/// What differs between the declaration and what stands there. Labels of ours say what was declared when it was made; a
/// container without them is somebody else's: it is taken over where nothing differs, and never replaced unasked.
std::vector<Change> differences(const Resource& resource, const ContainerDetails& actual, Host& host)
{
    const auto image = host.docker().find_image(text_or(resource, "image", ""));
    auto changes = compare_container(resource, actual, image ? image->id : "");
    const auto& labels = actual.spec.labels;
    if (labels.contains(digest_label)) {
        std::erase_if(changes, [](const Change& change) { return !is_updatable(change); });
        const DeclaredState wanted = declared_state(resource);
        if (labels.at(digest_label) == crypto::hash_hex(crypto::Algorithm::sha256, render_state(wanted)))
            return changes;
        return compare_states(labels.contains(state_label) ? parse_state(labels.at(state_label)) : DeclaredState{},
                              wanted);
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
    if (auto changes = differences(resource, *actual, scene.host); !changes.empty())
        return replace(resource, *actual, std::move(changes), scene, starts);
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

} // namespace

Step examine_docker_container(const Resource& resource, const std::string& action, Scene& scene)
{
    const bool makes = action == "run" || action == "create";
    if (!can_ask_docker(scene))
        return makes || action == "redeploy" ? create(resource, scene, action != "create") : Step{};
    const std::string name = container_name(resource);
    auto actual = scene.host.docker().find_container(name);
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
