// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/kept_file.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "os/user.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <unistd.h>

namespace dfriends::converge {

Step keep_file(Host& host, const std::string& path, std::string content, std::function<void()> then)
{
    const auto state = host.find_path(path);
    const bool is_file = state && state->kind == PathState::Kind::file;
    if (state && !is_file)
        throw Error(ErrorKind::conflict, "'{}' is no file", path).hint("move away what stands there");
    if (is_file && host.read(path) == content)
        return {};
    return {.effect = state ? Effect::update : Effect::create,
            .changes = {{"file", state ? "differs" : "", path}},
            .perform = [&host, path, content = std::move(content), then = std::move(then)] {
                const std::string folder = std::filesystem::path(path).parent_path();
                if (!host.find_path(folder))
                    host.make_directory(folder, 0755, true);
                host.write(path, content, 0644);
                if (then)
                    then();
            }};
}

Step drop_file(Host& host, const std::string& path, std::function<void()> then)
{
    if (!host.find_path(path))
        return {};
    return {
        .effect = Effect::remove, .changes = {{"file", path, ""}}, .perform = [&host, path, then = std::move(then)] {
            host.remove(path, false);
            if (then)
                then();
        }};
}

std::string file_word(const std::string& name)
{
    std::string word = name;
    for (char& c : word)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-')
            c = '-';
    if (word.find_first_not_of('-') == std::string::npos || word.size() > 200)
        throw Error(ErrorKind::invalid, "'{}' cannot be part of a file's name", printable(name));
    return word;
}

void check_line(const Resource& resource, std::string_view attribute, const std::string& value)
{
    if (value.find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos)
        return;
    const Value* found = find_attribute(resource, attribute);
    throw Error(ErrorKind::invalid, found == nullptr ? resource.position : found->position,
                "'{}' of '{}' is more than one line", attribute, address(resource));
}

void run_as_declared(const Resource& resource, os::Command& command)
{
    if (const auto name = find_text(resource, "user")) {
        const auto user = os::find_user(*name);
        if (!user)
            throw Error(ErrorKind::not_found, "there is no user '{}'", *name);
        command.user = {user->id, user->group};
        command.environment.try_emplace("HOME", user->home.string());
        command.environment.try_emplace("USER", user->name);
    }
    if (const auto name = find_text(resource, "group")) {
        const auto group = os::find_group(*name);
        if (!group)
            throw Error(ErrorKind::not_found, "there is no group '{}'", *name);
        command.user = {command.user ? command.user->first : ::geteuid(), *group};
    }
}

} // namespace dfriends::converge
