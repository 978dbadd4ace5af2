// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/auth_rules.hpp"
#include "kv/v2/auth_wire.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::kv::v2;

namespace {

int status_of_refusal(const std::function<void()>& edit)
{
    try {
        edit();
    } catch (const AuthRefusal& refusal) {
        return refusal.status();
    }
    return 0;
}

} // namespace

TEST_CASE("auth: patterns match keys, and with a star what begins so")
{
    CHECK(matches_pattern("/a", "/a", false));
    CHECK_FALSE(matches_pattern("/a", "/a/b", false));
    CHECK_FALSE(matches_pattern("/a", "/a", true)); // all that begins with it is more than the key
    CHECK(matches_pattern("/a/*", "/a/", true));
    CHECK_FALSE(matches_pattern("/a/*", "/a", false));
    CHECK(matches_pattern("*", "", true));
    CHECK_FALSE(matches_pattern("", "/a", false));
}

TEST_CASE("auth: what is kept is what was there, null lists and orders too")
{
    const os::TemporaryDirectory directory;
    state::Store store(directory.path());
    Auth auth(store);
    auth.load();
    net::run(auth.change([](AuthState& state) {
        CHECK(put_role(state, {.name = "r", .permissions = {{}, std::vector<std::string>{"/b", "/a", "/a"}}}));
        CHECK(put_user(state, {.name = "null", .password = "hash"}));
        CHECK(put_user(state, {.name = "root", .password = "hash"}));
        CHECK_FALSE(put_user(state, {.name = "two", .password = "hash", .roles = std::vector<std::string>{"z", "r"}}));
        enable_auth(state);
    }));
    Auth again(store);
    again.load();
    CHECK(again.state().is_enabled);
    CHECK(again.state().users == auth.state().users);
    CHECK(again.state().roles == auth.state().roles);
    CHECK_FALSE(again.state().roles.at("r").read);
    CHECK(again.state().users.at("root").roles == std::vector<std::string>{"root"});
    CHECK(again.state().roles.contains("guest"));
}

TEST_CASE("auth: a refused change leaves all as it was")
{
    const os::TemporaryDirectory directory;
    state::Store store(directory.path());
    Auth auth(store);
    auth.load();
    const auto change = [&](auto edit) { return status_of_refusal([&] { net::run(auth.change(edit)); }); };
    CHECK(change([](AuthState& state) {
              put_user(state, {.name = "a", .password = "hash"});
              enable_auth(state); // there is no root
          }) == 409);
    CHECK(auth.state().users.empty());
    CHECK(change([](AuthState& state) { put_role(state, {.name = "root"}); }) == 403);
    CHECK(change([](AuthState& state) { delete_user(state, "a"); }) == 404);
    CHECK(change([](AuthState& state) { disable_auth(state); }) == 409);
}

TEST_CASE("auth: bodies that are none, and members of a wrong type")
{
    for (const char* bad : {"", "[]", "5", "{", R"({"user":5})", R"({"roles":"x"})", R"({"roles":[1]})"})
        CHECK_MESSAGE(!decode_user_change(bad), bad);
    for (const char* bad : {R"({"permissions":[]})", R"({"grant":{"kv":5}})", R"({"grant":{"kv":{"read":{}}}})"})
        CHECK_MESSAGE(!decode_role_change(bad), bad);
    const auto change = decode_user_change(R"({"user":"u","roles":null,"grant":["a"],"more":1})");
    REQUIRE(change);
    CHECK(change->name == "u");
    CHECK_FALSE(change->roles);
    CHECK(change->grant == std::vector<std::string>{"a"});
    CHECK(encode_user("<u>", {"hash", std::nullopt}) == "{\"user\":\"\\u003cu\\u003e\",\"roles\":null}\n");
}
