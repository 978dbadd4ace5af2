// SPDX-License-Identifier: Apache-2.0
#include "applets/paas/wire.hpp"

#include "json/json.hpp"

namespace dfriends::applets::paas {

using namespace dfriends::paas;

std::string encode_apps(const Apps& apps, const Installation& installation)
{
    Json array = Json::array();
    for (const App& app : apps.list()) {
        Json processes = Json::array();
        for (const Process& process : apps.processes(app.name))
            processes.push_back({{"dyno", process.dyno()},
                                 {"container", process.container},
                                 {"address", process.address},
                                 {"port", process.port},
                                 {"retired", process.retired}});
        array.push_back({{"name", app.name},
                         {"created", app.created},
                         {"release", app.release},
                         {"stopped", app.stopped},
                         {"deploy_branch", app.deploy_branch},
                         {"urls", installation.urls(apps, app)},
                         {"processes", processes}});
    }
    return dump_json(array, 2) + "\n";
}

std::string encode_releases(const std::vector<Release>& releases, std::int64_t serving)
{
    Json array = Json::array();
    for (const Release& release : releases)
        array.push_back({{"number", release.number},
                         {"image", release.image},
                         {"revision", release.revision},
                         {"description", release.description},
                         {"author", release.author},
                         {"created", release.created},
                         {"serving", release.number == serving}});
    return dump_json(array, 2) + "\n";
}

std::string encode_config(const Config& config)
{
    return dump_json(Json(config), 2) + "\n";
}

std::string encode_keys(const std::vector<AllowedKey>& keys)
{
    Json array = Json::array();
    for (const AllowedKey& key : keys)
        array.push_back({{"name", key.name}, {"fingerprint", key.fingerprint}});
    return dump_json(array, 2) + "\n";
}

} // namespace dfriends::applets::paas
