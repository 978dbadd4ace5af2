// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/resources.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/puppet/translation.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet {

Translation::Translation(const Declaration& declaration) : from_(declaration)
{
    resource.name = declaration.title;
    resource.position = declaration.position;
    for (auto& [name, attribute] : from_.attributes)
        if (has_secret(attribute.value)) {
            attribute.value = without_secrets(attribute.value);
            resource.sensitive = true;
        }
}

void Translation::run(const TypeRow& row)
{
    resource.type = row.house;
    if (row.puppet == "docker::run")
        drop_false();
    for (const auto& [name, attribute] : from_.attributes)
        if (!is_metaparameter(name))
            put(row, name, attribute);
    if (row.puppet == "class")
        finish_engine();
    else if (row.puppet == "docker::image")
        finish_image();
    else if (row.puppet == "docker::run")
        finish_container();
    else if (row.puppet == "docker::exec")
        finish_docker_exec();
    else if (row.puppet == "docker::plugin")
        finish_plugin();
    else if (row.puppet == "docker::registry")
        resource.actions = {is_absent() ? "logout" : "login"};
    else if (row.puppet == "docker_network")
        resource.actions = {is_absent() ? "delete" : "create"};
    else if (row.puppet == "docker_volume")
        resource.actions = {is_absent() ? "remove" : "create"};
    else if (row.puppet == "user" || row.puppet == "group")
        finish_account();
    else if (row.puppet == "file")
        finish_file();
    else if (row.puppet == "package")
        finish_package();
    else if (row.puppet == "service")
        finish_service();
    else if (row.puppet == "exec")
        finish_exec();
    else if (row.puppet == "cron")
        finish_cron();
    else if (row.puppet == "mount")
        finish_mount();
}

const Attribute* Translation::given(std::string_view name) const
{
    const Attribute* attribute = find(from_, name);
    return attribute == nullptr || attribute->value.is_undef() ? nullptr : attribute;
}

std::string Translation::text(std::string_view name) const
{
    const Attribute* attribute = given(name);
    return attribute == nullptr ? "" : to_text(attribute->value);
}

bool Translation::is_true(std::string_view name) const
{
    const std::string word = text(name);
    return word == "true" || word == "yes";
}

void Translation::check_flag(std::string_view name) const
{
    const std::string word = text(name);
    if (!word.empty() && !is_true(name) && word != "false" && word != "no")
        refuse_word(name, "true or false");
}

bool Translation::is_absent() const
{
    const std::string word = text("ensure");
    if (!word.empty() && word != "present" && word != "absent")
        refuse_word("ensure", "present or absent");
    return word == "absent";
}

void Translation::refuse_word(std::string_view name, std::string_view choices) const
{
    const Attribute* attribute = given(name);
    throw Error(ErrorKind::invalid, attribute->position, "'{}' cannot be '{}'", name,
                printable(to_text(attribute->value)))
        .hint(fmt::format("it is {}", choices));
}

void Translation::set(std::string_view name, Datum value, const SourcePosition& position)
{
    resource.attributes.insert_or_assign(std::string(name), to_value(value, position));
}

void Translation::set_daemon(std::string_view key, Datum value, const SourcePosition& position)
{
    Value& daemon =
        resource.attributes.try_emplace("daemon", Value{.content = Value::Map{}, .position = position}).first->second;
    std::get<Value::Map>(daemon.content).push_back({std::string(key), to_value(value, position)});
}

void Translation::put(const TypeRow& row, const std::string& name, const Attribute& attribute)
{
    const auto parameter = std::ranges::find(row.parameters, name, &ParameterRow::puppet);
    if (parameter == row.parameters.end()) {
        std::vector<std::string> names;
        for (const ParameterRow& known : row.parameters)
            names.emplace_back(known.puppet);
        const std::string type = from_.type == "class" ? "Class[" + from_.title + "]" : from_.type;
        throw Error(ErrorKind::invalid, attribute.position, "'{}' has no parameter '{}'", type, printable(name))
            .hint(did_you_mean(name, names));
    }
    if (!attribute.value.is_undef())
        convert(*parameter, attribute);
}

void Translation::convert(const ParameterRow& row, const Attribute& attribute)
{
    switch (row.conversion) {
    case Conversion::same:
        return set(row.house, attribute.value, attribute.position);
    case Conversion::list:
        return set(row.house, make_list(flat(attribute.value)), attribute.position);
    case Conversion::number: {
        const auto number = to_number(attribute.value);
        return set(row.house, number ? *number : attribute.value, attribute.position);
    }
    case Conversion::map:
        return set(row.house, map_of(attribute), attribute.position);
    case Conversion::daemon:
        return set_daemon(row.house, attribute.value, attribute.position);
    case Conversion::daemon_list:
        return set_daemon(row.house, make_list(flat(attribute.value)), attribute.position);
    case Conversion::daemon_map:
        return set_daemon(row.house, map_of(attribute), attribute.position);
    case Conversion::daemon_number: {
        const auto number = to_number(attribute.value);
        return set_daemon(row.house, number ? *number : attribute.value, attribute.position);
    }
    case Conversion::joined: {
        std::vector<std::string> texts;
        for (const Datum& value : flat(attribute.value))
            texts.push_back(to_text(value));
        if (!texts.empty())
            set(row.house, join(texts, ","), attribute.position);
        return;
    }
    case Conversion::ignored:
    case Conversion::apart:
        return;
    case Conversion::refused:
        if (attribute.value.truthy() && !to_text(attribute.value).empty() && !flat(attribute.value).empty())
            throw Error(ErrorKind::invalid, attribute.position, "the parameter '{}' of '{}' cannot be had here",
                        row.puppet, from_.type == "class" ? "class " + from_.title : from_.type)
                .hint(std::string(row.house));
    }
}

std::vector<Datum> Translation::flat(const Datum& datum)
{
    std::vector<Datum> items;
    for (const Datum& item : to_items(datum)) {
        if (item.as<List>() == nullptr) {
            items.push_back(item);
            continue;
        }
        for (Datum& inner : flat(item))
            items.push_back(std::move(inner));
    }
    return items;
}

Datum Translation::map_of(const Attribute& attribute)
{
    if (attribute.value.as<Hash>() != nullptr)
        return attribute.value;
    std::vector<std::pair<Datum, Datum>> entries;
    for (const Datum& item : flat(attribute.value)) {
        const std::string pair = to_text(item);
        const auto [name, value] = split_once(pair, pair.find('=') != std::string::npos ? '=' : ':');
        entries.emplace_back(std::string(name), std::string(value));
    }
    return make_hash(std::move(entries));
}

const Attribute* find(const Declaration& declaration, std::string_view name)
{
    const auto found = declaration.attributes.find(name);
    return found == declaration.attributes.end() ? nullptr : &found->second;
}

std::string sanitised(std::string title)
{
    for (char& c : title)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-' && c != '_')
            c = '-';
    return title;
}

namespace {

/// Types of Puppet and its docker module that are known and not had here, with what to write instead.
std::string_view instead_of(std::string_view type)
{
    static constexpr std::string_view no_swarm = "a swarm is outside of this; run containers with docker::run";
    static constexpr auto refused = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"docker::machine", "give each machine its own manifest"},
        {"docker_compose", "use exec with docker-compose -f FILE up -d, or write its services as docker::run"},
        {"docker::secrets", no_swarm},
        {"docker::services", no_swarm},
        {"docker::stack", no_swarm},
        {"docker::swarm", no_swarm},
        {"host", "use file or exec for a line of /etc/hosts"},
        {"ssh_authorized_key", "use file for the user's .ssh/authorized_keys"},
        {"tidy", "use exec with find"},
        {"yumrepo", "use file in /etc/yum.repos.d"},
    });
    const auto row = std::ranges::find(refused, type, &std::pair<std::string_view, std::string_view>::first);
    return row == refused.end() ? std::string_view() : row->second;
}

} // namespace

Resource translate_resource(const Declaration& declaration)
{
    const TypeRow* row = find_type_row(declaration.type);
    if (const auto instead = instead_of(declaration.type); row == nullptr && !instead.empty())
        throw Error(ErrorKind::invalid, declaration.position, "'{}' is outside the supported subset", declaration.type)
            .hint(std::string(instead));
    if (row == nullptr) {
        std::vector<std::string> names;
        for (const TypeRow& known : type_rows())
            names.emplace_back(known.puppet);
        const std::string hint = did_you_mean(declaration.type, names);
        throw Error(ErrorKind::invalid, declaration.position, "there is no resource type '{}'",
                    printable(declaration.type))
            .hint(hint.empty() ? "defined types stand in the manifest or in a module's manifests/; those that modules "
                                 "write in Ruby cannot be had; known are " +
                                     join(names, ", ")
                               : hint);
    }
    Translation translation(declaration);
    try {
        translation.run(*row);
    } catch (const Error& error) {
        if (error.position().line > 0)
            throw;
        throw Error(ErrorKind::invalid, declaration.position, "{}", error.message()).hint(error.hint());
    }
    return std::move(translation.resource);
}

} // namespace dfriends::converge::puppet
