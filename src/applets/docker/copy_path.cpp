// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/copy_path.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <filesystem>

namespace dfriends::applets::docker {

namespace {

bool names_content(std::string_view path)
{
    return path == "." || path.ends_with("/.");
}

bool names_folder(std::string_view path)
{
    return path.ends_with('/') || names_content(path);
}

/// Without '.', '..', doubled and trailing slashes.
std::string clean(std::string_view path)
{
    std::string text = std::filesystem::path(path).lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/'))
        text.pop_back();
    return text.empty() ? "." : text;
}

std::string last_name(std::string_view path)
{
    const std::string text = clean(path);
    return text == "/" ? text : text.substr(text.rfind('/') + 1);
}

} // namespace

CopyPlace parse_copy_place(std::string_view argument)
{
    const auto [container, path] = split_once(argument, ':');
    const bool is_local = argument.starts_with('/') || argument.starts_with('.') || argument.find(':') == argument.npos;
    if (is_local)
        return {"", std::string(argument)};
    return {std::string(container), std::string(path)};
}

SplitPath split_path(std::string_view path)
{
    const std::string text = clean(path);
    if (names_content(path))
        return {text, "."};
    const std::size_t slash = text.rfind('/');
    if (slash == text.npos)
        return {".", text};
    return {slash == 0 ? "/" : text.substr(0, slash), text == "/" ? "/" : text.substr(slash + 1)};
}

FollowedPath follow_path(std::string_view path, std::string_view target)
{
    std::string followed =
        target.starts_with('/') ? clean(target) : clean(split_path(path).folder + "/" + std::string(target));
    if (names_content(path))
        followed += "/.";
    else if (path.ends_with('/'))
        followed += "/";
    const std::string name = last_name(path);
    return {followed, names_content(path) || name == last_name(followed) ? "" : name};
}

std::string CopyPlan::rename(std::string_view entry) const
{
    if (old_name == new_name)
        return std::string(entry);
    if (old_name == "/") // every entry of the whole file system
        return new_name + (entry.starts_with('/') ? "" : "/") + std::string(entry);
    std::string_view rest = entry;
    if (!entry.starts_with(old_name) || (entry.size() > old_name.size() && entry[old_name.size()] != '/'))
        throw Error(ErrorKind::invalid, "the archive of '{}' holds '{}' beside it", printable(old_name),
                    printable(entry));
    rest.remove_prefix(old_name.size());
    return new_name + std::string(rest);
}

CopyPlan plan_copy(const CopySource& source, const CopyTarget& target)
{
    const std::string old_name = split_path(source.path).name;
    const std::string kept = source.name.empty() ? old_name : source.name;
    if (target.exists && target.is_folder)
        return {target.path, old_name, kept};
    if (target.exists && source.is_folder)
        throw Error(ErrorKind::invalid, "cannot copy directory '{}' to '{}': it is a file", printable(source.path),
                    printable(target.path));
    if (!target.exists && !source.is_folder && names_folder(target.path))
        throw Error(ErrorKind::not_found, "no such directory: '{}'", printable(target.path))
            .hint("leave the '/' at its end out to give the copy that name");
    const SplitPath place = split_path(target.path);
    return {place.folder, old_name, place.name};
}

} // namespace dfriends::applets::docker
