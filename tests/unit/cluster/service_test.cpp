// SPDX-License-Identifier: Apache-2.0
#include "cluster/environment_file.hpp"
#include "cluster/service.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::cluster;
using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

namespace {

Service read(const std::string& text, Warnings* warnings = nullptr, const std::string& name = "web@1.service")
{
    Warnings ignored;
    return Service::read(UnitFile::parse(text, "f"), Specifiers(parse_unit_name(name), Machine{.host_name = "core-01"}),
                         warnings != nullptr ? *warnings : ignored);
}

Service read_lines(const std::string& lines, Warnings* warnings = nullptr)
{
    return read("[Service]\nExecStart=/bin/a\n" + lines, warnings);
}

std::string refusal(const std::string& lines)
{
    try {
        read("[Service]\n" + lines);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("service: defaults")
{
    Warnings warnings;
    const Service service = read("[Service]\nExecStart=/bin/a b\n", &warnings);
    CHECK(service.type == ServiceType::simple);
    CHECK(service.start_timeout == 90s);
    CHECK(service.stop_timeout == 90s);
    CHECK(service.restart_after == 100ms);
    CHECK(service.limit_burst == 5);
    CHECK(service.limit_interval == 10s);
    CHECK(service.kill_mode == KillMode::control_group);
    CHECK(warnings.empty());
}

TEST_CASE("service: a unit as the book has it")
{
    Warnings warnings;
    const Service service =
        read("[Unit]\nDescription=Code.it 1\nRequires=docker.service\nAfter=docker.service etcd.service\n[Service]\n"
             "ExecStart=/usr/bin/docker run --rm --name=code.it-1 -p 80:8000 shrikrishna/code.it  \n"
             "ExecStartPost=/usr/bin/etcdctl set /domains/code.it-1/%H:%i running\n"
             "ExecStop=/usr/bin/docker stop code.it-1\n[X-Fleet]\nX-Conflicts=code.it.*.service\n",
             &warnings, "code.it.1.service");
    CHECK(service.description == "Code.it 1");
    CHECK(service.dependencies.requires_units == Strings{"docker.service"});
    CHECK(service.dependencies.after == Strings{"docker.service", "etcd.service"});
    CHECK(service.start.at(0).words.back() == "shrikrishna/code.it");
    CHECK(service.start_post.at(0).words.at(2) == "/domains/code.it-1/core-01:");
    CHECK(service.stop.size() == 1);
    CHECK(warnings.empty());
}

TEST_CASE("service: an empty assignment resets a list")
{
    const Service service = read("[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=/bin/b\nEnvironment=A=1\n"
                                 "Environment=\nEnvironment=B=2\nEnvironmentFile=/x\nEnvironmentFile=\n"
                                 "[Unit]\nAfter=a.service\nAfter=\nConditionPathExists=/no\nConditionHost=\n");
    CHECK(service.start.size() == 1);
    CHECK(service.start[0].program == "/bin/b");
    CHECK(service.execution.environment == std::map<std::string, std::string>{{"B", "2"}});
    CHECK(service.execution.environment_files.empty());
    CHECK(service.dependencies.after == Strings{"a.service"});
    CHECK(service.conditions.empty());
}

TEST_CASE("service: time spans, and what 0 means")
{
    CHECK(parse_time_span("20m") == 20min);
    CHECK(parse_time_span("5min 20s") == 320s);
    CHECK(parse_time_span("1h30m") == 90min);
    CHECK(parse_time_span(" 100ms") == 100ms);
    CHECK(parse_time_span("2d") == 48h);
    CHECK(parse_time_span("1.5") == 1500ms);
    CHECK(parse_time_span("10 minutes") == 10min);
    CHECK(parse_time_span("infinity") == without_end);
    for (const char* bad : {"", "x", "5 parsecs", "-1", "1..2", ".", "99999999999999999999", "9999999y"})
        CHECK_FALSE(parse_time_span(bad));
    CHECK_FALSE(read_lines("TimeoutStartSec=0\n").start_timeout);
    CHECK(read_lines("TimeoutStartSec=20m\n").start_timeout == 20min);
    CHECK(read_lines("TimeoutSec=5\n").stop_timeout == 5s);
    CHECK(read_lines("RestartSec=0\n").restart_after == 0s);
    CHECK_FALSE(read_lines("Type=oneshot\n").start_timeout);
    CHECK(read_lines("Type=oneshot\nTimeoutStartSec=3\n").start_timeout == 3s);
}

TEST_CASE("service: environment")
{
    Warnings warnings;
    const Service service = read_lines("Environment=A=1 \"B=x y\" 'C=%i' D=a=b 9=x\nEnvironmentFile=-/etc/%p.env\n"
                                       "EnvironmentFile=/etc/environment\nEnvironmentFile=relative\n",
                                       &warnings);
    CHECK(service.execution.environment ==
          std::map<std::string, std::string>{{"A", "1"}, {"B", "x y"}, {"C", "1"}, {"D", "a=b"}});
    REQUIRE(service.execution.environment_files.size() == 2);
    CHECK(service.execution.environment_files[0].path == "/etc/web.env");
    CHECK(service.execution.environment_files[0].optional);
    CHECK(warnings.size() == 2);
}

TEST_CASE("service: exit statuses, signals, limits and users")
{
    Warnings warnings;
    const Service service = read_lines("SuccessExitStatus=0 1 SIGUSR1 TERM x\nKillSignal=SIGINT\nLimitNOFILE=1024:64K\n"
                                       "User=core\nNice=5\nOOMScoreAdjust=-500\nUMask=0077\nKillMode=mixed\n",
                                       &warnings);
    CHECK(service.success.statuses == std::set<int>{0, 1});
    CHECK(service.success.signals == std::set<int>{SIGUSR1, SIGTERM});
    CHECK(service.kill_signal == SIGINT);
    CHECK(service.execution.limits.at(RLIMIT_NOFILE).rlim_max == 65536);
    CHECK(service.execution.user == "core");
    CHECK(service.execution.nice == 5);
    CHECK(service.execution.file_mode_mask == 077);
    CHECK(service.kill_mode == KillMode::mixed);
    REQUIRE(warnings.size() == 1);
    CHECK(render(warnings[0]) == "f:3:19: 'x' is neither an exit status nor a signal and is ignored");
}

TEST_CASE("service: what is unknown is warned about, with its place")
{
    Warnings warnings;
    read("[Service]\nExecStart=/bin/a\nRestrat=always\nX-Mine=1\nRestart=sometimes\n[Servic]\nA=b\n[X-Other]\nC=d\n",
         &warnings);
    REQUIRE(warnings.size() == 3);
    CHECK(render(warnings[0]) == "f:7:1: unknown section [Servic] is ignored");
    CHECK(render(warnings[1]) == "f:3:1: unknown directive 'Restrat' in section [Service] is ignored; "
                                 "did you mean 'Restart'?");
    CHECK(render(warnings[2]) == "f:5:9: Restart=sometimes is not understood and is ignored");
}

TEST_CASE("service: what is refused")
{
    CHECK(refusal("Type=simple\n") == "f: the service has neither ExecStart= nor ExecStop=");
    CHECK(refusal("ExecStart=/bin/a\nExecStart=/bin/b\n") ==
          "f:3:1: the service has more than one ExecStart=, which only Type=oneshot allows");
    CHECK(refusal("ExecStop=/bin/a\n")
              .ends_with("the service has no ExecStart=, which only Type=oneshot or "
                         "RemainAfterExit=yes allows"));
    CHECK(refusal("Type=oneshot\nExecStart=/bin/a\nRestart=always\n") ==
          "f:4:1: Restart=always and on-success cannot go with Type=oneshot");
    CHECK(refusal("Type=oneshot\nExecStart=/bin/a\nExecStart=/bin/b\nRestart=on-failure\n").empty());
    CHECK(refusal("Type=oneshot\nExecStop=/bin/a\n").empty());
    CHECK(refusal("ExecStart=/bin/a 'x\n") == "f:2:18: the quote is not closed in ExecStart=");
}

TEST_CASE("conditions: negation and triggers")
{
    const os::TemporaryDirectory folder;
    const std::string there = folder.path(), gone = there + "/gone";
    const auto unmet = [](std::initializer_list<std::string> values) {
        std::vector<Condition> conditions;
        for (const std::string& value : values)
            conditions.push_back(make_condition("PathExists", value));
        return find_unmet(conditions, "core-01").has_value();
    };
    CHECK_FALSE(unmet({}));
    CHECK_FALSE(unmet({there, "!" + gone}));
    CHECK(unmet({there, gone}));
    CHECK(unmet({"!" + there}));
    CHECK_FALSE(unmet({"|" + gone, "|" + there}));
    CHECK(unmet({"|" + gone, "|!" + there}));
    CHECK(unmet({gone, "|" + there}));
    CHECK(find_unmet({make_condition("PathIsDirectory", there), make_condition("DirectoryNotEmpty", there)}, "") ==
          "DirectoryNotEmpty=" + there);
    CHECK_FALSE(find_unmet({make_condition("Host", "core-*")}, "core-01"));
    CHECK(find_unmet({make_condition("Host", "!core-*")}, "core-01"));
}

TEST_CASE("environment file: lines, quotes, comments and continuations")
{
    const auto found = parse_environment_file("# c\n; d\nA=1\n B = two words  \nC=\"a b\\\"\\n\"\nD='x\\'\nE=a\\\nb\n"
                                              "F=\n9=no\nexport G=1\nnothing\nH=a'b c'd\\ e\nA=last\r\nI=x\n");
    CHECK(found == std::map<std::string, std::string>{{"A", "last"},
                                                      {"B", "two words"},
                                                      {"C", "a b\"\\n"},
                                                      {"D", "x\\"},
                                                      {"E", "ab"},
                                                      {"F", ""},
                                                      {"H", "ab cd e"},
                                                      {"I", "x"}});
    CHECK(parse_environment_file("A='unclosed\nB=1").at("A") == "unclosed\nB=1");
}

TEST_CASE("verify_unit: units of every type, and fleet's refusals")
{
    const UnitFile timer = UnitFile::parse("[Unit]\nDescription=d\n[Timer]\nOnCalendar=daily\n", "t");
    CHECK(verify_unit(timer, parse_unit_name("a.timer")).empty());
    CHECK(verify_unit(timer, parse_unit_name("a.path")).size() == 1);
    const UnitFile bad = UnitFile::parse("[Service]\nExecStart=/bin/a\n[X-Fleet]\nGlobal=1\nMachineOf=b\n", "b");
    CHECK_THROWS_WITH_AS(verify_unit(bad, parse_unit_name("a.service")), "b:4:1: Global cannot be used with Peers",
                         Error);
}
