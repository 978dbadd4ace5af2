// SPDX-License-Identifier: Apache-2.0
#include "applets/house/demo/scenes.hpp"
#include "assets/assets.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "net/loop.hpp"
#include "os/process.hpp"
#include "os/user.hpp"

#include <map>
#include <sys/stat.h>

namespace dfriends::applets::house::demo {

namespace {

namespace fs = std::filesystem;

constexpr const char* user = "dokku";
constexpr const char* domain = "dokku.app";

/// What a browser sends when the form's button is clicked.
net::Task<int> post_form(std::string url, std::map<std::string, std::string> fields)
{
    http::Client client;
    http::Call call{.method = "POST", .url = http::parse_url(url)};
    call.headers.set("Content-Type", "application/x-www-form-urlencoded");
    for (const auto& [name, value] : fields)
        call.body += (call.body.empty() ? "" : "&") + name + "=" + encode_percent(value);
    http::Reply reply = co_await client.send(std::move(call));
    (void)co_await reply.read_all(1U << 20U);
    co_return reply.status();
}

/// The token of the address that `paas install` printed.
std::string find_token(std::string_view said)
{
    const auto begin = said.find("token=");
    if (begin == said.npos)
        throw Error(ErrorKind::failed, "'paas install' printed no address with a token");
    const std::string_view rest = said.substr(begin + 6);
    return std::string(rest.substr(0, rest.find_first_of(" \t\r\n&'\"")));
}

std::string make_key(Scene& scene, const std::string& name)
{
    os::make_directories(scene.ledger().work() / "ssh", 0700);
    scene.run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", "ssh/" + name});
    return os::read_file(scene.ledger().work() / "ssh" / (name + ".pub"));
}

/// An sshd of the demo's own, which reads nothing of the host's: returns its port.
std::uint16_t serve_ssh(Scene& scene, const std::string& program)
{
    const std::uint16_t port = scene.stage.ports.ssh;
    const fs::path ssh = scene.ledger().work() / "ssh", programs = scene.ledger().programs();
    (void)make_key(scene, "host");
    (void)make_key(scene, "root");
    // Root needs no sudo, and a real one would not find our names.
    os::write_file(programs / "sudo", "#!/bin/sh\nexec \"$@\"\n", 0755);
    if (!fs::exists("/run/sshd")) {
        scene.ledger().note(Ledger::Kind::tree, "/run/sshd");
        os::make_directories("/run/sshd");
    }
    scene.write_file("ssh/sshd_config",
                     fmt::format("ListenAddress 127.0.0.1:{}\nHostKey {}\nPidFile none\nUsePAM no\nStrictModes no\n"
                                 "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                                 "SetEnv \"PATH={}:{}:/usr/local/bin:/usr/bin:/bin\" \"DFRIENDS_STATE_DIR={}\"\n"
                                 "Match User root\n  AuthorizedKeysFile {}\n",
                                 port, (ssh / "host").string(), programs.string(), scene.ledger().shared().string(),
                                 scene.ledger().state().string(), (ssh / "root.pub").string()));
    const std::string key = os::read_file(ssh / "host.pub");
    scene.write_file("ssh/known_hosts", fmt::format("{} {}", domain, key));
    scene.serve("sshd", {program, "-D", "-e", "-f", (ssh / "sshd_config").string()});
    return port;
}

/// ssh that reads nothing of the user's, and finds the domain here.
std::vector<std::string> ssh_words(Scene& scene, std::uint16_t port, const std::string& key)
{
    const fs::path ssh = scene.ledger().work() / "ssh";
    std::vector<std::string> words{"ssh", "-F", "none", "-p", std::to_string(port), "-i", (ssh / key).string()};
    for (const std::string& option :
         {std::string("HostName=127.0.0.1"), fmt::format("HostKeyAlias={}", domain), std::string("IdentitiesOnly=yes"),
          "UserKnownHostsFile=" + (ssh / "known_hosts").string(), std::string("BatchMode=yes")})
        words.insert(words.end(), {"-o", option});
    return words;
}

std::optional<std::string> find_sshd()
{
    for (const char* name : {"sshd", "/usr/sbin/sshd"})
        if (const auto program = os::find_program(name))
            return program->string();
    return std::nullopt;
}

/// The application's files as a repository, as its author has it.
void make_repository(Scene& scene)
{
    for (const assets::Asset& asset : assets::all())
        if (constexpr std::string_view folder = "examples/code.it/"; asset.path.starts_with(folder) &&
                                                                     asset.path.find("/cluster/") == asset.path.npos &&
                                                                     !asset.path.ends_with("Dockerfile"))
            scene.write_asset("codeit/" + std::string(asset.path.substr(folder.size())), std::string(asset.path));
    const auto git = [&scene](std::vector<std::string> words) {
        words.insert(words.begin(), {"git", "-C", "codeit", "-c", "user.name=Demo", "-c", "user.email=demo@localhost"});
        scene.run(std::move(words));
    };
    git({"init", "-q", "-b", "master"});
    git({"add", "."});
    git({"commit", "-q", "-m", "code.it"});
    scene.show({"git", "-C", "codeit", "remote", "add", "dokku", fmt::format("{}@{}:codeit", user, domain)}, {},
               fmt::format("git remote add dokku {}@{}:codeit", user, domain));
}

void push(Scene& scene, std::uint16_t ssh_port)
{
    make_repository(scene);
    scene.show({"env", "GIT_CONFIG_GLOBAL=/dev/null",
                "GIT_SSH_COMMAND=" + join(ssh_words(scene, ssh_port, "shrikrishna"), " "), "git", "-C", "codeit",
                "push", "dokku", "master"},
               {}, "git push dokku master");
}

} // namespace

void show_paas(Scene& scene)
{
    const std::string url = local_url(scene.stage.ports.web);
    for (const char* name : {"dfriends/static", "dfriends/stack-npm"})
        note_image(scene, name);
    if (os::find_user(user)) // one that came since the demo began would go with it
        throw Error(ErrorKind::conflict, "there is a user '{}' already, whose apps the demo would change", user)
            .hint("show the demo on a host without one");
    scene.ledger().note(Ledger::Kind::user, user);
    const std::string token = find_token(scene.show({"dfriends", "paas", "install", "--domain", domain, "--user", user,
                                                     "--bin-dir", scene.ledger().shared().string()}));
    scene.serve("paas", {"dfriends", "paas", "serve", "--listen", fmt::format("0.0.0.0:{}", scene.stage.ports.web)});
    scene.say("The first-run page takes a key, the host name and the naming of apps:\n");
    const int status = net::run(
        post_form(url + "/setup",
                  {{"token", token}, {"key", make_key(scene, "admin")}, {"hostname", domain}, {"vhost", "true"}}));
    if (status >= 400)
        throw Error(ErrorKind::failed, "the setup page answers {}", status);
    const std::string key = make_key(scene, "shrikrishna");
    const auto sshd = find_sshd();
    const std::string words = fmt::format("sshcommand acl-add {} shrikrishna", user);
    if (!sshd) {
        scene.say("There is no sshd here (install openssh-server), so nothing can be pushed.\n");
        scene.show({"sshcommand", "acl-add", user, "shrikrishna"}, key, "cat ~/.ssh/id_rsa.pub | " + words);
        return;
    }
    const std::uint16_t port = serve_ssh(scene, *sshd);
    auto ssh = ssh_words(scene, port, "root");
    ssh.insert(ssh.end(), {fmt::format("root@{}", domain), "sudo " + words});
    scene.show(ssh, key, fmt::format("cat ~/.ssh/id_rsa.pub | ssh root@{} \"sudo {}\"", domain, words));
    push(scene, port);
    scene.show_fetch(url + "/api/files", fmt::format("codeit.{}", domain));
    const std::uint16_t web = scene.stage.ports.web;
    scene.say(fmt::format("A browser on this host finds it once /etc/hosts has: 127.0.0.1 codeit.{}\n", domain));
    scene.note_address("codeit, pushed by git",
                       fmt::format("http://codeit.{}{}/", domain, web == 80 ? "" : fmt::format(":{}", web)));
}

} // namespace dfriends::applets::house::demo
