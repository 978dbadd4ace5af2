// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dfriends::converge {

namespace {

constexpr auto fstab_path = "/etc/fstab";
constexpr auto mounts_path = "/proc/self/mounts";

/// Blanks in a column of fstab are octal.
std::string column(std::string_view text)
{
    std::string out = replace_all(text, "\\", "\\134");
    out = replace_all(out, " ", "\\040");
    return replace_all(out, "\t", "\\011");
}

/// Where the line says that something is mounted.
bool is_for(std::string_view line, const std::string& place)
{
    const auto columns = words(line);
    return columns.size() > 1 && !columns[0].starts_with('#') && columns[1] == column(place);
}

struct FileSystem {
    std::string place;
    std::string device;
    std::string type;
    std::string options;
    std::string line; ///< of fstab
};

FileSystem declared_file_system(const Resource& resource, bool wants_device)
{
    FileSystem found{.place = text_or_name(resource, "path"),
                     .device = text_or(resource, "device", ""),
                     .type = text_or(resource, "fstype", "auto"),
                     .options = join(list_of(resource, "options"), ","),
                     .line = {}};
    while (found.place.size() > 1 && found.place.ends_with('/'))
        found.place.pop_back();
    if (!found.place.starts_with('/'))
        throw Error(ErrorKind::invalid, resource.position, "the mount point '{}' does not begin with /",
                    printable(found.place));
    if (found.options.empty())
        found.options = "defaults";
    for (const std::string* text : {&found.place, &found.device, &found.type, &found.options})
        if (text->starts_with('-') || printable(*text) != *text)
            throw Error(ErrorKind::invalid, resource.position, "'{}' cannot be a part of '{}'", printable(*text),
                        address(resource));
    if (wants_device && found.device.empty())
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants 'device'", address(resource));
    found.line = fmt::format("{} {} {} {} {} {}", column(found.device), column(found.place), column(found.type),
                             column(found.options), find_number(resource, "dump").value_or(0),
                             find_number(resource, "pass").value_or(0));
    return found;
}

bool is_mounted(const std::string& place, Host& host)
{
    const std::string mounts = host.read(mounts_path);
    return std::ranges::any_of(lines(mounts), [&](std::string_view line) { return is_for(line, place); });
}

/// fstab with the line, or without one for that place; all others as they are.
std::string changed_fstab(std::string_view before, const FileSystem& system, bool keeps)
{
    std::string after;
    for (const std::string_view line : lines(before)) {
        if (!is_for(line, system.place))
            after += std::string(line) + "\n";
        else if (std::exchange(keeps, false))
            after += system.line + "\n";
    }
    return keeps ? after + system.line + "\n" : after;
}

Step change_fstab(const FileSystem& system, bool keeps, Host& host)
{
    const auto state = host.find_path(fstab_path);
    const std::string before = state ? host.read(fstab_path) : "";
    std::string is_there;
    for (const std::string_view line : lines(before))
        if (is_for(line, system.place)) {
            const auto columns = words(line);
            is_there = join({columns.begin(), columns.end()}, " ");
        }
    const std::string wanted = keeps ? system.line : "";
    if (is_there == wanted)
        return {};
    return {.effect = is_there.empty() ? Effect::create
                      : keeps          ? Effect::update
                                       : Effect::remove,
            .changes = {{"fstab", is_there, wanted}},
            .perform = [&host, after = changed_fstab(before, system, keeps), mode = state ? state->mode : 0644U] {
                host.write(fstab_path, after, mode);
            }};
}

os::Command mount_command(const FileSystem& system)
{
    return tool_command({"mount", "-t", system.type, "-o", system.options, "--", system.device, system.place});
}

} // namespace

Step examine_mount(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const FileSystem system = declared_file_system(resource, action == "mount" || action == "enable");
    if (action == "enable" || action == "disable")
        return change_fstab(system, action == "enable", host);
    const bool mounted = is_mounted(system.place, host);
    if (action == "mount" && !mounted)
        return {.effect = Effect::update,
                .changes = {{"mounted", "no", "yes"}},
                .perform = [&host, command = mount_command(system)] { run_or_fail(host, command); }};
    if (action == "unmount" && mounted)
        return {.effect = Effect::update,
                .changes = {{"mounted", "yes", "no"}},
                .perform = [&host, place = system.place] { run_or_fail(host, tool_command({"umount", "--", place})); }};
    if (action == "remount" && mounted)
        return {.effect = Effect::act,
                .changes = {{"options", "", system.options}},
                .perform = [&host, command = tool_command({"mount", "-o", "remount," + system.options, "--",
                                                           system.place})] { run_or_fail(host, command); }};
    return {};
}

} // namespace dfriends::converge
