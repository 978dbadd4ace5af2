// SPDX-License-Identifier: Apache-2.0
// How attributes of each shape compare: as declared, strictly, or not at all; of containers of ours and of somebody
// else's.
#include "converge/container_spec.hpp"
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Catalog declared(const std::string& attributes)
{
    Catalog catalog =
        read_yaml_manifest("resources:\n  - {docker_container: web, image: app" + attributes + "}\n", "m.yaml");
    check(catalog);
    return catalog;
}

/// What is declared, less of it, another one; and whether less is as declared where somebody else gave it all.
struct Row {
    const char* attribute;
    const char* all;
    const char* fewer;
    const char* other;
    bool fewer_suffices;
};

const Row rows[] = {
    {"user", "a", "\"\"", "b", false},
    {"dns", "[192.0.2.1, 192.0.2.2]", "[192.0.2.1]", "[192.0.2.2, 192.0.2.1]", false},
    {"cap_add", "[NET_ADMIN, SYS_TIME]", "[NET_ADMIN]", "[NET_ADMIN, MKNOD]", true},
    {"env", "[A=1, B=2]", "[A=1]", "[A=1, B=3]", true},
    {"labels", "{a: x, b: y}", "{a: x}", "{a: x, b: z}", true},
    {"links", "[\"db:a\", \"db:b\"]", "[\"db:a\"]", "[\"db:c\"]", true},
    {"ports", "[\"80:80\", \"81:81\"]", "[\"80:80\"]", "[\"80:80\", \"82:81\"]", true},
    {"volumes", "[\"/a:/a\", \"v:/b\"]", "[\"/a:/a\"]", "[\"/a:/a:ro\"]", true},
    {"mounts", "[\"type=tmpfs,target=/a\", \"type=tmpfs,target=/b\"]", "[\"type=tmpfs,target=/a\"]",
     "[\"type=tmpfs,target=/a,tmpfs-size=1m\"]", true},
    {"tmpfs", "[/a, \"/b:size=1m\"]", "[/a]", "[\"/b:size=2m\"]", true},
    {"sysctls", "{net.core.somaxconn: 5, kernel.shmmax: 6}", "{kernel.shmmax: 6}", "{kernel.shmmax: 7}", true},
    {"log_options", "{max-size: 1m, max-file: 2}", "{max-size: 1m}", "{max-size: 2m}", true},
    {"expose", "[80, 81]", "[80]", "[82]", true},
    {"devices", "[/dev/null, /dev/zero]", "[/dev/null]", "[\"/dev/null:/dev/null:r\"]", true},
    {"ulimits", "[nofile=10, nproc=5]", "[nofile=10]", "[nofile=11]", true},
};

std::string attributes(const Row& row, const char* value, const std::string& mode)
{
    return ", " + std::string(row.attribute) + ": " + value + (mode.empty() ? "" : ", compare: {" + mode + "}");
}

std::string mode_of(const Row& row, const char* mode)
{
    return std::string(row.attribute) + ": " + mode;
}

} // namespace

TEST_CASE("compare: a container of ours is made anew for fewer and for others, unless they are not compared")
{
    for (const Row& row : rows) {
        CAPTURE(row.attribute);
        FakeHost host;
        ForgetfulJournal journal;
        host.engine.images["app:latest"] = "sha256:1";
        host.engine.containers["db"].name = "db";
        converge::apply(declared(attributes(row, row.all, "")), host, journal);
        const auto effect_of = [&](const char* value, const std::string& mode) {
            return plan(declared(attributes(row, value, mode)), host).results.at(0).effect;
        };
        for (const std::string& mode : {std::string(), mode_of(row, "declared"), mode_of(row, "strict")}) {
            CAPTURE(mode);
            CHECK(effect_of(row.all, mode) == Effect::none);
            CHECK(effect_of(row.fewer, mode) == Effect::replace);
            CHECK(effect_of(row.other, mode) == Effect::replace);
        }
        for (const std::string& mode :
             {mode_of(row, "ignore"), std::string("\"*\": ignore"), "\"*\": strict, " + mode_of(row, "ignore")}) {
            CAPTURE(mode);
            CHECK(effect_of(row.fewer, mode) == Effect::none);
            CHECK(effect_of(row.other, mode) == Effect::none);
        }
        CHECK(effect_of(row.other, "\"*\": ignore, " + mode_of(row, "strict")) == Effect::replace);
    }
}

TEST_CASE(
    "compare: what somebody else gave a container beyond what is declared is let be, and is not when it is compared "
    "strictly")
{
    for (const Row& row : rows) {
        CAPTURE(row.attribute);
        FakeHost host;
        host.engine.images["app:latest"] = "sha256:1";
        engine::ContainerDetails theirs;
        theirs.id = "theirs";
        theirs.name = "web";
        theirs.image_id = "sha256:1";
        theirs.state.running = true;
        theirs.state.status = "running";
        theirs.spec = container_spec(declared(attributes(row, row.all, "")).resources[0]);
        host.engine.containers["web"] = theirs;
        const auto is_as_declared = [&](const char* value, const std::string& mode) {
            const Result result = plan(declared(attributes(row, value, mode)), host).results.at(0);
            CHECK(result.effect == Effect::none);
            CHECK((result.status == Status::unchanged || result.status == Status::failed));
            return result.status == Status::unchanged;
        };
        CHECK(is_as_declared(row.all, ""));
        CHECK(is_as_declared(row.all, mode_of(row, "strict")));
        CHECK(is_as_declared(row.fewer, "") == row.fewer_suffices);
        CHECK_FALSE(is_as_declared(row.fewer, mode_of(row, "strict")));
        CHECK_FALSE(is_as_declared(row.other, ""));
        CHECK(is_as_declared(row.other, mode_of(row, "ignore")));
        CHECK(is_as_declared(row.other, "\"*\": ignore"));
    }
}
