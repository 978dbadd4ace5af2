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

Catalog resources(const std::string& text)
{
    Catalog catalog = read_yaml_manifest("resources:\n" + text, "m.yaml");
    check(catalog);
    return catalog;
}

/// The result of the last resource.
Result done(const std::string& text, FakeHost& host)
{
    ForgetfulJournal journal;
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
    host.make_link("/to", "/dst");
    CHECK(done("  - directory: /to\n    source: /src\n    mode: \"0700\"\n", host).status == Status::changed);
    CHECK(host.contents.at("/to/a") == "1");
    CHECK(host.paths.at("/to").mode == 0777);
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

TEST_CASE("cron: each job has a file of its own")
{
    FakeHost host;
    const std::string text = "  - cron: back up\n    command: /usr/bin/backup 2>&1 | logger\n    user: app\n"
                             "    minute: [0, 30]\n    hour: 2-4\n    weekday: monday\n    environment: MAILTO=ops\n";
    CHECK(done(text, host).effect == Effect::create);
    CHECK(host.contents.at("/etc/cron.d/back-up") == "# cron[back up], kept by dfriends converge\nMAILTO=ops\n"
                                                     "0,30 2-4 * * mon app /usr/bin/backup 2>&1 | logger\n");
    CHECK(done(text, host).status == Status::unchanged);
    CHECK(done("  - cron: back up\n    special: daily\n    command: a\n", host).status == Status::changed);
    CHECK(host.contents.at("/etc/cron.d/back-up").ends_with("@daily root a\n"));
    CHECK(done("  - cron: back up\n    action: delete\n", host).effect == Effect::remove);
    host.write("/etc/cron.d/other", "* * * * * root x\n", 0644);
    CHECK(done("  - cron: other\n    command: a\n", host).reason == "'/etc/cron.d/other' was made by somebody else");
    CHECK(done("  - cron: a\n    minute: \"0 0\"\n    command: a\n", host).reason.find("cannot be '0 0'") !=
          std::string::npos);
    CHECK(done("  - cron: a\n    command: \"a\\nb\"\n", host).reason.find("more than one line") != std::string::npos);
    CHECK(done("  - cron: a\n    user: \"root x\"\n    command: a\n", host).status == Status::failed);
    CHECK(done("  - cron: a\n    special: often\n    command: a\n", host).status == Status::failed);
    CHECK(done("  - cron: a\n", host).reason.find("wants 'command'") != std::string::npos);
}

TEST_CASE("mount: fstab has its line among the others, and it is mounted once")
{
    FakeHost host;
    const std::string before = "# fstab\n/dev/sda1 / ext4 defaults 0 1\nold  /srv/my\\040data nfs rw 0 0\n";
    host.write("/etc/fstab", before, 0600);
    host.write("/proc/self/mounts", "/dev/sda1 / ext4 rw 0 0\n", 0444);
    host.on_command = [&](const std::string& words) {
        if (words.starts_with("mount -t"))
            host.write("/proc/self/mounts", "nfs:/x /srv/my\\040data nfs rw 0 0\n", 0444);
    };
    const std::string text = "  - mount: /srv/my data\n    device: nfs:/x\n    fstype: nfs\n    options: [ro, soft]\n";
    CHECK(done(text + "    action: enable\n", host).effect == Effect::update);
    CHECK(host.contents.at("/etc/fstab") ==
          "# fstab\n/dev/sda1 / ext4 defaults 0 1\nnfs:/x /srv/my\\040data nfs ro,soft 0 0\n");
    CHECK(host.paths.at("/etc/fstab").mode == 0600);
    CHECK(done(text + "    action: enable\n", host).status == Status::unchanged);
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.commands == Texts{"mount -t nfs -o ro,soft -- nfs:/x /srv/my data"});
    CHECK(done(text, host).status == Status::unchanged);
    CHECK(done(text + "    action: remount\n", host).effect == Effect::act);
    done(text + "    action: unmount\n", host);
    CHECK(host.commands == Texts{"umount -- /srv/my data"});
    CHECK(done(text + "    action: disable\n", host).effect == Effect::remove);
    CHECK(host.contents.at("/etc/fstab") == "# fstab\n/dev/sda1 / ext4 defaults 0 1\n");
    CHECK(done("  - mount: /x\n", host).reason.find("wants 'device'") != std::string::npos);
    CHECK(done("  - mount: /x\n    device: -a\n", host).status == Status::failed);
    CHECK(done("  - mount: x\n    device: a\n", host).reason.ends_with("the mount point 'x' does not begin with /"));
}

TEST_CASE("sysctl: a value is kept in a file, and set")
{
    FakeHost host;
    host.write("/proc/sys/net/ipv4/ip_forward", "0\n", 0644);
    const std::string text = "  - sysctl: net.ipv4.ip_forward\n    value: 1\n";
    CHECK(planned(text, host).changes.size() == 2);
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.commands == Texts{"sysctl -q -w net.ipv4.ip_forward=1"});
    CHECK(host.contents.at("/etc/sysctl.d/99-dfriends-net-ipv4-ip_forward.conf") == "net.ipv4.ip_forward = 1\n");
    host.write("/proc/sys/net/ipv4/ip_forward", "1\n", 0644);
    CHECK(done(text, host).status == Status::unchanged);
    host.write("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n", 0644);
    done("  - sysctl: net.ipv4.tcp_rmem\n    value: [4096, 131072, 6291456]\n", host);
    CHECK(host.commands.empty());
    CHECK(done(text + "    action: remove\n", host).effect == Effect::remove);
    CHECK(done("  - sysctl: no.such\n    value: 1\n", host).reason == "this kernel has no parameter 'no.such'");
    CHECK(done("  - sysctl: ../../etc/passwd\n    value: 1\n", host).reason.find("is no kernel parameter") !=
          std::string::npos);
}

TEST_CASE("systemd_unit: its file, and systemd that reads it")
{
    FakeHost host;
    host.make_directory("/run/systemd/system", 0755, false);
    const std::string text = "  - systemd_unit: app.service\n    content: \"[Service]\\nExecStart=/bin/app\"\n";
    CHECK(done(text, host).effect == Effect::create);
    CHECK(host.contents.at("/etc/systemd/system/app.service") == "[Service]\nExecStart=/bin/app\n");
    CHECK(host.commands == Texts{"systemctl daemon-reload"});
    CHECK(done(text, host).status == Status::unchanged);
    host.outcomes["systemctl is-enabled --quiet app.service"] = {.status = 1};
    done(text + "    action: [create, enable]\n", host);
    CHECK(host.commands.back() == "systemctl enable app.service");
    CHECK(done(text + "    triggers_reload: false\n    action: delete\n", host).effect == Effect::remove);
    CHECK(host.commands.empty());
    CHECK(done("  - systemd_unit: app\n    content: x\n", host).reason.ends_with("'app' is no name of a unit"));
    CHECK(done("  - systemd_unit: ../x.service\n    content: x\n", host).status == Status::failed);
}

TEST_CASE("apt_repository: its key and its line, and lists that are fetched")
{
    FakeHost host;
    host.write("/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n", 0644);
    host.servers.files["https://mirror.example/key.asc"] = {.content = "KEY"};
    const std::string text = "  - apt_repository: tools\n    uri: http://mirror.example/debian\n"
                             "    components: [main, contrib]\n    key: https://mirror.example/key.asc\n"
                             "    architectures: amd64\n";
    CHECK(done(text, host).effect == Effect::update);
    CHECK(host.contents.at("/etc/apt/keyrings/tools.asc") == "KEY");
    CHECK(
        host.contents.at("/etc/apt/sources.list.d/tools.list") ==
        "deb [arch=amd64 signed-by=/etc/apt/keyrings/tools.asc] http://mirror.example/debian bookworm main contrib\n");
    CHECK(host.commands == Texts{"apt-get update -q"});
    CHECK(done(text, host).status == Status::unchanged);
    CHECK(host.commands.empty());
    CHECK(done(text + "    refresh: false\n    suite: sid\n", host).status == Status::changed);
    CHECK(host.commands.empty());
    CHECK(done(text + "    action: delete\n", host).effect == Effect::remove);
    CHECK_FALSE(host.contents.contains("/etc/apt/keyrings/tools.asc"));
    CHECK(done("  - apt_repository: a\n    uri: \"x] y\"\n", host).reason.find("is no source of packages") !=
          std::string::npos);
}

TEST_CASE("yum_repository: a file with its lines")
{
    FakeHost host;
    const std::string text =
        "  - yum_repository: tools\n    description: Tools\n    baseurl: http://mirror.example/el9\n"
        "    gpgcheck: false\n    options: {priority: 10}\n";
    CHECK(done(text, host).status == Status::changed);
    CHECK(host.contents.at("/etc/yum.repos.d/tools.repo") ==
          "[tools]\nname=Tools\nbaseurl=http://mirror.example/el9\nenabled=1\ngpgcheck=0\npriority=10\n");
    CHECK(done(text, host).status == Status::unchanged);
    CHECK(done("  - yum_repository: tools\n    baseurl: \"a\\nb=c\"\n", host).status == Status::failed);
    CHECK(done("  - yum_repository: tools\n", host).reason.find("wants 'baseurl' or 'mirrorlist'") !=
          std::string::npos);
}

TEST_CASE("git: the commit of a branch or tag is what is checked out")
{
    FakeHost host;
    host.programs.insert("git");
    const std::string one(40, '1');
    const std::string two(40, '2');
    const std::string ask = "git ls-remote -- https://git.example/app main main^{}";
    host.outcomes[ask] = {.output = one + "\trefs/heads/main\n" + two + "\trefs/heads/x/main\n"};
    const std::string text = "  - git: /srv/app\n    repository: https://git.example/app\n    revision: main\n";
    CHECK(planned(text, host).changes == std::vector<Change>{{"revision", "", "111111111111"}});
    CHECK(done(text, host).effect == Effect::create);
    CHECK(host.commands == Texts{ask, "git clone -q --no-checkout --origin origin -- https://git.example/app /srv/app",
                                 "git -C /srv/app checkout -q --force --detach " + one});
    host.make_directory("/srv/app/.git", 0755, false);
    host.outcomes["git -C /srv/app rev-parse HEAD"] = {.output = one + "\n"};
    CHECK(done(text, host).status == Status::unchanged);
    host.outcomes[ask] = {.output = one + "\trefs/tags/main\n" + two + "\trefs/tags/main^{}\n"};
    CHECK(done(text, host).effect == Effect::update);
    CHECK(host.commands.back() == "git -C /srv/app checkout -q --force --detach " + two);
    CHECK(done(text + "    action: checkout\n", host).status == Status::unchanged);
    CHECK(done("  - git: /srv/app\n    repository: --upload-pack=x\n", host).status == Status::failed);
    CHECK(done("  - git: /srv/app\n    repository: a\n    revision: none\n", host).reason ==
          "'a' has no revision 'none'");
}

TEST_CASE("group: members come in, and go where the list is of all, or names who does not belong")
{
    FakeHost host;
    const std::string ask = "getent group app";
    host.outcomes[ask] = {.output = "app:x:5:a,b\n"};
    done("  - group: app\n    members: [b, c]\n", host);
    CHECK(host.commands == Texts{ask, "usermod -a -G app c"});
    const Result result = done("  - group: app\n    members: [b, c]\n    append: false\n", host);
    CHECK(host.commands == Texts{ask, "usermod -a -G app c", "gpasswd -d a app"});
    CHECK(result.changes == std::vector<Change>{{"members", "", "c"}, {"members", "a", ""}});
    done("  - group: app\n    excluded_members: [a, z]\n", host);
    CHECK(host.commands == Texts{ask, "gpasswd -d a app"});
    CHECK(done("  - group: app\n    members: [a, b]\n    append: false\n", host).status == Status::unchanged);
    CHECK(done("  - group: app\n    append: false\n", host).status == Status::unchanged);
}

TEST_CASE("package: a purge takes the configuration, also of what is gone already")
{
    FakeHost host;
    host.programs.insert("apt-get");
    host.outcomes["dpkg-query -W -f ${db:Status-Status} ${Version} app"] = {.output = "config-files 1.0"};
    host.outcomes["dpkg-query -W -f ${db:Status-Status} app"] = {.output = "config-files"};
    CHECK(done("  - package: app\n    action: remove\n", host).status == Status::unchanged);
    const Result result = done("  - package: app\n    action: purge\n", host);
    CHECK(result.effect == Effect::remove);
    CHECK(host.commands.back() == "apt-get purge -y -q app");
    host.outcomes["dpkg-query -W -f ${db:Status-Status} ${Version} app"] = {.output = "not-installed "};
    host.outcomes["dpkg-query -W -f ${db:Status-Status} app"] = {.output = "not-installed"};
    CHECK(done("  - package: app\n    action: purge\n", host).status == Status::unchanged);
}

TEST_CASE("exec: a umask is part of the command, a group must be there")
{
    FakeHost host;
    done("  - exec: make\n    umask: \"027\"\n", host);
    CHECK(host.commands == Texts{"/bin/sh -c umask 027\nmake"});
    CHECK(done("  - exec: make\n    umask: \"0x9\"\n", host).reason.find("no umask") != std::string::npos);
    CHECK(done("  - exec: make\n    group: no-such-group\n", host).reason == "there is no group 'no-such-group'");
}
