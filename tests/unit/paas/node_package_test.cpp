// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "paas/builders/node_wire.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

std::string start_of(const std::string& scripts)
{
    return decode_node_package(R"({"scripts": {)" + scripts + "}}").start_directly;
}

} // namespace

TEST_CASE("package.json: an empty one, and one whose parts are of other types")
{
    for (const char* text : {"{}", R"({"scripts": null, "dependencies": []})",
                             R"({"scripts": [1], "dependencies": "x"})", R"({"scripts": {"start": 1, "build": {}}})"}) {
        CAPTURE(text);
        const NodePackage package = decode_node_package(text);
        CHECK(package.start.empty());
        CHECK(package.start_directly.empty());
        CHECK(package.build.empty());
        CHECK_FALSE(package.has_dependencies);
        CHECK_FALSE(package.has_development_dependencies);
    }
}

TEST_CASE("package.json: what is none is refused")
{
    for (const char* bad : {"", "[]", "null", "\"x\"", "{", "{'a': 1}", "<<<<<<< HEAD\n{}"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(decode_node_package(bad), Error);
    }
    CHECK_THROWS_WITH(decode_node_package("[]"), "package.json is no object");
}

TEST_CASE("package.json: a plain 'node FILE' starts without npm around it")
{
    CHECK(start_of(R"("start": "node app.js")") == "node app.js");
    CHECK(start_of(R"("start": " node --max-old-space-size 64 lib/app_1.js ")") ==
          "node --max-old-space-size 64 lib/app_1.js");
    for (const char* start :
         {"npm run x", "node a.js && node b.js", "node $FILE", "node a.js; id", "NODE_ENV=x node a.js", "nodemon a.js",
          "node", "node a.js > log", "node 'a b.js'", "node --opt=x a.js"}) {
        CAPTURE(start);
        CHECK(start_of(R"("start": ")" + std::string(start) + "\"").empty());
        CHECK(decode_node_package(R"({"scripts": {"start": ")" + std::string(start) + "\"}}").start == start);
    }
}

TEST_CASE("package.json: npm has its way where there are hooks around the start")
{
    CHECK(start_of(R"("start": "node a.js", "prestart": "x")").empty());
    CHECK(start_of(R"("start": "node a.js", "poststart": "x")").empty());
    CHECK(start_of(R"("start": "node a.js", "prestart": "")") == "node a.js");
}

TEST_CASE("package.json: heroku-postbuild goes before build")
{
    const auto build_of = [](const std::string& scripts) {
        return decode_node_package(R"({"scripts": {)" + scripts + "}}").build;
    };
    CHECK(build_of(R"("build": "x")") == "build");
    CHECK(build_of(R"("heroku-postbuild": "x")") == "heroku-postbuild");
    CHECK(build_of(R"("build": "x", "heroku-postbuild": "y")") == "heroku-postbuild");
    CHECK(build_of(R"("test": "x")").empty());
}

TEST_CASE("package.json: dependencies, optional ones too; those of development for themselves")
{
    const auto has = [](const std::string& text) { return decode_node_package(text).has_dependencies; };
    CHECK(has(R"({"dependencies": {"ws": "1"}})"));
    CHECK(has(R"({"optionalDependencies": {"ws": "1"}})"));
    CHECK_FALSE(has(R"({"dependencies": {}})"));
    CHECK_FALSE(has(R"({"devDependencies": {"x": "1"}})"));
    CHECK(decode_node_package(R"({"devDependencies": {"x": "1"}})").has_development_dependencies);
}
