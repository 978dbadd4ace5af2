// SPDX-License-Identifier: Apache-2.0
#include "paas/app_name.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::paas {

namespace {

bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

} // namespace

std::string parse_app_name(std::string_view name)
{
    const auto fits = [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; };
    // Neither a host name nor an image can have these.
    const auto has = [name](std::string_view pair) { return name.find(pair) != name.npos; };
    if (name.empty())
        throw Error(ErrorKind::usage, "Please specify an app to run the command on");
    if (name.size() > 63 || !is_lower_or_digit(name[0]) || !std::ranges::all_of(name, fits) || has("..") || has(".-") ||
        has("-.") || !is_lower_or_digit(name.back()))
        throw Error(ErrorKind::invalid, "App name must begin with lowercase alphanumeric character, and may only "
                                        "contain lowercase alphanumerics, dots, and hyphens");
    return std::string(name);
}

std::vector<std::string> default_domains(const std::string& app, const std::string& domain)
{
    std::vector<std::string> domains;
    if (app.find('.') != app.npos)
        domains.push_back(app);
    if (!domain.empty())
        domains.push_back(app + "." + domain);
    return domains;
}

std::string parse_domain(std::string_view domain)
{
    const std::string lower = to_lower(domain);
    bool good = !lower.empty() && lower.size() <= 253;
    for (const std::string_view label : split(lower, '.'))
        good = good && !label.empty() && label.size() <= 63 && is_lower_or_digit(label.front()) &&
               is_lower_or_digit(label.back()) &&
               std::ranges::all_of(label, [](char c) { return is_lower_or_digit(c) || c == '-'; });
    if (!good)
        throw Error(ErrorKind::invalid, "'{}' is no host name", printable(domain));
    return lower;
}

std::string parse_config_key(std::string_view key)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (key.empty() || key.size() > 256 || (key[0] >= '0' && key[0] <= '9') || !std::ranges::all_of(key, fits))
        throw Error(ErrorKind::invalid, "Invalid key name: '{}'", printable(key));
    return std::string(key);
}

} // namespace dfriends::paas
