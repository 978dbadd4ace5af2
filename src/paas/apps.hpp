// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "paas/checks.hpp"
#include "state/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::paas {

using Config = std::map<std::string, std::string>;
/// Process type → command line; an empty one is the image's own.
using Commands = std::map<std::string, std::string>;

struct App {
    std::string name;
    std::string created;       ///< RFC 3339
    std::string deploy_branch; ///< empty until the first push
    std::int64_t release = 0;  ///< the one that serves; 0: none
    std::uint16_t port = 0;    ///< of this host, where it has no host name; 0: none chosen
    bool stopped = false;
};

/// Code and configuration that run, or ran, together.
struct Release {
    std::int64_t number = 0;
    std::string image;       ///< id
    std::string revision;    ///< of git; empty where none is known
    std::string description; ///< what made it
    std::string author;
    Commands commands;
    Checks checks;
    Config config;
    std::string created; ///< RFC 3339
};

/// A container of an app.
struct Process {
    std::string container; ///< id
    std::string app;
    std::string type;
    std::int64_t number = 1;
    std::string address;
    std::uint16_t port = 0; ///< 0: takes no requests
    bool retired = false;   ///< a newer one took its place; it ends when its last requests have ended
    /// "web.1"
    std::string dyno() const { return type + "." + std::to_string(number); }
};

/// The apps of an installation, in the state database: the tables paas_*.
class Apps {
  public:
    explicit Apps(state::Store& store) : store_(store) {}

    std::vector<App> list() const;
    std::optional<App> find(const std::string& app) const;
    /// Throws Error(not_found) in dokku's words.
    App get(const std::string& app) const;
    /// Throws Error(conflict) where the name is taken.
    void create(const std::string& app);
    void remove(const std::string& app);
    void set_deploy_branch(const std::string& app, const std::string& branch);
    void set_port(const std::string& app, std::uint16_t port);
    void set_stopped(const std::string& app, bool stopped);

    /// An empty app's are those of all apps.
    Config config(const std::string& app) const;
    /// With those of all apps below the app's own.
    Config merged_config(const std::string& app) const;
    /// Removes the keys `unset` and sets those of `set`, at once.
    void change_config(const std::string& app, const Config& set, const std::vector<std::string>& unset = {});

    std::vector<std::string> domains(const std::string& app) const; ///< those that were added
    /// Throws Error(conflict) where another app has it. False where this one had it already.
    bool add_domain(const std::string& app, const std::string& domain);
    bool remove_domain(const std::string& app, const std::string& domain);

    /// Process type → how many, as ps:scale set them.
    std::map<std::string, std::int64_t> scale(const std::string& app) const;
    void set_scale(const std::string& app, const std::map<std::string, std::int64_t>& quantities);

    std::vector<Release> releases(const std::string& app) const; ///< oldest first
    std::optional<Release> find_release(const std::string& app, std::int64_t number) const;
    /// Makes a new release the one that serves, with its containers; those before are retired. All at once.
    Release switch_to(const std::string& app, Release release, const std::vector<Process>& processes);
    /// Forgets releases but the newest `keep` ones and the one that serves; returns what is forgotten.
    std::vector<Release> forget_releases(const std::string& app, std::size_t keep);

    std::vector<Process> processes() const;
    std::vector<Process> processes(const std::string& app) const;
    void move_process(const std::string& container, const std::string& address);
    void forget_process(const std::string& container);

    std::string setting(const std::string& key) const; ///< empty where it was never set
    void set_setting(const std::string& key, const std::string& value);

    state::Store& store() const { return store_; }
    const std::filesystem::path& directory() const { return store_.directory(); }

  private:
    state::Store& store_;
};

} // namespace dfriends::paas
