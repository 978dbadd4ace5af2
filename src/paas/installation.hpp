// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/user.hpp"
#include "paas/apps.hpp"
#include "paas/ssh_keys.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::paas {

/// Where the parts of an installation are, and what its files HOSTNAME and VHOST say. Without `install` it lies below
/// the state directory and belongs to whoever runs it.
class Installation {
  public:
    explicit Installation(const Apps& apps);

    const std::string& user() const { return user_; } ///< "dokku"; empty where nothing was installed
    const os::Path& home() const { return home_; }
    os::Path repository(const std::string& app) const { return home_ / app; }
    os::Path hooks() const { return home_ / ".hooks"; }
    os::Path plugins() const { return state_ / "paas-plugins"; }
    os::Path socket() const { return state_ / "paas.sock"; }
    AuthorizedKeys keys() const { return AuthorizedKeys(home_ / ".ssh" / "authorized_keys"); }
    /// What sshd and hooks call us by: the executable and its state directory.
    std::vector<std::string> program() const;

    std::string hostname() const; ///< empty where the file says nothing
    std::string vhost() const;    ///< the domain below which apps have their names; empty: they have ports
    void write_hostname(const std::string& name) const;
    /// An empty domain removes the file.
    void write_vhost(const std::string& domain) const;

    /// Every host name of an app: by its own name, and those that were added.
    std::vector<std::string> host_names(const Apps& apps, const std::string& app) const;
    /// Where an app is reached: "http://codeit.dokku.app", or by its port.
    std::vector<std::string> urls(const Apps& apps, const App& app) const;

    /// The commands that a git repository's hooks need; writes them where they are not.
    void write_hooks() const;

  private:
    std::string user_;
    os::Path home_, state_;
    std::string binary_;
};

struct InstallOptions {
    std::string user = "dokku";
    std::string domain;                   ///< empty: the page asks
    os::Path home;                        ///< empty: /home/USER
    os::Path programs = "/usr/local/bin"; ///< for the links dokku and sshcommand
};

/// Makes the user, its home, the forced command and the links; repeated, it mends what is missing. Needs root. Returns
/// what it did, line by line.
std::vector<std::string> install(Apps& apps, const InstallOptions& options);

/// Takes away what install() made; apps must be gone. Needs root.
std::vector<std::string> uninstall(Apps& apps);

/// Becomes the installation's user, where we are root and there is one: what is written belongs to that user.
void become_user(const Installation& installation);

} // namespace dfriends::paas
