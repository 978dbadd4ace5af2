// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/context.hpp"
#include "engine/client.hpp"
#include "paas/deploy.hpp"

#include <string>
#include <vector>

namespace dfriends::applets::paas {

namespace core = dfriends::paas;

/// What every word of dokku's works with. Root becomes the installation's user first, so that all that is written
/// belongs to that user.
class Session {
  public:
    explicit Session(Context& context);

    Context& context;
    core::Apps apps;
    core::Installation installation;
    core::Plugins plugins;
    core::Banner banner; ///< to stdout

    core::Site site() { return {context.engine(), apps, installation, plugins, banner}; }
    /// The app that the words name: the first argument, or --app. Throws in dokku's words where there is none such.
    std::string take_app();
    /// The app that the words name, or every one where they name none: what a report is about.
    std::vector<core::App> take_apps();
    /// A row of a report: "Label:    value", in dokku's columns.
    void print_row(std::string_view label, std::string_view value) const;
    /// The arguments behind the app's name.
    const std::vector<std::string>& rest() const { return rest_; }
    /// Who asks: the name of the ssh key, or "default".
    std::string author() const;
    /// Makes an app and its repository.
    void create_app(const std::string& name);
    /// The container of a process: "web", "web.2", or the first of all. Throws where it does not run.
    std::string find_container(const std::string& app, const std::string& dyno);
    /// Deploys again where there is something to: after a change of configuration or scale. The app must not be locked.
    void redeploy(const std::string& app, const std::string& description);
    void print_urls(const std::string& app);

  private:
    std::vector<std::string> rest_;
};

/// What the plugins of an installation find in their environment.
std::map<std::string, std::string> plugin_environment(const core::Apps& apps, const core::Installation& installation,
                                                      const std::string& app);

} // namespace dfriends::applets::paas
