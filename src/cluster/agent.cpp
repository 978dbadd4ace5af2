// SPDX-License-Identifier: Apache-2.0
#include "cluster/agent.hpp"

#include "base/text.hpp"
#include "cluster/scheduler.hpp"
#include "crypto/hash.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace dfriends::cluster {

using std::chrono::steady_clock;

namespace {

bool has_lost_machine(const Snapshot& snapshot)
{
    return std::ranges::any_of(snapshot.jobs, [&](const auto& named) {
        const std::string& machine = named.second.target;
        return !machine.empty() && !snapshot.members.contains(machine);
    });
}

} // namespace

Agent::Agent(Registry& registry, LocalUnits& units, Member member, log::Logger& log, Timing timing)
    : registry_(registry), units_(units), member_(std::move(member)), log_(log), timing_(timing)
{
}

net::Task<> Agent::join()
{
    // Who was killed and returned at once, or was started anew after a reboot, is still known for a moment.
    const auto end = steady_clock::now() + std::chrono::seconds(timing_.ttl + 1);
    for (;;) {
        const auto other = co_await registry_.announce(member_, timing_.ttl);
        if (!other)
            break;
        if (steady_clock::now() > end)
            throw Error(ErrorKind::conflict, "machine id {} is taken by '{}' ({})", member_.id, other->host_name,
                        other->public_ip)
                .hint("each machine needs an id of its own: make a new /etc/machine-id, or give one with --machine-id");
        co_await net::sleep(timing_.beat);
    }
    token_ = co_await registry_.token();
}

net::Task<> Agent::run()
{
    net::spawn(keep_present());
    net::spawn(follow_changes());
    auto next_pass = steady_clock::now();
    for (;;) {
        try {
            units_.reap();
            if (is_dirty_ || steady_clock::now() >= next_pass) {
                is_dirty_ = false;
                next_pass = steady_clock::now() + timing_.pass;
                co_await pass();
            }
            if (wanted_) {
                for (const Step& step : plan(*wanted_, units_.read()))
                    take(step);
                co_await report(units_.read());
            }
            note_store(nullptr);
        } catch (const Error& error) {
            note_store(&error);
        }
        (void)co_await changed_.wait(timing_.look);
    }
}

net::Task<> Agent::keep_present()
{
    last_word_ = steady_clock::now(); // by join()
    for (;;) {
        co_await net::sleep(timing_.beat);
        try {
            if (!co_await registry_.refresh()) {
                log_.warning("this machine was taken for gone; it joins again");
                co_await join();
            }
            note_word();
            const bool led = is_leader_;
            is_leader_ = co_await registry_.take_lease(member_.id, timing_.ttl);
            is_dirty_ = is_dirty_ || is_leader_ != led;
        } catch (const Error& error) {
            is_leader_ = false;
            note_store(&error);
        }
    }
}

void Agent::note_word()
{
    const auto now = steady_clock::now();
    if (now - last_word_ > 2 * timing_.beat)
        steady_from_ = now + timing_.grace;
    last_word_ = now;
}

bool Agent::is_store_steady() const
{
    const auto now = steady_clock::now();
    return now - last_word_ <= 2 * timing_.beat && now >= steady_from_;
}

net::Task<> Agent::follow_changes()
{
    while (revision_ == 0) // the first pass says where to begin
        co_await net::sleep(std::chrono::milliseconds(20));
    std::int64_t revision = revision_;
    for (;;) {
        try {
            revision = co_await registry_.wait_for_change(revision);
            is_dirty_ = true;
            changed_.notify_all();
        } catch (const Error& error) {
            note_store(&error);
        }
        if (is_cut_off_)
            co_await net::sleep(timing_.beat);
    }
}

void Agent::note_store(const std::exception* failure)
{
    if (failure != nullptr && !is_cut_off_)
        log_.warning(fmt::format("the key-value store does not answer; units stay as they are: {}", failure->what()));
    if (failure == nullptr && is_cut_off_)
        log_.info("the key-value store answers again");
    is_cut_off_ = failure != nullptr;
}

net::Task<> Agent::pass()
{
    const Snapshot snapshot = co_await registry_.read();
    revision_ = snapshot.revision + 1;
    wanted_ = wanted_of(snapshot, member_);
    // A machine that is not in the list yet would take its own units for lost.
    if (is_leader_ && snapshot.members.contains(member_.id) && (is_store_steady() || !has_lost_machine(snapshot)))
        co_await schedule_units(snapshot);
}

net::Task<> Agent::schedule_units(const Snapshot& snapshot)
{
    for (const Decision& decision : schedule(snapshot)) {
        const bool done = decision.leaves ? co_await registry_.displace(decision.unit, decision.machine)
                                          : co_await registry_.place(decision.unit, decision.machine);
        if (!done)
            continue;
        is_dirty_ = true;
        if (decision.leaves)
            log_.info(fmt::format("'{}' leaves machine {}: {}", decision.unit, decision.machine, decision.reason));
        else
            log_.info(fmt::format("'{}' is placed on machine {}", decision.unit, decision.machine));
    }
    for (const auto& [where, report] : snapshot.reports)
        if (!snapshot.members.contains(where.second))
            co_await registry_.remove_report(where.first, where.second);
}

void Agent::take(const Step& step)
{
    switch (step.kind) {
    case Step::Kind::load:
        return units_.load(step.unit, wanted_->at(step.unit).text);
    case Step::Kind::start:
        log_.info(fmt::format("'{}' is started", step.unit));
        return units_.start(step.unit);
    case Step::Kind::stop:
        return units_.stop(step.unit);
    case Step::Kind::reset:
        return units_.reset(step.unit);
    case Step::Kind::remove:
        return units_.remove(step.unit);
    }
}

net::Task<> Agent::report(const std::map<std::string, LocalUnit>& local)
{
    for (const auto& [name, unit] : local) {
        const Report now{unit.state.load, unit.state.active, unit.state.sub, unit.hash};
        const auto known = published_.find(name);
        const bool is_new = known == published_.end();
        if (is_new || known->second.first != now)
            co_await registry_.publish(name, member_.id, now);
        if (is_new || known->second.second != unit.is_launched) {
            if (unit.is_launched)
                co_await registry_.set_job_state(name, member_.id);
            else
                co_await registry_.clear_job_state(name, member_.id);
        }
        published_.insert_or_assign(name, std::pair(now, unit.is_launched));
    }
    for (auto known = published_.begin(); known != published_.end();) {
        const std::string name = known->first;
        if (local.contains(name)) {
            ++known;
            continue;
        }
        co_await registry_.clear_job_state(name, member_.id);
        co_await registry_.remove_report(name, member_.id);
        known = published_.erase(known);
    }
}

net::Task<> Agent::leave(std::chrono::milliseconds patience)
{
    const auto end = steady_clock::now() + patience;
    for (;;) {
        const auto local = units_.read();
        const auto steps = plan({}, local);
        for (const Step& step : steps)
            take(step);
        units_.reap();
        if (local.empty() || steady_clock::now() > end)
            break;
        co_await net::sleep(std::chrono::milliseconds(50));
    }
    co_await report(units_.read());
    co_await registry_.drop_lease(member_.id);
    co_await registry_.withdraw(member_.id);
}

http::Response Agent::stream_journal(const std::string& unit, std::size_t lines, bool follow)
{
    http::Response response{.headers = {{"Content-Type", "text/plain; charset=utf-8"}}};
    response.body = http::Producer([this, unit, lines, follow](http::BodyWriter& out) -> net::Task<> {
        JournalReader reader(units_.files(unit).journal());
        std::vector<JournalEntry> entries = reader.read_last(lines);
        for (;;) {
            std::string text;
            for (const JournalEntry& entry : entries)
                text += encode_journal_entry(entry) + "\n";
            if (!text.empty())
                co_await out.write(text);
            if (!follow)
                co_return;
            co_await net::sleep(std::chrono::milliseconds(100));
            entries = reader.read_new();
        }
    });
    return response;
}

net::Task<http::Response> Agent::serve(http::Request& request)
{
    if (!crypto::equal_secrets(request.headers.get("Authorization"), "Bearer " + token_) || token_.empty())
        throw Error(ErrorKind::denied, "the token of this cluster is wanted");
    constexpr std::string_view root = "/v1/units/";
    if (request.method != "GET" || !request.path().starts_with(root))
        throw Error(ErrorKind::not_found, "no such thing here");
    const auto [unit, what] = split_once(request.path().substr(root.size()), '/');
    const std::string name = parse_unit_name(unit).full; // no '/' and no "..": it becomes a folder's name
    const auto local = units_.read();
    const auto found = local.find(name);
    if (found == local.end())
        throw Error(ErrorKind::not_found, "unit '{}' is not loaded on this machine", name);
    if (what == "status")
        co_return http::text_response(200, encode_unit_state(found->second.state));
    if (what != "journal")
        throw Error(ErrorKind::not_found, "no such thing here");
    const std::size_t lines = parse_unsigned(http::find_query(request.query(), "lines").value_or("10")).value_or(10);
    co_return stream_journal(name, std::min<std::size_t>(lines, 100'000),
                             http::find_query(request.query(), "follow") == "1");
}

} // namespace dfriends::cluster
