// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connection.hpp"
#include "engine/reference.hpp"
#include "engine/types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::engine {

/// What a plugin is called in its registry. Throws Error(invalid) also for one that is named by its digest: an engine
/// that is to fetch it ends at once (20.10 panics for want of a tag).
Reference parse_plugin_reference(std::string_view text);

/// The plugins of an engine, each known by its name (its alias, "latest" where that has no tag) or id.
class Plugins {
  public:
    explicit Plugins(Connection& connection) : connection_(connection) {}

    net::Task<std::vector<PluginDetails>> list(Filters filters = {});
    net::Task<PluginDetails> inspect(std::string plugin);
    /// Nothing where the engine has no such plugin.
    net::Task<std::optional<PluginDetails>> find(std::string plugin);
    /// What the plugin of that reference asks for, as its registry has it, with the login that config.json has for it.
    /// Engines before 23.0 say that a plugin which is not there asks for nothing.
    net::Task<std::vector<PluginPrivilege>> privileges(std::string remote);

    /// Fetches a plugin from its registry, with the login that config.json has for it, under the name `plugin`. It is
    /// not enabled. `granted` must be what privileges() says, or the engine refuses. Errors are those of
    /// Images::pull().
    net::Task<> install(std::string plugin, std::string remote, std::vector<PluginPrivilege> granted,
                        OnProgress on_progress = {});
    /// Puts what is there now under a reference in a plugin's place, which keeps its settings. It must not be enabled.
    net::Task<> upgrade(std::string plugin, std::string remote, std::vector<PluginPrivilege> granted,
                        OnProgress on_progress = {});
    /// "NAME=VALUE" texts. It must not be enabled: Error(failed) by the engine.
    net::Task<> set(std::string plugin, std::vector<std::string> settings);
    /// `timeout`: seconds that the engine waits for the plugin to answer. One that is enabled is Error(conflict).
    net::Task<> enable(std::string plugin, int timeout);
    /// One that is in use is refused, unless forced.
    net::Task<> disable(std::string plugin, bool force = false);
    net::Task<> remove(std::string plugin, bool force = false);

  private:
    Connection& connection_;
};

} // namespace dfriends::engine
