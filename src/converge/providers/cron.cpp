// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/providers/kept_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace dfriends::converge {

namespace {

/// Each job has a file of its own, so that nobody else's lines are touched.
constexpr auto cron_folder = "/etc/cron.d/";

std::string heading_of(const Resource& resource)
{
    return "# cron[" + printable(text_or_name(resource, "job")) + "], kept by dfriends converge\n";
}

/// cron knows the first three letters of days and months.
std::string short_word(const std::string& value)
{
    const bool is_word = std::ranges::all_of(value, [](unsigned char c) { return std::isalpha(c) != 0; });
    return is_word ? to_lower(value.substr(0, 3)) : value;
}

/// A column of a crontab: numbers, ranges, steps and names.
std::string column_of(const Resource& resource, const char* attribute)
{
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*,/-";
    auto values = list_of(resource, attribute);
    std::ranges::transform(values, values.begin(), short_word);
    const std::string column = values.empty() ? "*" : join(values, ",");
    if (column.empty() || column.find_first_not_of(safe) != std::string::npos)
        throw Error(ErrorKind::invalid, find_attribute(resource, attribute)->position, "'{}' cannot be '{}'", attribute,
                    printable(column))
            .hint("numbers, *, a-b, a,b and */n are understood");
    return column;
}

std::string moment_of(const Resource& resource)
{
    static constexpr std::array<std::string_view, 8> words{"annually", "daily",  "hourly", "midnight",
                                                           "monthly",  "reboot", "weekly", "yearly"};
    if (const auto special = find_text(resource, "special")) {
        if (std::ranges::find(words, *special) == words.end())
            throw Error(ErrorKind::invalid, find_attribute(resource, "special")->position, "'special' cannot be '{}'",
                        printable(*special))
                .hint("reboot, hourly, daily, midnight, weekly, monthly, yearly or annually");
        return "@" + *special;
    }
    return fmt::format("{} {} {} {} {}", column_of(resource, "minute"), column_of(resource, "hour"),
                       column_of(resource, "day"), column_of(resource, "month"), column_of(resource, "weekday"));
}

std::string content_of(const Resource& resource)
{
    const auto command = find_text(resource, "command");
    if (!command)
        throw Error(ErrorKind::invalid, resource.position, "'{}' wants 'command'", address(resource));
    check_line(resource, "command", *command);
    const std::string user = text_or(resource, "user", "root");
    if (user.empty() || user.find_first_of(" \t\n\r#") != std::string::npos)
        throw Error(ErrorKind::invalid, resource.position, "'{}' is no name of a user", printable(user));
    std::string content = heading_of(resource);
    for (const std::string& pair : list_of(resource, "environment")) {
        check_line(resource, "environment", pair);
        if (pair.find('=') == std::string::npos)
            throw Error(ErrorKind::invalid, find_attribute(resource, "environment")->position,
                        "'{}' is no NAME=value pair", printable(pair));
        content += pair + "\n";
    }
    return content + fmt::format("{} {} {}\n", moment_of(resource), user, *command);
}

} // namespace

Step examine_cron(const Resource& resource, const std::string& action, Scene& scene)
{
    Host& host = scene.host;
    const std::string path = cron_folder + file_word(text_or_name(resource, "job"));
    const auto state = host.find_path(path);
    if (state && (state->kind != PathState::Kind::file || !host.read(path).starts_with(heading_of(resource))))
        throw Error(ErrorKind::conflict, "'{}' was made by somebody else", path)
            .hint("give the job another name, or move that file away");
    return action == "delete" ? drop_file(host, path) : keep_file(host, path, content_of(resource));
}

} // namespace dfriends::converge
