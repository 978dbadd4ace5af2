// SPDX-License-Identifier: Apache-2.0
#include "cluster/registry.hpp"

#include "base/text.hpp"
#include "cluster/registry_wire.hpp"
#include "crypto/random.hpp"
#include "etcd/v3/status.hpp"

#include <algorithm>

namespace dfriends::cluster {

namespace {

constexpr std::string_view prefix = "/_coreos.com/fleet";

namespace v3 = etcd::v3;
using std::chrono::seconds;

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

std::string below(std::string_view key)
{
    return std::string(key) + "/";
}

/// A call of the store, its refusals as our errors.
template <class Answer>
net::Task<Answer> answered(net::Task<Answer> call)
{
    try {
        co_return co_await std::move(call);
    } catch (const v3::Status& status) {
        throw v3::error_of(status);
    }
}

std::int64_t revision_of(const std::optional<v3::ResponseHeader>& header)
{
    return header ? header->revision : 0;
}

v3::Compare is_absent(const std::string& key)
{
    return {.target = v3::CompareTarget::create, .key = key};
}

v3::Compare has_value(const std::string& key, std::string value)
{
    return {.target = v3::CompareTarget::value, .key = key, .value = std::move(value)};
}

v3::RequestOp put_of(std::string key, std::string value, std::int64_t lease = 0)
{
    return {.request_put = v3::PutRequest{.key = std::move(key), .value = std::move(value), .lease = lease}};
}

v3::RequestOp removal_of(std::string key)
{
    return {.request_delete_range = v3::DeleteRangeRequest{.key = std::move(key)}};
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

/// A machine is gone after 2 s: whoever waits longer for one endpoint comes too late to the next.
v3::ClientOptions with_time_outs(v3::ClientOptions store)
{
    store.connect_timeout = seconds(2);
    store.timeout = seconds(3);
    return store;
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

Registry::Registry(etcd::v3::ClientOptions store) : client_(with_time_outs(std::move(store))) {}

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
    const std::string first = below(prefix);
    const v3::RangeResponse answer =
        co_await answered(client_.range({.key = first, .range_end = v3::prefix_end(first)}));
    Snapshot snapshot;
    snapshot.revision = revision_of(answer.header);
    std::map<std::string, std::string> texts;
    for (const v3::KeyValue& pair : answer.kvs)
        take_key(snapshot, texts, split(std::string_view(pair.key).substr(first.size()), '/'), pair.value);
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

net::Task<std::int64_t> Registry::wait_for_change(std::int64_t revision)
{
    if (!watch_ || watch_->is_over() || watch_->next_revision() != revision) {
        const std::string first = below(prefix);
        watch_.emplace(client_, v3::WatchCreateRequest{
                                    .key = first, .range_end = v3::prefix_end(first), .start_revision = revision});
    }
    const v3::WatchResponse response = co_await answered(watch_->next());
    if (!response.canceled)
        co_return watch_->next_revision();
    if (response.compact_revision == 0)
        throw Error(ErrorKind::unavailable, "the key-value store ends a watch: {}", response.cancel_reason);
    co_return std::max({revision, response.compact_revision, revision_of(response.header)}) + 1;
}

net::Task<> Registry::put(std::string key, std::string value)
{
    (void)co_await answered(client_.put({.key = std::move(key), .value = std::move(value)}));
}

net::Task<> Registry::remove(v3::DeleteRangeRequest keys)
{
    (void)co_await answered(client_.delete_range(std::move(keys)));
}

net::Task<std::optional<v3::KeyValue>> Registry::find(std::string key)
{
    v3::RangeResponse answer = co_await answered(client_.range({.key = std::move(key)}));
    if (answer.kvs.empty())
        co_return std::nullopt;
    co_return std::move(answer.kvs.front());
}

net::Task<bool> Registry::act_if(v3::Compare condition, v3::RequestOp operation)
{
    v3::TxnRequest request;
    request.compare.push_back(std::move(condition));
    request.success.push_back(std::move(operation));
    const v3::TxnResponse answer = co_await answered(client_.txn(std::move(request)));
    co_return answer.succeeded;
}

net::Task<std::int64_t> Registry::grant(std::uint64_t ttl)
{
    const v3::LeaseGrantResponse answer =
        co_await answered(client_.lease_grant({.ttl = static_cast<std::int64_t>(ttl)}));
    co_return answer.id;
}

net::Task<bool> Registry::keep_alive(std::int64_t lease)
{
    if (lease == 0)
        co_return false;
    const v3::LeaseKeepAliveResponse answer = co_await answered(client_.lease_keep_alive({.id = lease}));
    co_return answer.ttl > 0;
}

net::Task<> Registry::create_job(std::string name, std::string text, TargetState state)
{
    const UnitFile file = UnitFile::parse(text, name);
    const std::string key = key_of("job", name, "object");
    co_await put(key_of("unit", file.hash()), encode_unit_text(file.canonical()));
    if (!co_await act_if(is_absent(key), put_of(key, encode_job(name, file.hash()))))
        throw Error(ErrorKind::conflict, "unit '{}' exists already", name);
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
    const std::string first = below(key_of("job", name));
    co_await remove({.key = first, .range_end = v3::prefix_end(first)});
}

net::Task<bool> Registry::place(std::string unit, std::string machine)
{
    const std::string key = key_of("job", unit, "target");
    co_return co_await act_if(is_absent(key), put_of(key, machine));
}

net::Task<bool> Registry::displace(std::string unit, std::string machine)
{
    const std::string key = key_of("job", unit, "target");
    co_return co_await act_if(has_value(key, machine), removal_of(key));
}

net::Task<std::optional<Member>> Registry::announce(Member member, std::uint64_t ttl)
{
    const std::string key = key_of("machines", member.id, "object");
    for (;;) {
        const auto held = co_await find(key);
        const auto other = held ? decode_member(held->value) : std::nullopt;
        if (other && (other->boot_id != member.boot_id || other->host_name != member.host_name))
            co_return other;
        presence_ = co_await grant(ttl);
        const v3::Compare unchanged{
            .target = v3::CompareTarget::mod, .key = key, .mod_revision = held ? held->mod_revision : 0};
        if (co_await act_if(unchanged, put_of(key, encode_member(member), presence_)))
            co_return std::nullopt; // a lease that was granted in vain ends by itself
    }
}

net::Task<bool> Registry::refresh()
{
    co_return co_await keep_alive(presence_);
}

net::Task<> Registry::withdraw(std::string id)
{
    const std::string first = below(key_of("machines", id));
    co_await remove({.key = first, .range_end = v3::prefix_end(first)});
}

net::Task<> Registry::publish(std::string unit, std::string machine, Report report)
{
    co_await put(key_of("states", unit, machine), encode_report(report, machine));
}

net::Task<> Registry::remove_report(std::string unit, std::string machine)
{
    co_await remove({.key = key_of("states", unit, machine)});
}

net::Task<> Registry::set_job_state(std::string unit, std::string machine)
{
    co_await put(key_of("job", unit, "job-state"), machine);
}

net::Task<> Registry::clear_job_state(std::string unit, std::string machine)
{
    const std::string key = key_of("job", unit, "job-state");
    (void)co_await act_if(has_value(key, machine), removal_of(key));
}

net::Task<bool> Registry::take_lease(std::string machine, std::uint64_t ttl)
{
    if (co_await keep_alive(leadership_))
        co_return true;
    leadership_ = 0;
    const std::string key = key_of("lease", "engine-leader");
    const std::string ours = encode_lease(machine);
    if (const auto held = co_await find(key)) {
        if (held->value == ours && co_await keep_alive(held->lease)) // of this machine's agent before us
            leadership_ = held->lease;
        co_return leadership_ != 0;
    }
    const std::int64_t lease = co_await grant(ttl);
    if (co_await act_if(is_absent(key), put_of(key, ours, lease)))
        leadership_ = lease;
    co_return leadership_ != 0;
}

net::Task<> Registry::drop_lease(std::string machine)
{
    const std::string key = key_of("lease", "engine-leader");
    (void)co_await act_if(has_value(key, encode_lease(machine)), removal_of(key));
}

net::Task<std::string> Registry::token()
{
    const std::string key = key_of("agent-token");
    const std::string ours = crypto::random_hex(32);
    if (co_await act_if(is_absent(key), put_of(key, ours)))
        co_return ours;
    const auto held = co_await find(key);
    if (!held)
        throw Error(ErrorKind::unavailable, "the cluster's token was removed while it was read");
    co_return held->value;
}

} // namespace dfriends::cluster
