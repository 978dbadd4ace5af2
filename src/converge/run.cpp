// SPDX-License-Identifier: Apache-2.0
#include "converge/run.hpp"

#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/crew.hpp"
#include "converge/guard.hpp"
#include "converge/providers/replace_container.hpp"
#include "converge/providers/start_container.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <span>
#include <utility>

namespace dfriends::converge {

namespace {

using std::chrono::steady_clock;

/// Appends every text of a value, each with an end that no name has.
void append_texts(const Value& value, std::string& texts)
{
    if (const auto* text = std::get_if<std::string>(&value.content))
        texts.append(*text).push_back('\0');
    else if (const auto* list = std::get_if<Value::List>(&value.content))
        for (const Value& item : *list)
            append_texts(item, texts);
    else if (const auto* map = std::get_if<Value::Map>(&value.content))
        for (const Member& member : *map)
            append_texts(member.value, texts);
}

/// What tells whether two resources may have to do with each other: a link, a volume, an image.
struct Mentions {
    explicit Mentions(const Resource& resource) : name(resource.name), container(container_name(resource))
    {
        for (const auto& [key, value] : resource.attributes)
            append_texts(value, texts);
    }
    bool has(const std::string& other) const { return name == other || texts.find(other) != std::string::npos; }
    bool touches(const Mentions& other) const
    {
        return container == other.container || has(other.name) || has(other.container) || other.has(name) ||
               other.has(container);
    }

    std::string name;
    std::string container;
    std::string texts; ///< of its attributes
};

/// One run over a catalog. Resources are known by their index.
class Run {
  public:
    Run(const Catalog& catalog, Host& host, Journal* journal, const OnResult& on_result, RunOptions options)
        : catalog_(catalog), graph_(order_resources(catalog)), scene_{.host = host,
                                                                      .planning = journal == nullptr,
                                                                      .may_restart_engine = options.may_restart_engine,
                                                                      .deep = options.deep,
                                                                      .last = options.last},
          journal_(journal), on_result_(on_result),
          parallel_(scene_.planning ? 1 : std::clamp(options.parallel, 1U, most_at_once)),
          states_(catalog.resources.size(), State::waiting), owed_(std::move(options.owed)),
          refreshes_(catalog.resources.size())
    {
    }

    Report run()
    {
        for (const Pending& left : journal_ == nullptr ? owed_ : journal_->pending())
            take_over(left);
        for (std::size_t next = 0; next < graph_.order.size() && !unrecorded_;) {
            const auto group = independent_from(next);
            if (group.size() > 1)
                visit_together(group);
            else
                visit(group[0]);
            next += group.size();
        }
        if (unrecorded_)
            for (std::vector<Pending>& owed : refreshes_)
                delayed_.insert(delayed_.end(), owed.begin(), owed.end());
        at_end_ = true;
        while (!delayed_.empty()) {
            const Pending next = delayed_.front();
            delayed_.pop_front();
            deliver(next);
        }
        if (unrecorded_)
            throw std::move(*unrecorded_)
                .during("recording the run, which ends here")
                .hint("what was done is done and notified, the rest is left as it was: apply again");
        return std::move(report_);
    }

  private:
    static constexpr int most_deliveries = 100;
    static constexpr const char* hidden = "(sensitive)";
    static constexpr unsigned most_at_once = 64;
    enum class State { waiting, unchanged, changed, failed, skipped, guarded };

    /// Of a run that ended before it was done. What is no longer declared cannot be notified.
    void take_over(const Pending& left)
    {
        if (find(left.type, left.name))
            delayed_.push_back(left);
        else
            settle(left);
    }

    std::optional<std::size_t> find(const std::string& type, const std::string& name) const
    {
        const auto row = std::ranges::find_if(catalog_.resources, [&](const Resource& resource) {
            return resource.type == type && resource.name == name;
        });
        return row == catalog_.resources.end()
                   ? std::nullopt
                   : std::optional(static_cast<std::size_t>(row - catalog_.resources.begin()));
    }

    void visit(std::size_t at)
    {
        const Resource& resource = catalog_.resources[at];
        std::vector<std::string> actions = resource.actions;
        if (actions.empty())
            actions.emplace_back(find_resource_type(resource.type)->actions.front());
        if (depends_on_failure(at, actions.front()))
            return;
        if (refuses(at, actions.front(), ""))
            return;
        for (const std::string& action : actions)
            if (catalog_.resources[at].noop ? !tell(at, action, "") : !take(at, action, ""))
                return;
        refresh(at);
    }

    /// Says what an action would do; what waits for the resource goes on as if there were nothing to do.
    bool tell(std::size_t at, const std::string& action, const std::string& source)
    {
        const bool planning = std::exchange(scene_.planning, true);
        Attempt attempt = look(at, action, source);
        scene_.planning = planning;
        Result& result = attempt.result;
        if (result.status == Status::failed) {
            states_[at] = State::failed;
        } else if (attempt.step.effect != Effect::none) {
            result.status = Status::guarded;
            result.effect = attempt.step.effect;
            result.changes = attempt.step.changes;
            result.reason = (source.empty() ? "" : result.reason + "; ") + "noop: it is not done" + would_notify(at);
        }
        cover(catalog_.resources[at], result);
        const bool failed = result.status == Status::failed;
        finish(at, std::move(result));
        return !failed;
    }

    /// "", or whom a change of the resource would notify: "; would notify service[docker] (restart)".
    std::string would_notify(std::size_t at) const
    {
        std::vector<std::string> targets;
        for (const Notification& told : catalog_.resources[at].notifications) {
            const std::string action = pending_of(told, catalog_.resources[at]).action;
            targets.push_back(fmt::format("{} ({})", address(told.target), action));
        }
        return targets.empty() ? "" : "; would notify " + join(targets, ", ");
    }

    /// Begins a resource's turn; true where it is skipped.
    bool depends_on_failure(std::size_t at, const std::string& action)
    {
        states_[at] = State::unchanged;
        for (const std::size_t needed : graph_.dependencies[at])
            if (states_[needed] == State::failed || states_[needed] == State::skipped) {
                skip(at, action, needed);
                return true;
            }
        return false;
    }

    void skip(std::size_t at, const std::string& action, std::size_t needed)
    {
        states_[at] = State::skipped;
        Result result = result_of(at, action, "");
        result.status = Status::skipped;
        result.reason = address(catalog_.resources[needed]) + " failed or was skipped";
        finish(at, std::move(result));
    }

    bool refuses(std::size_t at, const std::string& action, const std::string& source)
    {
        Result result = result_of(at, action, source);
        try {
            const auto refusal = find_refusal(catalog_.resources[at], scene_.host);
            if (!refusal)
                return false;
            states_[at] = State::guarded;
            result.status = Status::guarded;
            result.reason = catalog_.resources[at].sensitive ? hidden : *refusal;
        } catch (const Error& error) {
            const bool is_told = !catalog_.resources[at].sensitive;
            fail(at, result, is_told ? error.what() : "its guard failed", is_told ? error.hint() : "");
        }
        finish(at, std::move(result));
        return true;
    }

    Result result_of(std::size_t at, const std::string& action, const std::string& source) const
    {
        Result result;
        result.type = catalog_.resources[at].type;
        result.name = catalog_.resources[at].name;
        result.action = action;
        result.reason = source.empty() ? "" : "notified by " + source;
        return result;
    }

    void fail(std::size_t at, Result& result, std::string reason, std::string hint)
    {
        states_[at] = State::failed;
        result.status = Status::failed;
        result.reason = std::move(reason);
        result.hint = std::move(hint);
    }

    /// An action on its way: what it is found to need, and what becomes of it.
    struct Attempt {
        std::size_t at;
        Result result;
        Step step;
        std::vector<Pending> expected = {}; ///< what the journal has of it before it is done
        std::chrono::milliseconds spent{0};
        std::optional<std::size_t> job = {}; ///< of a crew that works on it
    };

    /// Runs a part of an attempt; what it throws is the attempt's failure.
    template <class Function>
    static void during(Attempt& attempt, Function function)
    {
        const auto begun = steady_clock::now();
        Result& result = attempt.result;
        try {
            function();
        } catch (const Error& error) {
            result.status = Status::failed;
            result.reason = error.what();
            result.hint = error.hint();
        } catch (const std::exception& error) {
            result.status = Status::failed;
            result.reason = error.what();
        }
        attempt.spent += std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun);
    }

    Attempt look(std::size_t at, const std::string& action, const std::string& source)
    {
        Attempt attempt{.at = at, .result = result_of(at, action, source), .step = {}};
        during(attempt, [&] { attempt.step = examine(catalog_.resources[at], action, scene_); });
        return attempt;
    }

    /// Does the step's work, unless this is a plan. Runs beside others of its kind.
    void work(Attempt& attempt) const
    {
        if (attempt.result.status == Status::failed)
            return;
        during(attempt, [&] {
            const Step& step = attempt.step;
            attempt.result.changes = step.changes;
            attempt.result.effect = step.effect;
            bool changed = step.effect != Effect::none;
            if (!scene_.planning && step.perform) {
                const std::string before = step.probe ? step.probe() : "";
                step.perform();
                changed = changed && (!step.probe || step.probe() != before);
            }
            attempt.result.status = changed ? Status::changed : Status::unchanged;
            attempt.result.hint = changed ? step.hint : "";
            if (!changed)
                attempt.result.effect = Effect::none;
        });
    }

    /// False where it failed.
    bool conclude(Attempt attempt)
    {
        Result& result = attempt.result;
        cover(catalog_.resources[attempt.at], result);
        if (result.status == Status::changed)
            states_[attempt.at] = State::changed;
        else if (result.status == Status::failed)
            states_[attempt.at] = State::failed;
        if (!scene_.planning && attempt.step.perform)
            forget(catalog_.resources[attempt.at]);
        const bool is_made =
            result.status == Status::changed && (result.effect == Effect::create || result.effect == Effect::replace);
        if (result.type == "docker_container" && is_made)
            scene_.made_anew.insert(container_name(catalog_.resources[attempt.at]));
        if (result.type == "docker_network" && is_made)
            scene_.networks.insert(text_or_name(catalog_.resources[attempt.at], "network"));
        scene_.runs_commands |=
            result.status == Status::changed && (result.type == "exec" || has_hooks(catalog_.resources[attempt.at]));
        scene_.engine_to_come |= result.type == "docker_engine" && result.status == Status::changed;
        result.duration = attempt.spent;
        const bool failed = result.status == Status::failed;
        finish(attempt.at, std::move(result), attempt.expected);
        return !failed;
    }

    /// What the engine said is no longer so: of one container, or of anything.
    void forget(const Resource& resource)
    {
        Docker& docker = scene_.host.docker();
        if (resource.type != "docker_container")
            return docker.forget();
        for (const std::string& name : names_in_engine(resource))
            docker.forget_container(name);
    }

    /// One action of a resource; false where it failed. Each try looks anew: the one before may have done a part.
    bool take(std::size_t at, const std::string& action, const std::string& source)
    {
        const Resource& resource = catalog_.resources[at];
        Attempt attempt = look(at, action, source);
        tell_before(attempt, source);
        if (attempt.step.perform && !may_change(attempt))
            return false;
        work(attempt);
        for (std::int64_t left = resource.retries;
             left > 0 && attempt.result.status == Status::failed && !scene_.planning; --left) {
            scene_.host.say(fmt::format("{} failed, again in {} s: {}", address(resource), resource.retry_delay,
                                        resource.sensitive ? hidden : attempt.result.reason));
            scene_.host.pause(std::chrono::seconds(resource.retry_delay));
            scene_.host.docker().forget();
            std::vector<Pending> expected = std::move(attempt.expected);
            attempt = look(at, action, source);
            attempt.expected = std::move(expected);
            work(attempt);
        }
        return conclude(std::move(attempt));
    }

    /// Delivers what a resource that is about to change wants done before. Where that fails, so does the resource.
    void tell_before(Attempt& attempt, const std::string& source)
    {
        if (attempt.result.status == Status::failed || attempt.step.effect == Effect::none)
            return;
        const Resource& resource = catalog_.resources[attempt.at];
        bool told_any = false;
        for (const Notification& told : resource.notifications) {
            if (!told.before)
                continue;
            const Pending next = pending_of(told, resource);
            const std::size_t target = *find(next.type, next.name);
            told_any = true;
            deliver(next);
            if (states_[target] == State::failed || states_[target] == State::skipped) {
                attempt.result.status = Status::failed;
                attempt.result.reason = address(catalog_.resources[target]) + ", which comes before, failed";
                return;
            }
        }
        if (told_any && !scene_.planning)
            attempt = look(attempt.at, attempt.result.action, source);
    }

    /// A failure that the resource says to ignore; a sensitive resource's values.
    void cover(const Resource& resource, Result& result) const
    {
        if (resource.sensitive) {
            result.hint.clear();
            for (Change& change : result.changes) {
                change.from = change.from.empty() ? "" : hidden;
                change.to = change.to.empty() ? "" : hidden;
            }
            if (result.status == Status::failed) {
                result.reason = "it failed; why is not told of a sensitive resource";
            }
        }
        if (result.status != Status::failed || !resource.ignore_failure)
            return;
        scene_.host.say(fmt::format("{} failed, which is ignored: {}", address(resource), result.reason));
        result.status = Status::unchanged;
        result.effect = Effect::none;
        result.changes.clear();
        result.reason = "ignored: " + result.reason;
    }

    /// The resource that is next in order, and those behind it that may be worked on at the same time.
    std::span<const std::size_t> independent_from(std::size_t next) const
    {
        const auto rest = std::span(graph_.order).subspan(next);
        const std::size_t most = parallel_ > 1 ? std::min<std::size_t>(64UL * parallel_, rest.size()) : 1;
        std::vector<Mentions> group;
        while (group.size() < most && is_engine_work(rest[group.size()])) {
            const std::size_t at = rest[group.size()];
            Mentions mentions(catalog_.resources[at]);
            if (std::ranges::any_of(group, [&](const Mentions& other) { return mentions.touches(other); }) ||
                std::ranges::any_of(rest.first(group.size()), [&](std::size_t before) { return leads(before, at); }))
                break;
            group.push_back(std::move(mentions));
        }
        return rest.first(std::max<std::size_t>(group.size(), 1));
    }

    /// Work for the engine alone, which nothing else has a part in.
    bool is_engine_work(std::size_t at) const
    {
        const Resource& resource = catalog_.resources[at];
        return (resource.type == "docker_container" || resource.type == "docker_image") && resource.guards.empty() &&
               resource.actions.size() <= 1 && refreshes_[at].empty() && resource.retries == 0 && !resource.noop &&
               !has_hooks(resource) && std::ranges::none_of(resource.notifications, &Notification::before);
    }

    /// Whether what becomes of one resource has a say in the other.
    bool leads(std::size_t before, std::size_t at) const
    {
        const auto& needed = graph_.dependencies[at];
        return std::ranges::find(needed, before) != needed.end() ||
               std::ranges::any_of(catalog_.resources[before].notifications, [&](const Notification& told) {
                   return told.immediately || (told.target.type == catalog_.resources[at].type &&
                                               told.target.name == catalog_.resources[at].name);
               });
    }

    /// While some are being worked on, the next one is looked at.
    void visit_together(std::span<const std::size_t> group)
    {
        std::vector<Attempt> attempts;
        attempts.reserve(group.size()); // so that they stay where they are
        Crew crew(parallel_, group.size());
        for (const std::size_t at : group) {
            const Resource& resource = catalog_.resources[at];
            const std::string action = resource.actions.empty()
                                           ? std::string(find_resource_type(resource.type)->actions.front())
                                           : resource.actions[0];
            if (depends_on_failure(at, action))
                continue;
            Attempt& attempt = attempts.emplace_back(look(at, action, ""));
            if (!attempt.step.perform) {
                work(attempt);
                continue;
            }
            if (!may_change(attempt)) {
                attempts.pop_back();
                break;
            }
            attempt.job = crew.add([this, &attempt] { work(attempt); });
        }
        for (Attempt& attempt : attempts) {
            if (attempt.job)
                crew.await(*attempt.job);
            conclude(std::move(attempt));
        }
    }

    /// Keeps a result and the notifications of a change, and delivers those that cannot wait.
    void finish(std::size_t at, Result result, const std::vector<Pending>& expected = {})
    {
        const Resource& resource = catalog_.resources[at];
        std::vector<Pending> caused;
        std::vector<Pending> immediate;
        if (result.status == Status::changed)
            for (const Notification& told : resource.notifications)
                if (!told.before)
                    notify(told, resource, told.immediately ? immediate : caused);
        std::vector<Pending> all = caused;
        all.insert(all.end(), immediate.begin(), immediate.end());
        record([&](Journal& journal) { journal.record(result, all, expected); });
        if (on_result_)
            on_result_(result);
        report_.results.push_back(std::move(result));
        for (const Pending& next : immediate)
            deliver(next);
    }

    static Pending pending_of(const Notification& told, const Resource& source)
    {
        Pending pending{
            .type = told.target.type, .name = told.target.name, .action = told.action, .source = address(source)};
        if (pending.action.empty())
            pending.action = find_resource_type(pending.type)->refresh;
        return pending;
    }

    void notify(const Notification& told, const Resource& source, std::vector<Pending>& caused)
    {
        const std::size_t target = *find(told.target.type, told.target.name);
        const Pending pending = pending_of(told, source);
        const bool is_refresh = told.action.empty();
        caused.push_back(pending);
        if (told.immediately)
            return;
        if (is_refresh && states_[target] == State::waiting)
            refreshes_[target].push_back(pending);
        else if (std::ranges::find(delayed_, pending) == delayed_.end())
            delayed_.push_back(pending);
    }

    /// What others' changes ask of a resource at its turn. One that has just changed has seen their changes.
    void refresh(std::size_t at)
    {
        if (refreshes_[at].empty())
            return;
        const Pending first = refreshes_[at].front();
        if (states_[at] == State::changed)
            settle(first);
        else
            deliver(first);
    }

    void settle(const Pending& notification)
    {
        record([&](Journal& journal) { journal.delivered(notification); });
    }

    /// Whether the work of an attempt may begin; what it will cause stands in the journal then.
    bool may_change(Attempt& attempt)
    {
        const Resource& resource = catalog_.resources[attempt.at];
        if (attempt.result.status != Status::failed && attempt.step.effect != Effect::none)
            for (const Notification& told : resource.notifications)
                if (!told.before)
                    attempt.expected.push_back(pending_of(told, resource));
        record([&](Journal& journal) {
            journal.begin();
            journal.expect(attempt.expected);
        });
        return !unrecorded_ || at_end_;
    }

    /// Where the journal takes nothing more (a full disk), nothing more is changed; notifications that it does not have
    /// are this run's to deliver.
    template <class Function>
    void record(Function function)
    {
        if (journal_ == nullptr || unrecorded_)
            return;
        try {
            function(*journal_);
        } catch (const Error& error) {
            unrecorded_ = error;
        }
    }

    /// A notification that fails, or whose target cannot be touched, stays pending for the next run.
    void deliver(const Pending& notification)
    {
        const std::size_t at = *find(notification.type, notification.name);
        if (catalog_.resources[at].noop) {
            tell(at, notification.action, notification.source);
            return settle(notification);
        }
        // What only a recipe's end has skipped is notified nevertheless, as Chef does it.
        const bool is_skipped = states_[at] == State::skipped && !catalog_.resources[at].ends_with_recipe;
        if (states_[at] == State::failed || is_skipped ||
            ++deliveries_[notification.type + ' ' + notification.name] > most_deliveries)
            return; // two that notify each other would go on for ever
        const State before = states_[at];
        const bool outside = scene_.refreshing;
        scene_.refreshing = true;
        const bool refused = refuses(at, notification.action, notification.source);
        const bool done = refused ? states_[at] == State::guarded : take(at, notification.action, notification.source);
        scene_.refreshing = outside;
        if (done)
            settle(notification);
        if (done && states_[at] == State::guarded)
            states_[at] = before;
    }

    const Catalog& catalog_;
    ResourceGraph graph_;
    Scene scene_;
    Journal* journal_;
    const OnResult& on_result_;
    unsigned parallel_;
    std::vector<State> states_;
    std::vector<Pending> owed_;
    std::vector<std::vector<Pending>> refreshes_;
    std::deque<Pending> delayed_;
    std::map<std::string, int> deliveries_;
    bool at_end_ = false;             ///< only notifications are left
    std::optional<Error> unrecorded_; ///< why the journal takes nothing more
    Report report_;
};

} // namespace

Report plan(const Catalog& catalog, Host& host, const OnResult& on_result, RunOptions options)
{
    return Run(catalog, host, nullptr, on_result, options).run();
}

Report apply(const Catalog& catalog, Host& host, Journal& journal, const OnResult& on_result, RunOptions options)
{
    return Run(catalog, host, &journal, on_result, options).run();
}

} // namespace dfriends::converge
