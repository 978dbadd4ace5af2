// SPDX-License-Identifier: Apache-2.0
#include "cache/mirror_wire.hpp"

#include "json/json.hpp"

#include <algorithm>
#include <fcntl.h>

namespace dfriends::cache {

os::Path mirrors_path(const os::Path& directory)
{
    return directory / "mirrors.json";
}

std::string encode_mirrors(const std::vector<MirrorState>& mirrors)
{
    Json list = Json::array();
    for (const auto& mirror : mirrors)
        list.push_back(
            {{"name", mirror.name}, {"url", mirror.url}, {"failures", mirror.failures}, {"why", mirror.why}});
    return dump_json(list) + "\n";
}

void write_mirrors(const os::Path& directory, std::string_view text)
{
    const auto path = mirrors_path(directory);
    auto temporary = path;
    temporary += ".new";
    os::write_all(os::open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC).number(), text, temporary);
    std::filesystem::rename(temporary, path);
}

std::vector<MirrorState> find_mirrors(const os::Path& directory)
{
    std::vector<MirrorState> mirrors;
    const auto text = os::find_file(mirrors_path(directory), 1U << 20U);
    if (!text || !os::FileLock::find_holder(directory / "lock"))
        return mirrors;
    for (const auto& mirror : parse_json(*text, "what the service wrote of its mirrors"))
        mirrors.push_back({text_of(mirror, "name"), text_of(mirror, "url"),
                           static_cast<std::size_t>(std::max<std::int64_t>(number_of(mirror, "failures"), 0)),
                           text_of(mirror, "why")});
    return mirrors;
}

} // namespace dfriends::cache
