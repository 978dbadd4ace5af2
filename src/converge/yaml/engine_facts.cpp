// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/engine_facts.hpp"

#include "base/error.hpp"
#include "engine/client.hpp"
#include "engine/host.hpp"
#include "net/loop.hpp"

#include <vector>

namespace dfriends::converge::yaml {

config::Node engine_facts()
{
    using config::Node;
    std::vector<Node::Member> members;
    try {
        engine::Client client(engine::find_host());
        const engine::EngineVersion version = net::run(client.version());
        members.emplace_back(Node::make_scalar("version", true, {}), Node::make_scalar(version.version, true, {}));
        members.emplace_back(Node::make_scalar("api", true, {}), Node::make_scalar(version.api_version, true, {}));
    } catch (const Error&) {
        members.clear(); // it may be what the manifest is going to install
    }
    return Node::make_map(std::move(members), {});
}

} // namespace dfriends::converge::yaml
