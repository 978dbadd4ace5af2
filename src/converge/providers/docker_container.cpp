// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_comparison.hpp"
#include "converge/container_spec.hpp"
#include "converge/providers/container_actions.hpp"
#include "converge/providers/container_donors.hpp"
#include "converge/providers/container_networks.hpp"
#include "converge/providers/replace_container.hpp"
#include "converge/providers/start_container.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace dfriends::converge {

namespace {

using engine::ContainerDetails;

bool has_change(const std::vector<Change>& changes, std::string_view attribute)
{
    return std::ranges::find(changes, attribute, &Change::attribute) != changes.end();
}

bool can_change_behind_us(std::string_view name)
{
    const ContainerAttribute* attribute = find_container_attribute(name);
    return attribute != nullptr && attribute->in_place;
}

/// Whether a living container can take the change. What is no longer declared it cannot give up, but for these.
bool is_in_place(const Change& change)
{
    static constexpr std::array<std::string_view, 3> removable{"networks", "pids_limit", "restart"};
    return can_change_behind_us(change.attribute) &&
           (!change.to.empty() || std::ranges::find(removable, change.attribute) != removable.end());
}

/// Limits that kernels may lack: an engine then passes them over, and nobody can take them away from a container.
bool was_passed_over(const Change& change, const DeclaredState& before, const DeclaredState& now)
{
    static constexpr std::array<std::string_view, 9> limits{"blkio_weight", "cpu_period", "cpu_quota",
                                                            "cpu_shares",   "cpus",       "cpuset_cpus",
                                                            "cpuset_mems",  "memory",     "memory_reservation"};
    if (!change.from.empty() || std::ranges::find(limits, change.attribute) == limits.end())
        return false;
    const auto was = before.find(change.attribute);
    const auto is = now.find(change.attribute);
    return was != before.end() && is != now.end() && was->second == is->second;
}

std::string with_id(const std::string& image, std::string_view id)
{
    return fmt::format("{} ({})", image, id.substr(id.find(':') + 1, 12));
}

/// What the image of a container gives.
engine::ContainerSpec values_of_image(const ContainerDetails& actual, Docker& docker)
{
    const auto image = docker.find_image(actual.image_id);
    return image ? image->defaults : engine::ContainerSpec{};
}

/// What a container of ours was declared as, against what it is declared as now. What can change in a living container
/// is not judged by its labels: there the container itself says whether it is so already.
std::vector<Change> changes_of_declaration(const Resource& resource, const ContainerDetails& actual,
                                           std::vector<Change> changes, Host& host)
{
    const DeclaredState before = declared_before(actual.spec.labels);
    const DeclaredState declared = declared_state(resource, host.sealing_key());
    std::erase_if(changes, [&](const Change& change) {
        return !can_change_behind_us(change.attribute) || was_passed_over(change, before, declared);
    });
    if (actual.spec.labels.at(digest_label) != digest_of(declared))
        for (Change& change : compare_declarations(resource, before, declared, actual.spec,
                                                   [&] { return values_of_image(actual, host.docker()); })) {
            const bool is_judged_by_itself = can_change_behind_us(change.attribute) &&
                                             declared.contains(change.attribute) &&
                                             (change.attribute != "networks" || before.contains(change.attribute));
            if (change.attribute == "networks")
                change.attribute = "network"; // from user-defined ones to another mode, or back
            if (!is_judged_by_itself && !has_change(changes, change.attribute))
                changes.push_back(std::move(change));
        }
    if (auto change = change_of(network_moves(resource, actual, before)))
        changes.push_back(std::move(*change));
    return changes;
}

/// What differs between the declaration and what stands there. Labels of ours say what was declared when it was made; a
/// container without them is somebody else's: it is taken over where nothing differs, and never changed unasked.
std::vector<Change> differences(const Resource& resource, const ContainerDetails& actual, Host& host)
{
    const std::string image = text_or(resource, "image", "");
    const std::string image_id = host.docker().image_id(image);
    const bool may_be_strict = find_attribute(resource, "compare") != nullptr;
    auto changes = compare_container(resource, actual, image_id,
                                     may_be_strict ? values_of_image(actual, host.docker()) : engine::ContainerSpec{});
    if (actual.spec.labels.contains(digest_label)) {
        changes = changes_of_declaration(resource, actual, std::move(changes), host);
        // The name stands for another image than the one that the container was made from.
        if (!image_id.empty() && image_id != actual.image_id &&
            compare_mode(resource, "image") != CompareMode::ignore && !has_change(changes, "image"))
            changes.push_back({"image", with_id(actual.spec.image, actual.image_id), with_id(image, image_id),
                               "the name stands for another image now"});
        return changes;
    }
    if (auto change = change_of(network_moves(resource, actual, {})))
        changes.push_back(std::move(*change));
    if (changes.empty() || flag_or(resource, "adopt", false))
        return changes;
    std::string words;
    for (const Change& change : changes)
        words += fmt::format("{}{} '{}' instead of '{}'", words.empty() ? "" : ", ", change.attribute, change.from,
                             change.to);
    throw Error(ErrorKind::conflict, "the container '{}' was made by somebody else and differs: {}", actual.name, words)
        .hint("in a native manifest, adopt: true takes it over; the action redeploy replaces it");
}

/// Says of each change what it takes, and whether somebody else has set what is there now.
std::vector<Change> explained(std::vector<Change> changes, const ContainerDetails& actual)
{
    std::map<std::string, std::string> last;
    for (const Change& was : compare_states(declared_before(actual.spec.labels), {}))
        last[was.attribute] = was.from;
    const bool replaces = !std::ranges::all_of(changes, is_in_place);
    for (Change& change : changes) {
        const auto was = last.find(change.attribute);
        const bool is_ours = change.from.empty() || change.attribute == "networks" || !change.note.empty() ||
                             change.attribute == "image" || (was != last.end() && was->second == change.from);
        std::vector<std::string> words;
        if (!change.note.empty())
            words.push_back(change.note);
        if (!is_ours)
            words.emplace_back("set by somebody else");
        if (replaces && !is_in_place(change))
            words.emplace_back("needs another container");
        change.note = join(words, "; ");
    }
    return changes;
}

/// What a declaration as it stands comes to, where its author may have meant something else.
std::string doubts(const engine::ContainerSpec& spec)
{
    std::vector<std::string> words;
    for (const engine::PortBinding& port : spec.ports)
        if (port.host_port == 0)
            words.push_back(fmt::format("port {0} is published on a random host port: write HOST:{0} for one of your "
                                        "choice",
                                        port.container_port));
    for (const std::string& path : spec.volumes)
        words.push_back(
            fmt::format("{0} is an anonymous volume: write NAME:{0} or /PATH:{0} to find its data again", path));
    return join(words, "; ");
}

bool has_done_its_work(const Resource& resource, const ContainerDetails& actual)
{
    return !flag_or(resource, "detach", true) && actual.state.status == "exited" && actual.state.exit_code == 0;
}

Step create(const Resource& resource, Scene& scene, bool starts)
{
    const engine::ContainerSpec spec = container_spec(resource);
    Step step{.effect = Effect::create,
              .changes = compare_states({}, declared_state(resource, spec, scene.host.sealing_key())),
              .perform = {}};
    step.hint = doubts(spec);
    step.perform = [&resource, &host = scene.host, starts] { make_container(resource, host, starts); };
    return step;
}

Step replace(const Resource& resource, const ContainerDetails& actual, std::vector<Change> changes, Scene& scene,
             bool starts)
{
    Step step{.effect = Effect::replace, .changes = explained(std::move(changes), actual), .perform = {}};
    step.hint = doubts(container_spec(resource));
    step.perform = [&resource, &host = scene.host, actual, starts] {
        replace_container(resource, actual, host, starts);
    };
    return step;
}

engine::ContainerUpdate update_of(const Resource& resource, const std::vector<Change>& changes)
{
    const engine::ContainerSpec spec = container_spec(resource);
    engine::ContainerUpdate update{.limits = spec, .restart = std::nullopt};
    if (spec.memory != 0 && spec.memory_swap == 0)
        update.limits.memory_swap = 2 * spec.memory; // as the engine has it at the beginning
    if (has_change(changes, "pids_limit") && spec.pids_limit == 0)
        update.limits.pids_limit = -1;
    if (has_change(changes, "restart"))
        update.restart = spec.restart;
    return update;
}

/// Where a container was changed in place or taken over, what was declared then is what was declared last.
void see_last(engine::Labels& labels, const std::string& id, Scene& scene)
{
    const auto state = scene.last == nullptr ? std::nullopt : scene.last->find(id);
    if (!state)
        return;
    labels[digest_label] = state->empty() ? "" : digest_of(parse_state(*state));
    if (!state->empty())
        labels[state_label] = *state;
}

/// Nothing is left to do. Where the labels do not say what is declared now (they are those of its making, or it is
/// somebody else's), the next run shall know it.
Step remember(const Resource& resource, const ContainerDetails& actual, Scene& scene)
{
    if (scene.last == nullptr)
        return {};
    const DeclaredState before = declared_before(actual.spec.labels);
    DeclaredState state = declared_state(resource, scene.host.sealing_key());
    for (const Change& waiting : compare_states(before, state))
        if (compare_mode(resource, waiting.attribute) == CompareMode::ignore) {
            state.erase(waiting.attribute);
            if (const auto was = before.find(waiting.attribute); was != before.end())
                state.insert(*was);
        }
    const auto digest = actual.spec.labels.find(digest_label);
    if (digest != actual.spec.labels.end() && digest->second == digest_of(state))
        return {};
    return {.perform = [last = scene.last, name = actual.name, id = actual.id, text = render_state(state)] {
        last->keep(name, id, text);
    }};
}

/// Limits, the restart policy and networks change in place.
Step update(const Resource& resource, const ContainerDetails& actual, std::vector<Change> changes, Scene& scene,
            bool starts)
{
    const NetworkMoves moves = network_moves(resource, actual, declared_before(actual.spec.labels));
    std::optional<engine::ContainerUpdate> limits;
    if (std::ranges::any_of(changes, [](const Change& change) { return change.attribute != "networks"; }))
        limits = update_of(resource, changes);
    return {.effect = Effect::update,
            .changes = explained(std::move(changes), actual),
            .perform = [&resource, &host = scene.host, last = scene.last, id = actual.id, name = actual.name, moves,
                        limits, starts, running = actual.state.running] {
                if (last != nullptr)
                    last->keep(name, id, "");
                if (limits)
                    host.docker().update(id, *limits);
                carry_out(moves, id, host.docker());
                if (last != nullptr)
                    last->keep(name, id, render_state(declared_state(resource, host.sealing_key())));
                if (starts && !running)
                    start_container(resource, id, host);
            }};
}

/// One that pulls its image before each start is made anew where that brought another image.
void start_newest(const Resource& resource, const ContainerDetails& actual, Host& host)
{
    if (flag_or(resource, "pull_on_start", false)) {
        const std::string image = text_or(resource, "image", "");
        host.docker().pull(image);
        const auto newest = host.docker().find_image(image);
        if (newest && newest->id != actual.image_id)
            return replace_container(resource, actual, host, true);
    }
    start_container(resource, actual.id, host);
}

Step start(const Resource& resource, const ContainerDetails& actual, Scene& scene)
{
    return {.effect = Effect::update,
            .changes = {{"state", actual.state.status, "running"}},
            .perform = [&resource, &host = scene.host, actual] { start_newest(resource, actual, host); }};
}

Step act(std::function<void()> perform, std::vector<Change> changes = {})
{
    return {.effect = Effect::act, .changes = std::move(changes), .perform = std::move(perform)};
}

/// One that is not to be replaced while it runs.
Step leave(const Resource& resource, const std::vector<Change>& changes, Scene& scene)
{
    std::vector<std::string> names;
    for (const Change& change : changes)
        names.push_back(change.attribute);
    scene.host.say(fmt::format("{} differs in {}, and stays so while it runs", address(resource), join(names, ", ")));
    return {};
}

/// Whether a container that runs already is to be healthy before the run goes on: where the manifest says so itself.
bool is_awaited(const Resource& resource, std::string_view health)
{
    return flag_or(resource, "wait_healthy", false) && awaits_health(resource, health);
}

Step run_or_create(const Resource& resource, const std::optional<ContainerDetails>& actual, Scene& scene, bool starts)
{
    if (!actual) {
        require_neighbours(resource, scene);
        return create(resource, scene, starts);
    }
    auto changes = differences(resource, *actual, scene.host);
    if (const auto seen = scene.host.docker().glance_at_container(actual->name))
        if (auto change = change_of_donors(resource, *seen, scene); change && !has_change(changes, change->attribute))
            changes.push_back(std::move(*change));
    if (!changes.empty())
        require_neighbours(resource, scene);
    if (!changes.empty() && std::ranges::all_of(changes, is_in_place))
        return update(resource, *actual, std::move(changes), scene, starts);
    if (!changes.empty() && actual->state.running && !flag_or(resource, "replace_running", true))
        return leave(resource, changes, scene);
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
    if (starts && actual->state.paused)
        return {.effect = Effect::update,
                .changes = {{"state", "paused", "running"}},
                .perform = [&docker = scene.host.docker(), id = actual->id] { docker.unpause(id); }};
    if (starts && actual->state.health == "unhealthy" && flag_or(resource, "restart_unhealthy", false))
        return act([&resource, &host = scene.host, id = actual->id] { restart_container(resource, id, host); },
                   {{"health", "unhealthy", "restarted"}});
    if (starts && is_awaited(resource, actual->state.health))
        return {.perform = [&resource, &docker = scene.host.docker(), started = *actual] {
            await_health(resource, started, docker);
        }};
    return remember(resource, *actual, scene);
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
                .perform = [&resource, &host = scene.host, id] { stop_container(resource, id, host); }};
    if ((action == "pause" && running && !actual.state.paused) || (action == "unpause" && actual.state.paused))
        return {
            .effect = Effect::update,
            .changes = {{"state", actual.state.status, action == "pause" ? "paused" : "running"}},
            .perform = [&docker, id, pauses = action == "pause"] { pauses ? docker.pause(id) : docker.unpause(id); }};
    if (action == "reload" && running)
        return act([&docker, id, signal = text_or(resource, "reload_signal", "HUP")] { docker.kill(id, signal); },
                   {{"signal", "", text_or(resource, "reload_signal", "HUP")}});
    if (action == "kill" && running)
        return act([&docker, id, signal = text_or(resource, "signal", "KILL")] { docker.kill(id, signal); },
                   {{"signal", "", text_or(resource, "signal", "KILL")}});
    if (action == "restart")
        return act([&resource, &host = scene.host, id] { restart_container(resource, id, host); });
    if (action == "redeploy")
        return replace(resource, actual, compare_container(resource, actual, "", {}), scene,
                       actual.state.status != "created");
    if (action == "remove")
        return {.effect = Effect::remove,
                .changes = {{"state", actual.state.status, ""}},
                .perform = [&resource, &host = scene.host, id, running] {
                    if (running)
                        stop_container(resource, id, host);
                    host.docker().remove(id, flag_or(resource, "remove_volumes", false));
                }};
    return act_on_container(resource, action, actual, scene.host).value_or(Step{});
}

/// Of "Up 2 minutes (health: starting)" and the like; empty where there is no check.
std::string health_in(std::string_view status)
{
    return status.ends_with("(unhealthy)") ? "unhealthy" : status.ends_with("(health: starting)") ? "starting" : "";
}

/// Whether the engine's list alone says that there is nothing to do.
bool is_settled(const Resource& resource, const engine::ContainerSummary& seen, bool starts, Scene& scene)
{
    const auto digest = seen.labels.find(digest_label);
    if (digest == seen.labels.end() ||
        digest->second != digest_of(declared_state(resource, scene.host.sealing_key())) ||
        (starts && (seen.state != "running" || is_awaited(resource, health_in(seen.status)))) ||
        change_of_donors(resource, seen, scene) ||
        (health_in(seen.status) == "unhealthy" && flag_or(resource, "restart_unhealthy", false)))
        return false;
    const std::string image_id = scene.host.docker().image_id(text_or(resource, "image", ""));
    if (!image_id.empty() && image_id != seen.image_id && compare_mode(resource, "image") != CompareMode::ignore)
        return false;
    return is_in_its_networks(resource, seen) &&
           (!scene.deep || std::ranges::none_of(container_attributes(), [&](const ContainerAttribute& attribute) {
               return attribute.in_place && find_attribute(resource, attribute.name) != nullptr;
           }));
}

/// One that is there stays as it is, whatever it is and whether it runs.
Step examine_missing(const Resource& resource, Scene& scene)
{
    if (!can_ask_docker(scene))
        return create(resource, scene, true);
    const std::string name = container_name(resource);
    if (scene.host.docker().glance_at_container(name))
        return {};
    return run_or_create(resource, recover_container(name, scene), scene, true);
}

Step examine_named(const Resource& resource, const std::string& action, const std::string& name, Scene& scene)
{
    const bool makes = action == "run" || action == "create";
    auto seen = scene.host.docker().glance_at_container(name);
    if (seen)
        see_last(seen->labels, seen->id, scene);
    if (makes && seen && is_settled(resource, *seen, action == "run", scene) && !left_behind(name, scene))
        return {};
    auto actual = seen ? scene.host.docker().find_container(name) : std::nullopt;
    if (!actual && makes)
        actual = recover_container(name, scene);
    if (actual)
        see_last(actual->spec.labels, actual->id, scene);
    if (makes)
        return run_or_create(resource, actual, scene, action == "run");
    if (actual)
        return examine_existing(resource, action, *actual, scene);
    if (action == "redeploy")
        return create(resource, scene, true);
    const bool wants_one =
        action == "start" || action == "restart" || action == "commit" || action == "copy" || action == "export";
    if (wants_one && action != "start" && scene.made_anew.contains(name))
        return act({}); // of a plan: it is there by then
    if (wants_one && !scene.planning)
        throw Error(ErrorKind::not_found, "there is no container '{}'", name).hint("the action run makes it");
    return {};
}

/// What a killed run has left goes first.
Step with_sweep(Step step, const std::vector<std::string>& left, bool removes, Docker& docker)
{
    if (left.empty())
        return step;
    if (step.effect == Effect::none) {
        step.effect = removes ? Effect::remove : Effect::update;
        for (const std::string& name : left)
            step.changes.push_back({"state", "'" + name + "' is left of an interrupted run", "removed"});
    }
    step.perform = [&docker, left, then = std::move(step.perform)] {
        for (const std::string& name : left)
            remove_if_there(name, docker);
        if (then)
            then();
    };
    return step;
}

} // namespace

Step examine_docker_container(const Resource& resource, const std::string& action, Scene& scene)
{
    if (action == "run_if_missing")
        return examine_missing(resource, scene);
    const bool makes = action == "run" || action == "create";
    const bool removes = action == "remove";
    if (!can_ask_docker(scene))
        return makes || action == "redeploy" ? create(resource, scene, action != "create") : Step{};
    const std::string name = container_name(resource);
    Step step = examine_named(resource, action, name, scene);
    return makes || removes
               ? with_sweep(std::move(step), useless_leftovers(name, removes, scene), removes, scene.host.docker())
               : step;
}

} // namespace dfriends::converge
