// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"
#include "paas/checks.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;
using namespace std::chrono_literals;

namespace {

std::string refusal_of_checks(std::string_view text)
{
    try {
        (void)parse_checks_file(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid);
        return error.position().file + ":" + std::to_string(error.position().line) + ": " + error.message();
    }
    return {};
}

/// An app.json with one check of type web.
AppJson with_check(const std::string& check)
{
    return parse_app_json(R"({"healthchecks": {"web": [)" + check + "]}}");
}

http::Response answer_of_app(const http::Request& request)
{
    if (request.path() == "/host")
        return http::text_response(200, "asked as " + std::string(request.headers.get("Host")));
    if (request.path() == "/moved")
        return http::text_response(302, "elsewhere");
    return http::text_response(request.path() == "/" ? 200 : 404, "all is well");
}

/// What attempt() says of a check of a small server; "passed" where it passed.
std::string attempt_here(Check check, const std::string& host = "codeit.dokku.app")
{
    return net::run([](Check what, std::string name) -> net::Task<std::string> {
        http::Server server(
            [](http::Request& request) -> net::Task<http::Response> { co_return answer_of_app(request); });
        net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
        const std::uint16_t port = listener.endpoint().port;
        server.start(std::move(listener));
        const auto failure = co_await attempt(std::move(what), "127.0.0.1", port, std::move(name));
        co_return failure.value_or("passed");
    }(std::move(check), host));
}

} // namespace

TEST_CASE("CHECKS: dokku's defaults, settings wherever they stand, paths with what must be in the answer")
{
    const Checks checks = parse_checks_file("# comment\nWAIT=2\n\n/  all is  well \r\n//shop.example/ready\nTIMEOUT=7\n"
                                            "/x\tafter a tab\nhttp://a.example\nhttps://a.example/b c\nATTEMPTS=9\n");
    REQUIRE(checks.size() == 5);
    CHECK(checks[0] ==
          Check{.name = "check-1", .path = "/", .content = "all is  well", .timeout = 7s, .wait = 2s, .attempts = 9});
    CHECK(checks[1].host == "shop.example");
    CHECK(checks[1].path == "/ready");
    CHECK(checks[1].content.empty());
    CHECK(checks[2].path == "/x");
    CHECK(checks[2].content == "after a tab");
    CHECK(checks[3].host == "a.example");
    CHECK(checks[3].path == "/");
    CHECK(checks[4].path == "/b");
    CHECK(checks[4].content == "c");
    const Checks plain = parse_checks_file("/");
    REQUIRE(plain.size() == 1);
    CHECK(plain[0].wait == 5s);
    CHECK(plain[0].timeout == 30s);
    CHECK(plain[0].attempts == 5);
    CHECK(parse_checks_file("").empty());
    CHECK(parse_checks_file("ATTEMPTS=0\n/")[0].attempts == 1);
    CHECK(parse_checks_file("/a?b=c")[0].path == "/a?b=c");
}

TEST_CASE("CHECKS: what is neither a setting nor a path is refused with its line")
{
    CHECK(refusal_of_checks("/\nnonsense\n") == "CHECKS:2: this is neither a setting nor '/PATH EXPECTED TEXT'");
    CHECK(refusal_of_checks("WAITS=3\n").starts_with("CHECKS:1: this is neither"));
    CHECK(refusal_of_checks("ftp://a.example/\n").starts_with("CHECKS:1: this is neither"));
    for (const char* bad : {"WAIT=", "WAIT=x", "WAIT=-1", "WAIT=1.5", "WAIT=3601", "WAIT=99999999999999999999"}) {
        CAPTURE(bad);
        CHECK(refusal_of_checks(bad) == "CHECKS:1: WAIT wants a number of up to 3600");
    }
    CHECK(refusal_of_checks("\nTIMEOUT=ten\n") == "CHECKS:2: TIMEOUT wants a number of up to 3600");
    CHECK(refusal_of_checks("<<<<<<< HEAD\n/\n").starts_with("CHECKS:1: "));
}

TEST_CASE("app.json: startup checks of web, with dokku's defaults; other types are of no concern here")
{
    const AppJson app = parse_app_json(R"({"healthchecks": {"web": [
        {"path": "/ready", "content": "yes", "port": 8080, "timeout": 3, "wait": 1, "initialDelay": 2, "attempts": 4,
         "name": "ready"},
        {"type": "liveness", "path": "/alive"},
        {"type": "startup"}], "worker": [{"path": "/"}]}})");
    REQUIRE(app.checks.size() == 2);
    CHECK(app.checks[0] == Check{.name = "ready",
                                 .path = "/ready",
                                 .content = "yes",
                                 .port = 8080,
                                 .timeout = 3s,
                                 .wait = 1s,
                                 .initial_delay = 2s,
                                 .attempts = 4});
    CHECK(app.checks[1] == Check{.name = "check-3"});
    CHECK(app.checks[1].attempts == 3);
}

TEST_CASE("app.json: numbers are held within what makes sense")
{
    const Check check =
        with_check(R"({"port": 99999, "timeout": -1, "wait": 1e9, "initialDelay": "x", "attempts": 0})").checks.at(0);
    CHECK(check.port == 65535);
    CHECK(check.timeout == 0s);
    CHECK(check.wait <= 3600s);
    CHECK(check.initial_delay == 0s);
    CHECK(check.attempts == 1);
    CHECK(with_check(R"({"attempts": 1000000})").checks.at(0).attempts == 1000);
}

TEST_CASE("app.json: a check by a command is refused, as is a path that is none")
{
    CHECK_THROWS_WITH_AS(with_check(R"({"command": ["./check.sh"]})"),
                         "app.json: the check 'check-1' is a command, which is not supported", Error);
    CHECK_THROWS_WITH(with_check(R"({"path": "ready", "name": "a"})"),
                      "app.json: the path of the check 'a' must begin with '/'");
    CHECK_THROWS_AS(with_check("7"), Error);
}

TEST_CASE("app.json: how many of each process type, and scripts")
{
    const AppJson app = parse_app_json(R"({"formation": {"web": {"quantity": 2}, "worker": {"quantity": 0},
        "odd": {"quantity": -1}, "text": {"quantity": "3"}, "flat": 3},
        "scripts": {"dokku": {"predeploy": "migrate", "postdeploy": "tell"}}})");
    const std::vector<std::pair<std::string, std::int64_t>> expected{{"web", 2}, {"worker", 0}};
    CHECK(app.formation == expected);
    CHECK(app.predeploy == "migrate");
    CHECK(app.postdeploy == "tell");
}

TEST_CASE("app.json: one without these is fine; what is no object is refused")
{
    const AppJson app = parse_app_json(R"({"name": "x", "healthchecks": null, "formation": [], "scripts": 1})");
    CHECK(app.checks.empty());
    CHECK(app.formation.empty());
    CHECK(app.predeploy.empty());
    for (const char* bad : {"", "[]", "7", "null", "{", "<<<<<<< HEAD\n{}"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_app_json(bad), Error);
    }
}

TEST_CASE("attempt: 2xx and 3xx pass, the text must be in the body, the Host header is the app's or the check's")
{
    CHECK(attempt_here({.path = "/"}) == "passed");
    CHECK(attempt_here({.path = "/moved"}) == "passed");
    CHECK(attempt_here({.path = "/nothing"}) == "/nothing answers with status 404");
    CHECK(attempt_here({.path = "/", .content = "is well"}) == "passed");
    CHECK(attempt_here({.path = "/", .content = "Is well"}) == "the body of / does not contain 'Is well'");
    CHECK(attempt_here({.path = "/host", .content = "asked as codeit.dokku.app"}) == "passed");
    CHECK(attempt_here({.path = "/host", .content = "asked as shop.example", .host = "shop.example"}) == "passed");
    CHECK(attempt_here({}) == "passed"); // it listens
}

TEST_CASE("attempt: a port where nobody listens is a failure, not an exception")
{
    std::uint16_t port = 0;
    {
        const net::Listener listener = net::Listener::tcp({"127.0.0.1", 0});
        port = listener.endpoint().port;
    }
    CHECK(net::run(attempt({.path = "/"}, "127.0.0.1", port, "")).has_value());
    CHECK(net::run(attempt({}, "127.0.0.1", port, "")).has_value());
    CHECK(attempt_here({.path = "/", .port = port}) != "passed");
}
