// SPDX-License-Identifier: Apache-2.0
#include "cluster/machines/local_cluster_wire.hpp"

#include "base/error.hpp"
#include "json/json.hpp"

namespace dfriends::cluster {

std::string encode_local_cluster(const LocalCluster& cluster)
{
    Json machines = Json::array();
    for (const LocalMachine& machine : cluster.machines)
        machines.push_back(Json{
            {"name", machine.name}, {"id", machine.id}, {"address", machine.address}, {"metadata", machine.metadata}});
    return dump_json(Json{{"subnet", cluster.subnet}, {"machines", machines}}, 2) + "\n";
}

LocalCluster decode_local_cluster(std::string_view text)
{
    const Json value = parse_json(text, "the description of the local machines");
    LocalCluster cluster{.subnet = text_of(value, "subnet")};
    const Json& machines = member_of(value, "machines");
    for (const Json& machine : machines)
        cluster.machines.push_back({text_of(machine, "name"), text_of(machine, "id"), text_of(machine, "address"),
                                    text_of(machine, "metadata")});
    if (cluster.subnet.empty() || !machines.is_array())
        throw Error(ErrorKind::invalid, "the description of the local machines is damaged")
            .hint("'dfriends cluster down' removes it and all that belongs to it");
    return cluster;
}

} // namespace dfriends::cluster
