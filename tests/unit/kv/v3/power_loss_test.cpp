// SPDX-License-Identifier: Apache-2.0
#include "etcd/v3/status.hpp"
#include "kv/v3/keyspace.hpp"
#include "os/file.hpp"
#include "state/store.hpp"
#include "unit/state/power_loss.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace dfriends;
using namespace dfriends::kv::v3;

namespace {

struct Acknowledged {
    std::string key;
    std::int64_t revision;
};

/// Puts new keys, several at a time, until the power fails; what was acknowledged is noted.
net::Task<> write_until(Keyspace& keyspace, state::PowerLoss& power, int round, int puts_before,
                        std::vector<Acknowledged>& acknowledged)
{
    int left = 8, made = 0;
    net::Event ended;
    for (int writer = 0; writer < 8; ++writer)
        net::spawn([](Keyspace& of, state::PowerLoss& disk, std::string prefix, int limit, int& count, int& running,
                      std::vector<Acknowledged>& list, net::Event& end) -> net::Task<> {
            for (int i = 0; count < limit; ++i) {
                const std::string key = prefix + std::to_string(i);
                const auto revision = std::make_shared<std::int64_t>(0);
                try {
                    co_await of.change([key, revision](Draft& draft) {
                        draft.put(key, std::string(300, 'x'), 0);
                        *revision = draft.revision();
                    });
                } catch (const etcd::v3::Status&) {
                    break;
                }
                list.push_back({key, *revision});
                if (++count == limit)
                    disk.fail(); // others are on their way
            }
            --running;
            end.notify_all();
        }(keyspace, power, std::to_string(round) + "/" + std::to_string(writer) + "/", puts_before, made, left,
                                                                        acknowledged, ended));
    while (left > 0)
        co_await ended.wait();
}

} // namespace

TEST_CASE("v3: the power fails again and again: what was acknowledged is there, and no revision is given twice")
{
    const os::TemporaryDirectory directory;
    state::PowerLoss power;
    std::vector<Acknowledged> acknowledged;
    std::mt19937 random(20260101);
    for (int round = 0; round < 25; ++round) {
        {
            state::Store store(directory.path());
            Keyspace keyspace(store);
            keyspace.load();
            std::int64_t highest = 0;
            for (const auto& [key, revision] : acknowledged) {
                const auto found = keyspace.records().find(key);
                REQUIRE_MESSAGE(found != keyspace.records().end(), "round ", round, ", ", key);
                CHECK(found->second.mod_revision == revision);
                highest = std::max(highest, revision);
            }
            CHECK(keyspace.revision() >= highest);
            net::run(write_until(keyspace, power, round, static_cast<int>(random() % 60) + 1, acknowledged));
        }
        power.restore();
    }
    CHECK(acknowledged.size() > 200);
    CHECK(power.syncs() > 100);
    CHECK(power.lost_writes() > 0);
    std::vector<std::int64_t> revisions;
    for (const auto& one : acknowledged)
        revisions.push_back(one.revision);
    std::ranges::sort(revisions);
    CHECK(std::ranges::adjacent_find(revisions) == revisions.end());
}
