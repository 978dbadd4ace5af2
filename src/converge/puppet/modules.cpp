// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/modules.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <optional>

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

} // namespace

Modules::Modules(const std::string& manifest) : folder_(fs::path(manifest).parent_path()) {}

std::vector<fs::path> Modules::places(const std::string& module, const char* folder, const fs::path& rest) const
{
    std::error_code code;
    std::vector<fs::path> found;
    const fs::path whole = fs::absolute(folder_.empty() ? "." : folder_, code).lexically_normal();
    const bool has_slash = !whole.has_filename();
    const fs::path own = has_slash ? whole.parent_path() : whole;
    if (own.filename() == "manifests") {
        const fs::path above = folder_.filename() == "manifests" ? folder_.parent_path() : own.parent_path();
        if (own.parent_path().filename() == module)
            found.push_back(above / folder / rest);
        found.push_back(above / "modules" / module / folder / rest);
        found.push_back(own.parent_path().parent_path() / module / folder / rest);
    }
    found.push_back(folder_ / "modules" / module / folder / rest);
    found.push_back(folder_ / module / folder / rest);
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
    if (name.empty() || name.size() > longest_name || name.find_first_not_of(safe_name) != std::string::npos)
        return std::nullopt;
    const std::size_t end = name.find("::");
    const std::string module = name.substr(0, end);
    const std::string rest = end == std::string::npos ? "init" : replace_all(name.substr(end + 2), "::", "/");
    if (module.empty() || rest.empty() || rest.front() == '/')
        return std::nullopt;
    for (const fs::path& path : places(module, "manifests", rest + ".pp"))
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
