// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/conflicts.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "engine/run_flags.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dfriends::converge::yaml {

namespace {

constexpr std::size_t most_ports = 500'000;   ///< of all containers together
constexpr std::size_t most_addresses = 1'000; ///< of one port: each is compared with the others

bool does(const Resource& resource, std::string_view action)
{
    return std::ranges::find(resource.actions, action) != resource.actions.end();
}

bool makes(const Resource& resource)
{
    return resource.actions.empty() || does(resource, "run") || does(resource, "create");
}

bool runs(const Resource& resource)
{
    return resource.actions.empty() || (does(resource, "run") && resource.actions.back() != "stop");
}

/// Whether two addresses of the host are the same, or one is all of them. Nothing stands for all of both kinds.
bool overlap(const std::string& one, const std::string& other)
{
    if (one.empty() || other.empty() || one == other)
        return true;
    const auto is_all_of = [](const std::string& all, const std::string& address) {
        const bool is_six = address.find(':') != std::string::npos;
        return all == (is_six ? "::" : "0.0.0.0");
    };
    return is_all_of(one, other) || is_all_of(other, one);
}

/// Who publishes what.
class PublishedPorts {
  public:
    /// Those of one container. Where the engine may choose, it chooses a free one.
    void add(const Resource& container)
    {
        if (const std::string mode = text_or(container, "network", ""); mode == "host" || mode == "none")
            return;
        const Value* ports = find_attribute(container, "ports");
        if (ports == nullptr)
            return;
        if (const auto* list = std::get_if<Value::List>(&ports->content))
            for (const Value& port : *list)
                add(container, port);
        else
            add(container, *ports);
    }

  private:
    struct Publisher {
        std::string address;
        const Resource* container;
    };

    void add(const Resource& container, const Value& text)
    {
        std::vector<engine::PortBinding> bindings;
        try {
            bindings = engine::parse_publish(scalar_text(text));
        } catch (const Error&) {
            return; // told where the whole container is checked
        }
        for (const engine::PortBinding& binding : bindings)
            if (binding.host_port != 0 && binding.host_port_last <= binding.host_port)
                add(container, binding, text.position.line > 0 ? text.position : container.position);
    }

    void add(const Resource& container, const engine::PortBinding& port, const SourcePosition& position)
    {
        if (++count_ > most_ports)
            throw Error(ErrorKind::invalid, position, "the manifest publishes more than {} ports", most_ports);
        auto& publishers = publishers_[{port.host_port, port.protocol}];
        for (const Publisher& other : publishers)
            if (other.container != &container && overlap(other.address, port.host_address))
                throw Error(ErrorKind::invalid, position, "'{}' publishes the host's port {}, which '{}' has already",
                            address(container), engine::port_key(port.host_port, port.protocol),
                            address(*other.container))
                    .hint("give one of them another port, or an address of the host of its own");
        const bool is_known =
            std::ranges::any_of(publishers, [&](const Publisher& other) { return other.address == port.host_address; });
        if (publishers.size() >= most_addresses)
            throw Error(ErrorKind::invalid, position,
                        "the manifest publishes the host's port {} on more than {} addresses", port.host_port,
                        most_addresses);
        if (!is_known)
            publishers.push_back({port.host_address, &container});
    }

    std::map<std::pair<std::uint16_t, std::string>, std::vector<Publisher>> publishers_;
    std::size_t count_ = 0;
};

} // namespace

void refuse_conflicts(const Catalog& catalog)
{
    std::map<std::string, const Resource*> names;
    PublishedPorts ports;
    for (const Resource& resource : catalog.resources) {
        if (resource.type != "docker_container" || !resource.guards.empty() || !makes(resource))
            continue;
        const std::string name = container_name(resource);
        const auto [row, is_new] = names.emplace(name, &resource);
        if (!is_new && row->second->name != resource.name) {
            const Value* given = find_attribute(resource, "container");
            throw Error(ErrorKind::invalid, given == nullptr ? resource.position : given->position,
                        "'{}' is called '{}', as '{}' is already", address(resource), name, address(*row->second))
                .hint("an engine has one container of a name");
        }
        if (runs(resource))
            ports.add(resource);
    }
}

} // namespace dfriends::converge::yaml
