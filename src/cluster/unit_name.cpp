// SPDX-License-Identifier: Apache-2.0
#include "cluster/unit_name.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace dfriends::cluster {

namespace {

constexpr std::size_t longest_name = 256;

constexpr std::array<std::string_view, 13> types{"automount", "busname", "device", "mount",    "path",
                                                 "scope",     "service", "slice",  "snapshot", "socket",
                                                 "swap",      "target",  "timer"};
constexpr std::array<std::string_view, 5> template_types{"path", "service", "socket", "target", "timer"};
/// A typed name that ends in one of these is taken as it is.
constexpr std::array<std::string_view, 7> typed_types{"service", "socket", "timer",    "path",
                                                      "device",  "mount",  "automount"};

bool is_allowed(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view why)
{
    throw Error(ErrorKind::invalid, "{}", why).hint("unit names look like 'web.service' or 'web@1.service'");
}

void check_characters(std::string_view stem)
{
    const auto bad = std::ranges::find_if_not(stem, is_allowed);
    if (bad != stem.end())
        refuse(fmt::format("invalid character '{}' in unit name", printable(std::string_view(&*bad, 1))));
    if (stem.starts_with('@'))
        refuse("unit name cannot start in \"@\"");
}

} // namespace

std::string UnitName::template_name() const
{
    return has_at ? prefix + "@." + type : std::string();
}

std::string_view UnitName::last_dash_part() const
{
    const std::string_view text = prefix;
    return text.substr(text.rfind('-') + 1); // npos + 1 is 0
}

UnitName parse_unit_name(std::string_view name)
{
    if (name.empty())
        refuse("unit name cannot be empty");
    if (name.size() > longest_name)
        refuse(fmt::format("unit name exceeds maximum length ({})", longest_name));
    const auto dot = name.rfind('.');
    if (dot == name.npos)
        refuse("unit name must contain \".\"");
    if (dot + 1 == name.size())
        refuse("unit name cannot end in \".\"");
    const std::string_view type = name.substr(dot + 1);
    if (std::ranges::find(types, type) == types.end())
        refuse(fmt::format("invalid unit type: \"{}\"", printable(type)));
    const std::string_view stem = name.substr(0, dot);
    const auto at = stem.find('@');
    if (at != stem.npos && std::ranges::find(template_types, type) == template_types.end())
        refuse(fmt::format("invalid unit type for template: \"{}\"", type));
    check_characters(stem);
    if (stem.empty())
        refuse("unit name cannot start in \".\"");
    UnitName parts{.full = std::string(name), .name = std::string(stem), .type = std::string(type)};
    parts.has_at = at != stem.npos;
    parts.prefix = stem.substr(0, at);
    if (parts.has_at)
        parts.instance = stem.substr(at + 1);
    return parts;
}

std::string normalise_unit_name(std::string_view typed)
{
    const std::string_view base = typed.substr(typed.rfind('/') + 1); // npos + 1 is 0
    for (const std::string_view type : typed_types)
        if (base.size() > type.size() && base.ends_with(type) && base[base.size() - type.size() - 1] == '.')
            return std::string(base);
    return std::string(base) + ".service";
}

std::string unescape_unit_name(std::string_view escaped)
{
    std::string text;
    for (std::size_t i = 0; i < escaped.size(); ++i) {
        const auto byte = escaped.substr(i, 2) == "\\x" ? decode_hex(escaped.substr(i + 2, 2)) : std::nullopt;
        if (byte && byte->size() == 1) {
            text += *byte;
            i += 3;
        } else {
            text += escaped[i] == '-' ? '/' : escaped[i];
        }
    }
    return text;
}

} // namespace dfriends::cluster
