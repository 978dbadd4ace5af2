// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/inventory.hpp"
#include "converge/real_host.hpp"
#include "converge/yaml/manifest.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <algorithm>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::applets::converge {

namespace {

namespace domain = dfriends::converge;

/// Names that the arguments give, or those of all containers, the oldest first: links and shared volumes name older
/// ones. Swarm makes its own anew, and so they are its to declare.
std::vector<std::string> names_to_import(Context& context)
{
    if (!context.arguments.empty())
        return context.arguments;
    std::vector<std::string> names;
    for (const auto& summary : net::run(context.engine().containers().list(true)))
        if (!summary.labels.contains("com.docker.swarm.task.id"))
            names.push_back(summary.id);
    std::ranges::reverse(names);
    return names;
}

/// What is imported, in the order in which it is declared.
class Import {
  public:
    explicit Import(Context& context)
        : context_(context),
          docker_(domain::make_real_docker(context.engine(), [&context](std::string_view line) { context.say(line); })),
          habits_(domain::habits_of(net::run(context.engine().info())))
    {
    }

    domain::Catalog catalog()
    {
        domain::Catalog containers;
        for (const std::string& name : names_to_import(context_))
            if (auto container = find(name))
                containers.resources.push_back(declare(*container));
        require_later_ones(containers);
        domain::Catalog catalog;
        for (const engine::NetworkDetails& network : net::run(context_.engine().networks().list()))
            if (is_wanted(networks_, network.spec.name))
                add(catalog, domain::declare_network(network, fixed_.contains(network.spec.name)));
        for (const engine::VolumeDetails& volume : net::run(context_.engine().volumes().list()))
            if (is_wanted(volumes_, volume.spec.name))
                add(catalog, domain::declare_volume(volume));
        for (const domain::Resource& container : containers.resources)
            add(catalog, domain::declare_image(container));
        for (domain::Resource& container : containers.resources)
            add(catalog, std::move(container));
        return catalog;
    }

  private:
    /// By its name, its id, or as the engine finds one.
    std::optional<engine::ContainerDetails> find(const std::string& name)
    {
        const auto seen = net::run(context_.engine().containers().find(name));
        if (!seen && !context_.arguments.empty())
            throw Error(ErrorKind::not_found, "there is no container '{}'", name);
        return seen ? docker_->find_container(seen->id) : std::nullopt;
    }

    domain::Resource declare(const engine::ContainerDetails& container)
    {
        for (const engine::MountPoint& mount : container.mounts)
            volumes_.insert(mount.name);
        for (const engine::NetworkAttachment& place : container.spec.networks) {
            networks_.insert(place.network);
            if (!place.ipv4_address.empty() || !place.ipv6_address.empty())
                fixed_.insert(place.network);
        }
        return domain::declare_container(container, docker_->find_image(container.image_id), habits_);
    }

    void add(domain::Catalog& catalog, std::optional<domain::Resource> resource)
    {
        if (resource && seen_.insert(domain::address(*resource)).second)
            catalog.resources.push_back(std::move(*resource));
    }

    /// All of them, or what the containers that were named use.
    bool is_wanted(const std::set<std::string>& used, const std::string& name) const
    {
        return context_.arguments.empty() || used.contains(name);
    }

    /// One that uses a container which is younger, because that was made anew, comes behind it.
    static void require_later_ones(domain::Catalog& containers)
    {
        auto& all = containers.resources;
        for (std::size_t at = 0; at < all.size(); ++at)
            for (const std::string& name : domain::containers_used_by(all[at]))
                for (std::size_t later = at + 1; later < all.size(); ++later)
                    if (all[later].name == name)
                        all[at].requires_.push_back({.type = all[later].type, .name = name, .position = {}});
    }

    Context& context_;
    std::unique_ptr<domain::Docker> docker_;
    domain::EngineHabits habits_;
    std::set<std::string> networks_;
    std::set<std::string> volumes_;
    std::set<std::string> fixed_; ///< networks in which a container has a fixed address
    std::set<std::string> seen_;
};

/// A file that the shell made for the manifest is nobody else's to read, where secrets are written to it.
void protect_output(Context& context, const domain::Catalog& catalog)
{
    std::vector<std::string> names;
    for (const domain::Resource& resource : catalog.resources)
        if (resource.sensitive || domain::holds_secrets(resource))
            names.push_back(domain::address(resource));
    if (names.empty())
        return;
    struct stat state{};
    const bool is_file = ::fstat(STDOUT_FILENO, &state) == 0 && S_ISREG(state.st_mode);
    const bool is_open = is_file && (state.st_mode & 077) != 0;
    const bool is_closed = is_open && ::fchmod(STDOUT_FILENO, state.st_mode & 0700) == 0;
    context.say(fmt::format("secrets stand in the manifest as they are: {}", join(names, ", ")));
    if (is_closed)
        context.say("the file is for its owner alone now; values that secrets: names can stand in files of their own");
}

} // namespace

int import(Context& context)
{
    const domain::Catalog catalog = Import(context).catalog();
    protect_output(context, catalog);
    context.write(domain::render_yaml_manifest(catalog));
    return 0;
}

} // namespace dfriends::applets::converge
