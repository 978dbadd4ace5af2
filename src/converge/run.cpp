// SPDX-License-Identifier: Apache-2.0
#include "converge/run.hpp"

#include "converge/attributes.hpp"
#include "converge/guard.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace dfriends::converge {

namespace {

using std::chrono::steady_clock;

/// One run over a catalog. Resources are known by their index.
class Run {
  public:
    Run(const Catalog& catalog, Host& host, Journal* journal, const OnResult& on_result)
        : catalog_(catalog), graph_(order_resources(catalog)), scene_{.host = host, .planning = journal == nullptr},
          journal_(journal), on_result_(on_result), states_(catalog.resources.size(), State::waiting),
          refreshes_(catalog.resources.size())
    {
    }

    Report run()
    {
        if (journal_ != nullptr)
            for (const Pending& left : journal_->pending())
                take_over(left);
        for (const std::size_t at : graph_.order)
            visit(at);
        while (!delayed_.empty()) {
            const Pending next = delayed_.front();
            delayed_.pop_front();
            deliver(next);
        }
        return std::move(report_);
    }

  private:
    static constexpr int most_deliveries = 100;
    enum class State { waiting, unchanged, changed, failed, guarded };

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
        states_[at] = State::unchanged;
        for (const std::size_t needed : graph_.dependencies[at])
            if (states_[needed] == State::failed)
                return skip(at, actions.front(), needed);
        if (refuses(at, actions.front(), ""))
            return;
        for (const std::string& action : actions)
            if (!take(at, action, ""))
                return;
        refresh(at);
    }

    void skip(std::size_t at, const std::string& action, std::size_t needed)
    {
        states_[at] = State::failed; // for those that require this one
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
            result.reason = *refusal;
        } catch (const Error& error) {
            fail(at, result, error.what(), error.hint());
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

    /// One action of a resource; false where it failed.
    bool take(std::size_t at, const std::string& action, const std::string& source)
    {
        Result result = result_of(at, action, source);
        const auto begun = steady_clock::now();
        try {
            Step step = examine(catalog_.resources[at], action, scene_);
            result.effect = step.effect;
            result.changes = step.changes;
            if (changes(step)) {
                result.status = Status::changed;
                states_[at] = State::changed;
            } else {
                result.effect = Effect::none;
            }
        } catch (const Error& error) {
            fail(at, result, error.what(), error.hint());
        } catch (const std::exception& error) {
            fail(at, result, error.what(), "");
        }
        scene_.engine_to_come |= result.type == "docker_engine" && result.status == Status::changed;
        result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun);
        const bool failed = result.status == Status::failed;
        finish(at, std::move(result));
        return !failed;
    }

    /// Does the step's work, unless this is a plan; whether anything changes by it.
    bool changes(const Step& step) const
    {
        if (scene_.planning || !step.perform)
            return step.effect != Effect::none;
        const std::string before = step.probe ? step.probe() : "";
        step.perform();
        return step.effect != Effect::none && (!step.probe || step.probe() != before);
    }

    /// Keeps a result and the notifications of a change, and delivers those that cannot wait.
    void finish(std::size_t at, Result result)
    {
        const Resource& resource = catalog_.resources[at];
        std::vector<Pending> caused;
        std::vector<Pending> immediate;
        if (result.status == Status::changed)
            for (const Notification& told : resource.notifications)
                notify(told, resource, told.immediately ? immediate : caused);
        std::vector<Pending> all = caused;
        all.insert(all.end(), immediate.begin(), immediate.end());
        if (journal_ != nullptr)
            journal_->record(result, all);
        if (on_result_)
            on_result_(result);
        report_.results.push_back(std::move(result));
        for (const Pending& next : immediate)
            deliver(next);
    }

    void notify(const Notification& told, const Resource& source, std::vector<Pending>& caused)
    {
        const std::size_t target = *find(told.target.type, told.target.name);
        Pending pending{
            .type = told.target.type, .name = told.target.name, .action = told.action, .source = address(source)};
        const bool is_refresh = pending.action.empty();
        if (is_refresh)
            pending.action = find_resource_type(pending.type)->refresh;
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
        if (journal_ != nullptr)
            journal_->delivered(notification);
    }

    /// A notification that fails, or whose target cannot be touched, stays pending for the next run.
    void deliver(const Pending& notification)
    {
        const std::size_t at = *find(notification.type, notification.name);
        if (states_[at] == State::failed ||
            ++deliveries_[notification.type + ' ' + notification.name] > most_deliveries)
            return; // two that notify each other would go on for ever
        const State before = states_[at];
        scene_.refreshing = true;
        const bool refused = refuses(at, notification.action, notification.source);
        const bool done = refused ? states_[at] == State::guarded : take(at, notification.action, notification.source);
        scene_.refreshing = false;
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
    std::vector<State> states_;
    std::vector<std::vector<Pending>> refreshes_;
    std::deque<Pending> delayed_;
    std::map<std::string, int> deliveries_;
    Report report_;
};

} // namespace

Report plan(const Catalog& catalog, Host& host, const OnResult& on_result)
{
    return Run(catalog, host, nullptr, on_result).run();
}

Report apply(const Catalog& catalog, Host& host, Journal& journal, const OnResult& on_result)
{
    return Run(catalog, host, &journal, on_result).run();
}

} // namespace dfriends::converge
