// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/system_types.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/web.hpp"

#include <algorithm>
#include <array>
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

Value text_value(std::string content, const SourcePosition& position)
{
    return {std::move(content), position};
}

/// What a crontab says in lines of its own, and its words for a moment: @daily, or :daily.
void translate_cron(Resource& resource, const Declaration& from)
{
    static constexpr auto variables = std::to_array<std::pair<const char*, const char*>>(
        {{"home", "HOME"}, {"mailto", "MAILTO"}, {"path", "PATH"}, {"shell", "SHELL"}});
    Value::List lines;
    for (std::string& pair : list_of(resource, "environment"))
        lines.push_back(text_value(std::move(pair), from.position));
    for (const auto& [property, variable] : variables)
        if (const Value* value = from.find(property))
            lines.push_back(text_value(std::string(variable) + "=" + scalar_text(*value), value->position));
    if (!lines.empty())
        resource.attributes["environment"] = {std::move(lines), from.position};
    for (const char* property : {"time", "predefined_value"})
        if (const Value* moment = from.find(property)) {
            const std::string word = scalar_text(*moment);
            resource.attributes["special"] =
                text_value(word.starts_with('@') ? word.substr(1) : word, moment->position);
        }
}

/// A hash is the sections of the file: {Unit: {Description: 'x'}, Service: {…}}.
std::string unit_text(const Value& content)
{
    const auto* sections = std::get_if<Value::Map>(&content.content);
    if (sections == nullptr)
        return scalar_text(content);
    std::string text;
    for (const Member& section : *sections) {
        const auto* keys = std::get_if<Value::Map>(&section.value.content);
        if (keys == nullptr)
            throw Error(ErrorKind::invalid, section.value.position, "the section '{}' wants a hash",
                        printable(section.name));
        text += (text.empty() ? "[" : "\n[") + section.name + "]\n";
        for (const Member& key : *keys) {
            const auto* several = std::get_if<Value::List>(&key.value.content);
            for (const Value& value : several == nullptr ? Value::List{key.value} : *several)
                text += key.name + " = " + scalar_text(value) + "\n";
        }
    }
    return text;
}

void translate_systemd_unit(Resource& resource, const Declaration& from)
{
    if (const Value* content = from.find("content"))
        resource.attributes["content"] = text_value(unit_text(*content), content->position);
    if (resource.actions.empty())
        resource.actions = {"nothing"}; // Chef's default
}

void translate_mount(Resource& resource, const Declaration& from)
{
    const Value* kind = from.find("device_type");
    const std::string word = kind == nullptr ? "device" : scalar_text(*kind);
    if (word != "device" && word != "label" && word != "uuid")
        throw Error(ErrorKind::invalid, kind->position, "'device_type' cannot be '{}'", printable(word))
            .hint("device, label or uuid");
    if (const Value* device = from.find("device"); device != nullptr && word != "device")
        resource.attributes["device"] =
            text_value((word == "label" ? "LABEL=" : "UUID=") + scalar_text(*device), device->position);
    resource.attributes.try_emplace("pass", Value{std::int64_t{2}, from.position}); // Chef's
}

/// A URL, a file of this machine, or one of the cookbook; not a fingerprint, which only a key server knows.
void translate_apt_repository(Resource& resource, const Declaration& from)
{
    const Value* key = from.find("key");
    if (key == nullptr)
        return;
    const auto* several = std::get_if<Value::List>(&key->content);
    if (several != nullptr && several->size() != 1)
        throw Error(ErrorKind::invalid, key->position, "several keys of a source are outside the supported subset")
            .hint("put them into one file, and name that");
    std::string source = scalar_text(*key);
    if (!source.starts_with('/') && source.find("://") == std::string::npos) {
        Declaration file = from;
        file.properties.insert_or_assign("source", Value{source, key->position});
        const fs::path path = path_in_cookbook(file);
        std::error_code code;
        if (!fs::exists(path, code))
            throw Error(ErrorKind::invalid, key->position, "the key '{}' is neither a URL nor a file",
                        printable(source))
                .hint("fingerprints are outside the supported subset: name the URL that the key is fetched from");
        source = path.string();
    }
    resource.attributes["key"] = text_value(std::move(source), key->position);
}

void translate_yum_repository(Resource& resource, const Declaration& from)
{
    static constexpr auto further =
        std::to_array<std::string_view>({"cost", "exclude", "includepkgs", "metadata_expire", "metalink", "priority",
                                         "proxy", "repo_gpgcheck", "skip_if_unavailable", "sslcacert", "sslverify"});
    Value::Map options;
    if (const Value* given = find_attribute(resource, "options"))
        if (const auto* map = std::get_if<Value::Map>(&given->content))
            options = *map;
    for (const std::string_view name : further)
        if (const Value* value = from.find(name)) {
            const auto* flag = std::get_if<bool>(&value->content);
            options.push_back(
                {std::string(name),
                 text_value(flag != nullptr ? (*flag ? "1" : "0") : scalar_text(*value), value->position)});
        }
    if (!options.empty())
        resource.attributes["options"] = {std::move(options), from.position};
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
    if (resource.type == "cron")
        return translate_cron(resource, from);
    if (resource.type == "group" && from.find("members") != nullptr) // a list of all where it does not say otherwise
        resource.attributes.try_emplace("append", Value{false, from.position});
    if (from.type == "systemd_unit")
        return translate_systemd_unit(resource, from);
    if (from.type == "mount")
        return translate_mount(resource, from);
    if (from.type == "apt_repository")
        return translate_apt_repository(resource, from);
    if (from.type == "yum_repository")
        return translate_yum_repository(resource, from);
}

} // namespace dfriends::converge::chef
