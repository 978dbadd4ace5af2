// SPDX-License-Identifier: Apache-2.0
#include "converge/run.hpp"

#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/guard.hpp"
#include "converge/providers/replace_container.hpp"
#include "converge/providers/start_container.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <span>
#include <thread>

namespace dfriends::converge {

namespace {

using std::chrono::steady_clock;

/// Whether a text of a value has a name in it.
bool has_name(const Value& value, const std::string& name)
{
    if (const auto* text = std::get_if<std::string>(&value.content))
        return text->find(name) != std::string::npos;
    if (const auto* list = std::get_if<Value::List>(&value.content))
        return std::ranges::any_of(*list, [&](const Value& item) { return has_name(item, name); });
    if (const auto* map = std::get_if<Value::Map>(&value.content))
        return std::ranges::any_of(*map, [&](const Member& member) { return has_name(member.value, name); });
    return false;
}

/// Whether a resource may have to do with a thing of that name: a link, a volume, an image.
bool mentions(const Resource& resource, const std::string& name)
{
    return resource.name == name || std::ranges::any_of(resource.attributes, [&](const auto& attribute) {
               return has_name(attribute.second, name);
           });
}

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
          states_(catalog.resources.size(), State::waiting), refreshes_(catalog.resources.size())
    {
    }

    Report run()
    {
        if (journal_ != nullptr)
            for (const Pending& left : journal_->pending())
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
            journal_->delivered(left);
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
            if (!take(at, action, ""))
                return;
        refresh(at);
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
        std::chrono::milliseconds spent{0};
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
        if (result.type == "docker_container" && result.status == Status::changed &&
            (result.effect == Effect::create || result.effect == Effect::replace))
            scene_.made_anew.insert(container_name(catalog_.resources[attempt.at]));
        scene_.engine_to_come |= result.type == "docker_engine" && result.status == Status::changed;
        result.duration = attempt.spent;
        const bool failed = result.status == Status::failed;
        finish(attempt.at, std::move(result));
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
        if (attempt.step.perform && !may_change())
            return false;
        work(attempt);
        for (std::int64_t left = resource.retries;
             left > 0 && attempt.result.status == Status::failed && !scene_.planning; --left) {
            scene_.host.say(fmt::format("{} failed, again in {} s: {}", address(resource), resource.retry_delay,
                                        resource.sensitive ? hidden : attempt.result.reason));
            scene_.host.pause(std::chrono::seconds(resource.retry_delay));
            scene_.host.docker().forget();
            attempt = look(at, action, source);
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
        std::size_t count = 0;
        while (count < rest.size() && count < 16UL * parallel_ && parallel_ > 1 &&
               may_join(rest.first(count), rest[count]))
            ++count;
        return rest.first(std::max<std::size_t>(count, 1));
    }

    /// Work for the engine alone, without guards, and for things that none of the group has to do with.
    bool may_join(std::span<const std::size_t> group, std::size_t at) const
    {
        const Resource& resource = catalog_.resources[at];
        if ((resource.type != "docker_container" && resource.type != "docker_image") || !resource.guards.empty() ||
            resource.actions.size() > 1 || !refreshes_[at].empty() || resource.retries > 0 || has_hooks(resource) ||
            std::ranges::any_of(resource.notifications, &Notification::before))
            return false;
        return std::ranges::none_of(group, [&](std::size_t other) {
            const Resource& before = catalog_.resources[other];
            return std::ranges::find(graph_.dependencies[at], other) != graph_.dependencies[at].end() ||
                   mentions(resource, before.name) || mentions(before, resource.name) ||
                   container_name(resource) == container_name(before) || mentions(resource, container_name(before)) ||
                   std::ranges::any_of(before.notifications, [&](const Notification& told) {
                       return told.immediately ||
                              (told.target.type == resource.type && told.target.name == resource.name);
                   });
        });
    }

    void visit_together(std::span<const std::size_t> group)
    {
        std::vector<Attempt> attempts;
        for (const std::size_t at : group) {
            const Resource& resource = catalog_.resources[at];
            const std::string action = resource.actions.empty()
                                           ? std::string(find_resource_type(resource.type)->actions.front())
                                           : resource.actions[0];
            if (!depends_on_failure(at, action))
                attempts.push_back(look(at, action, ""));
        }
        std::atomic<std::size_t> next = 0;
        const auto worker = [&] {
            for (std::size_t mine = next++; mine < attempts.size(); mine = next++)
                work(attempts[mine]);
        };
        const auto busy = std::ranges::count_if(attempts, [](const Attempt& one) { return bool(one.step.perform); });
        if (busy > 0 && !may_change())
            return;
        {
            std::vector<std::jthread> further;
            for (unsigned count = 1; count < std::min<unsigned>(parallel_, static_cast<unsigned>(busy)); ++count)
                further.emplace_back(worker);
            worker();
        }
        for (Attempt& attempt : attempts)
            conclude(std::move(attempt));
    }

    /// Keeps a result and the notifications of a change, and delivers those that cannot wait.
    void finish(std::size_t at, Result result)
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
        record([&](Journal& journal) { journal.record(result, all); });
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

    bool may_change()
    {
        record([](Journal& journal) { journal.begin(); });
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
