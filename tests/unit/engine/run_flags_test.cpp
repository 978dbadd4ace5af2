// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/run_flags.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using engine::parse_run;

TEST_CASE("parse_run: flags end at the image, and what follows is the command's own")
{
    const auto request = parse_run({"-itd", "--rm", "--name", "web", "app:1", "sh", "-c", "--rm"});
    CHECK(request.detach);
    CHECK(request.spec.tty);
    CHECK(request.spec.open_stdin);
    CHECK(request.spec.auto_remove);
    CHECK(request.spec.name == "web");
    CHECK(request.spec.image == "app:1");
    CHECK(request.spec.command == std::vector<std::string>{"sh", "-c", "--rm"});
}

TEST_CASE("parse_run: values by every spelling")
{
    const auto request = parse_run({"-eA=1", "-e", "B=2", "--env=C=3", "-m512m", "--cpus=1.5", "--rm=false", "app"});
    CHECK(request.spec.environment == std::vector<std::string>{"A=1", "B=2", "C=3"});
    CHECK(request.spec.memory == 512LL * 1024 * 1024);
    CHECK(request.spec.nano_cpus == 1'500'000'000);
    CHECK_FALSE(request.spec.auto_remove);
}

TEST_CASE("parse_run: -e NAME takes the value from the environment, and --env-file comes first")
{
    engine::RunSources sources;
    sources.environment = [](const char* name) { return std::string_view(name) == "HERE" ? "yes" : nullptr; };
    sources.read_file = [](const std::string&) { return std::string("# words\nX=file\nHERE\n"); };
    const auto request = parse_run({"-e", "HERE", "-e", "GONE", "--env-file", "f", "app"}, sources);
    CHECK(request.spec.environment == std::vector<std::string>{"X=file", "HERE=yes", "HERE=yes"});
}

TEST_CASE("parse_publish: ports, addresses, ranges and protocols")
{
    const auto one = engine::parse_publish("127.0.0.1:53:5353/udp").front();
    CHECK(one.host_address == "127.0.0.1");
    CHECK(one.host_port == 53);
    CHECK(one.container_port == 5353);
    CHECK(one.protocol == "udp");
    CHECK(engine::parse_publish("8000-8002:80-82").size() == 3);
    CHECK(engine::parse_publish("80").front().host_port == 0);
    CHECK(engine::parse_publish("[::1]::80").front().host_address == "::1");
    for (const std::string text : {"", "a", "1:2:3:4", "70000:80", "8000-8001:80-84", "80/xyz"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(engine::parse_publish(text), Error);
    }
}

TEST_CASE("parse_run: restart policies, mounts and volumes")
{
    const auto request = parse_run({"--restart", "on-failure:3", "-v", "/data", "-v", "named:/n", "-v", "/host:/h:ro",
                                    "--mount", "type=bind,source=/a,target=/b,readonly", "app"});
    CHECK(request.spec.restart.name == "on-failure");
    CHECK(request.spec.restart.maximum_retries == 3);
    CHECK(request.spec.volumes == std::vector<std::string>{"/data"});
    CHECK(request.spec.binds == std::vector<std::string>{"named:/n", "/host:/h:ro"});
    REQUIRE(request.spec.mounts.size() == 1);
    CHECK(request.spec.mounts.front().read_only);
    CHECK_THROWS_AS(parse_run({"--restart", "sometimes", "app"}), Error);
    CHECK_THROWS_AS(parse_run({"-v", "relative/path:/x:bad:worse", "app"}), Error);
}

TEST_CASE("parse_run: durations are Go's, to the nanosecond")
{
    const auto interval = [](const std::string& text) {
        return parse_run({"--health-interval", text, "app"}).spec.health.value().interval.count();
    };
    CHECK(interval("30000000000ns") == 30'000'000'000);
    CHECK(interval("1.5s") == 1'500'000'000);
    CHECK(interval("1h0.5m10us") == 3'630'000'010'000);
    CHECK(interval("5s") == 5'000'000'000);
    CHECK(interval("1m30s") == 90'000'000'000);
    for (const char* wrong : {"", ".s", "1x", "-1s", "99999999999h"})
        CHECK_THROWS_AS(interval(wrong), Error);
}

TEST_CASE("parse_run: GPUs")
{
    const auto gpus = [](const std::string& text) {
        return parse_run({"--gpus", text, "app"}).spec.device_requests.at(0);
    };
    using Texts = std::vector<std::string>;
    CHECK(gpus("all").count == -1);
    CHECK(gpus("2").count == 2);
    CHECK(gpus("all").capabilities == Texts{"gpu"});
    const auto some = gpus("\"device=0,GPU-1\",driver=nvidia,\"capabilities=compute,utility\",options=a=b");
    CHECK(some.count == 0);
    CHECK(some.ids == Texts{"0", "GPU-1"});
    CHECK(some.driver == "nvidia");
    CHECK(some.capabilities == Texts{"compute", "utility", "gpu"});
    CHECK(some.options.at("a") == "b");
    CHECK(gpus("driver=nvidia").count == 1);
    CHECK_THROWS_AS(gpus("some"), Error);
    CHECK_THROWS_AS(gpus("size=1"), Error);
}

TEST_CASE("parse_run: an image is required, and an unknown flag is told")
{
    CHECK_THROWS_AS(parse_run({"--rm"}), Error);
    CHECK_THROWS_WITH_AS(parse_run({"--no-such", "app"}), doctest::Contains("--no-such"), Error);
    CHECK(parse_run({"--help"}).wants_help);
}
