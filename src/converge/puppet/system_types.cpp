// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/puppet/modules.hpp"
#include "converge/puppet/resources.hpp"
#include "converge/puppet/translation.hpp"
#include "converge/web.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>

namespace dfriends::converge::puppet {

namespace {

/// A mode of files as one of folders: who may read may enter.
std::string searchable(const std::string& mode)
{
    unsigned number = 0;
    const auto [end, code] = std::from_chars(mode.data(), mode.data() + mode.size(), number, 8);
    if (code != std::errc{} || end != mode.data() + mode.size())
        return mode; // which is none
    return fmt::format("{:04o}", number | ((number & 0444U) >> 2U));
}

} // namespace

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
    if (ensure == "directory" || (ensure.empty() && is_true("recurse") && given("source") != nullptr) ||
        text("recurse") == "remote") {
        drop({"content", "to"});
        return finish_directory();
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
    // Puppet makes no file of which only the access is declared.
    if (ensure.empty() && resource.type == "file" && given("content") == nullptr && given("source") == nullptr)
        resource.guards.push_back(
            {.only_if = true, .command = "test -e " + shell_quoted(path), .position = from_.position});
    resource.actions = {given("replace") != nullptr && !is_true("replace") ? "create_if_missing" : "create"};
}

/// A folder, and with «recurse» what a source has in it. What is said of its access goes for its files, too.
void Translation::finish_directory()
{
    resource.type = "directory";
    const Attribute* source = given("source");
    const bool purges = is_true("purge");
    if (const Attribute* mode = given("mode"))
        set("mode", searchable(text("mode")), mode->position);
    if (source == nullptr || (!is_true("recurse") && text("recurse") != "remote")) {
        if (purges)
            throw Error(ErrorKind::invalid, given("purge")->position, "only a folder with a source can be purged here")
                .hint("remove files with ensure => absent");
        if (source != nullptr)
            throw Error(ErrorKind::invalid, source->position,
                        "a folder is filled from a source with 'recurse => true'");
        for (const char* name : {"owner", "group", "mode"})
            if (is_true("recurse") && given(name) != nullptr)
                throw Error(ErrorKind::invalid, given(name)->position,
                            "the '{}' of all that is in a folder is outside the supported subset", name)
                    .hint("leave recurse out, and use exec with chown -R or chmod -R, guarded by 'unless'");
        return;
    }
    set("source", find_local_source(flat(source->value)), source->position);
    for (const char* name : {"owner", "group"})
        if (const Value* value = find_attribute(resource, name))
            resource.attributes[std::string("files_") + name] = *value;
    if (const Attribute* mode = given("mode"))
        resource.attributes["files_mode"] = to_value(mode->value, mode->position);
    if (purges && text("recurse") != "remote")
        set("purge", true, given("purge")->position);
    if (given("replace") != nullptr && !is_true("replace"))
        set("overwrite", false, given("replace")->position);
}

void Translation::set_source()
{
    const Attribute* source = given("source");
    if (source == nullptr)
        return;
    const auto sources = flat(source->value);
    const bool is_remote = std::ranges::any_of(sources, [](const Datum& item) {
        const std::string url = to_lower(to_text(item));
        return url.starts_with("http://") || url.starts_with("https://");
    });
    if (is_remote)
        set_remote_source(sources);
    else
        set("source", find_local_source(sources), source->position);
}

void Translation::set_remote_source(const std::vector<Datum>& sources)
{
    const Attribute* source = given("source");
    for (const Datum& url : sources)
        try {
            check_web_url(to_text(url));
        } catch (const Error& error) {
            throw Error(ErrorKind::invalid, source->position, "{}", error.message());
        }
    resource.type = "remote_file";
    resource.attributes.erase("content");
    set("source", make_list(sources), source->position);
    const Attribute* checksum = given("checksum_value");
    if (checksum == nullptr)
        return;
    const std::string kind = given("checksum") == nullptr ? "sha256" : text("checksum");
    if (kind != "sha256" && kind != "sha256lite")
        throw Error(ErrorKind::invalid, checksum->position, "a checksum of the kind '{}' is not compared here",
                    printable(kind))
            .hint("give the file's SHA-256: checksum => 'sha256'");
    set("checksum", checksum->value, checksum->position);
}

/// The first of them that there is: a path of this machine, or what a module has in its files/.
std::string Translation::find_local_source(const std::vector<Datum>& sources) const
{
    const SourcePosition& position = given("source")->position;
    std::string first;
    for (const Datum& item : sources) {
        std::string path = to_text(item);
        if (path.starts_with("puppet://")) {
            if (auto found = Modules(position.file).find_source(path))
                return std::move(*found);
            continue;
        }
        if (path.starts_with("file://"))
            path.erase(0, 7);
        if (!path.starts_with('/'))
            throw Error(ErrorKind::invalid, position, "the source '{}' is no path of this machine", printable(path))
                .hint("give the file's full path, an http URL or puppet:///modules/MODULE/FILE");
        std::error_code code;
        if (sources.size() == 1 || std::filesystem::exists(path, code))
            return path;
        first = first.empty() ? path : first; // an earlier resource may make it
    }
    if (!first.empty())
        return first;
    throw Error(ErrorKind::invalid, position, "there is no source '{}'",
                printable(to_text(sources.empty() ? Datum{} : sources.front())))
        .hint("puppet:///modules/MODULE/FILE is MODULE/files/FILE in modules/ beside the manifest or its manifests/");
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
    if (ensure == "absent")
        resource.actions = {"remove"};
    else if (ensure == "purged")
        resource.actions = {"purge"};
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
    // Words that no shell shall take apart.
    if (const Attribute* command = given("command"); command != nullptr && command->value.as<List>() != nullptr) {
        std::vector<std::string> words;
        for (const Datum& word : flat(command->value))
            words.push_back(shell_quoted(to_text(word)));
        set("command", join(words, " "), command->position);
    }
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
    std::string before = folders.empty() ? "" : "PATH=" + shell_quoted(join(folders, ":")) + "; export PATH; ";
    if (given("cwd") != nullptr)
        before += "cd " + shell_quoted(text("cwd")) + " && ";
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

/// A group's members are all there are, where it does not say otherwise; a user's groups are those at least.
void Translation::finish_account()
{
    resource.actions = {is_absent() ? "remove" : "create"};
    if (resource.type == "group" && given("members") != nullptr)
        set("append", given("auth_membership") != nullptr && !is_true("auth_membership"), given("members")->position);
    if (text("membership") == "inclusive")
        throw Error(ErrorKind::invalid, given("membership")->position,
                    "a user's groups that are not named stay here: 'membership' cannot be 'inclusive'")
            .hint("give the group resources 'members' instead, which is a list of all");
}

/// What is «absent» is not said.
void Translation::finish_cron()
{
    for (const char* name : {"minute", "hour", "month", "monthday", "weekday", "special", "environment"})
        if (text(name) == "absent")
            resource.attributes.erase(std::string_view(name) == "monthday" ? "day" : name);
    resource.actions = {is_absent() ? "delete" : "create"};
}

void Translation::finish_mount()
{
    const std::string ensure = text("ensure");
    if (ensure == "mounted")
        resource.actions = {"enable", "mount"};
    else if (ensure == "unmounted")
        resource.actions = {"enable", "unmount"};
    else if (ensure == "absent")
        resource.actions = {"unmount", "disable"};
    else if (ensure.empty() || ensure == "present" || ensure == "defined")
        resource.actions = {"enable"};
    else
        refuse_word("ensure", "mounted, unmounted, present or absent");
}

} // namespace dfriends::converge::puppet
