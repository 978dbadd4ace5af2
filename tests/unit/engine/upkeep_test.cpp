// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/wire.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::engine;

TEST_CASE("decode_history and decode_changes: a missing step, and null where nothing has changed")
{
    const auto steps = decode_history(R"([{"Id": "<missing>", "Created": 5, "CreatedBy": "RUN a", "Size": 7,
                                           "Comment": "c", "Tags": null}])");
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].id == "<missing>");
    CHECK(steps[0].created == 5);
    CHECK(steps[0].size == 7);
    CHECK(decode_changes("null").empty());
    const auto changes = decode_changes(R"([{"Path": "/a", "Kind": 1}, {"Path": "/b", "Kind": 9}])");
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].kind == FileChange::Kind::added);
    CHECK(changes[0].path == "/a");
    CHECK_THROWS_AS(decode_changes("["), Error);
}

TEST_CASE("decode_pruned: names of each kind, and what images were called")
{
    const auto images = decode_pruned(R"({"ImagesDeleted": [{"Untagged": "a:1"}, {"Deleted": "sha256:b"}],
                                          "SpaceReclaimed": 12})");
    CHECK(images.untagged == std::vector<std::string>{"a:1"});
    CHECK(images.names == std::vector<std::string>{"sha256:b"});
    CHECK(images.reclaimed == 12);
    CHECK(decode_pruned(R"({"NetworksDeleted": ["n"]})").names == std::vector<std::string>{"n"});
    CHECK(decode_pruned(R"({"VolumesDeleted": null, "SpaceReclaimed": 0})").names.empty());
}

TEST_CASE("decode_disk_usage: what is in use does not count as free")
{
    const auto usage = decode_disk_usage(R"({"LayersSize": 100,
        "Images": [{"Containers": 1, "Size": 60, "SharedSize": 20}, {"Containers": 0, "Size": 40, "SharedSize": 20}],
        "Containers": [{"State": "running", "SizeRw": 5}, {"State": "exited", "SizeRw": 7}],
        "Volumes": [{"UsageData": {"Size": 3, "RefCount": 1}}, {"UsageData": {"Size": -1, "RefCount": 0}},
                    {"UsageData": {"Size": 4, "RefCount": 0}}],
        "BuildCache": null})");
    CHECK(usage.images.total == 2);
    CHECK(usage.images.active == 1);
    CHECK(usage.images.reclaimable == 60);
    CHECK(usage.containers.active == 1);
    CHECK(usage.containers.size == 12);
    CHECK(usage.containers.reclaimable == 7);
    CHECK(usage.volumes.total == 3);
    CHECK(usage.volumes.size == 7);
    CHECK(usage.volumes.reclaimable == 4);
    CHECK(usage.build_cache.total == 0);
}
