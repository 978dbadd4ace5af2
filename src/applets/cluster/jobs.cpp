// SPDX-License-Identifier: Apache-2.0
#include "applets/cluster/client.hpp"
#include "applets/cluster/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cluster/scheduler.hpp"
#include "cluster/service.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

namespace dfriends::applets::cluster {

namespace {

using namespace dfriends::cluster;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How long a word waits for what it asked for.
struct Patience {
    bool blocks = true;
    std::optional<steady_clock::duration> limit; ///< none: for ever
};

Patience patience_of(const Context& context)
{
    const std::int64_t attempts = context.settings.number("block-attempts");
    Patience patience;
    patience.blocks = !context.settings.flag("no-block");
    if (attempts > 0)
        patience.limit = attempts * 2s; // fleet: as many attempts, each of up to 2 s
    return patience;
}

/// What all of these words do their work with.
class Work {
  public:
    explicit Work(Context& context) : context_(context), registry_(store_options(context)) { refresh(); }

    void refresh() { snapshot_ = read_cluster(registry_); }
    const Snapshot& snapshot() const { return snapshot_; }
    Registry& registry() { return registry_; }
    Context& context() { return context_; }

    const Job* find(const std::string& name) const
    {
        const auto found = snapshot_.jobs.find(name);
        return found == snapshot_.jobs.end() ? nullptr : &found->second;
    }

    /// Makes the unit that a word names known, by fleet's order: the cluster, the file, the template there, the
    /// template's file.
    void ensure(const std::string& typed, TargetState state);

  private:
    std::string find_text(const std::string& typed, const UnitName& name);
    void replace(const std::string& name, const std::string& text, TargetState state);
    void warn_of_difference(const Job& job, const std::string& typed);
    void create(const UnitName& name, const std::string& text, const std::string& file);

    Context& context_;
    Registry registry_;
    Snapshot snapshot_;
};

constexpr std::uint64_t largest_text = 1U << 20U;

std::string Work::find_text(const std::string& typed, const UnitName& name)
{
    const auto folder = std::filesystem::path(typed).parent_path();
    for (const auto& path : {std::filesystem::path(typed), folder / name.full}) // "web" means web.service too
        if (auto text = os::find_file(path, largest_text))
            return *text;
    if (!name.is_instance())
        throw Error(ErrorKind::not_found, "unable to find Unit({}) in Registry or on filesystem", name.full);
    if (const Job* model = find(name.template_name()))
        return model->text;
    if (auto text = os::find_file(folder / name.template_name(), largest_text))
        return *text;
    throw Error(ErrorKind::not_found, "unable to find template Unit({}) in Registry or on filesystem",
                name.template_name());
}

void Work::warn_of_difference(const Job& job, const std::string& typed)
{
    const auto text = os::find_file(typed, largest_text);
    if (text && UnitFile::parse(*text, typed).hash() != job.hash)
        context_.say(fmt::format("WARNING: Unit {} in registry differs from local unit file {}. Add --replace to "
                                 "override.",
                                 job.name, typed));
}

void Work::create(const UnitName& name, const std::string& text, const std::string& file)
{
    const UnitFile unit = UnitFile::parse(text, file);
    Warnings warnings = verify_unit(unit, name);
    Requirements::read(unit, name, warnings).check();
    for (const Warning& warning : warnings)
        context_.say(render(warning));
    net::run(registry_.create_job(name.full, text, TargetState::inactive));
}

void Work::replace(const std::string& name, const std::string& text, TargetState state)
{
    const Job& job = *find(name);
    const std::string_view now =
        job.requirements.global ? dfriends::cluster::name(job.target_state) : current_state(snapshot_, job);
    const bool allowed =
        state == TargetState::launched || now == "inactive" || (state == TargetState::loaded && now == "loaded");
    if (!allowed)
        throw Error(ErrorKind::conflict, "can not replace Unit({}) in state '{}', use the appropriate command", name,
                    now);
    if (UnitFile::parse(text, name).hash() == job.hash)
        return context_.say(fmt::format("Found same Unit({}) in Registry, nothing to do", name));
    net::run(registry_.replace_job(name, text));
}

void Work::ensure(const std::string& typed, TargetState state)
{
    const UnitName name = parse_unit_name(normalise_unit_name(typed));
    if (name.is_template() && state != TargetState::inactive)
        throw Error(ErrorKind::invalid, "cannot activate template \"{}\"", name.full);
    const bool exists = find(name.full) != nullptr;
    if (exists && !context_.settings.flag("replace"))
        return warn_of_difference(*find(name.full), typed);
    try {
        const std::string text = find_text(typed, name);
        if (exists)
            replace(name.full, text, state);
        else
            create(name, text, typed);
    } catch (Error& error) {
        throw error.during(fmt::format("creating unit '{}'", name.full));
    }
    refresh();
}

/// The names that the arguments mean. A template becomes instances: `--instances` of them, or one for each machine.
std::vector<std::string> expand_templates(Work& work, const std::vector<std::string>& typed)
{
    std::vector<std::string> names;
    for (const std::string& word : typed) {
        const UnitName name = parse_unit_name(normalise_unit_name(word));
        if (!name.is_template()) {
            names.push_back(word);
            continue;
        }
        const std::int64_t given = work.context().settings.number("instances");
        const std::size_t count = given > 0 ? static_cast<std::size_t>(given) : work.snapshot().members.size();
        if (count == 0)
            throw Error(ErrorKind::unavailable, "no machine to start an instance of '{}' on", name.full)
                .hint("start 'dfriends cluster agent' on one, or give --instances N");
        if (count > 10'000)
            throw Error(ErrorKind::usage, "--instances {} is more than 10000", count);
        const auto folder = std::filesystem::path(word).parent_path();
        for (std::size_t number = 1; number <= count; ++number)
            names.push_back((folder / fmt::format("{}@{}.{}", name.prefix, number, name.type)).string());
    }
    return names;
}

std::string where(const Snapshot& snapshot, const Job& job)
{
    return job.target.empty() ? "" : " on " + machine_legend(job.target, find_member(snapshot, job.target), false);
}

/// Waits until `settled` says of every unit that it has got where it should; it removes those that have.
void wait_for_units(Work& work, std::set<std::string> names, const Patience& patience, std::string_view state,
                    const std::function<bool(const std::string&)>& settled)
{
    const auto begin = steady_clock::now();
    bool explained = false;
    while (true) {
        std::erase_if(names, settled);
        if (names.empty())
            return;
        const auto waited = steady_clock::now() - begin;
        if (patience.limit && waited > *patience.limit)
            throw Error(ErrorKind::failed, "timed out waiting for unit {} to report state {}", *names.begin(), state);
        if (waited > 2s && !explained) {
            explained = true;
            for (const std::string& name : names)
                if (const Job* job = work.find(name); job != nullptr && job->target.empty() && state != "inactive") {
                    work.context().say(fmt::format("Unit {} waits for a machine:", name));
                    for (const std::string& reason : explain(work.snapshot(), *job))
                        work.context().say("  " + reason);
                }
        }
        net::run(net::sleep(100ms));
        work.refresh();
    }
}

/// What has become of a unit that was to be launched: nothing while that is open.
std::optional<bool> launch_result(const Snapshot& snapshot, const Job& job)
{
    if (current_state(snapshot, job) != "launched")
        return std::nullopt;
    const Report& report = *snapshot.find_report(job);
    if (report.load != "loaded" || report.active == "failed")
        return false;
    if (report.active == "active" || report.active == "inactive") // a oneshot that is done is dead
        return true;
    return std::nullopt;
}

/// load and start.
int bring_up(Context& context, TargetState state)
{
    if (context.arguments.empty()) {
        context.say("No units given");
        return 0;
    }
    Work work(context);
    std::set<std::string> waiting;
    const Patience patience = patience_of(context);
    const std::vector<std::string> typed =
        state == TargetState::launched ? expand_templates(work, context.arguments) : context.arguments;
    for (const std::string& word : typed) {
        work.ensure(word, state);
        const std::string unit = normalise_unit_name(word);
        net::run(work.registry().set_target_state(unit, state));
        if (work.find(unit)->requirements.global)
            context.print("Triggered global unit {} {}\n", unit, state == TargetState::launched ? "start" : "load");
        else if (!patience.blocks)
            context.print("Triggered unit {} {}\n", unit, state == TargetState::launched ? "start" : "load");
        else
            waiting.insert(unit);
    }
    work.refresh();
    bool failed = false;
    wait_for_units(work, waiting, patience, name(state), [&](const std::string& unit) {
        const Job* job = work.find(unit);
        if (job == nullptr)
            throw Error(ErrorKind::not_found, "unit '{}' was destroyed meanwhile", unit);
        if (state == TargetState::loaded && current_state(work.snapshot(), *job) == "inactive")
            return false;
        const auto result = state == TargetState::launched ? launch_result(work.snapshot(), *job) : std::optional(true);
        if (!result)
            return false;
        context.print("Unit {} {}{}\n", unit, name(state), where(work.snapshot(), *job));
        if (!*result)
            context.say(fmt::format("Unit {} failed; 'dfriends cluster journal {}' says why", unit, unit));
        failed = failed || !*result;
        return true;
    });
    return failed ? 1 : 0;
}

/// The units that the arguments name and the cluster knows.
std::vector<std::string> known_units(Work& work, const std::vector<std::string>& typed)
{
    std::vector<std::string> names;
    for (const std::string& word : typed)
        if (const std::string name = normalise_unit_name(word); work.find(name) != nullptr)
            names.push_back(name);
    return names;
}

/// stop and unload.
int bring_down(Context& context, TargetState state, std::string_view done)
{
    if (context.arguments.empty()) {
        context.say("No units given");
        return 0;
    }
    Work work(context);
    const std::vector<std::string> names = known_units(work, context.arguments);
    if (names.empty()) {
        context.say("Units not found in registry");
        return 0;
    }
    std::set<std::string> waiting;
    const Patience patience = patience_of(context);
    for (const std::string& unit : names) {
        const Job& job = *work.find(unit);
        if (state == TargetState::loaded && job.target_state == TargetState::inactive)
            throw Error(ErrorKind::conflict, "Unable to stop unit {} in state inactive", unit);
        net::run(work.registry().set_target_state(unit, state));
        if (job.requirements.global)
            context.print("Triggered global unit {} {}\n", unit, state == TargetState::loaded ? "stop" : "unload");
        else if (patience.blocks)
            waiting.insert(unit);
        else
            context.print("Triggered unit {} {}\n", unit, state == TargetState::loaded ? "stop" : "unload");
    }
    work.refresh();
    wait_for_units(work, waiting, patience, name(state), [&](const std::string& unit) {
        const Job* job = work.find(unit);
        if (job != nullptr && state == TargetState::loaded) {
            if (!job->target.empty() && current_state(work.snapshot(), *job) == "launched")
                return false;
        } else if (job != nullptr && (!job->target.empty() || !job->job_state.empty())) {
            return false;
        }
        context.print("Unit {} {}{}\n", unit, name(state), job == nullptr ? "" : where(work.snapshot(), *job));
        return true;
    });
    context.say(fmt::format("Successfully {} units [{}].", done, join(names, " ")));
    return 0;
}

} // namespace

int submit(Context& context)
{
    if (context.arguments.empty()) {
        context.say("No units given");
        return 0;
    }
    Work work(context);
    for (const std::string& word : context.arguments) {
        work.ensure(word, TargetState::inactive);
        const Job& job = *work.find(normalise_unit_name(word));
        context.print("Unit {} {}\n", job.name, current_state(work.snapshot(), job));
    }
    return 0;
}

int load(Context& context)
{
    return bring_up(context, TargetState::loaded);
}

int start(Context& context)
{
    return bring_up(context, TargetState::launched);
}

int stop(Context& context)
{
    return bring_down(context, TargetState::loaded, "stopped");
}

int unload(Context& context)
{
    return bring_down(context, TargetState::inactive, "unloaded");
}

int destroy(Context& context)
{
    if (context.arguments.empty()) {
        context.say("No units given");
        return 0;
    }
    Work work(context);
    const std::vector<std::string> names = known_units(work, context.arguments);
    if (names.empty()) {
        context.say("Units not found in registry");
        return 0;
    }
    const Patience patience = patience_of(context);
    for (const std::string& unit : names)
        net::run(work.registry().set_target_state(unit, TargetState::inactive));
    work.refresh();
    // Only what has stopped and left its machine is removed: ExecStop= and ExecStopPost= have run by then.
    const auto is_nowhere = [&](const std::string& unit) {
        const auto reported = [&](const auto& entry) {
            return entry.first.first == unit && find_member(work.snapshot(), entry.first.second) != nullptr;
        };
        return std::ranges::none_of(work.snapshot().reports, reported);
    };
    if (patience.blocks && !work.snapshot().members.empty())
        wait_for_units(work, {names.begin(), names.end()}, patience, "inactive", is_nowhere);
    for (const std::string& unit : names) {
        net::run(work.registry().remove_job(unit));
        context.print("Destroyed {}\n", unit);
    }
    return 0;
}

} // namespace dfriends::applets::cluster
