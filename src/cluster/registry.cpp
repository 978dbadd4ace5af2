// SPDX-License-Identifier: Apache-2.0
#include "cluster/registry.hpp"

#include "base/text.hpp"
#include "cluster/registry_wire.hpp"
#include "crypto/random.hpp"

namespace dfriends::cluster {

namespace {

constexpr std::string_view prefix = "/_coreos.com/fleet";

// Codes of etcd's v2 API.
constexpr int key_not_found = 100, compare_failed = 101, node_exists = 105;

std::string key_of(std::string_view rest)
{
    return fmt::format("{}/{}", prefix, rest);
}

template <class... Parts>
std::string key_of(std::string_view first, Parts... rest)
{
    std::string key = key_of(first);
    ((key += "/", key += rest), ...);
    return key;
}

bool is_refused(const etcd::V2Answer& answer, int code)
{
    return answer.refusal && answer.refusal->code == code;
}

/// Calls with the parts of each key below the prefix and its value.
template <class Function>
void for_each_key(const etcd::V2Node& node, const Function& function)
{
    if (!node.dir && node.key.size() > prefix.size())
        function(split(std::string_view(node.key).substr(prefix.size() + 1), '/'), node.value);
    for (const etcd::V2Node& child : node.nodes)
        for_each_key(child, function);
}

TargetState target_state_of(std::string_view word)
{
    return word == "launched" ? TargetState::launched : word == "loaded" ? TargetState::loaded : TargetState::inactive;
}

using Parts = std::vector<std::string_view>;

/// Puts one key's value where it belongs; keys that are not ours to know are overlooked.
void take_key(Snapshot& snapshot, std::map<std::string, std::string>& texts, const Parts& parts,
              const std::string& value)
{
    if (parts.size() == 2 && parts[0] == "unit") {
        texts.emplace(parts[1], decode_unit_text(value));
    } else if (parts.size() == 3 && parts[0] == "machines" && parts[2] == "object") {
        if (auto member = decode_member(value))
            snapshot.members.insert_or_assign(member->id, *member);
    } else if (parts.size() == 3 && parts[0] == "states") {
        if (const auto report = decode_report(value))
            snapshot.reports.emplace(std::pair(parts[1], parts[2]), *report);
    } else if (parts.size() == 3 && parts[0] == "job") {
        Job& job = snapshot.jobs[std::string(parts[1])];
        if (parts[2] == "object") {
            job.name = parts[1];
            job.hash = decode_job_hash(value);
        } else if (parts[2] == "target-state") {
            job.target_state = target_state_of(value);
        } else if (parts[2] == "target") {
            job.target = value;
        } else if (parts[2] == "job-state") {
            job.job_state = value;
        }
    }
}

} // namespace

std::string_view name(TargetState state)
{
    switch (state) {
    case TargetState::inactive:
        return "inactive";
    case TargetState::loaded:
        return "loaded";
    case TargetState::launched:
        return "launched";
    }
    return "";
}

const Report* Snapshot::find_report(const Job& job) const
{
    const auto found = reports.find({job.name, job.target});
    return found == reports.end() ? nullptr : &found->second;
}

std::string_view current_state(const Snapshot& snapshot, const Job& job)
{
    if (job.target.empty() || snapshot.find_report(job) == nullptr)
        return "inactive";
    return job.job_state == job.target ? "launched" : "loaded";
}

std::string machine_legend(const std::string& id, const Member* member, bool full)
{
    std::string legend = full ? id : id.substr(0, 8) + "...";
    if (member != nullptr && !member->public_ip.empty())
        legend += "/" + member->public_ip;
    return legend;
}

Registry::Registry(const std::vector<std::string>& endpoints) : client_(endpoints, std::chrono::seconds(3)) {}

const Requirements& Registry::requirements_of(const Job& job)
{
    const std::string key = job.name + " " + job.hash;
    if (const auto known = requirements_.find(key); known != requirements_.end())
        return known->second;
    Requirements requirements;
    try {
        Warnings ignored;
        requirements = Requirements::read(UnitFile::parse(job.text, job.name), parse_unit_name(job.name), ignored);
    } catch (const Error&) { // others may have written it: then it asks for nothing, and its machine says why
    }
    return requirements_.emplace(key, std::move(requirements)).first->second;
}

net::Task<Snapshot> Registry::read()
{
    Snapshot snapshot;
    const etcd::V2Answer answer = co_await client_.get(std::string(prefix), true, false, true);
    if (is_refused(answer, key_not_found)) {
        snapshot.index = answer.refusal->index;
        co_return snapshot;
    }
    const etcd::V2Event& event = answer.value();
    snapshot.index = event.index;
    std::map<std::string, std::string> texts;
    for_each_key(event.node,
                 [&](const Parts& parts, const std::string& value) { take_key(snapshot, texts, parts, value); });
    std::erase_if(snapshot.jobs, [](const auto& job) { return job.second.name.empty(); }); // half removed
    for (auto& [name, job] : snapshot.jobs) {
        job.text = texts[job.hash];
        job.requirements = requirements_of(job);
        try {
            job.description = UnitFile::parse(job.text, name).description();
        } catch (const Error&) {
        }
    }
    co_return snapshot;
}

net::Task<std::uint64_t> Registry::wait_for_change(std::uint64_t index)
{
    const etcd::V2Answer answer = co_await client_.watch(std::string(prefix), true, index);
    if (answer.refusal)
        co_return answer.refusal->index + 1; // the history does not go back so far
    co_return answer.event.node.modified + 1;
}

net::Task<> Registry::put(std::string key, std::string value)
{
    const etcd::V2Answer answer = co_await client_.put(std::move(key), std::move(value), std::nullopt);
    (void)answer.value();
}

/// What is gone already is no fault.
net::Task<> Registry::remove(std::string key, bool recursive, etcd::V2Condition condition)
{
    const etcd::V2Answer answer = co_await client_.remove(std::move(key), recursive, recursive, std::move(condition));
    if (!is_refused(answer, key_not_found) && !is_refused(answer, compare_failed))
        (void)answer.value();
}

net::Task<> Registry::create_job(std::string name, std::string text, TargetState state)
{
    const UnitFile file = UnitFile::parse(text, name);
    co_await put(key_of("unit", file.hash()), encode_unit_text(file.canonical()));
    const etcd::V2Answer answer = co_await client_.put(key_of("job", name, "object"), encode_job(name, file.hash()),
                                                       std::nullopt, {.exists = false});
    if (is_refused(answer, node_exists))
        throw Error(ErrorKind::conflict, "unit '{}' exists already", name);
    (void)answer.value();
    co_await set_target_state(name, state);
}

net::Task<> Registry::replace_job(std::string name, std::string text)
{
    const UnitFile file = UnitFile::parse(text, name);
    co_await put(key_of("unit", file.hash()), encode_unit_text(file.canonical()));
    co_await put(key_of("job", name, "object"), encode_job(name, file.hash()));
}

net::Task<> Registry::set_target_state(std::string unit, TargetState state)
{
    co_await put(key_of("job", unit, "target-state"), std::string(name(state)));
}

net::Task<> Registry::remove_job(std::string name)
{
    co_await remove(key_of("job", name), true);
}

net::Task<bool> Registry::place(std::string unit, std::string machine)
{
    const etcd::V2Answer answer =
        co_await client_.put(key_of("job", unit, "target"), machine, std::nullopt, {.exists = false});
    co_return !answer.refusal;
}

net::Task<bool> Registry::displace(std::string unit, std::string machine)
{
    const etcd::V2Answer answer =
        co_await client_.remove(key_of("job", unit, "target"), false, false, {.prev_value = machine});
    co_return !answer.refusal;
}

net::Task<std::optional<Member>> Registry::announce(Member member, std::uint64_t ttl)
{
    const std::string key = key_of("machines", member.id, "object");
    for (;;) {
        const etcd::V2Answer made = co_await client_.put(key, encode_member(member), ttl, {.exists = false});
        if (!is_refused(made, node_exists)) {
            (void)made.value();
            co_return std::nullopt;
        }
        const etcd::V2Answer held = co_await client_.get(key);
        if (is_refused(held, key_not_found))
            continue;
        const auto other = decode_member(held.value().node.value);
        if (other && (other->boot_id != member.boot_id || other->host_name != member.host_name))
            co_return other;
        const etcd::V2Answer taken =
            co_await client_.put(key, encode_member(member), ttl, {.prev_index = held.event.node.modified});
        if (!taken.refusal)
            co_return std::nullopt;
    }
}

net::Task<bool> Registry::refresh(std::string id, std::uint64_t ttl)
{
    const etcd::V2Answer answer = co_await client_.refresh(key_of("machines", id, "object"), ttl);
    if (is_refused(answer, key_not_found))
        co_return false;
    (void)answer.value();
    co_return true;
}

net::Task<> Registry::withdraw(std::string id)
{
    co_await remove(key_of("machines", id), true);
}

net::Task<> Registry::publish(std::string unit, std::string machine, Report report)
{
    co_await put(key_of("states", unit, machine), encode_report(report, machine));
}

net::Task<> Registry::remove_report(std::string unit, std::string machine)
{
    co_await remove(key_of("states", unit, machine), false);
}

net::Task<> Registry::set_job_state(std::string unit, std::string machine)
{
    co_await put(key_of("job", unit, "job-state"), machine);
}

net::Task<> Registry::clear_job_state(std::string unit, std::string machine)
{
    co_await remove(key_of("job", unit, "job-state"), false, {.prev_value = machine});
}

net::Task<bool> Registry::take_lease(std::string machine, std::uint64_t ttl)
{
    const std::string key = key_of("lease", "engine-leader");
    const std::string ours = encode_lease(machine);
    const etcd::V2Answer renewed = co_await client_.refresh(key, ttl, {.prev_value = ours});
    if (!renewed.refusal)
        co_return true;
    const etcd::V2Answer taken = co_await client_.put(key, ours, ttl, {.exists = false});
    co_return !taken.refusal;
}

net::Task<> Registry::drop_lease(std::string machine)
{
    co_await remove(key_of("lease", "engine-leader"), false, {.prev_value = encode_lease(machine)});
}

net::Task<std::string> Registry::token()
{
    const std::string key = key_of("agent-token");
    const etcd::V2Answer made = co_await client_.put(key, crypto::random_hex(32), std::nullopt, {.exists = false});
    if (!made.refusal)
        co_return made.event.node.value;
    const etcd::V2Answer held = co_await client_.get(key);
    co_return held.value().node.value;
}

} // namespace dfriends::cluster
