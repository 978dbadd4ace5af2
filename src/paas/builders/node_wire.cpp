// SPDX-License-Identifier: Apache-2.0
#include "paas/builders/node_wire.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace dfriends::paas {

namespace {

bool has_members(const Json& value)
{
    return value.is_object() && !value.empty();
}

/// npm around node costs a second and 40 MB, and keeps signals from the program.
bool is_plain_node(std::string_view command)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
               c == '-' || c == '_' || c == ' ';
    };
    return command.starts_with("node ") && std::ranges::all_of(command, fits);
}

} // namespace

NodePackage decode_node_package(std::string_view text)
{
    const Json value = parse_json(text, "package.json");
    if (!value.is_object())
        throw Error(ErrorKind::invalid, "package.json is no object");
    const Json& scripts = member_of(value, "scripts");
    NodePackage package{.start = text_of(scripts, "start")};
    const bool has_hooks = !text_of(scripts, "prestart").empty() || !text_of(scripts, "poststart").empty();
    if (is_plain_node(trim(package.start)) && !has_hooks)
        package.start_directly = trim(package.start);
    for (const char* script : {"build", "heroku-postbuild"})
        if (!text_of(scripts, script).empty())
            package.build = script;
    package.has_dependencies =
        has_members(member_of(value, "dependencies")) || has_members(member_of(value, "optionalDependencies"));
    package.has_development_dependencies = has_members(member_of(value, "devDependencies"));
    return package;
}

} // namespace dfriends::paas
