// SPDX-License-Identifier: Apache-2.0
#include "cache/freshness.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace dfriends::cache {

namespace {

constexpr std::int64_t an_hour = 3600;
constexpr std::int64_t a_day = 24 * 3600;
constexpr std::array<std::string_view, 3> packages = {".deb", ".udeb", ".ddeb"};
constexpr std::array<std::string_view, 8> solid = {".dsc",     ".tar.gz",  ".tar.xz", ".tar.bz2",
                                                   ".tar.zst", ".diff.gz", ".apk",    ".rpm"};

bool has_suffix(std::string_view key, auto suffixes)
{
    const auto path = key.substr(0, key.find('?'));
    return std::ranges::any_of(suffixes, [path](std::string_view suffix) { return path.ends_with(suffix); });
}

std::optional<std::int64_t> directive(const http::Headers& head, std::string_view name)
{
    for (const auto part : split(head.get("Cache-Control"), ',')) {
        const auto [found, value] = split_once(trim(part), '=');
        if (equal_ignoring_case(found, name))
            return static_cast<std::int64_t>(std::min<std::uint64_t>(parse_unsigned(value).value_or(0), a_day));
    }
    return std::nullopt;
}

} // namespace

bool is_storable(const http::Headers& head)
{
    return !directive(head, "no-store") && !directive(head, "private") && !head.has("Set-Cookie") &&
           trim(head.get("Vary")) != "*";
}

std::int64_t fresh_seconds(std::string_view key, const http::Headers& head)
{
    if (directive(head, "no-cache"))
        return 0;
    for (const auto* name : {"s-maxage", "max-age"})
        if (const auto age = directive(head, name))
            return *age;
    return has_suffix(key, packages) || has_suffix(key, solid) ? an_hour : 0;
}

bool is_strong_date(std::string_view last_modified, TimePoint answered)
{
    const auto date = parse_http_date(last_modified);
    return date && answered - *date >= std::chrono::seconds(60);
}

bool is_plausible(std::string_view key, std::string_view first_bytes)
{
    return !has_suffix(key, packages) || first_bytes.starts_with("!<arch>\n");
}

} // namespace dfriends::cache
