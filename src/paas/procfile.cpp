// SPDX-License-Identifier: Apache-2.0
#include "paas/procfile.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::paas {

namespace {

bool is_type(std::string_view type)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !type.empty() && type.size() <= 63 && std::ranges::all_of(type, fits);
}

} // namespace

std::map<std::string, std::string> parse_procfile(std::string_view text)
{
    std::map<std::string, std::string> types;
    unsigned number = 0;
    for (const std::string_view whole : lines(text)) {
        ++number;
        std::string_view line = trim(whole);
        if (line.empty() || line.starts_with('#') || line.starts_with("//"))
            continue;
        const SourcePosition position{"Procfile", number, 1, std::string(whole)};
        const auto [type, rest] = split_once(line, ':');
        const std::string_view command = trim(rest.substr(0, rest.find(" #")));
        if (!is_type(type) || command.empty())
            throw Error(ErrorKind::invalid, position, "this is not of the form 'type: command'");
        if (!types.emplace(type, command).second)
            throw Error(ErrorKind::invalid, position, "the process type '{}' stands twice", type);
    }
    return types;
}

} // namespace dfriends::paas
