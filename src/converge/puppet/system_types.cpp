// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/puppet/resources.hpp"
#include "converge/puppet/translation.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge::puppet {

void Translation::finish_file()
{
    const std::string ensure = text("ensure");
    std::string path = given("path") == nullptr ? from_.title : text("path");
    if (!path.starts_with('/'))
        throw Error(ErrorKind::invalid, given("path") == nullptr ? from_.position : given("path")->position,
                    "the path '{}' does not begin with /", printable(path));
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
            throw Error(ErrorKind::invalid, from_.position, "a folder cannot be filled from a source here")
                .hint("declare its files one by one");
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

void Translation::set_source()
{
    const Attribute* source = given("source");
    if (source == nullptr)
        return;
    std::string path = to_text(source->value);
    if (path.starts_with("file://"))
        path.erase(0, 7);
    if (!path.starts_with('/'))
        throw Error(ErrorKind::invalid, source->position, "the source '{}' is no path of this machine", printable(path))
            .hint("there is no file server here; give the file's full path");
    set("source", path, source->position);
}

void Translation::finish_package()
{
    static constexpr auto tools =
        std::to_array<std::string_view>({"apk", "apt", "aptitude", "dnf", "pacman", "yum", "zypper"});
    if (const Attribute* provider = given("provider");
        provider != nullptr && std::ranges::find(tools, to_text(provider->value)) == tools.end())
        throw Error(ErrorKind::invalid, provider->position, "packages of '{}' cannot be had here",
                    printable(to_text(provider->value)))
            .hint("install them with an exec");
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

void Translation::finish_service()
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

void Translation::finish_exec()
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
    const auto number = [&](std::string_view name, std::int64_t least, std::int64_t most, std::int64_t otherwise) {
        const Attribute* attribute = given(name);
        if (attribute == nullptr)
            return otherwise;
        const auto found = to_number(attribute->value);
        const auto* whole = found ? found->as<std::int64_t>() : nullptr;
        if (whole == nullptr || *whole < least || *whole > most)
            throw Error(ErrorKind::invalid, attribute->position, "'{}' wants a whole number from {} to {}", name, least,
                        most);
        return *whole;
    };
    resource.retries = number("tries", 1, 1'000, 1) - 1;
    resource.retry_delay = number("try_sleep", 0, 86'400, 0);
}

} // namespace dfriends::converge::puppet
