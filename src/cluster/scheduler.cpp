// SPDX-License-Identifier: Apache-2.0
#include "cluster/scheduler.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace dfriends::cluster {

namespace {

/// Who is where, while decisions are made.
using Places = std::map<std::string, std::set<std::string>>;

bool is_wanted(const Job& job)
{
    return job.target_state != TargetState::inactive;
}

/// The unit among those present that one of both sides does not want to be with.
std::optional<std::string> find_conflict(const Job& job, const std::set<std::string>& present, const Snapshot& snapshot)
{
    for (const std::string& name : present) {
        if (name == job.name)
            continue;
        const auto other = snapshot.jobs.find(name);
        if (job.requirements.repels(name) ||
            (other != snapshot.jobs.end() && other->second.requirements.repels(job.name)))
            return name;
    }
    return std::nullopt;
}

bool replaces(const Job& job, const std::string& other)
{
    return std::ranges::any_of(job.requirements.replaces,
                               [&](const std::string& glob) { return unit_glob_match(glob, other); });
}

/// A unit among those present that replaces this one; of a pair that replace each other neither does.
std::optional<std::string> find_successor(const Job& job, const std::set<std::string>& present,
                                          const Snapshot& snapshot)
{
    for (const std::string& name : present) {
        const auto other = snapshot.jobs.find(name);
        if (name != job.name && other != snapshot.jobs.end() && replaces(other->second, job.name) &&
            !replaces(job, name))
            return name;
    }
    return std::nullopt;
}

/// The missing piece of metadata, "region=eu or region=us".
std::optional<std::string> find_missing_metadata(const Requirements& requirements, const Member& member)
{
    for (const auto& [key, values] : requirements.machine_metadata) {
        const auto has = member.metadata.find(key);
        if (has != member.metadata.end() && values.contains(has->second))
            continue;
        std::vector<std::string> wanted;
        for (const std::string& value : values)
            wanted.push_back(key + "=" + value);
        return join(wanted, " or ");
    }
    return std::nullopt;
}

Places places_of(const Snapshot& snapshot)
{
    Places places;
    for (const auto& [id, member] : snapshot.members) {
        places[id] = {};
        for (const auto& [name, job] : snapshot.jobs)
            if (job.target == id && !job.requirements.global)
                places[id].insert(name);
    }
    return places;
}

void add_global_units(const Snapshot& snapshot, Places& places)
{
    for (const auto& [id, member] : snapshot.members)
        places[id].merge(global_units_of(snapshot, member));
}

/// Why a placed unit must leave its machine; nothing where it may stay.
std::optional<std::string> reason_to_leave(const Job& job, const Places& places, const Snapshot& snapshot)
{
    if (!is_wanted(job))
        return "it is not wanted any more";
    if (job.requirements.global)
        return "it runs on every machine now";
    const auto member = snapshot.members.find(job.target);
    if (member == snapshot.members.end())
        return "the machine is gone";
    return find_refusal(job, member->second, places.at(job.target), snapshot);
}

/// Those who give way where a unit with Replaces= comes.
void replace_units(const Job& job, const std::string& machine, Places& places, const Snapshot& snapshot,
                   std::vector<Decision>& decisions)
{
    std::erase_if(places[machine], [&](const std::string& name) {
        const auto other = snapshot.jobs.find(name);
        if (name == job.name || other == snapshot.jobs.end() || other->second.target != machine ||
            !replaces(job, name) || replaces(other->second, job.name))
            return false;
        decisions.push_back({name, machine, true, "'" + job.name + "' replaces it"});
        return true;
    });
}

/// The machine for a unit, or nothing.
const std::string* choose(const Job& job, const Places& places, const Snapshot& snapshot)
{
    const std::string* best = nullptr;
    for (const auto& [id, present] : places) // in the order of ids: the first of equals is the smallest
        if (!find_refusal(job, snapshot.members.at(id), present, snapshot) &&
            (best == nullptr || present.size() < places.at(*best).size()))
            best = &id;
    return best;
}

} // namespace

std::optional<std::string> find_refusal(const Job& job, const Member& member, const std::set<std::string>& present,
                                        const Snapshot& snapshot)
{
    const Requirements& requirements = job.requirements;
    if (requirements.machine_id && *requirements.machine_id != member.id &&
        *requirements.machine_id != member.id.substr(0, 8))
        return "it wants machine '" + *requirements.machine_id + "'";
    if (const auto missing = find_missing_metadata(requirements, member))
        return "the machine has no metadata " + *missing;
    for (const std::string& peer : requirements.machine_of)
        if (!present.contains(peer))
            return "'" + peer + "', which it must be with, is not there";
    if (const auto successor = find_successor(job, present, snapshot))
        return "'" + *successor + "' replaces it there";
    if (const auto conflict = find_conflict(job, present, snapshot))
        return "conflicts with '" + *conflict + "'";
    return std::nullopt;
}

std::set<std::string> global_units_of(const Snapshot& snapshot, const Member& member)
{
    std::set<std::string> present;
    for (const auto& [name, job] : snapshot.jobs)
        if (job.target == member.id && !job.requirements.global)
            present.insert(name);
    std::set<std::string> found;
    for (const auto& [name, job] : snapshot.jobs)
        if (job.requirements.global && is_wanted(job) && !find_refusal(job, member, present, snapshot)) {
            found.insert(name);
            present.insert(name);
        }
    return found;
}

std::vector<Decision> schedule(const Snapshot& snapshot)
{
    std::vector<Decision> decisions;
    Places places = places_of(snapshot);
    std::set<std::string> unplaced;
    // Of two that conflict, the one with the greater name leaves; who lost a peer leaves in the pass after.
    for (const auto& [name, job] : snapshot.jobs | std::views::reverse) {
        if (job.target.empty()) {
            unplaced.insert(name);
        } else if (const auto reason = reason_to_leave(job, places, snapshot)) {
            decisions.push_back({name, job.target, true, *reason});
            places[job.target].erase(name);
            unplaced.insert(name);
        }
    }
    std::erase_if(places, [&](const auto& place) { return !snapshot.members.contains(place.first); });
    add_global_units(snapshot, places);
    std::erase_if(unplaced, [&](const std::string& name) {
        const Job& job = snapshot.jobs.at(name);
        return !is_wanted(job) || job.requirements.global;
    });
    for (bool progressed = true; progressed;) { // again, since a unit may wait for its peer
        progressed = false;
        for (auto name = unplaced.begin(); name != unplaced.end();) {
            const Job& job = snapshot.jobs.at(*name);
            if (const std::string* machine = choose(job, places, snapshot)) {
                replace_units(job, *machine, places, snapshot, decisions);
                decisions.push_back({*name, *machine, false, {}});
                places[*machine].insert(*name);
                name = unplaced.erase(name);
                progressed = true;
            } else {
                ++name;
            }
        }
    }
    std::vector<Decision> ordered;
    for (const bool leaves : {true, false})
        std::ranges::copy_if(decisions, std::back_inserter(ordered),
                             [&](const Decision& decision) { return decision.leaves == leaves; });
    return ordered;
}

std::vector<std::string> explain(const Snapshot& snapshot, const Job& job)
{
    Places places = places_of(snapshot);
    add_global_units(snapshot, places);
    std::vector<std::string> reasons;
    for (const auto& [id, member] : snapshot.members)
        if (const auto refusal = find_refusal(job, member, places.at(id), snapshot))
            reasons.push_back(fmt::format("{} ({}): {}", member.host_name.empty() ? id.substr(0, 8) : member.host_name,
                                          member.public_ip.empty() ? "no address" : member.public_ip, *refusal));
    if (snapshot.members.empty())
        reasons.emplace_back("there is no machine: start 'dfriends cluster agent' on one");
    return reasons;
}

} // namespace dfriends::cluster
