// SPDX-License-Identifier: Apache-2.0
#include "cluster/registry_wire.hpp"
#include "cluster/scheduler.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::cluster;

namespace {

/// Three machines, m1 to m3, and the units that a test adds.
struct World {
    Snapshot snapshot;
    World()
    {
        for (const char* id : {"m1", "m2", "m3"})
            snapshot.members[id] = {.id = id, .host_name = id, .public_ip = "10.0.0.1"};
    }
    Job& add(const std::string& name, const std::string& fleet = {}, const std::string& target = {})
    {
        Job& job = snapshot.jobs[name];
        job.name = name;
        job.target_state = TargetState::launched;
        job.target = target;
        Warnings ignored;
        job.requirements =
            Requirements::read(UnitFile::parse("[X-Fleet]\n" + fleet, name), parse_unit_name(name), ignored);
        return job;
    }
    /// Applies decisions until there are none.
    void settle()
    {
        for (int pass = 0; pass < 10; ++pass) {
            const auto decisions = schedule(snapshot);
            if (decisions.empty())
                return;
            for (const Decision& decision : decisions)
                snapshot.jobs.at(decision.unit).target = decision.leaves ? "" : decision.machine;
        }
        FAIL("the scheduler never settles");
    }
    std::string place(const std::string& name) const { return snapshot.jobs.at(name).target; }
};

} // namespace

TEST_CASE("schedule: the walkthrough's three units land on three machines, by symmetric conflicts only")
{
    World world;
    world.add("code.it.1.service", "X-Conflicts=code.it.*.service\n");
    world.add("code.it.2.service", "X-Conflicts=code.it.2.service\n");
    world.add("code.it.3.service", "X-Conflicts=code.it.*.service\n");
    world.settle();
    CHECK(world.place("code.it.1.service") == "m1");
    CHECK(world.place("code.it.2.service") == "m2");
    CHECK(world.place("code.it.3.service") == "m3");
}

TEST_CASE("schedule: a machine that is gone loses its units; where nobody takes one, it waits and says why")
{
    World world;
    world.add("a@1.service", "Conflicts=a@*.service\n", "m1");
    world.add("a@2.service", "Conflicts=a@*.service\n", "m2");
    world.add("b.service", "", "m1");
    world.snapshot.members.erase("m1");
    world.snapshot.members.erase("m3");
    world.settle();
    CHECK(world.place("a@1.service").empty());
    CHECK(world.place("b.service") == "m2");
    const auto reasons = explain(world.snapshot, world.snapshot.jobs.at("a@1.service"));
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0] == "m2 (10.0.0.1): conflicts with 'a@2.service'");
    world.snapshot.members["m3"] = {.id = "m3"};
    world.settle();
    CHECK(world.place("a@1.service") == "m3");
    CHECK(world.place("b.service") == "m2"); // nothing moves without need
}

TEST_CASE("schedule: the least loaded machine, the smallest id among equals; global units count")
{
    World world;
    world.snapshot.members["m1"].metadata["disk"] = "ssd";
    world.add("everywhere.service", "Global=true\n");
    world.add("ssd.service", "Global=true\nMachineMetadata=disk=ssd\n");
    world.add("x.service");
    world.add("y.service");
    world.add("z.service");
    world.settle();
    CHECK(world.place("x.service") == "m2");
    CHECK(world.place("y.service") == "m3");
    CHECK(world.place("z.service") == "m1");
    CHECK(world.place("everywhere.service").empty());
    CHECK(global_units_of(world.snapshot, world.snapshot.members["m1"]) ==
          std::set<std::string>{"everywhere.service", "ssd.service"});
    CHECK(global_units_of(world.snapshot, world.snapshot.members["m2"]) == std::set<std::string>{"everywhere.service"});
}

TEST_CASE("schedule: MachineOf follows, also when its peer moves; MachineID and metadata bind")
{
    World world;
    world.snapshot.members["m3"].metadata = {{"region", "eu"}};
    world.add("a-kick.service", "MachineOf=web.service\n");
    world.add("web.service", "MachineMetadata=region=eu\nMachineMetadata=region=us\n");
    world.add("fixed.service", "MachineID=m2\n");
    world.settle();
    CHECK(world.place("web.service") == "m3");
    CHECK(world.place("a-kick.service") == "m3");
    CHECK(world.place("fixed.service") == "m2");
    world.snapshot.members["m1"].metadata = {{"region", "us"}};
    world.snapshot.members.erase("m3");
    world.settle();
    CHECK(world.place("web.service") == "m1");
    CHECK(world.place("a-kick.service") == "m1");
}

TEST_CASE("schedule: who is not wanted leaves; who is replaced gives way")
{
    World world;
    world.add("old@1.service", "", "m1");
    world.add("gone.service", "", "m2").target_state = TargetState::inactive;
    world.add("new.service", "MachineID=m1\nReplaces=old@*.service\n");
    world.settle();
    CHECK(world.place("gone.service").empty());
    CHECK(world.place("new.service") == "m1");
    CHECK(world.place("old@1.service") != "m1");
    CHECK_FALSE(world.place("old@1.service").empty());
}

TEST_CASE("registry wire: fleet's JSON, there and back; what is none is nothing")
{
    Member member{.id = "abc", .boot_id = "b", .host_name = "core-01", .public_ip = "172.17.8.101", .version = "1"};
    member.metadata = {{"a", "b"}};
    const auto back = decode_member(encode_member(member));
    REQUIRE(back);
    CHECK(back->public_ip == "172.17.8.101");
    CHECK(back->metadata == member.metadata);
    CHECK(!decode_member("[]"));
    CHECK(!decode_member("{"));
    const std::string hash = "1c6fb6f3684bafb0c173d8b8b957ceff031180c1";
    CHECK(decode_job_hash(encode_job("x.service", hash)) == hash);
    CHECK(decode_job_hash("{\"UnitHash\":7}").empty());
    CHECK(decode_unit_text(encode_unit_text("[Unit]\n")) == "[Unit]\n");
    CHECK(decode_lease(encode_lease("abc")) == "abc");
    const Report report{"loaded", "active", "running", hash};
    CHECK(decode_report(encode_report(report, "abc")) == report);
    CHECK(!decode_report("7"));
}

TEST_CASE("current_state: fleet's column")
{
    World world;
    Job& job = world.add("x.service", "", "m1");
    CHECK(current_state(world.snapshot, job) == "inactive");
    world.snapshot.reports[{"x.service", "m1"}] = {"loaded", "inactive", "dead", ""};
    CHECK(current_state(world.snapshot, job) == "loaded");
    job.job_state = "m1";
    CHECK(current_state(world.snapshot, job) == "launched");
    CHECK(machine_legend("0123456789", nullptr, false) == "01234567...");
    CHECK(machine_legend("0123456789", &world.snapshot.members["m1"], true) == "0123456789/10.0.0.1");
}
