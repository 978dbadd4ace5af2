// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/resources.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/chef/dialect.hpp"
#include "converge/chef/docker_cookbook.hpp"
#include "converge/chef/guard_text.hpp"
#include "converge/chef/images.hpp"
#include "converge/chef/plugins.hpp"
#include "converge/chef/system_types.hpp"
#include "converge/chef/words.hpp"
#include "converge/engine_flags.hpp"
#include "converge/schema.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace dfriends::converge::chef {

namespace {

const PropertyRow* find_property(const TypeRow& type, std::string_view name)
{
    for (const auto rows : {type.properties, common_rows()})
        for (const PropertyRow& row : rows)
            if (row.chef == name)
                return &row;
    return nullptr;
}

Value text(std::string content, const SourcePosition& position)
{
    return {std::move(content), position};
}

Value octal(const Value& value)
{
    const auto* number = std::get_if<std::int64_t>(&value.content);
    return number == nullptr ? value : text(fmt::format("{:04o}", *number), value.position);
}

/// A hash as a list of texts, each name and value with a character between them.
Value pairs_of(const Value& value, char between = '=')
{
    const auto* map = std::get_if<Value::Map>(&value.content);
    if (map == nullptr)
        return value;
    Value::List list;
    for (const Member& member : *map)
        list.push_back(text(member.name + between + scalar_text(member.value), value.position));
    return {std::move(list), value.position};
}

Value::List items_of(const Value& value)
{
    const auto* list = std::get_if<Value::List>(&value.content);
    return list == nullptr ? Value::List{value} : *list;
}

Value map_of_texts(const Value& value)
{
    if (std::holds_alternative<Value::Map>(value.content))
        return value;
    Value::Map map;
    for (const Value& item : items_of(value)) {
        const std::string entry = scalar_text(item);
        const std::size_t cut = std::min(entry.find_first_of(":="), entry.size());
        if (std::ranges::find(map, entry.substr(0, cut), &Member::name) != map.end())
            throw Error(ErrorKind::invalid, value.position, "the name '{}' stands here twice",
                        printable(entry.substr(0, cut)));
        map.push_back({entry.substr(0, cut), text(cut < entry.size() ? entry.substr(cut + 1) : "", item.position)});
    }
    return {std::move(map), value.position};
}

void append(Resource& resource, std::string_view attribute, const Value& value)
{
    Value& all =
        resource.attributes.try_emplace(std::string(attribute), Value{Value::List{}, value.position}).first->second;
    Value::List items = items_of(all); // another property may have set it to a text
    std::ranges::move(items_of(value), std::back_inserter(items));
    all.content = std::move(items);
}

Value listed(const Value& value)
{
    return {items_of(value), value.position};
}

/// A list whose every text becomes something else.
Value listed_as(const Value& value, Value (*convert)(const Value&))
{
    Value list = listed(value);
    for (Value& item : std::get<Value::List>(list.content))
        item = convert(item);
    return list;
}

Value limits_of(const Value& value)
{
    Value::Map limits;
    for (const Value& item : items_of(value))
        limits.push_back(default_limit(item));
    return {std::move(limits), value.position};
}

void set_daemon(Resource& resource, std::string_view key, Value value)
{
    Value& daemon = resource.attributes.try_emplace("daemon", Value{Value::Map{}, value.position}).first->second;
    std::get<Value::Map>(daemon.content).push_back({std::string(key), std::move(value)});
}

/// A number that was written in quotes, where the attribute wants a number.
Value plain(const Value& value, const std::string& type, std::string_view attribute)
{
    const ResourceType* house = find_resource_type(type);
    const auto row = std::ranges::find(house->attributes, attribute, &Attribute::name);
    const auto* digits = std::get_if<std::string>(&value.content);
    const auto number = digits == nullptr || row == house->attributes.end() || row->type != AttributeType::number
                            ? std::nullopt
                            : parse_signed(*digits);
    return number ? Value{*number, value.position} : value;
}

void set_property(Resource& resource, const Declaration& from, const PropertyRow& row, const Value& value)
{
    if (value.is_null() && row.conversion != Conversion::refused)
        return;
    switch (row.conversion) {
    case Conversion::same:
        resource.attributes[std::string(row.house)] = plain(value, resource.type, row.house);
        return;
    case Conversion::mode:
        resource.attributes[std::string(row.house)] = octal(value);
        return;
    case Conversion::pairs:
        resource.attributes[std::string(row.house)] = pairs_of(value);
        return;
    case Conversion::map:
        resource.attributes[std::string(row.house)] = map_of_texts(value);
        return;
    case Conversion::append:
        append(resource, row.house, value);
        return;
    case Conversion::paths:
        resource.attributes[std::string(row.house)] = pairs_of(value, ':');
        return;
    case Conversion::environment:
        return append(resource, "environment", text(std::string(row.house) + "=" + scalar_text(value), value.position));
    case Conversion::daemon:
        return set_daemon(resource, row.house, value);
    case Conversion::daemon_list:
        return set_daemon(resource, row.house, listed(value));
    case Conversion::daemon_map:
        return set_daemon(resource, row.house, map_of_texts(value));
    case Conversion::daemon_number: {
        const auto number = parse_signed(scalar_text(value));
        return set_daemon(resource, row.house, number ? Value{*number, value.position} : value);
    }
    case Conversion::daemon_pairs:
        return set_daemon(resource, row.house, listed(pairs_of(value)));
    case Conversion::daemon_pools:
        return set_daemon(resource, row.house, listed_as(value, address_pool));
    case Conversion::daemon_limits:
        return set_daemon(resource, row.house, limits_of(value));
    case Conversion::ignored:
    case Conversion::apart:
        return;
    case Conversion::own_engine:
        if (is_usual_host(value))
            return;
        [[fallthrough]];
    case Conversion::refused:
        throw Error(ErrorKind::invalid, value.position, "the property '{}' of '{}' is outside the supported subset",
                    row.chef, from.type)
            .hint(std::string(row.house));
    }
}

std::string house_action(const TypeRow& type, std::string_view action, const SourcePosition& position)
{
    for (const ActionRow& row : type.actions)
        if (row.chef == action)
            return std::string(row.house);
    const ResourceType* house = find_resource_type(type.house);
    if (action == "nothing" || std::ranges::find(house->actions, action) != house->actions.end())
        return std::string(action);
    std::vector<std::string> known{house->actions.begin(), house->actions.end()};
    for (const ActionRow& row : type.actions)
        known.emplace_back(row.chef);
    const std::string nearest = did_you_mean(action, known);
    throw Error(ErrorKind::invalid, position, "the action '{}' of '{}' is outside the supported subset",
                printable(action), type.chef)
        .hint(nearest.empty() ? fmt::format("it has: {}", join(known, ", ")) : nearest);
}

/// bash and script run their code with an interpreter of their own.
void translate_script(Resource& resource, const Declaration& from)
{
    const Value* code = from.find("code");
    if (code == nullptr)
        throw Error(ErrorKind::invalid, from.position, "'{}[{}]' wants 'code'", from.type, printable(from.name));
    const Value* given = from.find("interpreter");
    const Value* flags = from.find("flags");
    resource.attributes["command"] = text(script_command(given == nullptr ? text("bash", from.position) : *given,
                                                         flags == nullptr ? "" : scalar_text(*flags), *code),
                                          code->position);
}

void translate_execute(Resource& resource, const Declaration& from)
{
    if (from.type == "apt_update")
        resource.attributes["command"] = text("apt-get update", from.position);
    else if (from.type != "execute")
        translate_script(resource, from);
    else if (const Value* code = from.find("code"))
        throw Error(ErrorKind::invalid, code->position, "'execute' has no property 'code'")
            .hint("use 'command', or the resource 'bash'");
    else if (from.find("command") == nullptr)
        resource.attributes["command"] = text(from.name, from.position);
    resource.attributes.try_emplace("timeout", Value{std::int64_t{3600}, from.position}); // Chef's
    Value& command = resource.attributes["command"];
    if (const auto* list = std::get_if<Value::List>(&command.content)) {
        std::string joined;
        for (const Value& word : *list)
            joined += (joined.empty() ? "" : " ") + shell_quoted(scalar_text(word));
        command.content = std::move(joined);
    }
}

bool is_true(const Declaration& from, std::string_view property)
{
    const Value* value = from.find(property);
    const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->content);
    return flag != nullptr ? *flag : value != nullptr;
}

std::int64_t number_up_to(const Declaration& from, std::string_view property, std::int64_t most, std::int64_t otherwise)
{
    const Value* value = from.find(property);
    if (value == nullptr)
        return otherwise;
    const auto number = parse_signed(scalar_text(*value));
    if (!number || *number < 0 || *number > most)
        throw Error(ErrorKind::invalid, value->position, "'{}' wants a whole number up to {}", property, most);
    return *number;
}

/// How a resource is tried and told of.
void translate_manner(Resource& resource, const Declaration& from)
{
    resource.sensitive = is_true(from, "sensitive");
    resource.ignore_failure = is_true(from, "ignore_failure");
    resource.retries = number_up_to(from, "retries", 1'000, 0);
    resource.retry_delay = number_up_to(from, "retry_delay", 86'400, 2);
}

/// docker_exec and docker_image_prune are commands of docker.
void set_command(Resource& resource, const Declaration& from, const std::vector<std::string>& words)
{
    std::string command = "docker";
    for (const std::string& word : words)
        command += " " + shell_quoted(word);
    resource.attributes["command"] = text(std::move(command), from.position);
}

void translate_docker_exec(Resource& resource, const Declaration& from)
{
    const Value* container = from.find("container");
    const Value* command = from.find("command") != nullptr ? from.find("command") : from.find("cmd");
    if (container == nullptr || command == nullptr)
        throw Error(ErrorKind::invalid, from.position, "'docker_exec[{}]' wants '{}'", printable(from.name),
                    container == nullptr ? "container" : "command");
    std::vector<std::string> words{"exec", scalar_text(*container)};
    if (const auto* list = std::get_if<Value::List>(&command->content))
        for (const Value& word : *list)
            words.push_back(scalar_text(word));
    else
        for (std::string& word : shell_words(scalar_text(*command)))
            words.push_back(std::move(word));
    set_command(resource, from, words);
    resource.attributes.try_emplace("timeout", Value{std::int64_t{60}, from.position}); // Chef's
}

/// docker_image_prune and docker_volume_prune.
void translate_prune(Resource& resource, const Declaration& from)
{
    const bool of_images = from.type == "docker_image_prune";
    std::vector<std::string> words{of_images ? "image" : "volume", "prune", "--force"};
    if (of_images ? from.find("dangling") != nullptr && !is_true(from, "dangling") : is_true(from, "all"))
        words.emplace_back("--all");
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> filters{
        {{"prune_until", "until="}, {"with_label", "label="}, {"without_label", "label!="}}};
    for (const auto& [property, filter] : filters)
        if (const Value* value = from.find(property)) {
            words.emplace_back("--filter");
            words.push_back(std::string(filter) + scalar_text(*value));
        }
    set_command(resource, from, words);
}

/// Where docker_service listens, and the options of its command line.
void translate_engine(Resource& resource, const Declaration& from)
{
    if (const Value* host = from.find("host"); host != nullptr && !is_usual_host(*host))
        resource.attributes["hosts"] = *host;
    const Value* options = from.find("misc_opts");
    if (options == nullptr)
        return;
    std::vector<std::string> texts;
    for (const Value& text : items_of(*options))
        texts.push_back(scalar_text(text));
    for (auto& [key, value] : daemon_of_flags(texts, options->position))
        set_daemon(resource, key, std::move(value));
}

void translate_apart(Resource& resource, const Declaration& from, Dialect dialect)
{
    if (resource.type == "docker_engine")
        return translate_engine(resource, from);
    if (from.type == "docker_container")
        return translate_container(resource, from, dialect);
    if (from.type == "docker_image")
        return translate_image(resource, from);
    if (from.type == "docker_exec")
        return translate_docker_exec(resource, from);
    if (from.type == "docker_plugin")
        return translate_plugin(resource, from);
    if (from.type == "docker_tag")
        return translate_docker_tag(resource, from);
    if (from.type.ends_with("_prune"))
        return translate_prune(resource, from);
    if (resource.type == "exec")
        return translate_execute(resource, from);
    translate_system_type(resource, from);
    if (resource.type == "service" && resource.actions.empty())
        resource.actions = {"nothing"}; // Chef's default, unlike the house's
    if (const Value* kind = from.find("link_type"); kind != nullptr && scalar_text(*kind) != "symbolic")
        throw Error(ErrorKind::invalid, kind->position,
                    "links other than symbolic ones are outside the supported subset")
            .hint("use execute with ln and 'creates'");
    for (const std::string_view name : {"network_name", "volume_name"})
        if (const Value* given = from.find(name))
            resource.name = scalar_text(*given);
}

Resource translate_one(const Declaration& from, const TypeRow& type, Dialect dialect)
{
    Resource resource;
    resource.type = type.house;
    resource.name = from.name;
    resource.position = from.position;
    resource.guards = from.guards;
    for (const std::string& action : from.actions)
        resource.actions.push_back(house_action(type, action, from.position));
    // create and start of an engine are one here.
    resource.actions.erase(std::ranges::unique(resource.actions).begin(), resource.actions.end());
    for (const auto& [name, value] : from.properties)
        if (const PropertyRow* row = find_property(type, name))
            set_property(resource, from, *row, value);
        else
            throw Error(ErrorKind::invalid, value.position, "'{}' has no property '{}'", from.type, name);
    translate_apart(resource, from, dialect);
    translate_manner(resource, from);
    return resource;
}

/// Puts the translations together: unique names, and notifications to what was declared last under a name.
class Translation {
  public:
    /// Adds what a recipe declares.
    void add(const std::vector<Declaration>& declarations);
    /// Everything, once all recipes are there.
    Catalog finish();

  private:
    struct Placed {
        const Declaration* from;
        std::size_t place; ///< in the catalog
    };

    void include(const Declaration& from, Dialect dialect);
    void include_docker(const Declaration& from, Dialect dialect);
    void add(Resource resource, std::string_view chef_type, const std::string& chef_name,
             std::string_view name_attribute);
    std::size_t find(const Reference& reference) const;
    const TypeRow& type_of(const Reference& reference) const;

    Reference reference_to(std::size_t place, const SourcePosition& position) const;
    void notify(const Placed& source, const Notice& notice);
    void subscribe(const Placed& target, const Notice& notice);

    Catalog catalog_;
    std::map<std::pair<std::string, std::string>, int> named_;
    std::map<std::pair<std::string, std::string>, std::size_t> declared_; ///< by Chef's type and name
    std::vector<Placed> placed_;
    std::set<std::string> included_;
    std::optional<Value> init_type_; ///< of containers that name none
};

void Translation::add(Resource resource, std::string_view chef_type, const std::string& chef_name,
                      std::string_view name_attribute)
{
    const int count = ++named_[{resource.type, resource.name}];
    if (count > 1) {
        if (!name_attribute.empty() && !resource.attributes.contains(name_attribute))
            resource.attributes[std::string(name_attribute)] = text(resource.name, resource.position);
        resource.name += fmt::format(" ({})", count);
        // That name may be another's own.
        while (named_.contains({resource.type, resource.name}))
            resource.name += "'";
        ++named_[{resource.type, resource.name}];
    }
    declared_[{std::string(chef_type), chef_name}] = catalog_.resources.size();
    catalog_.resources.push_back(std::move(resource));
}

void Translation::include_docker(const Declaration& from, Dialect dialect)
{
    DockerCookbook cookbook = read_docker_cookbook(from);
    add(translate_one(cookbook.engine, *find_type_row("docker_service"), dialect), "service", "docker", "");
    if (cookbook.group)
        add(translate_one(*cookbook.group, *find_type_row("group"), dialect), "group", cookbook.group->name, "group");
    init_type_ = std::move(cookbook.init_type);
    std::ranges::move(cookbook.messages, std::back_inserter(catalog_.messages));
}

void Translation::include(const Declaration& from, Dialect dialect)
{
    const std::string recipe = from.name.ends_with("::default") ? from.name.substr(0, from.name.size() - 9) : from.name;
    if (!included_.insert(recipe).second)
        return;
    if (recipe == "docker")
        return include_docker(from, dialect);
    // What they bring is here without them: methods of today's Chef, and a source of packages for the engine.
    if (recipe == "chef-sugar" || recipe == "apt-docker" || recipe == "chef-apt-docker" ||
        recipe == "chef-yum-docker" || recipe == "yum-docker") {
        add_message(catalog_.messages,
                    {Message::Level::warning,
                     fmt::format("the recipe '{}' is passed over: {}", recipe,
                                 recipe == "chef-sugar" ? "nothing of it is needed"
                                                        : "the engine comes from the machine's own package sources"),
                     from.position});
        return;
    }
    if (recipe == "apt") {
        Resource resource;
        resource.position = from.position;
        resource.type = "exec";
        resource.name = "apt-get update";
        resource.attributes["command"] = text("apt-get update", from.position);
        return add(std::move(resource), "execute", "apt-get update", "command");
    }
    throw Error(ErrorKind::invalid, from.position, "the recipe '{}' is not known", printable(from.name))
        .hint("recipes of the same cookbook are found in its recipes/; give another's file to converge before this "
              "one, and remove the line");
}

std::size_t Translation::find(const Reference& reference) const
{
    if (const auto found = declared_.find({reference.type, reference.name}); found != declared_.end())
        return found->second;
    std::vector<std::string> known;
    for (const auto& [declared, place] : declared_)
        known.push_back(declared.first + "[" + declared.second + "]");
    const std::string wanted = reference.type + "[" + reference.name + "]";
    const std::string nearest = did_you_mean(wanted, known);
    throw Error(ErrorKind::invalid, reference.position, "there is no '{}' in the recipe", printable(wanted))
        .hint(nearest.empty() ? "if another recipe declares it, give that file to converge, too" : nearest);
}

const TypeRow& Translation::type_of(const Reference& reference) const
{
    // «service[docker]» may be the engine that include_recipe brought.
    const bool engine =
        reference == Reference{"service", "docker", {}} && catalog_.resources[find(reference)].type == "docker_engine";
    return *find_type_row(engine ? "docker_service" : std::string_view(reference.type));
}

void Translation::add(const std::vector<Declaration>& declarations)
{
    const Dialect dialect = dialect_of(declarations);
    for (const Declaration& from : declarations) {
        if (from.type == "include_recipe") {
            include(from, dialect);
            continue;
        }
        const TypeRow& type = *find_type_row(from.type);
        std::optional<Declaration> with_init_type;
        if (from.type == "docker_container" && init_type_)
            with_init_type.emplace(from).properties.try_emplace("init_type", *init_type_);
        add(translate_one(with_init_type ? *with_init_type : from, type, dialect), from.type, from.name,
            type.name_attribute);
        placed_.push_back({&from, catalog_.resources.size() - 1});
    }
}

Reference Translation::reference_to(std::size_t place, const SourcePosition& position) const
{
    return {catalog_.resources[place].type, catalog_.resources[place].name, position};
}

void Translation::notify(const Placed& source, const Notice& notice)
{
    const std::size_t target = find(notice.other);
    const std::string action = house_action(type_of(notice.other), notice.action, notice.other.position);
    if (action != "nothing")
        catalog_.resources[source.place].notifications.push_back(
            {reference_to(target, notice.other.position), action, notice.immediately, notice.before});
}

void Translation::subscribe(const Placed& target, const Notice& notice)
{
    const std::string action = house_action(*find_type_row(target.from->type), notice.action, notice.other.position);
    if (action != "nothing")
        catalog_.resources[find(notice.other)].notifications.push_back(
            {reference_to(target.place, notice.other.position), action, notice.immediately, notice.before});
}

Catalog Translation::finish()
{
    for (const Placed& one : placed_) {
        for (const Notice& notice : one.from->notifications)
            notify(one, notice);
        for (const Notice& notice : one.from->subscriptions)
            subscribe(one, notice);
    }
    return std::move(catalog_);
}

} // namespace

bool is_resource(std::string_view type)
{
    return find_type_row(type) != nullptr;
}

std::vector<std::string> resource_names()
{
    std::vector<std::string> names;
    for (const TypeRow& row : type_rows())
        names.emplace_back(row.chef);
    return names;
}

std::vector<std::string> property_names(std::string_view type)
{
    std::vector<std::string> names{"action"};
    const TypeRow* row = find_type_row(type);
    for (const auto rows : {row->properties, common_rows()})
        for (const PropertyRow& property : rows)
            names.emplace_back(property.chef);
    return names;
}

bool is_property(std::string_view type, std::string_view name)
{
    return name == "action" || find_property(*find_type_row(type), name) != nullptr;
}

Catalog translate(const std::vector<std::vector<Declaration>>& recipes)
{
    Translation translation;
    for (const auto& declarations : recipes)
        translation.add(declarations);
    return translation.finish();
}

} // namespace dfriends::converge::chef
