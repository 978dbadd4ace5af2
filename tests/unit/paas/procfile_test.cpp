// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/procfile.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

using Types = std::map<std::string, std::string>;

/// "Procfile:3: …" of a refusal; empty where there is none.
std::string refusal(std::string_view text)
{
    try {
        (void)parse_procfile(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid);
        return error.position().file + ":" + std::to_string(error.position().line) + ": " + error.message();
    }
    return {};
}

} // namespace

TEST_CASE("Procfile: types and commands; comments, blank lines and blanks around are passed over")
{
    CHECK(parse_procfile("web: node app.js\nworker:sleep 1000\n") ==
          Types{{"web", "node app.js"}, {"worker", "sleep 1000"}});
    CHECK(parse_procfile("# web: no\r\n  my-Worker_2:\tx y\t\r\n") == Types{{"my-Worker_2", "x y"}});
    CHECK(parse_procfile("").empty());
    CHECK(parse_procfile("# nothing\n").empty());
}

TEST_CASE("Procfile: a command keeps colons and quotes; a comment behind it goes")
{
    CHECK(parse_procfile("web: serve --url http://x:$PORT/a#b 'c d'") ==
          Types{{"web", "serve --url http://x:$PORT/a#b 'c d'"}});
    CHECK(parse_procfile("web: node app.js # the front") == Types{{"web", "node app.js"}});
    CHECK(parse_procfile("release: a && b; c | d") == Types{{"release", "a && b; c | d"}});
}

TEST_CASE("Procfile: what is no 'type: command' is refused with its line")
{
    CHECK(refusal("web: a\n\n<<<<<<< HEAD\nweb: b\n") == "Procfile:3: this is not of the form 'type: command'");
    CHECK(refusal("=======\n") == "Procfile:1: this is not of the form 'type: command'");
    CHECK(refusal(">>>>>>> topic: two\n") == "Procfile:1: this is not of the form 'type: command'");
    for (const char* bad : {"web", "web : x", "web:", "web: \t", ": x", "my type: x", "we;b: x", "../web: x",
                            "web: # only", "caf\xc3\xa9: x"}) {
        CAPTURE(bad);
        CHECK(refusal(bad) == "Procfile:1: this is not of the form 'type: command'");
    }
    CHECK(refusal(std::string(63, 'a') + ": x").empty());
    CHECK(!refusal(std::string(64, 'a') + ": x").empty());
    CHECK(refusal("web: a\nweb: a\n") == "Procfile:2: the process type 'web' stands twice");
}
