// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "os/file.hpp"
#include "paas/ssh_keys.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

const std::string body = "AAAAC3NzaC1lZDI1NTE5AAAAIBJowMJnkFPmeqwd1qK+mwwGy4pAjycmgXRJTqJJW1Yj";
const std::string laptop = "ssh-ed25519 " + body + " shrikrishna@laptop";
const std::string other =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKhNbaSkrBdBmmDkl4VKBK34"
    "mtpWZImjyUpQQ4YYSunbpmDzVLnloU8q2DLmsB72YWl5/pUXemyKbwboJMIeeWY= two words here";

/// A folder with an authorized_keys that may not be there yet.
struct Fixture {
    os::TemporaryDirectory directory;
    os::Path file = directory.path() / "authorized_keys";
    AuthorizedKeys keys{file};

    std::string text() const { return os::read_file(file); }
    std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (const AllowedKey& key : keys.list())
            names.push_back(key.name);
        return names;
    }
};

} // namespace

TEST_CASE("public key: type, body, comment, and the fingerprint of ssh-keygen -l")
{
    const PublicKey key = parse_public_key(laptop);
    CHECK(key.type == "ssh-ed25519");
    CHECK(key.body == body);
    CHECK(key.comment == "shrikrishna@laptop");
    CHECK(key.fingerprint == "SHA256:u0N+GtS96S38o5dL2DNpKKvIQSRnRnSk0CVVyyXk/Q0");
    CHECK(parse_public_key(other).fingerprint == "SHA256:+M5rkkoePW+BQ6IW2LYok/Syk96qpPfRynqSE7sJrN8");
    CHECK(parse_public_key(other).comment == "two words here");
    CHECK(parse_public_key("\r\n  ssh-ed25519\t" + body + "  \r\n\r\n").comment.empty());
    CHECK(parse_public_key("ssh-ed25519 " + body + " a\x1b[31mb").comment == "a\\x1b[31mb");
}

TEST_CASE("public key: options, other types, damaged bodies and private keys are refused")
{
    const std::vector<std::string> refused{"",
                                           " \n",
                                           "nonsense",
                                           "ssh-ed25519",
                                           body,
                                           "command=\"id\" " + laptop,
                                           "no-pty " + laptop,
                                           "ssh-ed25519 " + body.substr(0, 12),
                                           "ssh-rsa " + body,
                                           "ssh-ed25519 " + body.substr(1),
                                           "ssh-ed25519 !" + body,
                                           "ssh-ed25519 AAAA",
                                           "# " + laptop,
                                           "ssh-ed25519-cert-v01@openssh.com " + body,
                                           "SSH-ED25519 " + body};
    for (const std::string& bad : refused) {
        CAPTURE(bad);
        CHECK_THROWS_WITH_AS(parse_public_key(bad), "Invalid ssh public key", Error);
    }
    CHECK_THROWS_AS(parse_public_key("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"), Error);
    CHECK_THROWS_WITH(parse_public_key(laptop + "\n" + other), "Too many keys provided, set one per invocation");
}

TEST_CASE("key name: only what is safe within the quotes of authorized_keys")
{
    for (const char* good : {"admin", "a.b_c-d@laptop", "0", "-"})
        CHECK_NOTHROW(check_key_name(good));
    for (const char* bad : {"", "a b", "a\"b", "a\\b", "a'b", "a$b", "a`b", "a\nb", "a;b", "a/b", "\xc3\xa9"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(check_key_name(bad), Error);
    }
    CHECK_NOTHROW(check_key_name(std::string(64, 'a')));
    CHECK_THROWS_AS(check_key_name(std::string(65, 'a')), Error);
}

TEST_CASE("authorized_keys: each key may run the one command, and nobody else reads the file")
{
    const Fixture fixture;
    CHECK(fixture.keys.list().empty());
    fixture.keys.add("shrikrishna", parse_public_key(laptop), "/bin/dfriends paas ssh-entry");
    CHECK(fixture.text() ==
          "command=\"FINGERPRINT=SHA256:u0N+GtS96S38o5dL2DNpKKvIQSRnRnSk0CVVyyXk/Q0 NAME=\\\"shrikrishna\\\" "
          "/bin/dfriends paas ssh-entry\",no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding " +
              laptop + "\n");
    struct stat found{};
    REQUIRE(::stat(fixture.file.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    const auto keys = fixture.keys.list();
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].name == "shrikrishna");
    CHECK(keys[0].fingerprint == "SHA256:u0N+GtS96S38o5dL2DNpKKvIQSRnRnSk0CVVyyXk/Q0");
}

TEST_CASE("authorized_keys: a name and a key stand once")
{
    const Fixture fixture;
    fixture.keys.add("one", parse_public_key(laptop), "x");
    const std::string before = fixture.text();
    CHECK_THROWS_WITH(fixture.keys.add("one", parse_public_key(other), "x"), "Duplicate ssh key name");
    CHECK_THROWS_WITH(fixture.keys.add("two", parse_public_key("ssh-ed25519 " + body + " elsewhere"), "x"),
                      "Duplicate ssh public key specified");
    CHECK_THROWS_AS(fixture.keys.add("t\"wo", parse_public_key(other), "x"), Error);
    CHECK(fixture.text() == before);
}

TEST_CASE("authorized_keys: a removed key goes alone; lines of others stay as they are")
{
    const Fixture fixture;
    const std::string foreign = "# by hand\nssh-ed25519 " + body + " somebody"; // without a line end
    os::write_file(fixture.file, foreign, 0600);
    fixture.keys.add("two", parse_public_key(other), "x");
    CHECK(fixture.text().starts_with(foreign + "\ncommand=\""));
    CHECK(fixture.names() == std::vector<std::string>{"two"});
    CHECK_FALSE(fixture.keys.remove("one"));
    CHECK_FALSE(fixture.keys.remove(""));
    CHECK(fixture.keys.remove("two"));
    CHECK(fixture.text() == foreign + "\n");
    CHECK_FALSE(fixture.keys.remove("two"));
}

TEST_CASE("authorized_keys: lines that sshcommand wrote in 2014 are known")
{
    const Fixture fixture;
    os::write_file(fixture.file,
                   "command=\"NAME=old `cat /srv/git/.sshcommand` $SSH_ORIGINAL_COMMAND\",no-pty " + laptop + "\n");
    CHECK(fixture.names() == std::vector<std::string>{"old"});
    CHECK(fixture.keys.remove("old"));
    CHECK(fixture.text().empty());
}
