// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/dockerfile_packages.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cache;

namespace {

/// "image: a b (strict); image2: c"
std::string installs(std::string_view text)
{
    std::vector<std::string> parts;
    for (const auto& one : read_dockerfile(text).installs)
        parts.push_back(one.image + ": " + join(one.packages, " ") + (one.recommends ? "" : " (strict)"));
    return join(parts, "; ");
}

std::size_t notes(std::string_view text)
{
    return read_dockerfile(text).notes.size();
}

} // namespace

TEST_CASE("read_dockerfile: continuations, comments and separators")
{
    CHECK(installs("FROM debian:bookworm\n"
                   "RUN apt-get update && apt-get install -y --no-install-recommends \\\n"
                   "    # what the server needs\n"
                   "    nginx \\\n"
                   "\n"
                   "    curl=7.1-1 g++ libc6:amd64 vim/bookworm-backports \\\n"
                   " && rm -rf /var/lib/apt/lists/*; apt install -qq git >/dev/null 2>&1 || true\n") ==
          "debian:bookworm: nginx curl g++ libc6 vim (strict); debian:bookworm: git");
    CHECK(installs("from x\nrun set -eux; \\\n apt-get update; \\\n apt-get -y install a1 b1 ; \\\n echo apt-get "
                   "install c1") == "x: a1 b1");
    CHECK(installs(
              "FROM x\nRUN DEBIAN_FRONTEND=noninteractive sudo -E /usr/bin/apt-get -o A::B=c -t stable install aa") ==
          "x: aa");
    CHECK(installs("FROM x\nRUN apt-get -o APT::Install-Recommends=0 install aa") == "x: aa (strict)");
    CHECK(installs("FROM x\nRUN if true; then (apt-get install -y aa); fi # apt-get install bb") == "x: aa");
    CHECK(installs("# escape=`\nFROM x\nRUN apt-get install `\n aa") == "x: aa");
    CHECK(installs("FROM x\r\nRUN apt-get install \\\r\n aa\r\n") == "x: aa");
}

TEST_CASE("read_dockerfile: stages, the exec form, options of RUN, here-documents")
{
    CHECK(installs("FROM --platform=linux/amd64 debian:12 AS Base\nFROM base AS next\nRUN apt-get install aa\n"
                   "FROM ubuntu:24.04\nRUN apt-get install bb") == "debian:12: aa; ubuntu:24.04: bb");
    CHECK(installs("FROM x\nRUN [\"apt-get\", \"install\", \"-y\", \"aa\",\"bb\"]") == "x: aa bb");
    CHECK(installs("FROM x\nRUN --mount=type=cache,target=/var/cache/apt --network=host apt-get install aa") ==
          "x: aa");
    CHECK(installs("FROM x\nRUN <<EOF\napt-get update\napt-get install -y aa \\\n  bb\nEOF\nRUN apt-get install cc") ==
          "x: aa bb; x: cc");
    CHECK(installs("FROM x\nCOPY <<\"END\" /a\nRUN apt-get install aa\nEND\nRUN apt-get install bb") == "x: bb");
}

TEST_CASE("read_dockerfile: what is not known is noted, what is not meant is left out")
{
    CHECK(
        installs(
            "FROM x\nRUN apt-get install $PACKAGES \"${A} b\" aa $(cat list; echo x) `cat b` ./x.deb /tmp/y.deb bb") ==
        "x: aa bb");
    CHECK(
        notes(
            "FROM x\nRUN apt-get install $PACKAGES \"${A} b\" aa $(cat list; echo x) `cat b` ./x.deb /tmp/y.deb bb") ==
        6);
    CHECK(installs("FROM x\nRUN apt-get install aa exim4- 'b b' ^task$ lib*") == "x: aa");
    CHECK(installs("FROM x\nRUN echo apt-get install aa; apt-get remove bb; apt-cache install cc; aptitude install dd")
              .empty());
    CHECK(installs("RUN apt-get install 'aa").size() == 4);
    CHECK(installs("FROM x\nRUN apt-get install $(aa").empty());
    CHECK(installs("FROM x\nRUN apt-get install `aa").empty());
    CHECK(installs("FROM x\nRUN <<EOF\napt-get install aa \\").size() == 5);
    CHECK(installs("").empty());
    CHECK(installs("FROM\nRUN\nRUN \\").empty());
    CHECK_THROWS_AS(read_dockerfile(std::string(dockerfile_limit + 1, ' ')), Error);
    std::string many = "FROM x\nRUN apt-get install";
    for (int i = 0; i < 10'001; ++i)
        many += " aa";
    CHECK_THROWS_AS(read_dockerfile(many), Error);
}
