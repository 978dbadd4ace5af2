// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/client.hpp"
#include "paas/apps.hpp"
#include "paas/banner.hpp"
#include "paas/installation.hpp"
#include "paas/plugins.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace dfriends::paas {

/// What a deploy works with.
struct Site {
    engine::Client& engine;
    Apps& apps;
    const Installation& installation;
    const Plugins& plugins;
    Banner banner;
};

/// Holds an app while it is deployed, changed or destroyed. Throws Error(conflict) where another process does, in
/// dokku's words; with `waits` only after that many seconds.
os::FileLock lock_app(const Apps& apps, const std::string& app, std::chrono::seconds waits = std::chrono::seconds(0));

/// A free port of this host, for an app without a host name: kept, so that its address stays the same.
std::uint16_t choose_port();

/// Makes a release the one that serves an app: new containers beside the old ones, which take the requests over once
/// they pass their checks; where they do not, they go, and the old ones serve on. Throws Error(failed) then. The app
/// must be locked.
net::Task<Release> deploy(Site site, std::string app, Release release);

/// The same image with the configuration and scale as they are now.
net::Task<Release> redeploy(Site site, std::string app, std::string description, std::string author);

/// Stops and removes containers whose place newer ones took, and what a killed deploy left. The router's business while
/// one runs (`paas serve`): it knows when their last requests have ended.
net::Task<> retire(engine::Client& engine, Apps& apps, std::string app, int stop_timeout = 10);

/// Stops an app's containers; start() brings them back.
net::Task<> stop(Site site, std::string app);
net::Task<> start(Site site, std::string app);

/// Removes an app's containers, images and cache.
net::Task<> remove_traces(engine::Client& engine, std::string app);

} // namespace dfriends::paas
