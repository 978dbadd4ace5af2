// SPDX-License-Identifier: Apache-2.0
#include "converge/providers/tree.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dfriends::converge {

namespace {

constexpr std::size_t most_entries = 100'000;
constexpr int deepest_tree = 100;
constexpr std::size_t most_shown = 20;

/// Owner, group and mode under their own names, for what compares and applies them.
Resource access_of(const Resource& resource, const std::string& prefix)
{
    Resource access;
    access.type = resource.type;
    access.name = resource.name;
    access.position = resource.position;
    for (const char* name : {"owner", "group", "mode"})
        if (const Value* value = find_attribute(resource, prefix + name))
            access.attributes[name] = *value;
    return access;
}

} // namespace

Tree::Tree(const Resource& resource, std::string from, std::string to, Host& host)
    : host_(host), from_(std::move(from)), to_(std::move(to)), overwrites_(flag_or(resource, "overwrite", true)),
      purges_(flag_or(resource, "purge", false)), folders_(access_of(resource, "")),
      files_(access_of(resource, "files_"))
{
    const auto state = host_.find_path(from_);
    if (!state || state->kind != PathState::Kind::directory)
        throw Error(ErrorKind::not_found, "there is no folder '{}' to copy from", from_);
    look_at("", 1);
}

void Tree::look_at(const std::string& below, int depth)
{
    if (depth > deepest_tree)
        throw Error(ErrorKind::invalid, "'{}' has folders more than {} deep", from_, deepest_tree);
    const auto names = host_.list(from_ + below);
    for (const std::string& name : names)
        look_at_entry(below + "/" + name, depth);
    if (purges_)
        look_for_others(below, names);
}

void Tree::look_at_entry(const std::string& path, int depth)
{
    if (++seen_ > most_entries)
        throw Error(ErrorKind::invalid, "'{}' holds more than {} files", from_, most_entries);
    const auto source = host_.find_path(from_ + path);
    const bool is_directory = source && source->kind == PathState::Kind::directory;
    if (!source || (!is_directory && source->kind != PathState::Kind::file))
        throw Error(ErrorKind::invalid, "'{}' is neither a file nor a folder", from_ + path)
            .hint("make links with the resource type link");
    const auto state = host_.find_path(to_ + path);
    const bool fits = state && state->kind == (is_directory ? PathState::Kind::directory : PathState::Kind::file);
    if (state && !fits)
        throw Error(ErrorKind::conflict, "'{}' is no {}", to_ + path, is_directory ? "folder" : "file")
            .hint("move away what stands there");
    if (!state || is_directory || overwrites_) {
        Entry entry{.path = path, .is_directory = is_directory, .makes = !state, .change = {}};
        if (fits && !is_directory && host_.digest(from_ + path) != host_.digest(to_ + path))
            entry.makes = true;
        const auto access = compare_access(is_directory ? folders_ : files_, state ? &*state : nullptr);
        entry.change = {path.substr(1), "", is_directory ? "folder" : "file"};
        if (state)
            entry.change.from = "differs";
        if (entry.makes || !access.empty())
            entries_.push_back(std::move(entry));
    }
    if (is_directory)
        look_at(path, depth + 1);
}

void Tree::look_for_others(const std::string& below, const std::vector<std::string>& wanted)
{
    if (!host_.find_path(to_ + below))
        return;
    for (const std::string& name : host_.list(to_ + below))
        if (std::ranges::find(wanted, name) == wanted.end())
            surplus_.push_back(below + "/" + name);
}

std::vector<Change> Tree::changes() const
{
    std::vector<Change> changes;
    for (const Entry& entry : entries_)
        changes.push_back(entry.change);
    for (const std::string& path : surplus_)
        changes.push_back({path.substr(1), "there", ""});
    if (changes.size() > most_shown) {
        const std::size_t rest = changes.size() - most_shown;
        changes.resize(most_shown);
        changes.push_back({"further", "", fmt::format("{} more", rest)});
    }
    return changes;
}

void Tree::perform() const
{
    for (const Entry& entry : entries_) {
        const std::string path = to_ + entry.path;
        if (entry.is_directory) {
            if (entry.makes)
                host_.make_directory(path, declared_mode(folders_).value_or(0755), false);
            apply_access(folders_, path, host_);
            continue;
        }
        if (entry.makes) {
            const auto state = host_.find_path(path);
            host_.write(path, host_.read(from_ + entry.path),
                        declared_mode(files_).value_or(state ? state->mode : 0644));
            if (state && host_.is_root())
                host_.set_owner(path, state->owner, state->group);
        }
        apply_access(files_, path, host_);
    }
    for (const std::string& path : surplus_)
        host_.remove(to_ + path, true);
}

} // namespace dfriends::converge
