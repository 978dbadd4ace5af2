// SPDX-License-Identifier: Apache-2.0
#include "paas/installation.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "paas/app_name.hpp"

#include <cerrno>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::paas {

namespace fs = std::filesystem;

namespace {

std::string first_line(const os::Path& file)
{
    const std::string text = os::find_file(file, 64U << 10U).value_or("");
    return std::string(trim(split_once(text, '\n').first));
}

/// A word of a shell's line. What stands in it is ours (paths of the installation), and is checked all the same.
std::string quoted(const std::string& word)
{
    if (word.find_first_of("'\"\\$`\n") != word.npos)
        throw Error(ErrorKind::invalid, "'{}' has quotes in it, which sshd and git's hooks cannot be given",
                    printable(word));
    return word.find(' ') == word.npos ? word : "'" + word + "'";
}

} // namespace

Installation::Installation(const Apps& apps)
    : user_(apps.setting("user")), home_(apps.setting("home")), state_(fs::absolute(apps.directory())),
      binary_(apps.setting("binary"))
{
    if (home_.empty())
        home_ = state_ / "paas";
    if (binary_.empty())
        binary_ = fs::read_symlink("/proc/self/exe");
}

std::vector<std::string> Installation::program() const
{
    return {quoted(binary_), "--state-dir", quoted(state_.string()), "paas"};
}

std::string Installation::hostname() const
{
    return first_line(home_ / "HOSTNAME");
}

std::string Installation::vhost() const
{
    return first_line(home_ / "VHOST");
}

void Installation::write_hostname(const std::string& name) const
{
    os::write_file(home_ / "HOSTNAME", name + "\n");
}

void Installation::write_vhost(const std::string& domain) const
{
    if (!domain.empty())
        return os::write_file(home_ / "VHOST", domain + "\n");
    std::error_code ignored;
    fs::remove(home_ / "VHOST", ignored);
}

std::vector<std::string> Installation::host_names(const Apps& apps, const std::string& app) const
{
    std::vector<std::string> names = default_domains(app, vhost());
    for (std::string& domain : apps.domains(app))
        names.push_back(std::move(domain));
    return names;
}

std::vector<std::string> Installation::urls(const Apps& apps, const App& app) const
{
    std::vector<std::string> urls;
    const std::string port = apps.setting("port"); // that the router listens on
    for (const std::string& name : host_names(apps, app.name))
        urls.push_back("http://" + name + (port.empty() || port == "80" ? "" : ":" + port));
    if (urls.empty() && app.port != 0)
        urls.push_back(fmt::format("http://{}:{}", hostname().empty() ? os::host_name() : hostname(), app.port));
    return urls;
}

void Installation::write_hooks() const
{
    const std::string text = fmt::format("#!/bin/sh\nexec {} receive \"${{PWD##*/}}\"\n", join(program(), " "));
    if (os::find_file(hooks() / "pre-receive", 64U << 10U) == text)
        return;
    os::make_directories(hooks(), 0755);
    os::write_file(hooks() / "pre-receive", text, 0755);
}

void become_user(const Installation& installation)
{
    if (!os::is_root() || installation.user().empty())
        return;
    const auto user = os::find_user(installation.user());
    if (!user)
        throw Error(ErrorKind::not_found, "the user '{}' of this installation is gone", installation.user())
            .hint("'dfriends paas install' makes it again");
    if (::initgroups(user->name.c_str(), user->group) != 0 || ::setgid(user->group) != 0 || ::setuid(user->id) != 0)
        throw Error(ErrorKind::denied, "cannot become the user '{}': {}", user->name, describe_errno(errno));
    ::setenv("HOME", user->home.c_str(), 1);
    ::umask(0027);
}

} // namespace dfriends::paas
