// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/package_source.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"

#include <fmt/format.h>

#include <memory>

namespace dfriends::converge {

namespace {

/// The name of the distribution's release, where the resource names no suite.
std::string release_name(Host& host)
{
    const std::string release = host.read("/etc/os-release");
    for (const std::string_view line : lines(release))
        if (const auto [name, value] = split_once(line, '='); name == "VERSION_CODENAME")
            return std::string(trim(value.starts_with('"') ? value.substr(1, value.size() - 2) : value));
    throw Error(ErrorKind::invalid, "/etc/os-release does not name the release").hint("give the resource a 'suite'");
}

std::string require_line(const Resource& resource, const char* attribute)
{
    const auto text = find_text(resource, attribute);
    if (!text || text->empty())
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants '{}'", address(resource), attribute);
    check_line(resource, attribute, *text);
    return *text;
}

/// The lines of its file, for packages and for their sources.
std::string apt_sources(const Resource& resource, const std::string& key_path, Host& host)
{
    std::vector<std::string> options;
    if (const auto architectures = list_of(resource, "architectures"); !architectures.empty())
        options.push_back("arch=" + join(architectures, ","));
    if (flag_or(resource, "trusted", false))
        options.emplace_back("trusted=yes");
    if (!key_path.empty())
        options.push_back("signed-by=" + key_path);
    const auto suite = find_text(resource, "suite");
    const std::string source =
        fmt::format("{} {} {}", require_line(resource, "uri"), suite ? *suite : release_name(host),
                    join(list_of(resource, "components"), " "));
    std::string text = apt_source_line("deb", join(options, " "), std::string(trim(source)));
    if (flag_or(resource, "source_packages", false))
        text += apt_source_line("deb-src", join(options, " "), std::string(trim(source)));
    return text;
}

/// The key as a file of its own kind: fetched, or copied from this machine.
std::shared_ptr<Resource> key_file(const Resource& resource, const std::string& path)
{
    const std::string source = text_or(resource, "key", "");
    auto file = std::make_shared<Resource>();
    file->type = source.find("://") == std::string::npos ? "file" : "remote_file";
    file->name = path;
    file->position = resource.position;
    file->attributes["source"] = Value{.content = source, .position = resource.position};
    file->attributes["mode"] = Value{.content = std::string("0644"), .position = resource.position};
    return file;
}

void add_step(Step& all, Step step)
{
    if (step.effect == Effect::none)
        return;
    all.effect = all.effect == Effect::none ? step.effect : Effect::update;
    all.changes.insert(all.changes.end(), step.changes.begin(), step.changes.end());
    all.perform = [first = std::move(all.perform), second = std::move(step.perform)] {
        if (first)
            first();
        second();
    };
}

void refresh_lists(Host& host)
{
    run_or_fail(host, tool_command({"apt-get", "update", "-q"}));
}

std::string yum_flag(const Resource& resource, const char* attribute, bool otherwise)
{
    return flag_or(resource, attribute, otherwise) ? "1" : "0";
}

std::string yum_content(const Resource& resource, const std::string& id)
{
    std::string text = fmt::format("[{}]\nname={}\n", id, text_or(resource, "description", id));
    check_line(resource, "description", text_or(resource, "description", id));
    const auto add = [&](const std::string& key, const std::string& value) {
        check_line(resource, "options", key + value);
        if (!value.empty())
            text += key + "=" + value + "\n";
    };
    add("baseurl", join(list_of(resource, "baseurl"), " "));
    add("mirrorlist", text_or(resource, "mirrorlist", ""));
    add("enabled", yum_flag(resource, "enabled", true));
    add("gpgcheck", yum_flag(resource, "gpgcheck", true));
    add("gpgkey", join(list_of(resource, "gpgkey"), " "));
    for (const auto& [key, value] : map_of(resource, "options"))
        add(key, value);
    return text;
}

} // namespace

std::string apt_source_line(const std::string& type, const std::string& options, const std::string& source)
{
    if (source.find_first_of("[]\n\r") != std::string::npos || options.find_first_of("[]\n\r") != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is no source of packages", printable(source))
            .hint("write URL SUITE COMPONENT...: http://mirror.example/docker bookworm stable");
    return fmt::format("{} {}{}\n", type, options.empty() ? "" : "[" + options + "] ", source);
}

/// Its key first: apt refuses what it cannot verify.
Step examine_apt_repository(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string name = file_word(text_or_name(resource, "file"));
    const std::string list = "/etc/apt/sources.list.d/" + name + ".list";
    const std::string key_path = "/etc/apt/keyrings/" + name + ".asc";
    if (action == "delete") {
        Step step;
        add_step(step, drop_file(host, list, [&host] { refresh_lists(host); }));
        add_step(step, drop_file(host, key_path));
        step.effect = step.changes.empty() ? Effect::none : Effect::remove;
        return step;
    }
    const bool has_key = find_attribute(resource, "key") != nullptr;
    Step step;
    if (has_key) {
        auto key = key_file(resource, key_path);
        Step fetch = examine(*key, "create", scene);
        // A key that came from a server is asked for once.
        if (key->type == "remote_file" && host.find_path(key_path))
            fetch = {};
        if (fetch.perform)
            fetch.perform = [&host, key, perform = std::move(fetch.perform)] {
                host.make_directory("/etc/apt/keyrings", 0755, true);
                perform();
            };
        add_step(step, std::move(fetch));
    }
    add_step(step, keep_file(host, list, apt_sources(resource, has_key ? key_path : "", host)));
    if (step.perform && flag_or(resource, "refresh", true))
        step.perform = [&host, perform = std::move(step.perform)] {
            perform();
            refresh_lists(host);
        };
    return step;
}

Step examine_yum_repository(const Resource& resource, const std::string& action, Scene& scene)
{
    const std::string name = file_word(text_or_name(resource, "file"));
    const std::string path = "/etc/yum.repos.d/" + name + ".repo";
    if (action == "delete")
        return drop_file(scene.host, path);
    if (find_attribute(resource, "baseurl") == nullptr && find_attribute(resource, "mirrorlist") == nullptr)
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants 'baseurl' or 'mirrorlist'", address(resource));
    return keep_file(scene.host, path, yum_content(resource, name));
}

} // namespace dfriends::converge
