// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/parameters.hpp"

#include <doctest/doctest.h>

using namespace dfriends::kv::v2;

namespace {

Parameters accepted(std::string_view method, std::string_view query, std::string_view form = {})
{
    const auto parsed = parse_parameters(method, query, form);
    REQUIRE(std::holds_alternative<Parameters>(parsed));
    return std::get<Parameters>(parsed);
}

/// "203 invalid value for …" of what is refused.
std::string refused(std::string_view method, std::string_view query, std::string_view form = {})
{
    const auto parsed = parse_parameters(method, query, form);
    if (!std::holds_alternative<Refusal>(parsed))
        return "accepted";
    const Refusal& refusal = std::get<Refusal>(parsed);
    CHECK(refusal.index == 0);
    CHECK(status_of(refusal.code) == 400);
    return std::to_string(static_cast<int>(refusal.code)) + " " + refusal.cause;
}

} // namespace

TEST_CASE("parse_parameters: the form beats the query, and the first value of a name the others")
{
    CHECK(accepted("PUT", "value=query", "value=form&value=second").value == "form");
    CHECK(accepted("PUT", "value=query", "").value == "query");
    CHECK(accepted("PUT", "", "value=a%20b+c%2B%3D=d").value == "a b c+==d");
    CHECK(accepted("PUT", "", "value").value.empty());
    CHECK(accepted("PUT", "Value=x&&&=y", "").value.empty());
    CHECK(accepted("PUT", "", "value=%ff%00").value == std::string("\xff\0", 2));
}

TEST_CASE("parse_parameters: numbers and flags in Go's spelling")
{
    const Parameters parameters =
        accepted("GET", "waitIndex=18446744073709551615&wait=T&recursive=1&sorted=true&stream=TRUE&quorum=f");
    CHECK(parameters.wait_index == 18446744073709551615ULL);
    CHECK((parameters.wait && parameters.recursive && parameters.sorted && parameters.stream));
    CHECK(!parameters.quorum);
    CHECK(!accepted("PUT", "ttl=").ttl);
    CHECK(accepted("PUT", "ttl=0").ttl == 0);
    CHECK(accepted("PUT", "prevIndex=0").prev_index == 0);
    CHECK(!accepted("PUT", "").prev_exist);
    CHECK(accepted("PUT", "prevExist=False").prev_exist == false);
    CHECK(accepted("PUT", "prevExist=t").prev_exist == true);
    for (const char* value : {"", "yes", "tRUE", "2", "on", " true"}) {
        const std::string text(value);
        CHECK(refused("GET", "dir=" + text) == "209 invalid value for \"dir\"");
        CHECK(refused("PUT", "prevExist=" + text) == "209 invalid value for prevExist");
        CHECK(refused("PUT", "refresh=" + text) == "209 invalid value for refresh");
    }
    for (const char* value : {"-1", "1.0", "x", "18446744073709551616", "0x1", " 1", "1 "}) {
        const std::string text(value);
        CHECK(refused("PUT", "ttl=" + text) == "202 invalid value for \"ttl\"");
        CHECK(refused("PUT", "prevIndex=" + text) == "203 invalid value for \"prevIndex\"");
        CHECK(refused("GET", "waitIndex=" + text) == "203 invalid value for \"waitIndex\"");
    }
}

TEST_CASE("parse_parameters: the first check that fails is etcd's first")
{
    CHECK(refused("PUT", "prevIndex=x&waitIndex=x&dir=x&ttl=x&a=%") == "210 invalid URL escape \"%\"");
    CHECK(refused("PUT", "prevIndex=x&waitIndex=x&dir=x&ttl=x") == "203 invalid value for \"prevIndex\"");
    CHECK(refused("PUT", "waitIndex=x&dir=x&ttl=x") == "203 invalid value for \"waitIndex\"");
    CHECK(refused("PUT", "dir=x&recursive=x") == "209 invalid value for \"recursive\"");
    CHECK(refused("PUT", "wait=true&prevValue=") == "209 \"wait\" can only be used with GET requests");
    CHECK(refused("PUT", "prevValue=&ttl=x") == "201 \"prevValue\" cannot be empty");
    CHECK(refused("PUT", "ttl=x&prevExist=x") == "202 invalid value for \"ttl\"");
    CHECK(refused("PUT", "refresh=true&value=x") == "211 A value was provided on a refresh");
    CHECK(refused("PUT", "refresh=true") == "212 No TTL value set");
}

TEST_CASE("parse_parameters: semicolons and broken escapes are no form")
{
    CHECK(refused("PUT", "", "a=1;b=2") == "210 invalid semicolon separator in query");
    CHECK(refused("PUT", "", "value=%zz") == "210 invalid URL escape \"%zz\"");
    CHECK(refused("PUT", "", "value=%4") == "210 invalid URL escape \"%4\"");
    CHECK(refused("PUT", "", "%g0=1") == "210 invalid URL escape \"%g0\"");
}
