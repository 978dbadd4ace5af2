// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/modules.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::converge::puppet {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_module_file = 1ULL << 20U;
constexpr std::size_t longest_name = 4096;
constexpr std::string_view safe_name = "abcdefghijklmnopqrstuvwxyz0123456789_:"; ///< of classes

/// Only files: a pipe or a terminal would make the run wait.
std::optional<ModuleFile> find(const fs::path& path)
{
    std::error_code code;
    if (!fs::is_regular_file(path, code))
        return std::nullopt;
    auto text = os::find_file(path, largest_module_file);
    return text ? std::optional(ModuleFile{path.string(), std::move(*text)}) : std::nullopt;
}

constexpr int most_levels_up = 32;

fs::path whole_path(const fs::path& folder)
{
    std::error_code code;
    const fs::path whole = fs::absolute(folder.empty() ? "." : folder, code).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

/// How many folders up from this one there is one called manifests; nothing where there is none.
std::optional<int> levels_to_manifests(fs::path at)
{
    for (int levels = 0; levels < most_levels_up && at.has_relative_path(); ++levels, at = at.parent_path())
        if (at.filename() == "manifests")
            return levels;
    return std::nullopt;
}

/// The folder so many levels up, as the user wrote it where that can be.
fs::path up(const fs::path& folder, int levels)
{
    fs::path written = folder;
    fs::path whole = whole_path(folder);
    bool can_be_written = true;
    for (int level = 0; level < levels; ++level) {
        can_be_written =
            can_be_written && written.has_filename() && written.filename() != "." && written.filename() != "..";
        written = written.parent_path();
        whole = whole.parent_path();
    }
    return can_be_written ? written : whole;
}

/// What «modulepath» of an environment.conf names, but for what stands for the places of Puppet's own configuration.
std::vector<fs::path> module_path(std::string_view text, const fs::path& environment)
{
    std::vector<fs::path> roots;
    for (const std::string_view line : lines(text)) {
        const auto [name, value] = split_once(line, '=');
        if (trim(name) != "modulepath")
            continue;
        for (const std::string_view part : split(trim(value), ':'))
            if (!trim(part).empty() && !trim(part).starts_with('$'))
                roots.push_back(environment / fs::path(trim(part)));
    }
    return roots;
}

uid_t owner_of(const fs::path& path)
{
    struct ::stat status = {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_uid : ::geteuid();
}

/// Of the nearest environment.conf around a manifest. In a folder such as /tmp anybody may put one: it must be root's,
/// or belong to whom the manifest does.
std::vector<fs::path> environment_roots(const fs::path& manifest)
{
    const fs::path folder = manifest.parent_path();
    const uid_t owner = owner_of(manifest);
    fs::path at = whole_path(folder);
    for (int level = 0; level < most_levels_up && at.has_relative_path(); ++level, at = at.parent_path()) {
        const fs::path path = at / "environment.conf";
        const auto file = find(path);
        if (!file)
            continue;
        const uid_t its = owner_of(path);
        return its == 0 || its == owner ? module_path(file->text, up(folder, level)) : std::vector<fs::path>();
    }
    return {};
}

} // namespace

std::string Modules::own_module(const std::string& manifest)
{
    const fs::path folder = whole_path(fs::path(manifest).parent_path());
    const auto levels = levels_to_manifests(folder);
    return levels ? up(folder, *levels + 1).filename().string() : std::string();
}

Modules::Modules(const std::string& manifest) : folder_(fs::path(manifest).parent_path()), own_(own_module(manifest))
{
    if (const auto levels = levels_to_manifests(whole_path(folder_))) {
        own_folder_ = up(folder_, *levels + 1);
        roots_ = {own_folder_ / "modules", whole_path(own_folder_).parent_path()};
    }
    roots_.push_back(folder_ / "modules");
    roots_.push_back(folder_);
    for (fs::path& root : environment_roots(manifest))
        roots_.push_back(std::move(root));
}

std::vector<fs::path> Modules::places(const std::string& module, const char* folder, const fs::path& rest) const
{
    std::vector<fs::path> found;
    if (!own_.empty() && own_ == module)
        found.push_back(own_folder_ / folder / rest);
    for (const fs::path& root : roots_)
        found.push_back(root / module / folder / rest);
    return found;
}

std::optional<fs::path> Modules::data_configuration(const std::string& module) const
{
    std::error_code code;
    if (!module.empty() && module.find_first_not_of(safe_name) == std::string::npos)
        for (const fs::path& path : places(module, "", "hiera.yaml"))
            if (fs::is_regular_file(path, code))
                return path;
    return std::nullopt;
}

std::optional<ModuleFile> Modules::definition_file(const std::string& name) const
{
    return named_file(name, "manifests");
}

std::optional<ModuleFile> Modules::type_file(const std::string& name) const
{
    return named_file(name, "types");
}

std::optional<ModuleFile> Modules::function_file(const std::string& name) const
{
    return name.find("::") == std::string::npos ? std::nullopt : named_file(name, "functions");
}

std::optional<ModuleFile> Modules::named_file(const std::string& name, const char* folder) const
{
    if (name.empty() || name.size() > longest_name || name.find_first_not_of(safe_name) != std::string::npos)
        return std::nullopt;
    const std::size_t end = name.find("::");
    const std::string module = name.substr(0, end);
    const std::string rest = end == std::string::npos ? "init" : replace_all(name.substr(end + 2), "::", "/");
    if (module.empty() || rest.empty() || rest.front() == '/')
        return std::nullopt;
    for (const fs::path& path : places(module, folder, rest + ".pp"))
        if (auto file = find(path))
            return file;
    return std::nullopt;
}

std::optional<std::string> Modules::find_source(const std::string& url) const
{
    const std::string_view below = std::string_view(url).substr(url.find("//") + 2);
    const auto [server, path] = split_once(below, '/'); // one of those that Puppet has is as good as none
    const auto [mount, name] = split_once(path, '/');
    const auto [module, rest] = mount == "modules" ? split_once(name, '/') : std::pair(std::string_view(), name);
    const fs::path relative = fs::path(rest).lexically_normal();
    const bool is_outside = relative.is_absolute() || (!relative.empty() && *relative.begin() == "..") ||
                            url.size() > longest_name || url.find('\0') != std::string::npos || module == "..";
    if (is_outside || (mount == "modules" ? module.empty() : mount != "files" || name.empty()))
        throw Error(ErrorKind::invalid, "the source '{}' is outside of modules", printable(url))
            .hint("write puppet:///modules/MODULE/FILE, which is MODULE/files/FILE");
    auto candidates = mount == "modules" ? places(std::string(module), "files", relative)
                                         : std::vector<fs::path>{folder_ / "files" / relative};
    std::error_code code;
    for (const fs::path& candidate : candidates)
        if (fs::is_regular_file(candidate, code) || fs::is_directory(candidate, code))
            return fs::absolute(candidate, code).lexically_normal().string();
    return std::nullopt;
}

std::optional<ModuleFile> Modules::data_file(const std::string& name) const
{
    if (name.starts_with('/') && name.size() <= longest_name)
        return find(name);
    const auto found = find_source("puppet:///modules/" + name);
    return found ? find(*found) : std::nullopt;
}

ModuleFile Modules::template_file(const std::string& name) const
{
    if (name.empty() || name.size() > longest_name || name.find('\0') != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is no name of a template", printable(name));
    if (name.starts_with('/')) {
        if (auto file = find(name))
            return std::move(*file);
        throw Error(ErrorKind::invalid, "there is no template '{}'", printable(name));
    }
    const auto [module, rest] = split_once(name, '/');
    const fs::path relative = fs::path(rest).lexically_normal();
    if (rest.empty() || relative.is_absolute() || *relative.begin() == ".." || module == "." || module == "..")
        throw Error(ErrorKind::invalid, "'{}' is no name of a template", printable(name))
            .hint("write MODULE/FILE, which is MODULE/templates/FILE");
    auto candidates = places(std::string(module), "templates", relative);
    candidates.push_back(folder_ / "templates" / module / relative);
    for (const fs::path& path : candidates)
        if (auto file = find(path))
            return std::move(*file);
    throw Error(ErrorKind::invalid, "there is no template '{}'", printable(name))
        .hint("it is looked for in " + (folder_ / "modules" / module / "templates").string() + " and " +
              (folder_ / "templates" / module).string());
}

} // namespace dfriends::converge::puppet
