// SPDX-License-Identifier: Apache-2.0
#include "applets/applet.hpp"
#include "applets/cache/verbs.hpp"
#include "applets/cluster/verbs.hpp"
#include "applets/converge/verbs.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/house/verbs.hpp"
#include "applets/kv/verbs.hpp"
#include "applets/paas/verbs.hpp"

#include <array>

namespace dfriends::applets {

std::span<const Applet> table()
{
    static const std::array applets{
        house::house_applet,   kv::kv_applet,       kv::ctl_applet,          kv::ctl3_applet,
        kv::etcd_applet,       cache::cache_applet, cluster::cluster_applet, converge::converge_applet,
        docker::docker_applet, paas::paas_applet,   paas::sshcommand_applet,
    };
    return applets;
}

const Applet* find_applet(std::string_view name)
{
    for (const Applet& applet : table())
        if (applet.name == name)
            return &applet;
    return nullptr;
}

std::vector<config::Setting> rows_of(const Applet& applet, const Verb& verb)
{
    std::vector<config::Setting> rows(verb.settings.begin(), verb.settings.end());
    rows.insert(rows.end(), applet.settings.begin(), applet.settings.end());
    return rows;
}

std::string section_of(const Applet& applet, const Verb& verb)
{
    if (applet.name.empty())
        return std::string(verb.name);
    return verb.name == "serve" ? std::string(applet.name) : std::string(applet.name) + "." + std::string(verb.name);
}

} // namespace dfriends::applets
