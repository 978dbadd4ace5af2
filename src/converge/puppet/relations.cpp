// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/relations.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/puppet/collectors.hpp"
#include "converge/puppet/resources.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace dfriends::converge::puppet {

namespace {

constexpr std::size_t most_relations = 400'000;
constexpr std::size_t most_steps = 2'000'000; ///< of the search for what comes after what
using Indices = std::vector<std::size_t>;

class Relations {
  public:
    explicit Relations(const Evaluation& evaluation)
        : evaluation_(evaluation), resource_of_(evaluation.declarations.size(), no_container),
          members_(evaluation.declarations.size())
    {
    }

    Catalog run()
    {
        const auto& declarations = evaluation_.declarations;
        for (std::size_t at = 0; at < declarations.size(); ++at) {
            index_[{declarations[at].type, declarations[at].title}] = at;
            of_type_[declarations[at].type].push_back(at);
            keep_names(at);
            if (declarations[at].is_container || declarations[at].is_virtual)
                continue;
            resource_of_[at] = catalog_.resources.size();
            catalog_.resources.push_back(translate_resource(declarations[at]));
            keep_from_acting(catalog_.resources.back(), at);
            for (std::size_t up = declarations[at].container; up != no_container; up = declarations[up].container)
                members_[up].push_back(resource_of_[at]);
        }
        for (std::size_t at = 0; at < declarations.size(); ++at)
            relate_declaration(at);
        for (const Edge& edge : evaluation_.edges)
            link(targets_of(edge.from, edge.position), targets_of(edge.to, edge.position), edge.notifies,
                 edge.position);
        for (const auto& [engine, first, place] : before_engine_)
            put_before_engine(engine, first, place);
        for (std::size_t at = 0; at < declarations.size(); ++at)
            if (resource_of_[at] != no_container)
                add_unasked(declarations[at], resource_of_[at]);
        return std::move(catalog_);
    }

  private:
    /// The other names that a reference may call a declaration by.
    void keep_names(std::size_t at)
    {
        const Declaration& declaration = evaluation_.declarations[at];
        const auto keep = [&](std::string_view attribute) {
            if (const Attribute* given = find(declaration, attribute))
                for (const Datum& name : to_items(given->value))
                    aliases_.try_emplace({declaration.type, to_text(name)}, at);
        };
        keep("alias");
        static constexpr auto named =
            std::to_array<std::string_view>({"cron", "group", "mount", "package", "service", "user"});
        if (declaration.type == "file")
            keep("path");
        else if (std::ranges::find(named, declaration.type) != named.end())
            keep("name");
        if (declaration.type != "docker::run")
            return;
        const std::string name = sanitised(declaration.title);
        const Attribute* prefix = find(declaration, "service_prefix");
        containers_.try_emplace(name, at);
        aliases_.try_emplace(
            {"service", (prefix == nullptr || prefix->value.is_undef() ? "docker-" : to_text(prefix->value)) + name},
            at);
    }

    /// «noop» of a resource, else that of the nearest thing around it that says
    /// anything.
    void keep_from_acting(Resource& resource, std::size_t at) const
    {
        for (; at != no_container; at = evaluation_.declarations[at].container) {
            const Attribute* noop = find(evaluation_.declarations[at], "noop");
            if (noop == nullptr || noop->value.is_undef())
                continue;
            resource.noop = to_text(noop->value) == "true";
            return;
        }
    }

    void relate_declaration(std::size_t at)
    {
        const Declaration& declaration = evaluation_.declarations[at];
        if (declaration.is_virtual)
            return;
        const Indices self = indices_of(at);
        const auto each = [&](const char* name, auto relation) {
            if (const Attribute* attribute = find(declaration, name);
                attribute != nullptr && !attribute->value.is_undef())
                relation(targets_of(attribute->value, attribute->position), attribute->position);
        };
        each("require", [&](const Indices& others, const SourcePosition& place) { link(others, self, false, place); });
        each("subscribe", [&](const Indices& others, const SourcePosition& place) { link(others, self, true, place); });
        each("before", [&](const Indices& others, const SourcePosition& place) { link(self, others, false, place); });
        each("notify", [&](const Indices& others, const SourcePosition& place) { link(self, others, true, place); });
        if (declaration.type != "docker::run")
            return;
        for (const char* name : {"depends", "after"})
            if (const Attribute* attribute = find(declaration, name))
                for (const Datum& other : to_items(attribute->value))
                    link(containers_called(to_text(other), name, attribute->position), self, false,
                         attribute->position);
    }

    Indices containers_called(const std::string& title, std::string_view parameter, const SourcePosition& place) const
    {
        if (const auto found = containers_.find(sanitised(title)); found != containers_.end())
            return indices_of(found->second);
        if (parameter == "after")
            return {};
        throw Error(ErrorKind::invalid, place, "there is no docker::run '{}' to depend on", printable(title));
    }

    Indices indices_of(std::size_t declaration) const
    {
        if (evaluation_.declarations[declaration].is_container)
            return members_[declaration];
        return resource_of_[declaration] == no_container ? Indices{} : Indices{resource_of_[declaration]};
    }

    Indices targets_of(const Datum& what, const SourcePosition& place)
    {
        Indices all;
        const auto add = [&](const Indices& more) {
            count(more.size(), place);
            all.insert(all.end(), more.begin(), more.end());
        };
        if (const auto* reference = what.as<Reference>())
            add(indices_of(declaration_of(*reference, reference->position.line > 0 ? reference->position : place)));
        else if (const auto* collected = what.as<Collected>()) {
            if (const auto some = of_type_.find(collected->type); some != of_type_.end())
                for (const std::size_t at : some->second) {
                    count(1, place);
                    if (const Declaration& one = evaluation_.declarations[at];
                        !one.is_virtual && finds(*collected, one, evaluation_.declarations))
                        add(indices_of(at));
                }
        } else if (what.as<List>() != nullptr) {
            for (const Datum& item : to_items(what))
                add(targets_of(item, place));
        } else if (const auto* text = what.as<std::string>(); text != nullptr && parse_address(*text)) {
            const Reference written = *parse_address(*text);
            add(indices_of(declaration_of({to_lower(written.type), written.name, place}, place)));
        } else if (!what.is_undef())
            throw Error(ErrorKind::invalid, place, "{} is no reference to a resource", kind_of(what))
                .hint("write Type['title'], as in File['/etc/motd']");
        return all;
    }

    /// References may also name what the docker module makes: the service and the package of the engine, and a service
    /// for each container.
    std::size_t declaration_of(const Reference& reference, const SourcePosition& place) const
    {
        if (const auto found = index_.find({reference.type, reference.name}); found != index_.end())
            return found->second;
        if (const auto engine = index_.find({"class", "docker"});
            engine != index_.end() && is_part_of_engine(reference))
            return engine->second;
        std::string name = reference.name;
        while (reference.type == "file" && name.size() > 1 && name.ends_with('/'))
            name.pop_back();
        for (const Index* names : {&index_, &aliases_})
            if (const auto found = names->find({reference.type, name}); found != names->end())
                return found->second;
        std::vector<std::string> known;
        for (const auto& [key, at] : index_)
            known.push_back(show({key.first, key.second, {}}));
        throw Error(ErrorKind::invalid, place, "'{}' is not declared", printable(show(reference)))
            .hint(did_you_mean(show(reference), known));
    }

    /// What the class docker is made of in the module.
    static bool is_part_of_engine(const Reference& reference)
    {
        static constexpr auto classes = std::to_array<std::string_view>(
            {"docker::config", "docker::install", "docker::params", "docker::repos", "docker::service"});
        if (reference.type == "class")
            return std::ranges::find(classes, reference.name) != classes.end();
        return (reference.type == "service" || reference.type == "package") &&
               (reference.name == "docker" || reference.name == "docker.io" || reference.name == "docker-ce");
    }

    void count(std::size_t more, const SourcePosition& place)
    {
        relations_ += more;
        if (relations_ > most_relations)
            throw Error(ErrorKind::invalid, place, "there are more than {} relations between resources",
                        most_relations);
    }

    void link(const Indices& from, const Indices& to, bool notifies, const SourcePosition& place)
    {
        count(from.size() * to.size(), place);
        for (const std::size_t first : from)
            for (const std::size_t second : to) {
                const Resource& target = catalog_.resources[second];
                if (target.type == "docker_engine")
                    before_engine_.push_back({second, first, place}); // its package may come before that
                else
                    require(second, first, place);
                const ResourceType* type = find_resource_type(target.type);
                if (notifies && type != nullptr && !type->refresh.empty() && told_.insert({first, second}).second)
                    catalog_.resources[first].notifications.push_back(
                        {.target = {target.type, target.name, place}, .action = {}, .immediately = false});
            }
    }

    /// In the module package and service are two, and something may stand between them. Here they are one: what comes
    /// after the package restarts the engine at the end.
    void put_before_engine(std::size_t engine, std::size_t first, const SourcePosition& place)
    {
        if (!comes_after(first, engine))
            return require(engine, first, place);
        const Resource& target = catalog_.resources[engine];
        for (Notification& told : catalog_.resources[first].notifications)
            if (told.target.type == target.type && told.target.name == target.name)
                told.action = find_resource_type(target.type)->refresh;
    }

    void require(std::size_t target, std::size_t source, const SourcePosition& place)
    {
        if (required_.insert({target, source}).second)
            catalog_.resources[target].requires_.push_back(
                {catalog_.resources[source].type, catalog_.resources[source].name, place});
    }

    /// What is added unasked gives way where the manifest says the opposite.
    void add_unasked(const Declaration& declaration, std::size_t at)
    {
        const Resource& resource = catalog_.resources[at];
        const auto after = [&](std::string_view type, const std::string& name) {
            if (const auto other = find_house(type, name); other && *other != at && !comes_after(*other, at))
                require(at, *other, declaration.position);
        };
        if (resource.type.starts_with("docker_") && resource.type != "docker_engine")
            after("docker_engine", "docker");
        if (resource.type == "docker_container") {
            after("docker_image", text_or(resource, "image", ""));
            after("docker_network", text_or(resource, "network", ""));
            for (const std::string& network : list_of(resource, "networks"))
                after("docker_network", network);
        }
        for (const char* attribute : {"driver", "log_driver", "volume_driver"})
            after("docker_plugin", text_or(resource, attribute, ""));
        if (resource.type == "docker_image" || resource.type == "docker_container" || resource.type == "docker_plugin")
            for (const Resource& other : catalog_.resources)
                if (other.type == "docker_registry")
                    after(other.type, other.name);
        if (declaration.type == "file") {
            const std::string path = text_or(resource, "path", "");
            if (path.rfind('/') != std::string::npos && path.rfind('/') > 0)
                after("directory", path.substr(0, path.rfind('/')));
        }
        if (declaration.type == "exec")
            after("directory", text_or(resource, "directory", ""));
        for (const char* attribute : {"owner", "user"})
            if (declaration.type == "file" || declaration.type == "exec")
                after("user", text_or(resource, attribute, ""));
        if (declaration.type == "file" || declaration.type == "user")
            after("group", text_or(resource, "group", ""));
    }

    std::optional<std::size_t> find_house(std::string_view type, const std::string& name)
    {
        if (houses_.empty())
            for (std::size_t at = 0; at < catalog_.resources.size(); ++at) {
                const Resource& resource = catalog_.resources[at];
                houses_[{resource.type, resource.type == "directory" ? text_or(resource, "path", "") : resource.name}] =
                    at;
                if (resource.type == "docker_image")
                    houses_.try_emplace({resource.type, image_of(resource)}, at);
                if (resource.type == "docker_plugin")
                    houses_.try_emplace({resource.type, text_or_name(resource, "plugin")}, at);
            }
        const auto found = houses_.find({std::string(type), name});
        return found == houses_.end() ? std::nullopt : std::optional(found->second);
    }

    static std::string image_of(const Resource& resource)
    {
        const std::string tag = text_or(resource, "tag", "");
        return text_or_name(resource, "image") + (tag.empty() ? "" : ":" + tag);
    }

    /// Whether `later` already waits for `earlier`, directly or through others.
    bool comes_after(std::size_t later, std::size_t earlier)
    {
        std::set<std::size_t> seen{later};
        Indices open{later};
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            if (at == earlier)
                return true;
            if (++steps_ > most_steps)
                return true;
            for (const Reference& reference : catalog_.resources[at].requires_)
                if (const auto next = find_resource(reference); next && seen.insert(*next).second)
                    open.push_back(*next);
        }
        return false;
    }

    std::optional<std::size_t> find_resource(const Reference& reference)
    {
        if (places_.empty())
            for (std::size_t at = 0; at < catalog_.resources.size(); ++at)
                places_[{catalog_.resources[at].type, catalog_.resources[at].name}] = at;
        const auto found = places_.find({reference.type, reference.name});
        return found == places_.end() ? std::nullopt : std::optional(found->second);
    }

    using Index = std::map<std::pair<std::string, std::string>, std::size_t>;
    using Pairs = std::set<std::pair<std::size_t, std::size_t>>;
    const Evaluation& evaluation_;
    Catalog catalog_;
    Index index_;                                         ///< of declarations
    Index aliases_;                                       ///< the same, by other names
    Index houses_;                                        ///< of resources, as what unasked relations look for
    Index places_;                                        ///< of resources, by type and name
    std::map<std::string, Indices, std::less<>> of_type_; ///< declarations
    std::map<std::string, std::size_t> containers_;       ///< declarations of docker::run, by the container's name
    std::vector<std::tuple<std::size_t, std::size_t, SourcePosition>> before_engine_;
    Pairs required_; ///< resources: the later one, the earlier one
    Pairs told_;     ///< resources: who tells, who is told
    Indices resource_of_;
    std::vector<Indices> members_;
    std::size_t relations_ = 0;
    std::size_t steps_ = 0;
};

} // namespace

Catalog relate(const Evaluation& evaluation)
{
    Catalog catalog = Relations(evaluation).run();
    catalog.messages = evaluation.messages;
    return catalog;
}

} // namespace dfriends::converge::puppet
