// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/system_types.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/web.hpp"

#include <algorithm>
#include <filesystem>

namespace dfriends::converge::chef {

namespace {

namespace fs = std::filesystem;

/// Files of a cookbook stand in files/default or files beside its recipes.
fs::path path_in_cookbook(const Declaration& from)
{
    const Value* given = from.find("source");
    const std::string source = given != nullptr ? scalar_text(*given) : fs::path(from.name).filename().string();
    const fs::path relative = fs::path(source).lexically_normal();
    if (relative.empty() || relative.is_absolute() || *relative.begin() == ".." ||
        source.find('\0') != std::string::npos)
        throw Error(ErrorKind::invalid, given != nullptr ? given->position : from.position,
                    "the source '{}' is outside the cookbook", printable(source));
    fs::path cookbook = fs::path(from.position.file).parent_path();
    if (cookbook.filename() == "recipes")
        cookbook = cookbook.parent_path();
    std::error_code code;
    const fs::path plain = cookbook / "files" / relative;
    const fs::path usual = cookbook / "files" / "default" / relative;
    return !fs::exists(usual, code) && fs::exists(plain, code) ? plain : usual;
}

void set_source(Resource& resource, const Declaration& from)
{
    resource.attributes["source"] = Value{path_in_cookbook(from).string(), from.position};
}

void translate_remote_directory(Resource& resource, const Declaration& from)
{
    set_source(resource, from);
    resource.attributes["recursive"] = Value{true, from.position};
    // A folder that is there keeps the files that it has.
    if (std::ranges::find(from.actions, "create_if_missing") != from.actions.end())
        resource.attributes["overwrite"] = Value{false, from.position};
}

/// One of this machine's own files is copied.
void translate_remote_file(Resource& resource, const Declaration& from)
{
    const Value* source = from.find("source");
    if (source == nullptr)
        return;
    const auto* several = std::get_if<Value::List>(&source->content);
    const Value::List urls = several == nullptr ? Value::List{*source} : *several;
    const std::string first = urls.empty() ? "" : scalar_text(urls[0]);
    if (urls.size() == 1 && (first.starts_with("file:///") || first.starts_with('/'))) {
        resource.type = "file";
        resource.attributes["source"] = Value{first.substr(first.starts_with('/') ? 0 : 7), source->position};
        resource.attributes.erase("checksum");
        resource.attributes.erase("headers");
        return;
    }
    for (const Value& url : urls)
        try {
            check_web_url(scalar_text(url));
        } catch (const Error& error) {
            throw Error(ErrorKind::invalid, url.position, "{}", error.message())
                .hint("fetch it with execute, curl and 'creates'");
        }
}

} // namespace

void translate_system_type(Resource& resource, const Declaration& from)
{
    if (from.type == "cookbook_file")
        return set_source(resource, from);
    if (from.type == "remote_directory")
        return translate_remote_directory(resource, from);
    if (from.type == "remote_file")
        return translate_remote_file(resource, from);
}

} // namespace dfriends::converge::chef
