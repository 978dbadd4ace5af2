// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"
#include "paas/apps.hpp"
#include "state/store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dfriends::paas {

/// The apps of a database of their own.
struct KeptApps {
    os::TemporaryDirectory directory;
    std::unique_ptr<state::Store> store;
    std::unique_ptr<Apps> apps;

    KeptApps() { restart(); }

    /// As another process sees them.
    void restart()
    {
        store.reset();
        store = std::make_unique<state::Store>(directory.path());
        apps = std::make_unique<Apps>(*store);
    }
    std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (const App& app : apps->list())
            names.push_back(app.name);
        return names;
    }
};

} // namespace dfriends::paas
