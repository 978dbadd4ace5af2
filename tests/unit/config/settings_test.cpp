// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"
#include "config/yaml.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::config;

namespace {

constexpr Setting rows[] = {
    {.name = "listen", .placeholder = "ADDR:PORT", .fallback = "127.0.0.1:1,127.0.0.1:2", .repeatable = true},
    {.name = "max-size", .type = SettingType::size, .placeholder = "SIZE"},
    {.name = "offline", .type = SettingType::flag},
};

Settings make(const FlagValues& flags, const Node* file, const char* variable)
{
    Settings::Sources sources;
    sources.flags = &flags;
    sources.file = file;
    sources.environment_prefix = "T_";
    sources.environment = [variable](const char* name) {
        return std::string_view(name) == "T_MAX_SIZE" ? variable : nullptr;
    };
    return Settings(rows, sources);
}

} // namespace

TEST_CASE("Settings: flag beats environment beats file beats default")
{
    const Node file = parse_yaml("max-size: 1K\noffline: yes\n", "f.yaml");
    CHECK(make({{"max-size", "3K"}}, &file, "2K").size("max-size") == 3072);
    CHECK(make({}, &file, "2K").size("max-size") == 2048);
    CHECK(make({}, &file, nullptr).size("max-size") == 1024);
    CHECK(make({}, &file, nullptr).flag("offline"));
    CHECK(!make({}, nullptr, nullptr).find("max-size"));
    CHECK(make({}, nullptr, nullptr).list("listen").size() == 2);
    CHECK(make({{"listen", "a:1"}}, nullptr, nullptr).list("listen") == std::vector<std::string>{"a:1"});
}

TEST_CASE("Settings: a wrong type names its place")
{
    const Node file = parse_yaml("\nmax-size: many\n", "f.yaml");
    CHECK_THROWS_WITH_AS(make({}, &file, nullptr), doctest::Contains("f.yaml:2:11"), Error);
    CHECK_THROWS_WITH_AS(make({}, nullptr, "x"), doctest::Contains("T_MAX_SIZE"), Error);
    CHECK_THROWS_WITH_AS(make({{"max-size", "x"}}, nullptr, nullptr), doctest::Contains("--max-size"), Error);
}
