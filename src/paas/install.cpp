// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "os/process.hpp"
#include "paas/installation.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::paas {

namespace fs = std::filesystem;

namespace {

constexpr const char* engine_socket = "/var/run/docker.sock";

void check_user_name(const std::string& user)
{
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    if (user.empty() || user.size() > 32 || user[0] == '-' || !std::ranges::all_of(user, fits))
        throw Error(ErrorKind::usage, "'{}' is no name for a user", printable(user));
}

/// What lies in a folder of the user's may be a link that leads root astray.
void refuse_link(const os::Path& path)
{
    if (fs::is_symlink(fs::symlink_status(path)))
        throw Error(ErrorKind::denied, "'{}' is a link to elsewhere", path.string()).hint("remove it");
}

void give(const os::Path& path, uid_t user, gid_t group, mode_t mode)
{
    refuse_link(path);
    if (::lchown(path.c_str(), user, group) != 0 || ::chmod(path.c_str(), mode) != 0)
        throw Error(kind_of_errno(errno), "cannot give '{}' away: {}", path.string(), describe_errno(errno));
}

/// Makes the user where there is none. One that was there is taken as it is.
os::User make_user(const InstallOptions& options, Apps& apps, std::vector<std::string>& done)
{
    if (const auto found = os::find_user(options.user))
        return *found;
    const os::Path home = options.home.empty() ? os::Path("/home") / options.user : options.home;
    if (!os::find_program("useradd"))
        throw Error(ErrorKind::not_found, "the user '{}' cannot be made: there is no 'useradd' here", options.user)
            .hint(fmt::format("make the user with home {} and shell /bin/sh yourself, then run this again",
                              home.string()));
    apps.set_setting("made_user", options.user);
    // An asterisk as password: none fits, and yet sshd does not take the account for a locked one.
    (void)os::run_checked({.words = {"useradd", "--system", "--user-group", "--home-dir", home.string(),
                                     "--create-home", "--shell", "/bin/sh", "--password", "*", options.user}});
    done.push_back(fmt::format("made the user {} with the home {}", options.user, home.string()));
    return *os::find_user(options.user);
}

/// The engine's socket belongs to a group: who is in it may use the engine.
void join_engine_group(const os::User& user, std::vector<std::string>& done)
{
    struct stat socket{};
    if (::stat(engine_socket, &socket) != 0 || socket.st_gid == 0) {
        done.push_back("note: the Docker Engine's socket is not there, or of no group: " + user.name +
                       " may not be allowed to use the engine");
        return;
    }
    (void)os::run_checked({.words = {"usermod", "--append", "--groups", os::group_name(socket.st_gid), user.name}});
}

/// The executable where the user can run it: a copy unless it stands among the system's programs.
os::Path place_program(const InstallOptions& options, Apps& apps, std::vector<std::string>& done)
{
    const os::Path self = fs::read_symlink("/proc/self/exe");
    const std::string before = apps.setting("binary");
    if (self.parent_path() == "/usr/bin" || self.parent_path() == "/usr/local/bin" || self == before)
        return self;
    const os::Path copy = options.programs / "dfriends";
    if (fs::exists(copy) && before != copy)
        throw Error(ErrorKind::conflict, "there is a '{}' already, which is another one", copy.string())
            .hint("run that one, remove it, or choose another folder with --bin-dir");
    const std::string executable = os::read_file(self, 1ULL << 30U);
    if (before == copy && os::find_file(copy, 1ULL << 30U) == executable)
        return copy;
    apps.set_setting("made_binary", copy.string());
    os::make_directories(options.programs);
    os::write_file(copy, executable, 0755);
    done.push_back("copied this executable to " + copy.string());
    return copy;
}

void make_link(const os::Path& link, const os::Path& target, Apps& apps, std::vector<std::string>& done)
{
    std::error_code ignored;
    const auto status = fs::symlink_status(link, ignored);
    if (fs::is_symlink(status) && fs::read_symlink(link) == target)
        return;
    if (fs::exists(status)) {
        done.push_back(fmt::format("note: {} is something else and stays as it is", link.string()));
        return;
    }
    std::string made = apps.setting("made_links");
    apps.set_setting("made_links", made + link.string() + "\n");
    fs::create_symlink(target, link);
    done.push_back(fmt::format("made the link {}", link.string()));
}

/// The state directory is shared with the user: root's services and the forced command change one database.
void share_state(const Apps& apps, const os::User& user)
{
    const os::Path directory = fs::absolute(apps.directory());
    give(directory, 0, user.group, 02770);
    for (const char* name : {"state.db", "state.db-wal", "state.db-shm"})
        if (const os::Path file = directory / name; fs::exists(file))
            give(file, 0, user.group, 0660);
    os::make_directories(directory / "paas-locks", 0770);
    give(directory / "paas-locks", user.id, user.group, 02770);
    os::make_directories(directory / "paas-plugins", 0750); // root runs programs there
    give(directory / "paas-plugins", 0, user.group, 02750);
}

void make_home(const Installation& installation, const os::User& user, const InstallOptions& options)
{
    const os::Path ssh = installation.home() / ".ssh";
    for (const os::Path& path :
         {ssh, ssh / "authorized_keys", installation.hooks(), installation.hooks() / "pre-receive",
          installation.home() / ".sshcommand", installation.home() / "HOSTNAME", installation.home() / "VHOST"})
        refuse_link(path);
    os::make_directories(ssh, 0700);
    give(ssh, user.id, user.group, 0700);
    const os::Path keys = ssh / "authorized_keys";
    if (!fs::exists(keys))
        os::write_file(keys, "", 0600);
    give(keys, user.id, user.group, 0600);
    os::write_file(installation.home() / ".sshcommand", join(installation.program(), " ") + " ssh-entry\n");
    installation.write_hooks();
    if (installation.hostname().empty())
        installation.write_hostname(options.domain.empty() ? os::host_name() : options.domain);
    if (!options.domain.empty())
        installation.write_vhost(options.domain);
    for (const char* name : {"HOSTNAME", "VHOST"})
        if (const os::Path file = installation.home() / name; fs::exists(file))
            give(file, user.id, user.group, 0644);
    give(installation.hooks(), user.id, user.group, 0755);
    give(installation.hooks() / "pre-receive", user.id, user.group, 0755);
}

} // namespace

std::vector<std::string> install(Apps& apps, const InstallOptions& options)
{
    check_user_name(options.user);
    if (const std::string other = apps.setting("user"); !other.empty() && other != options.user)
        throw Error(ErrorKind::conflict, "this is installed for the user '{}' already", other)
            .hint("'dfriends paas uninstall' takes that away first");
    std::vector<std::string> done;
    const os::User user = make_user(options, apps, done);
    join_engine_group(user, done);
    apps.set_setting("user", user.name);
    apps.set_setting("home", user.home.string());
    const os::Path program = place_program(options, apps, done);
    apps.set_setting("binary", program.string());
    make_home(Installation(apps), user, options);
    share_state(apps, user);
    for (const char* name : {"dokku", "sshcommand"})
        make_link(options.programs / name, program, apps, done);
    return done;
}

std::vector<std::string> uninstall(Apps& apps)
{
    std::vector<std::string> done;
    const std::string user = apps.setting("user");
    const std::string links = apps.setting("made_links");
    for (const std::string_view link : split(links, '\n'))
        if (!link.empty() && fs::is_symlink(fs::symlink_status(link)) && fs::remove(link))
            done.push_back(fmt::format("removed the link {}", link));
    const os::Path home = apps.setting("home");
    if (apps.setting("made_user") == user) {
        if (os::find_user(user)) {
            // Also while one of its processes lingers: its apps are gone.
            (void)os::run_checked({.words = {"userdel", "--force", user}});
            done.push_back("removed the user " + user);
        }
        fs::remove_all(home);
        done.push_back("removed " + home.string());
    }
    if (const std::string copy = apps.setting("made_binary"); !copy.empty() && fs::remove(copy))
        done.push_back("removed " + copy);
    const os::Path directory = fs::absolute(apps.directory());
    for (const char* name : {"paas-locks", "paas-plugins"})
        fs::remove_all(directory / name);
    for (const char* key : {"user", "home", "binary", "made_user", "made_links", "made_binary", "setup_token"})
        apps.set_setting(key, "");
    give(directory, 0, 0, 0750);
    for (const char* name : {"state.db", "state.db-wal", "state.db-shm"})
        if (fs::exists(directory / name))
            give(directory / name, 0, 0, 0640);
    return done;
}

} // namespace dfriends::paas
