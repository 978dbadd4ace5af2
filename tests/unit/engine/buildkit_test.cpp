// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "engine/buildkit.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::engine;

TEST_CASE("find_buildkit_syntax: what only BuildKit understands")
{
    CHECK(find_buildkit_syntax("# syntax=docker/dockerfile:1\nFROM a\n") == "# syntax=");
    CHECK(find_buildkit_syntax("# escape=`\n#Syntax = docker/dockerfile:1\nFROM a\n") == "# syntax=");
    CHECK(find_buildkit_syntax("FROM a\nRUN --mount=type=cache,target=/c make\n") == "RUN --mount");
    CHECK(find_buildkit_syntax("FROM a\nrun \\\n  --network=none \\\n  make") == "RUN --network");
    CHECK(find_buildkit_syntax("# escape=`\nFROM a\nRUN `\n --mount=type=tmpfs,target=/t make") == "RUN --mount");
    CHECK(find_buildkit_syntax("FROM a\nCOPY --from=b --link x /x\n") == "COPY --link");
    CHECK(find_buildkit_syntax("FROM a\nADD --chmod=600 x /x\n") == "ADD --chmod");
    CHECK(find_buildkit_syntax("FROM a\nRUN <<EOF\nmake\nEOF\n") == "RUN with a here-document");
    CHECK(find_buildkit_syntax("FROM a\nCOPY <<-'END' /x\n\tb\nEND\n") == "COPY with a here-document");
}

TEST_CASE("find_buildkit_syntax: what the classic builder knows")
{
    CHECK(!find_buildkit_syntax(""));
    CHECK(!find_buildkit_syntax("FROM a\n# syntax=docker/dockerfile:1\nRUN make\n")); // a comment: not at the top
    CHECK(!find_buildkit_syntax("# build=x y\n\n# syntax=docker/dockerfile:1\nFROM a\n"));
    CHECK(!find_buildkit_syntax("FROM a\nRUN make --mount=x\n"));
    CHECK(!find_buildkit_syntax("FROM a\nRUN cat <<<word; echo $((1 << 2))\n"));
    CHECK(!find_buildkit_syntax("FROM a\nCOPY --from=b --chown=1:1 x /x\nLABEL a=<<EOF\n"));
    CHECK(!find_buildkit_syntax("FROM a\n# RUN --mount=type=cache make\nRUN a \\\n# <<EOF\n b\n"));
}

TEST_CASE("client_environment: leads a docker client to the engine that was resolved")
{
    Host host = parse_host("tcp://engine.example:2376");
    host.transport = Host::Transport::tls;
    host.trust = "/certs/ca.pem";
    const auto environment = client_environment(host);
    CHECK(environment.at("DOCKER_HOST") == "tcp://engine.example:2376");
    CHECK(environment.at("DOCKER_TLS_VERIFY") == "1");
    CHECK(environment.at("DOCKER_CERT_PATH") == "/certs");
    CHECK(environment.at("DOCKER_BUILDKIT") == "1");
    CHECK(!environment.contains("DOCKER_CONTEXT"));
    CHECK(!client_environment(Host()).contains("DOCKER_TLS_VERIFY"));
}

TEST_CASE("parse_builder: three words")
{
    CHECK(parse_builder("classic") == Builder::classic);
    CHECK(parse_builder("buildkit") == Builder::buildkit);
    CHECK(parse_builder("auto") == Builder::automatic);
    CHECK_THROWS_AS(parse_builder("other"), Error);
}
