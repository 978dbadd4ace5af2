// SPDX-License-Identifier: Apache-2.0
#include "applets/dispatch.hpp"
#include "applets/paas/session.hpp"
#include "applets/paas/verbs.hpp"
#include "applets/paas/wire.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "git/repository.hpp"
#include "os/process.hpp"
#include "paas/app_name.hpp"
#include "paas/ssh_words.hpp"

#include <cstdlib>
#include <iostream>
#include <sys/statvfs.h>

namespace dfriends::applets::paas {

namespace {

constexpr std::uint64_t least_free_space = 256ULL << 20U;

/// A push that fills the disk harms every app: it is refused before it begins.
void require_space(const os::Path& folder)
{
    struct statvfs found{};
    if (::statvfs(folder.c_str(), &found) != 0)
        return;
    const std::uint64_t space = static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
    if (space < least_free_space)
        throw Error(ErrorKind::unavailable, "the disk of {} has only {} MB left", folder.string(), space >> 20U)
            .hint("make room first: 'docker image prune', or remove apps that nobody needs");
}

/// git's side of a push or a fetch.
int serve_git(Session& session, const std::vector<std::string>& words)
{
    if (words.size() != 2)
        throw Error(ErrorKind::usage, "'{}' wants a repository", words.front());
    const std::string app = core::app_of_git_path(words[1]);
    const bool pushes = words[0] == "git-receive-pack";
    if (!session.apps.find(app)) {
        if (!pushes)
            throw Error(ErrorKind::not_found, "App {} does not exist", app);
        session.create_app(app);
    } else if (!std::filesystem::exists(session.installation.repository(app))) { // killed before it was made
        git::Repository::initialize(session.installation.repository(app));
    }
    if (pushes)
        require_space(session.installation.home());
    session.installation.write_hooks();
    os::Command git{.words = {"git", "-c", "core.hooksPath=" + session.installation.hooks().string(), "-c",
                              "receive.fsckObjects=true", "-c", "receive.maxInputSize=1073741824", "-c",
                              "receive.keepAlive=5", "-c", "gc.auto=0", words[0].substr(4),
                              session.installation.repository(app).string()}};
    git.environment = {{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_PROTOCOL", ""}};
    os::execute(git);
}

/// The first word that is no option.
std::string word_of(const std::vector<std::string>& words)
{
    for (std::size_t index = 0; index < words.size(); ++index) {
        if (words[index] == "--app")
            ++index;
        else if (!words[index].starts_with('-'))
            return words[index];
    }
    return {};
}

std::string read_key(const std::vector<std::string>& arguments, std::size_t index)
{
    constexpr std::size_t largest = 64U << 10U;
    if (arguments.size() > index)
        return os::read_file(arguments[index], largest);
    std::string text;
    for (char c = 0; text.size() <= largest && std::cin.get(c);)
        text += c;
    return text;
}

/// The keys of the user that sshcommand's words name. Its authorized_keys are made where they are not.
struct Keyring {
    core::AuthorizedKeys keys;
    std::string command; ///< what .sshcommand says
};

Keyring open_keyring(const std::string& name)
{
    const auto user = os::find_user(name);
    if (!user)
        throw Error(ErrorKind::not_found, "there is no user '{}'", printable(name));
    const std::string command(trim(os::find_file(user->home / ".sshcommand", 4096).value_or("")));
    if (command.empty())
        throw Error(ErrorKind::not_found, "the user '{}' has no forced command", name)
            .hint("'dfriends paas install --user " + name + "' makes one");
    return {core::AuthorizedKeys(user->home / ".ssh" / "authorized_keys"), command};
}

int add_key(Context& context, const Keyring& keyring, const std::string& name, const std::string& text)
{
    const core::PublicKey key = core::parse_public_key(text);
    keyring.keys.add(name, key, keyring.command);
    context.print("{}\n", key.fingerprint);
    return 0;
}

int list_keys(Context& context, const Keyring& keyring, const std::string& name)
{
    std::vector<core::AllowedKey> keys = keyring.keys.list();
    if (!name.empty())
        std::erase_if(keys, [&name](const core::AllowedKey& key) { return key.name != name; });
    if (context.global.json)
        context.write(encode_keys(keys));
    else
        for (const core::AllowedKey& key : keys)
            context.print("{} NAME=\"{}\" SSHCOMMAND_ALLOWED_KEYS=\"no-agent-forwarding,no-user-rc,no-X11-forwarding,"
                          "no-port-forwarding\"\n",
                          key.fingerprint, key.name);
    if (keys.empty())
        throw Error(ErrorKind::not_found, "No public keys found");
    return 0;
}

int remove_key(const Keyring& keyring, const std::string& name)
{
    if (!keyring.keys.remove(name))
        throw Error(ErrorKind::not_found, "there is no key '{}'", printable(name));
    return 0;
}

Keyring own_keyring(const Session& session)
{
    return {session.installation.keys(), join(session.installation.program(), " ") + " ssh-entry"};
}

} // namespace

int ssh_entry(Context& context)
{
    const char* asked = std::getenv("SSH_ORIGINAL_COMMAND");
    const char* name = std::getenv("NAME");
    ::setenv("SSH_NAME", name == nullptr ? "default" : name, 1);
    ::setenv("SSH_USER", os::user_name(::geteuid()).c_str(), 1);
    context.arguments.clear();
    std::vector<std::string> words = core::split_ssh_words(asked == nullptr ? "help" : asked);
    if (words.empty())
        words = {"help"};
    if (words.size() > 1 && words[0] == "git" && words[1].starts_with("receive-pack"))
        words = {"git-receive-pack", words.size() > 2 ? words[2] : ""};
    Session session(context);
    std::vector<std::string> asking{::getenv("SSH_USER"), ::getenv("SSH_NAME")};
    asking.insert(asking.end(), words.begin(), words.end());
    try {
        session.plugins.trigger("user-auth", asking,
                                [&context](std::string_view line) { context.write_error(fmt::format("{}\n", line)); });
    } catch (const Error&) {
        throw Error(ErrorKind::denied, "Access denied");
    }
    if (words[0] == "git-receive-pack" || words[0] == "git-upload-pack" || words[0] == "git-upload-archive")
        return serve_git(session, words);
    if (is_local_word(word_of(words)))
        throw Error(ErrorKind::denied, "This command must be run as root");
    std::vector<std::string> line{"dokku"};
    line.insert(line.end(), words.begin(), words.end());
    ::setenv("DFRIENDS_STATE_DIR", context.state_directory().c_str(), 1);
    return dispatch(line);
}

int acl_add(Context& context)
{
    context.expect_arguments(2, 3);
    return add_key(context, open_keyring(context.arguments[0]), context.arguments[1], read_key(context.arguments, 2));
}

int acl_list(Context& context)
{
    context.expect_arguments(1, 2);
    context.global.json = context.global.json || context.settings.flag("json");
    return list_keys(context, open_keyring(context.arguments[0]),
                     context.arguments.size() > 1 ? context.arguments[1] : "");
}

int acl_remove(Context& context)
{
    context.expect_arguments(2, 2);
    return remove_key(open_keyring(context.arguments[0]), context.arguments[1]);
}

int acl_remove_by_fingerprint(Context& context)
{
    context.expect_arguments(2, 2);
    const Keyring keyring = open_keyring(context.arguments[0]);
    for (const core::AllowedKey& key : keyring.keys.list())
        if (key.fingerprint == context.arguments[1])
            return remove_key(keyring, key.name);
    throw Error(ErrorKind::not_found, "there is no key with the fingerprint '{}'", printable(context.arguments[1]));
}

int ssh_keys_add(Context& context)
{
    context.expect_arguments(1, 2);
    const std::string text = read_key(context.arguments, 1); // before the session: the file may be root's
    const Session session(context);
    return add_key(context, own_keyring(session), context.arguments[0], text);
}

int ssh_keys_list(Context& context)
{
    context.expect_arguments(0, 1);
    const Session session(context);
    return list_keys(context, own_keyring(session), context.arguments.empty() ? "" : context.arguments[0]);
}

int ssh_keys_remove(Context& context)
{
    context.expect_arguments(1, 1);
    const Session session(context);
    return remove_key(own_keyring(session), context.arguments[0]);
}

} // namespace dfriends::applets::paas
