// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/yaml/readers.hpp"
#include "converge/yaml/values.hpp"

#include <algorithm>

namespace dfriends::converge::yaml::read {

namespace {

using config::NodeKind;

constexpr std::uint64_t largest_template = 1ULL << 20U;

const Resource* find_container(const Item& item, std::string_view name)
{
    const auto& resources = item.declared.catalog.resources;
    const auto row = std::ranges::find_if(resources, [&](const Resource& resource) {
        return resource.type == "docker_container" && resource.name == name;
    });
    return row == resources.end() ? nullptr : &*row;
}

/// A list as words of their own, a text as it is.
std::string shell_text(const Node& command)
{
    if (command.kind() == NodeKind::scalar)
        return command.text();
    std::string text;
    for (const std::string& word : texts_of(command))
        text += (text.empty() ? "" : " ") + shell_quoted(word);
    return text;
}

/// What runs something in a container, up to the program. The container comes first where the manifest declares it.
std::string exec_text(Item& item, const Node& container)
{
    const Resource* declared = find_container(item, container.text());
    if (declared != nullptr)
        item.require("docker_container", container.text(), container.position());
    std::string text = "docker exec";
    if (const Node* user = item.find("user"))
        text += " --user " + shell_quoted(user->text());
    if (const Node* folder = item.find("working_dir"))
        text += " --workdir " + shell_quoted(folder->text());
    if (const Node* environment = item.find("environment")) {
        std::vector<std::string> pairs;
        if (environment->kind() == NodeKind::map)
            for (const auto& [name, value] : environment->members())
                pairs.push_back(value.is_null() ? name.text() : name.text() + "=" + value.text());
        else
            pairs = texts_of(*environment);
        for (const std::string& pair : pairs)
            text += " --env " + shell_quoted(pair);
    }
    return text + " " + shell_quoted(declared == nullptr ? container.text() : container_name(*declared));
}

/// The words of a command inside a container, where no shell reads a text unless the text says so.
std::string inner_words(const Node& command)
{
    if (command.kind() != NodeKind::scalar)
        return shell_text(command);
    std::string text;
    try {
        for (const std::string& word : shell_words(command.text()))
            text += (text.empty() ? "" : " ") + shell_quoted(word);
    } catch (const Error& error) {
        throw command.error(error.message());
    }
    return text;
}

const Node& wanted(const Item& item, std::string_view key)
{
    if (const Node* found = item.find(key))
        return *found;
    throw item.name.error(fmt::format("'{}' wants '{}'", printable(item.resource.name), key));
}

/// The notifications that a handler is another name of.
std::vector<Notification> notices_to(const Node& containers, const char* action)
{
    std::vector<Notification> notices;
    for (const Node& name : containers.items_or_one())
        notices.push_back({.target = {.type = "docker_container", .name = name.text(), .position = name.position()},
                           .action = action});
    return notices;
}

void take_command_attributes(Item& item)
{
    for (const auto& [key, attribute] :
         {std::pair("working_dir", "directory"), std::pair("user", "user"), std::pair("environment", "environment")})
        if (const Node* found = item.find(key))
            item.take(attribute, *found);
}

/// `signal: {container: web, signal: HUP}`. HUP is an action of containers; others are for the docker client.
void signal_handler(Item& item, const Node& signal)
{
    signal.allow_only({"container", "signal"});
    const Node& container = signal.at("container");
    const std::string& name = signal.at("signal").text();
    if (name == "HUP" || name == "SIGHUP") {
        item.is_resource = false;
        item.declared.handlers[item.resource.name] = notices_to(container, "reload");
        return;
    }
    const Resource* declared = find_container(item, container.text());
    item.set_text("command",
                  "docker kill --signal " + shell_quoted(name) + " " +
                      shell_quoted(declared == nullptr ? container.text() : container_name(*declared)),
                  signal);
}

} // namespace

/// "exit==0"; other codes that mean success leave things as they are.
void changed_if(Item& item, const Node& value)
{
    for (const Node& condition : value.items_or_one()) {
        const std::string text = replace_all(condition.text(), " ", "");
        constexpr std::string_view form = "exit==";
        const auto code = text.starts_with(form) ? parse_unsigned(std::string_view(text).substr(form.size()))
                                                 : std::optional<std::uint64_t>();
        if (!code || *code > 255)
            throw condition.error(fmt::format("'{}' is no condition of a change", printable(condition.text())))
                .hint("write exit==N, or a list of such; the codes stand in returns, too, where they are not 0");
        item.add_texts("changed_returns", {std::to_string(*code)}, condition);
    }
}

void source(Item& item, const Node& value)
{
    item.set_text("source", path_beside(value, value.text()), value);
}

void file_template(Item& item, const Node& value)
{
    const std::string path = path_beside(value, value.text());
    item.set_text("content", item.variables.fill_template(read_beside(value, path, largest_template), path), value);
}

void begin_file(Item& item)
{
    item.resource.name = item.text("path");
    if (!item.resource.name.starts_with('/'))
        throw item.body.error("a file wants 'path', which begins with /");
    if (item.word("state", {"present", "absent", "directory"}) == "directory")
        item.resource.type = "directory";
}

void begin_package(Item& item)
{
    item.resource.name = item.body.kind() == NodeKind::scalar ? item.body.text() : item.text("name");
    if (item.resource.name.empty())
        throw item.body.error("a package is a name, or a map with 'name'");
}

void finish_file(Item& item)
{
    int ways = 0;
    for (const char* way : {"content", "source", "template"})
        ways += item.find(way) == nullptr ? 0 : 1;
    if (ways > 1)
        throw item.body.error("a file has one of content, source and template, not several");
    if (item.text("state") == "absent")
        item.resource.actions = {"delete"};
}

void finish_package(Item& item)
{
    const std::string state = item.word("state", {"present", "latest", "absent"});
    item.resource.actions = {state == "latest" ? "upgrade" : state == "absent" ? "remove" : "install"};
}

void finish_command(Item& item)
{
    const Node& command = wanted(item, "command");
    item.set_text("command", shell_text(command), command);
    take_command_attributes(item);
}

void finish_exec(Item& item)
{
    const Node& command = wanted(item, "command");
    const std::string prefix = exec_text(item, wanted(item, "container"));
    item.set_text("command", prefix + " " + inner_words(command), command);
    if (const Node* creates = item.find("creates"))
        item.resource.guards.push_back({.only_if = false,
                                        .command = prefix + " test -e " + shell_quoted(creates->text()),
                                        .position = creates->position()});
}

void finish_handler(Item& item)
{
    int ways = 0;
    for (const char* way : {"restart", "signal", "command"})
        ways += item.find(way) == nullptr ? 0 : 1;
    if (ways != 1)
        throw item.name.error("a handler has one of restart, signal and command");
    item.resource.actions = {"nothing"};
    item.declared.handlers[item.resource.name] = {
        {.target = {.type = "exec", .name = item.resource.name, .position = item.name.position()}, .action = "run"}};
    if (const Node* containers = item.find("restart")) {
        item.is_resource = false;
        item.declared.handlers[item.resource.name] = notices_to(*containers, "restart");
        return;
    }
    if (const Node* signal = item.find("signal"))
        return signal_handler(item, *signal);
    const Node& command = wanted(item, "command");
    if (const Node* container = item.find("container"))
        return item.set_text("command", exec_text(item, *container) + " " + inner_words(command), command);
    item.set_text("command", shell_text(command), command);
    take_command_attributes(item);
}

// What all items may have.

void before(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one())
        item.declared.precedences.push_back({.first = item.index(), .second = reference_of(entry)});
}

void guard(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one())
        item.resource.guards.push_back({.only_if = true, .command = entry.text(), .position = entry.position()});
}

void not_guard(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one())
        item.resource.guards.push_back({.only_if = false, .command = entry.text(), .position = entry.position()});
}

void notify(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one())
        item.declared.notices.push_back({.from = item.index(), .target = entry.text(), .position = entry.position()});
}

void require(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one())
        item.resource.requires_.push_back(reference_of(entry));
}

void subscribe(Item& item, const Node& value)
{
    for (const Node& entry : value.items_or_one())
        item.declared.subscriptions.push_back(
            {.source = reference_of(entry),
             .notification = {
                 .target = {.type = item.resource.type, .name = item.resource.name, .position = entry.position()},
                 .action = {}}});
}

} // namespace dfriends::converge::yaml::read
