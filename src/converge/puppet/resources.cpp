// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/resources.hpp"

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "converge/puppet/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet {

namespace {

std::string quoted(const std::string& text)
{
    return "'" + replace_all(text, "'", "'\\''") + "'";
}

/// A resource while it is made of a declaration.
class Translation {
  public:
    explicit Translation(const Declaration& declaration) : from_(declaration)
    {
        resource.name = declaration.title;
        resource.position = declaration.position;
    }

    void run(const TypeRow& row)
    {
        resource.type = row.house;
        for (const auto& [name, attribute] : from_.attributes)
            if (!is_metaparameter(name) || (name == "name" || name == "message"))
                put(row, name, attribute);
        if (row.puppet == "class")
            finish_engine();
        else if (row.puppet == "docker::image")
            finish_image();
        else if (row.puppet == "docker::run")
            finish_container();
        else if (row.puppet == "docker::exec")
            finish_docker_exec();
        else if (row.puppet == "docker_network")
            resource.actions = {is_absent() ? "delete" : "create"};
        else if (row.puppet == "docker_volume" || row.puppet == "user" || row.puppet == "group")
            resource.actions = {is_absent() ? "remove" : "create"};
        else if (row.puppet == "file")
            finish_file();
        else if (row.puppet == "package")
            finish_package();
        else if (row.puppet == "service")
            finish_service();
        else if (row.puppet == "exec")
            finish_exec();
    }

    Resource resource;

  private:
    const Attribute* given(std::string_view name) const
    {
        const Attribute* attribute = find(from_, name);
        return attribute == nullptr || attribute->value.is_undef() ? nullptr : attribute;
    }
    std::string text(std::string_view name) const
    {
        const Attribute* attribute = given(name);
        return attribute == nullptr ? "" : to_text(attribute->value);
    }
    bool is_true(std::string_view name) const
    {
        const std::string word = text(name);
        return word == "true" || word == "yes";
    }
    bool is_absent() const
    {
        const std::string word = text("ensure");
        if (!word.empty() && word != "present" && word != "absent")
            refuse_word("ensure", "present or absent");
        return word == "absent";
    }
    [[noreturn]] void refuse_word(std::string_view name, std::string_view choices) const
    {
        const Attribute* attribute = given(name);
        throw Error(ErrorKind::invalid, attribute->position, "'{}' cannot be '{}'", name, printable(to_text(attribute->value))).hint(fmt::format("it is {}", choices));
    }
    void set(std::string_view name, Datum value, const SourcePosition& position)
    {
        resource.attributes.insert_or_assign(std::string(name), to_value(value, position));
    }

    void put(const TypeRow& row, const std::string& name, const Attribute& attribute)
    {
        const auto parameter = std::ranges::find(row.parameters, name, &ParameterRow::puppet);
        if (parameter == row.parameters.end()) {
            std::vector<std::string> names;
            for (const ParameterRow& known : row.parameters)
                names.emplace_back(known.puppet);
            const std::string type = from_.type == "class" ? "Class[" + from_.title + "]" : from_.type;
            throw Error(ErrorKind::invalid, attribute.position, "'{}' has no parameter '{}'", type, printable(name)).hint(did_you_mean(name, names));
        }
        if (!attribute.value.is_undef())
            convert(*parameter, attribute);
    }

    void convert(const ParameterRow& row, const Attribute& attribute)
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
        case Conversion::option:
            for (const Datum& value : flat(attribute.value))
                add_option(row.house, to_text(value), attribute.position);
            return;
        case Conversion::joined: {
            std::vector<std::string> texts;
            for (const Datum& value : flat(attribute.value))
                texts.push_back(to_text(value));
            if (!texts.empty())
                add_option(row.house, join(texts, ","), attribute.position);
            return;
        }
        case Conversion::ignored:
        case Conversion::apart:
            return;
        case Conversion::refused:
            if (attribute.value.truthy() && !to_text(attribute.value).empty() && !flat(attribute.value).empty())
                throw Error(ErrorKind::invalid, attribute.position, "the parameter '{}' of '{}' cannot be had here", row.puppet, from_.type).hint(std::string(row.house));
        }
    }

    static std::vector<Datum> flat(const Datum& datum)
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

    static Datum map_of(const Attribute& attribute)
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

    void add_option(std::string_view option, const std::string& value, const SourcePosition& position)
    {
        auto& words = resource.attributes["extra_parameters"];
        if (std::holds_alternative<std::monostate>(words.content))
            words = Value{.content = Value::List{}, .position = position};
        std::get<Value::List>(words.content).push_back({.content = quoted("--" + std::string(option) + "=" + value), .position = position});
    }

    void finish_engine()
    {
        const std::string version = text("version");
        if (!version.empty() && version != "latest")
            set("version", version, given("version")->position);
        resource.actions = {is_absent() ? "remove" : "install"};
    }

    void finish_image()
    {
        const std::string ensure = text("ensure");
        if (!ensure.empty() && ensure != "present" && ensure != "absent" && ensure != "latest")
            refuse_word("ensure", "present, latest or absent");
        if (const Attribute* digest = given("image_digest"))
            set("image", (given("image") == nullptr ? from_.title : text("image")) + "@" + to_text(digest->value), digest->position);
        int ways = 0;
        for (const char* way : {"docker_dir", "docker_file", "docker_tar"})
            ways += given(way) == nullptr ? 0 : 1;
        if (ways > 1)
            throw Error(ErrorKind::invalid, from_.position, "the image '{}' is made of one of docker_dir, docker_file and docker_tar, not of several", from_.title);
        if (const Attribute* file = given("docker_file")) {
            const std::string path = to_text(file->value);
            if (!path.ends_with("/Dockerfile"))
                throw Error(ErrorKind::invalid, file->position, "the file '{}' is not called Dockerfile", printable(path)).hint("give its folder as docker_dir, with a Dockerfile in it");
            set("source", path.substr(0, path.size() - std::string_view("/Dockerfile").size()), file->position);
        }
        const bool newest = ensure == "latest" || is_true("force");
        if (ensure == "absent") {
            resource.actions = {"remove"};
            if (is_true("force"))
                set("force", true, given("force")->position);
        } else if (resource.attributes.contains("source"))
            resource.actions = {newest ? "build" : "build_if_missing"};
        else if (resource.attributes.contains("archive"))
            resource.actions = {"load"};
        else
            resource.actions = {newest ? "pull" : "pull_if_missing"};
    }

    void finish_container()
    {
        if (std::ranges::any_of(from_.title, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }))
            throw Error(ErrorKind::invalid, from_.position, "the title '{}' has a blank", printable(from_.title)).hint("it names the container");
        resource.name = sanitised(from_.title);
        if (is_absent()) {
            resource.actions = {"remove"};
            if (given("image") == nullptr)
                set("image", from_.title, from_.position);
            return;
        }
        resource.actions = given("running") != nullptr && !is_true("running") ? std::vector<std::string>{"create", "stop"} : std::vector<std::string>{"run"};
        // The module keeps containers running by units of the init system; the engine's own policy does so here.
        if (given("restart") == nullptr)
            set("restart", std::string("unless-stopped"), from_.position);
        set_command();
        set_network();
        const std::string memory = text("memory_limit");
        if (!memory.empty() && memory.find_first_not_of("0bkmgBKMG") != std::string::npos)
            set("memory", memory, given("memory_limit")->position);
        if (const Attribute* interval = given("health_check_interval")) {
            const std::string seconds = to_text(interval->value);
            add_option("health-interval", parse_unsigned(seconds) ? seconds + "s" : seconds, interval->position);
        }
        if (given("restart_service") != nullptr && !is_true("restart_service"))
            throw Error(ErrorKind::invalid, given("restart_service")->position, "a container whose declaration changed is made anew, also with 'restart_service => false'")
                .hint("leave the parameter out");
    }

    /// The module gave the command to a shell of the host.
    void set_command()
    {
        const Attribute* command = given("command");
        if (command == nullptr || (command->value.as<List>() == nullptr && text("command").empty()))
            return;
        if (command->value.as<List>() == nullptr)
            refuse_shell(to_text(command->value), command->position);
        set("command", command->value, command->position);
    }

    static void refuse_shell(const std::string& command, const SourcePosition& position)
    {
        char quote = '\0';
        for (std::size_t at = 0; at < command.size(); ++at) {
            const char c = command[at];
            if (quote != '\0') {
                if (c == quote)
                    quote = '\0';
                else if (quote == '"' && (c == '`' || (c == '$' && at + 1 < command.size() && command[at + 1] == '(')))
                    break;
                continue;
            }
            if (c == '\\')
                ++at;
            else if (c == '\'' || c == '"')
                quote = c;
            else if (std::string_view("|&;<>`").find(c) != std::string_view::npos || (c == '$' && at + 1 < command.size() && command[at + 1] == '('))
                throw Error(ErrorKind::invalid, position, "the command has '{}' outside of quotes, which would be for the host's shell", c)
                    .hint("give it to a shell of the container: sh -c '…'");
        }
    }

    void set_network()
    {
        if (is_true("disable_network"))
            return set("network", std::string("none"), given("disable_network")->position);
        const Attribute* net = given("net");
        if (net == nullptr)
            return;
        const auto networks = flat(net->value);
        if (networks.size() > 1)
            throw Error(ErrorKind::invalid, net->position, "a container joins one network here, not {}", networks.size()).hint("connect the others with a docker::exec or an exec");
        if (!networks.empty())
            set("network", networks[0], net->position);
    }

    void finish_docker_exec()
    {
        const Attribute* container = given("container");
        if (container == nullptr || given("command") == nullptr)
            throw Error(ErrorKind::invalid, from_.position, "'docker::exec' wants '{}'", container == nullptr ? "container" : "command");
        const std::string name = sanitised(to_text(container->value));
        std::string options;
        for (const auto& [parameter, option] : {std::pair("detach", " --detach"), std::pair("interactive", " --interactive"), std::pair("tty", " --tty")})
            options += is_true(parameter) ? option : "";
        if (const Attribute* env = given("env"))
            for (const Datum& pair : flat(env->value))
                options += " --env " + quoted(to_text(pair));
        set("command", "docker exec" + options + " " + name + " " + text("command"), given("command")->position);
        if (const Attribute* unless = given("unless"))
            resource.guards.push_back({false, "docker exec " + name + " " + to_text(unless->value), unless->position});
        if (const Attribute* onlyif = given("onlyif"))
            resource.guards.push_back({true, text("onlyif") == "running" ? "test \"$(docker inspect -f '{{.State.Running}}' " + name + ")\" = true" : "docker exec " + name + " " + text("onlyif"),
                                       onlyif->position});
    }

    void finish_file()
    {
        const std::string ensure = text("ensure");
        std::string path = given("path") == nullptr ? from_.title : text("path");
        if (!path.starts_with('/'))
            throw Error(ErrorKind::invalid, given("path") == nullptr ? from_.position : given("path")->position, "the path '{}' does not begin with /", printable(path));
        while (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
        set("path", path, from_.position);
        const auto drop = [&](std::initializer_list<const char*> names) {
            for (const char* name : names)
                resource.attributes.erase(name);
        };
        if (ensure == "absent") {
            const bool whole = is_true("force") || is_true("recurse");
            resource.type = whole ? "directory" : "file";
            drop({"content", "to"});
            if (whole)
                set("recursive", true, from_.position);
            resource.actions = {"delete"};
            return;
        }
        if (ensure == "directory") {
            if (given("source") != nullptr || text("recurse") == "remote")
                throw Error(ErrorKind::invalid, from_.position, "a folder cannot be filled from a source here").hint("declare its files one by one");
            resource.type = "directory";
            return drop({"content", "to"});
        }
        if (ensure == "link" || ensure.starts_with('/') || (ensure.empty() && given("target") != nullptr)) {
            resource.type = "link";
            if (ensure.starts_with('/'))
                set("to", ensure, given("ensure")->position);
            return drop({"content", "owner", "group", "mode"});
        }
        if (!ensure.empty() && ensure != "present" && ensure != "file")
            refuse_word("ensure", "present, file, directory, link or absent");
        set_source();
        resource.actions = {given("replace") != nullptr && !is_true("replace") ? "create_if_missing" : "create"};
    }

    void set_source()
    {
        const Attribute* source = given("source");
        if (source == nullptr)
            return;
        std::string path = to_text(source->value);
        if (path.starts_with("file://"))
            path.erase(0, 7);
        if (!path.starts_with('/'))
            throw Error(ErrorKind::invalid, source->position, "the source '{}' is no path of this machine", printable(path)).hint("there is no file server here; give the file's full path");
        set("source", path, source->position);
    }

    void finish_package()
    {
        static constexpr auto tools = std::to_array<std::string_view>({"apk", "apt", "aptitude", "dnf", "pacman", "yum", "zypper"});
        if (const Attribute* provider = given("provider"); provider != nullptr && std::ranges::find(tools, to_text(provider->value)) == tools.end())
            throw Error(ErrorKind::invalid, provider->position, "packages of '{}' cannot be had here", printable(to_text(provider->value))).hint("install them with an exec");
        const std::string ensure = text("ensure");
        if (ensure == "absent" || ensure == "purged")
            resource.actions = {"remove"};
        else if (ensure == "latest")
            resource.actions = {"upgrade"};
        else {
            resource.actions = {"install"};
            if (!ensure.empty() && ensure != "present" && ensure != "installed" && ensure != "held" && ensure != "true")
                set("version", ensure, given("ensure")->position);
        }
    }

    void finish_service()
    {
        const std::string ensure = text("ensure");
        const std::string enable = text("enable");
        if (enable == "true" || enable == "false")
            resource.actions.emplace_back(enable == "true" ? "enable" : "disable");
        else if (!enable.empty() && enable != "manual" && enable != "mask")
            refuse_word("enable", "true or false");
        if (ensure == "running" || ensure == "true")
            resource.actions.emplace_back("start");
        else if (ensure == "stopped" || ensure == "false")
            resource.actions.emplace_back("stop");
        else if (!ensure.empty())
            refuse_word("ensure", "running or stopped");
        if (resource.actions.empty())
            resource.actions.emplace_back("nothing");
    }

    void finish_exec()
    {
        std::vector<std::string> folders;
        if (const Attribute* path = given("path")) {
            Value::List items;
            for (const Datum& item : flat(path->value)) {
                const std::string written = to_text(item);
                for (const std::string_view folder : split(written, ':')) {
                    folders.emplace_back(folder);
                    items.push_back({.content = std::string(folder), .position = path->position});
                }
            }
            resource.attributes["path"] = Value{.content = std::move(items), .position = path->position};
        }
        std::string before = folders.empty() ? "" : "PATH=" + quoted(join(folders, ":")) + "; export PATH; ";
        if (given("cwd") != nullptr)
            before += "cd " + quoted(text("cwd")) + " && ";
        for (const bool only_if : {true, false})
            if (const Attribute* guard = given(only_if ? "onlyif" : "unless"))
                for (const Datum& command : flat(guard->value))
                    resource.guards.push_back({only_if, before + to_text(command), guard->position});
    }

    const Declaration& from_;
};

} // namespace

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

Resource translate_resource(const Declaration& declaration)
{
    const TypeRow* row = find_type_row(declaration.type);
    if (row == nullptr) {
        std::vector<std::string> names;
        for (const TypeRow& known : type_rows())
            names.emplace_back(known.puppet);
        const std::string hint = did_you_mean(declaration.type, names);
        throw Error(ErrorKind::invalid, declaration.position, "there is no resource type '{}'", printable(declaration.type))
            .hint(hint.empty() ? "known are " + join(names, ", ") + ", and what the manifest defines" : hint);
    }
    Translation translation(declaration);
    translation.run(*row);
    return std::move(translation.resource);
}

} // namespace dfriends::converge::puppet
