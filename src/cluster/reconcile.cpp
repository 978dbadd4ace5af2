// SPDX-License-Identifier: Apache-2.0
#include "cluster/reconcile.hpp"

#include "cluster/scheduler.hpp"

#include <algorithm>
#include <set>

namespace dfriends::cluster {

namespace {

using Local = std::map<std::string, LocalUnit>;

class Planner {
  public:
    Planner(const std::map<std::string, Wanted>& wanted, const Local& local) : wanted_(wanted), local_(local) {}

    std::vector<Step> plan()
    {
        for (const auto& [name, unit] : local_)
            if (!wanted_.contains(name))
                add(unit.is_supervised ? Step::Kind::stop : Step::Kind::remove, name);
        find_launched();
        for (const auto& [name, wish] : wanted_)
            plan_unit(name, wish);
        return std::move(steps_);
    }

  private:
    void add(Step::Kind kind, const std::string& unit) { steps_.push_back({kind, unit}); }

    const LocalUnit* find(const std::string& name) const
    {
        const auto found = local_.find(name);
        return found == local_.end() || !wanted_.contains(name) ? nullptr : &found->second;
    }

    /// Those that are to run: by wish, and those that they pull in.
    void find_launched()
    {
        std::vector<std::string> open;
        for (const auto& [name, wish] : wanted_)
            if (wish.launched)
                open.push_back(name);
        while (!open.empty()) {
            const std::string name = open.back();
            open.pop_back();
            if (!launched_.insert(name).second)
                continue;
            if (const LocalUnit* unit = find(name))
                for (const auto* list :
                     {&unit->dependencies.requires_units, &unit->dependencies.wants, &unit->dependencies.binds_to})
                    for (const std::string& other : *list)
                        if (wanted_.contains(other))
                            open.push_back(other);
        }
    }

    void plan_unit(const std::string& name, const Wanted& wish)
    {
        const LocalUnit* unit = find(name);
        const bool stale = unit == nullptr || unit->hash != wish.hash;
        if (stale)
            return add(unit != nullptr && unit->is_supervised ? Step::Kind::stop : Step::Kind::load, name);
        if (!launched_.contains(name)) {
            if (unit->is_supervised)
                add(Step::Kind::stop, name);
            else if (unit->is_launched)
                add(Step::Kind::reset, name);
            return;
        }
        if (unit->is_supervised) {
            if (must_follow_down(*unit))
                add(Step::Kind::stop, name);
        } else if (!unit->is_launched || unit->state.is_alive()) { // alive without supervisor: that one was killed
            if (may_start(name, *unit))
                start(name, *unit);
        }
    }

    /// A unit that it is bound to has ended, or one that it is a part of was stopped.
    bool must_follow_down(const LocalUnit& unit) const
    {
        const auto has_ended = [&](const std::string& other) {
            const LocalUnit* found = find(other);
            return found != nullptr && found->is_launched && !found->state.is_alive();
        };
        const auto is_stopped = [&](const std::string& other) {
            return find(other) != nullptr && !launched_.contains(other);
        };
        return std::ranges::any_of(unit.dependencies.binds_to, has_ended) ||
               std::ranges::any_of(unit.dependencies.part_of, is_stopped);
    }

    bool may_start(const std::string& name, const LocalUnit& unit) const
    {
        for (const std::string& other : unit.dependencies.after)
            if (is_on_its_way(other) && !names(find(other), name))
                return false;
        for (const auto* list : {&unit.dependencies.requires_units, &unit.dependencies.binds_to})
            for (const std::string& other : *list)
                if (const LocalUnit* found = find(other); found != nullptr && found->state.active == "failed")
                    return false;
        return true;
    }

    /// It is to run here and has not got there yet.
    bool is_on_its_way(const std::string& name) const
    {
        const LocalUnit* unit = find(name);
        if (!launched_.contains(name))
            return false;
        return unit == nullptr || !unit->is_launched || unit->state.active == "activating";
    }

    /// After= both ways is a circle: then order means nothing.
    static bool names(const LocalUnit* unit, const std::string& other)
    {
        return unit != nullptr && std::ranges::find(unit->dependencies.after, other) != unit->dependencies.after.end();
    }

    void start(const std::string& name, const LocalUnit& unit)
    {
        for (const auto& [other, there] : local_)
            if (other != name && there.is_supervised &&
                (lists(unit.dependencies.conflicts, other) || lists(there.dependencies.conflicts, name)))
                add(Step::Kind::stop, other);
        add(Step::Kind::start, name);
    }

    static bool lists(const std::vector<std::string>& names, const std::string& name)
    {
        return std::ranges::find(names, name) != names.end();
    }

    const std::map<std::string, Wanted>& wanted_;
    const Local& local_;
    std::set<std::string> launched_;
    std::vector<Step> steps_;
};

} // namespace

std::map<std::string, Wanted> wanted_of(const Snapshot& snapshot, const Member& member)
{
    const std::set<std::string> global = global_units_of(snapshot, member);
    std::map<std::string, Wanted> wanted;
    for (const auto& [name, job] : snapshot.jobs) {
        const bool placed = job.target == member.id && !job.requirements.global;
        if ((placed || global.contains(name)) && job.target_state != TargetState::inactive)
            wanted.emplace(name, Wanted{job.text, job.hash, job.target_state == TargetState::launched});
    }
    return wanted;
}

std::vector<Step> plan(const std::map<std::string, Wanted>& wanted, const std::map<std::string, LocalUnit>& local)
{
    return Planner(wanted, local).plan();
}

} // namespace dfriends::cluster
