// SPDX-License-Identifier: Apache-2.0
#include "cache/client_config.hpp"
#include "cache/package_tables.hpp"
#include "cache/report_page.hpp"

#include <doctest/doctest.h>

using namespace dfriends::cache;

TEST_CASE("dockerfile_line: is the walkthrough's line")
{
    CHECK(dockerfile_line(proxy_url("172.17.0.1", 3142)) ==
          "RUN echo 'Acquire::http { Proxy \"http://172.17.0.1:3142\"; };' >> /etc/apt/apt.conf.d/01proxy");
    CHECK(interface_address("lo") == "127.0.0.1");
    CHECK(!interface_address("no-such-interface"));
}

TEST_CASE("render_report: shows the line to paste, and no markup of a hostile Host header")
{
    Report report;
    report.proxy = "http://<script>";
    const auto page = render_report(report);
    CHECK(page.find("<script>") == std::string::npos);
    CHECK(page.find("RUN echo") != std::string::npos);
}

TEST_CASE("repository_root: stands before dists, or is the directory of a flat repository")
{
    CHECK(repository_root("http://m.example/debian/dists/stable/") == "http://m.example/debian/");
    CHECK(repository_root("http://m.example/debian/dists/stable/updates/") == "http://m.example/debian/");
    CHECK(repository_root("http://m.example/flat/") == "http://m.example/flat/");
    CHECK(PackageTables::is_package_index("main/binary-amd64/Packages.xz"));
    CHECK(PackageTables::is_package_index("Sources"));
    CHECK(!PackageTables::is_package_index("main/Contents-amd64.gz"));
}

TEST_CASE("visit_parents: every folder of a URL, the deepest first, and not its host's name")
{
    std::vector<std::string> seen;
    visit_parents("http://m.example/a/b/c.deb?x/y", [&](std::string_view parent) {
        seen.emplace_back(parent);
        return false;
    });
    CHECK(seen == std::vector<std::string>{"http://m.example/a/b/", "http://m.example/a/", "http://m.example/"});
}
