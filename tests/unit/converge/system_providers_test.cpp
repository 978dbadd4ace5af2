// SPDX-License-Identifier: Apache-2.0
// What is fetched, copied and kept on the machine itself, beside files and packages.
#include "converge/run.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/fake_host.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

using Texts = std::vector<std::string>;

struct NoJournal final : Journal {
    std::vector<Pending> pending() override { return {}; }
    void begin() override {}
    void record(const Result&, const std::vector<Pending>&) override {}
    void delivered(const Pending&) override {}
};

Catalog resources(const std::string& text)
{
    Catalog catalog = read_yaml_manifest("resources:\n" + text, "m.yaml");
    check(catalog);
    return catalog;
}

/// The result of the last resource.
Result done(const std::string& text, FakeHost& host)
{
    NoJournal journal;
    host.commands.clear();
    host.servers.asked.clear();
    return apply(resources(text), host, journal, {}, {}).results.back();
}

Result planned(const std::string& text, FakeHost& host)
{
    return plan(resources(text), host, {}, {}).results.back();
}

} // namespace

TEST_CASE("remote_file: one with the declared checksum is not asked for again")
{
    FakeHost host;
    host.servers.files["https://mirror.example/app"] = {.content = "new"};
    const std::string text = "  - remote_file: /opt/app\n    source: https://mirror.example/app\n    mode: \"0755\"\n"
                             "    checksum: " +
                             crypto::hash_hex(crypto::Algorithm::sha256, "new") + "\n";
    CHECK(planned(text, host).effect == Effect::create);
    CHECK(host.servers.asked.empty());
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.contents.at("/opt/app") == "new");
    CHECK(host.paths.at("/opt/app").mode == 0755);
    CHECK(done(text, host).status == Status::unchanged);
    CHECK(host.servers.asked.empty());
    host.write("/opt/app", "old", 0755);
    const Result mended = done(text, host);
    CHECK(mended.status == Status::changed);
    CHECK(mended.changes.at(0).attribute == "checksum");
    CHECK(host.contents.at("/opt/app") == "new");
}

TEST_CASE("remote_file: what has another checksum replaces nothing")
{
    FakeHost host;
    host.servers.files["https://mirror.example/app"] = {.content = "evil"};
    host.write("/opt/app", "old", 0644);
    const Result result = done("  - remote_file: /opt/app\n    source: https://mirror.example/app\n    checksum: " +
                                   crypto::hash_hex(crypto::Algorithm::sha256, "new") + "\n",
                               host);
    CHECK(result.status == Status::failed);
    CHECK(result.reason.find("instead of") != std::string::npos);
    CHECK(host.contents.at("/opt/app") == "old");
    CHECK(done("  - remote_file: /opt/app\n    source: https://mirror.example/app\n    checksum: abc\n", host)
              .reason.find("no SHA-256 digest") != std::string::npos);
}

TEST_CASE("remote_file: without a checksum the server's head says whether it is as it was")
{
    FakeHost host;
    auto& file = host.servers.files["http://mirror.example/list"] = {.content = "abc", .modified = 77};
    const std::string text = "  - remote_file: /srv/list\n    source: http://mirror.example/list\n";
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.paths.at("/srv/list").modified == 77);
    CHECK(done(text, host).status == Status::unchanged);
    CHECK(host.servers.asked == Texts{"HEAD http://mirror.example/list"});
    SUBCASE("a newer one of the same size is fetched")
    {
        file = {.content = "xyz", .modified = 78};
        CHECK(planned(text, host).effect == Effect::update);
        CHECK(done(text, host).status == Status::changed);
        CHECK(host.contents.at("/srv/list") == "xyz");
    }
    SUBCASE("a newer time alone is no change")
    {
        file.modified = 79;
        CHECK(done(text, host).status == Status::unchanged);
        CHECK(host.paths.at("/srv/list").modified == 79);
    }
    SUBCASE("a tag counts where the server has one, for a file that nobody wrote since")
    {
        file = {.content = "xyz", .etag = "\"1\""};
        CHECK(done(text, host).status == Status::changed);
        CHECK(done(text, host).status == Status::unchanged);
        CHECK(host.servers.asked == Texts{"HEAD http://mirror.example/list"});
        host.write("/srv/list", "zzz", 0644);
        CHECK(done(text, host).status == Status::changed);
        CHECK(host.contents.at("/srv/list") == "xyz");
    }
}

TEST_CASE("remote_file: the next source is asked where one does not have it; access alone fetches nothing")
{
    FakeHost host;
    host.servers.files["http://b.example/x"] = {.content = "abc", .modified = 5};
    const std::string text = "  - remote_file: /x\n    source: [http://a.example/x, http://b.example/x]\n";
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.servers.asked == Texts{"GET http://a.example/x", "GET http://b.example/x"});
    CHECK(done(text + "    owner: app\n", host).changes == std::vector<Change>{{"owner", "root", "app"}});
    CHECK(host.paths.at("/x").owner == "app");
    host.servers.files.clear();
    CHECK(done(text, host).status == Status::failed);
    CHECK(done(text + "    action: create_if_missing\n", host).status == Status::unchanged);
    CHECK(done(text + "    action: delete\n", host).status == Status::changed);
    CHECK_FALSE(host.paths.contains("/x"));
    CHECK(done("  - remote_file: /x\n", host).reason.find("wants 'source'") != std::string::npos);
}

TEST_CASE("file: touch makes it and sets its time")
{
    FakeHost host;
    CHECK(done("  - file: /t\n    action: touch\n    mode: \"0600\"\n", host).effect == Effect::create);
    CHECK(host.paths.at("/t").mode == 0600);
    const auto before = host.paths.at("/t").modified;
    CHECK(done("  - file: /t\n    action: touch\n", host).effect == Effect::act);
    CHECK(host.paths.at("/t").modified > before);
    CHECK(host.contents.at("/t").empty());
}

TEST_CASE("directory: a source's files and folders are copied; a second run does nothing")
{
    FakeHost host;
    host.make_directory("/src", 0755, false);
    host.make_directory("/src/sub", 0755, false);
    host.write("/src/a", "1", 0600);
    host.write("/src/sub/b", "2", 0600);
    const std::string text = "  - directory: /dst\n    source: /src\n    mode: \"0750\"\n    files_mode: \"0640\"\n"
                             "    files_owner: app\n";
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.contents.at("/dst/sub/b") == "2");
    CHECK(host.paths.at("/dst/sub").mode == 0750);
    CHECK(host.paths.at("/dst/a").mode == 0640);
    CHECK(host.paths.at("/dst/a").owner == "app");
    CHECK(done(text, host).status == Status::unchanged);
    host.write("/dst/a", "changed", 0640);
    host.write("/dst/own", "mine", 0640);
    CHECK(done(text + "    overwrite: false\n", host).changes == std::vector<Change>{});
    CHECK(planned(text, host).changes == std::vector<Change>{{"a", "differs", "file"}});
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.contents.at("/dst/a") == "1");
    CHECK(host.contents.contains("/dst/own"));
    CHECK(done(text + "    purge: true\n", host).changes == std::vector<Change>{{"own", "there", ""}});
    CHECK_FALSE(host.contents.contains("/dst/own"));
}

TEST_CASE("directory: links and strangers are in the way of a copy")
{
    FakeHost host;
    host.make_directory("/src", 0755, false);
    host.make_link("/src/l", "/etc/shadow");
    CHECK(done("  - directory: /dst\n    source: /src\n", host).reason == "'/src/l' is neither a file nor a folder");
    host.remove("/src/l", false);
    host.write("/src/a", "1", 0644);
    host.make_directory("/dst", 0755, false);
    host.make_link("/dst/a", "/etc/passwd");
    CHECK(done("  - directory: /dst\n    source: /src\n", host).reason == "'/dst/a' is no file");
    CHECK(done("  - directory: /dst\n    source: /none\n", host).reason == "there is no folder '/none' to copy from");
}
