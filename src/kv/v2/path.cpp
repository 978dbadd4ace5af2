// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/path.hpp"

#include "base/text.hpp"

namespace dfriends::kv::v2 {

std::string clean_path(std::string_view path)
{
    std::vector<std::string_view> kept;
    for (const std::string_view part : split(path, '/')) {
        if (part.empty() || part == ".")
            continue;
        if (part != "..")
            kept.push_back(part);
        else if (!kept.empty())
            kept.pop_back();
    }
    std::string clean;
    for (const std::string_view part : kept)
        clean.append("/").append(part);
    return clean.empty() ? "/" : clean;
}

std::vector<std::string_view> components(std::string_view path)
{
    if (path.size() <= 1)
        return {};
    return split(path.substr(1), '/');
}

std::string join_path(std::string_view parent, std::string_view name)
{
    std::string path(parent == "/" ? std::string_view() : parent);
    return path.append("/").append(name);
}

std::string_view parent_path(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == 0 || slash == path.npos ? "/" : path.substr(0, slash);
}

std::string_view last_component(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

bool is_below(std::string_view path, std::string_view directory)
{
    if (directory == "/")
        return path.size() > 1;
    return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

} // namespace dfriends::kv::v2
