// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/relations.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/yaml/item.hpp"
#include "converge/yaml/values.hpp"

#include <algorithm>
#include <filesystem>

namespace dfriends::converge::yaml {

namespace {

constexpr std::size_t longest_path = 4096; ///< no system has longer ones

bool is_removed(const Resource& resource)
{
    return !resource.actions.empty() && (resource.actions[0] == "remove" || resource.actions[0] == "delete");
}

/// An image's name with the tag that is meant where none is said.
std::string with_tag(const std::string& image, const std::string& tag)
{
    const auto last = image.substr(image.rfind('/') == std::string::npos ? 0 : image.rfind('/') + 1);
    return last.find_first_of(":@") == std::string::npos ? image + ":" + tag : image;
}

class Relating {
  public:
    explicit Relating(Declared& declared) : declared_(declared), resources_(declared.catalog.resources)
    {
        for (std::size_t at = 0; at < resources_.size(); ++at) {
            const Resource& resource = resources_[at];
            by_name_[resource.type].emplace(resource.name, at);
            if (resource.type == "docker_network")
                by_name_[resource.type].emplace(text_or_name(resource, "network"), at);
            if (resource.type == "docker_plugin")
                by_name_[resource.type].emplace(text_or_name(resource, "plugin"), at);
            if (resource.type == "docker_volume")
                by_name_[resource.type].emplace(text_or_name(resource, "volume"), at);
            if (resource.type == "docker_image" && !is_removed(resource))
                images_.emplace(with_tag(text_or_name(resource, "image"), text_or(resource, "tag", "latest")), at);
            if (resource.type == "file" || resource.type == "directory")
                paths_.emplace(text_or_name(resource, "path"), at);
        }
    }

    void relate()
    {
        for (Subscription& subscription : declared_.subscriptions)
            resources_[declared(subscription.source)].notifications.push_back(std::move(subscription.notification));
        for (const Precedence& precedence : declared_.precedences)
            require(declared(precedence.second), precedence.first, precedence.second.position);
        for (const Dependency& dependency : declared_.dependencies)
            depend(dependency);
        for (const Notice& notice : declared_.notices)
            notify(notice);
        for (const std::size_t at : declared_.items)
            relate_by_itself(at);
        order_removals();
    }

  private:
    /// What goes, goes in the opposite order: containers before what they stand on, plugins after what they drive, the
    /// engine last. Of one that goes, nobody writes down what that is.
    void order_removals()
    {
        const auto gone = [&](auto is_one) {
            std::vector<std::size_t> found;
            for (const std::size_t at : declared_.items)
                if (is_removed(resources_[at]) && is_one(resources_[at].type))
                    found.push_back(at);
            return found;
        };
        const auto containers = gone([](const std::string& type) { return type == "docker_container"; });
        const auto below = gone([](const std::string& type) {
            return type == "docker_network" || type == "docker_volume" || type == "docker_image";
        });
        const auto plugins = gone([](const std::string& type) { return type == "docker_plugin"; });
        const auto engines = gone([](const std::string& type) { return type == "docker_engine"; });
        const auto put_first = [&](const std::vector<std::size_t>& first, const std::vector<std::size_t>& then) {
            for (const std::size_t later : then)
                for (const std::size_t at : first)
                    if (!wants(at, later))
                        require(later, at, resources_[later].position);
        };
        put_first(containers, below);
        put_first(containers, plugins);
        put_first(below, plugins);
        for (const auto& first : {containers, below, plugins})
            put_first(first, engines);
    }

    bool wants(std::size_t at, std::size_t other) const
    {
        return std::ranges::any_of(resources_[at].requires_, [&](const Reference& reference) {
            return reference.type == resources_[other].type && reference.name == resources_[other].name;
        });
    }

    std::optional<std::size_t> find(std::string_view type, std::string_view name) const
    {
        const auto names = by_name_.find(type);
        if (names == by_name_.end())
            return std::nullopt;
        const auto row = names->second.find(name);
        return row == names->second.end() ? std::nullopt : std::optional(row->second);
    }

    std::size_t declared(const Reference& reference) const
    {
        if (const auto found = find(reference.type, reference.name))
            return *found;
        std::vector<std::string> known;
        for (const Resource& resource : resources_)
            known.push_back(address(resource));
        throw Error(ErrorKind::invalid, reference.position, "'{}' is not declared", address(reference))
            .hint(did_you_mean(address(reference), known));
    }

    void require(std::size_t at, std::size_t other, const SourcePosition& position)
    {
        add_requirement(resources_[at],
                        {.type = resources_[other].type, .name = resources_[other].name, .position = position});
    }

    void depend(const Dependency& dependency)
    {
        const std::size_t other = declared(dependency.on);
        Resource& on = resources_[other];
        if (is_removed(on) && is_removed(resources_[dependency.from]))
            return require(other, dependency.from, dependency.on.position);
        require(dependency.from, other, dependency.on.position);
        const auto say = [&](const char* attribute, bool value) {
            on.attributes[attribute] = Value{.content = value, .position = dependency.on.position};
        };
        if (dependency.condition == Dependency::Condition::healthy) {
            if (flag_or(on, "no_healthcheck", false))
                throw Error(ErrorKind::invalid, dependency.on.position, "'{}' has no health check", address(on));
            say("wait_healthy", true);
        }
        if (dependency.condition == Dependency::Condition::completed)
            say("detach", false);
        if (dependency.restarts) {
            const Resource& from = resources_[dependency.from];
            on.notifications.push_back(
                {.target = {.type = from.type, .name = from.name, .position = dependency.on.position}, .action = {}});
        }
    }

    void notify(const Notice& notice)
    {
        auto& notifications = resources_[notice.from].notifications;
        const bool immediately = notice.target.ends_with('!');
        const std::string target = notice.target.substr(0, notice.target.size() - (immediately ? 1 : 0));
        const auto handler = declared_.handlers.find(target);
        if (handler != declared_.handlers.end()) {
            for (Notification told : handler->second) {
                told.immediately = immediately;
                notifications.push_back(std::move(told));
            }
            return;
        }
        if (!parse_address(target)) {
            std::vector<std::string> known;
            for (const auto& [name, notices] : declared_.handlers)
                known.push_back(name);
            const std::string nearest = did_you_mean(target, known);
            throw Error(ErrorKind::invalid, notice.position, "there is no handler '{}'", printable(target))
                .hint(nearest.empty() ? "declare it in handlers, or name an item: container[web]" : nearest);
        }
        notifications.push_back({.target = reference_of(config::Node::make_scalar(target, true, notice.position)),
                                 .action = {},
                                 .immediately = immediately});
    }

    void relate_by_itself(std::size_t at)
    {
        const Resource& resource = resources_[at];
        if (is_removed(resource))
            return;
        if (resource.type.starts_with("docker_") && resource.type != "docker_engine")
            require_if_declared(at, "docker_engine", "docker");
        if (resource.type == "file" || resource.type == "directory")
            require_path(at, std::filesystem::path(resource.name).parent_path().string());
        if (resource.type == "docker_container")
            relate_container(at);
        for (const char* attribute : {"driver", "log_driver", "volume_driver"})
            relate_driver(at, text_or(resource, attribute, ""));
    }

    /// What a plugin drives comes after it.
    void relate_driver(std::size_t at, const std::string& driver)
    {
        require_if_declared(at, "docker_plugin", driver);
        if (driver.ends_with(":latest")) // as the engine itself calls it
            require_if_declared(at, "docker_plugin", driver.substr(0, driver.rfind(':')));
    }

    void require_if_declared(std::size_t at, std::string_view type, std::string_view name)
    {
        if (const auto other = find(type, name); other && *other != at)
            require(at, *other, resources_[at].position);
    }

    /// The nearest declared directory at or above a path, or the file itself.
    void require_path(std::size_t at, std::string path)
    {
        if (path.size() > longest_path)
            return;
        for (; path.size() > 1; path = std::filesystem::path(path).parent_path().string())
            if (const auto row = paths_.find(path); row != paths_.end() && row->second != at)
                return require(at, row->second, resources_[at].position);
    }

    void relate_container(std::size_t at)
    {
        const Resource container = resources_[at];
        if (const auto image = images_.find(with_tag(text_or(container, "image", ""), "latest"));
            image != images_.end())
            require(at, image->second, container.position);
        for (const std::string& line : list_of(container, "networks")) {
            const std::string_view place = split_once(line, ',').first;
            require_if_declared(at, "docker_network", place.starts_with("name=") ? place.substr(5) : place);
        }
        relate_network(at, text_or(container, "network", ""));
        for (const std::string& volume : list_of(container, "volumes")) {
            const auto [source, target] = split_once(volume, ':');
            if (source.starts_with('/'))
                require_path(at, target.empty() ? std::string() : std::string(source));
            else
                require_if_declared(at, "docker_volume", source);
        }
        for (const char* attribute : {"links", "volumes_from"})
            for (const std::string& other : list_of(container, attribute))
                require_if_declared(at, "docker_container", split_once(other, ':').first);
        for (const std::string& path : list_of(container, "env_file"))
            require_path(at, path);
    }

    /// A network, or the container whose network it shares: the engine knows that one by its own name.
    void relate_network(std::size_t at, const std::string& mode)
    {
        constexpr std::string_view donor = "container:";
        if (!mode.starts_with(donor))
            return require_if_declared(at, "docker_network", mode);
        const auto other = find("docker_container", std::string_view(mode).substr(donor.size()));
        if (!other || *other == at)
            return;
        require(at, *other, resources_[at].position);
        resources_[at].attributes["network"].content = std::string(donor) + container_name(resources_[*other]);
    }

    Declared& declared_;
    std::vector<Resource>& resources_;
    std::map<std::string, std::map<std::string, std::size_t, std::less<>>, std::less<>> by_name_;
    std::map<std::string, std::size_t, std::less<>> images_;
    std::map<std::string, std::size_t, std::less<>> paths_;
};

} // namespace

void relate(Declared& declared)
{
    Relating(declared).relate();
}

} // namespace dfriends::converge::yaml
