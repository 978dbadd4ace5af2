// SPDX-License-Identifier: Apache-2.0
#include "cache/freshness.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unistd.h>

namespace dfriends::cache {

namespace {

constexpr std::int64_t an_hour = 3600;
constexpr std::int64_t a_day = 24 * 3600;
constexpr std::array<std::string_view, 3> packages = {".deb", ".udeb", ".ddeb"};
constexpr std::array<std::string_view, 8> solid = {".dsc",     ".tar.gz",  ".tar.xz", ".tar.bz2",
                                                   ".tar.zst", ".diff.gz", ".apk",    ".rpm"};
/// Debian puts the version into a source's name behind '_'; APKINDEX.tar.gz and main.tar.gz are other files every day.
bool has_version(std::string_view key)
{
    const auto path = key.substr(0, key.find('?'));
    return path.find(".tar.") == path.npos || path.find('_', path.rfind('/')) != path.npos;
}

bool has_suffix(std::string_view key, auto suffixes)
{
    const auto path = key.substr(0, key.find('?'));
    return std::ranges::any_of(suffixes, [path](std::string_view suffix) { return path.ends_with(suffix); });
}

constexpr std::string_view archive_magic = "!<arch>\n";

std::string read_at(int descriptor, std::uint64_t offset, std::size_t length)
{
    std::string text(length, '\0');
    const auto count = ::pread(descriptor, text.data(), length, static_cast<off_t>(offset));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

/// A Debian package is an ar archive of few members; each one's header says where the next begins.
bool is_whole_archive(int descriptor, std::uint64_t size)
{
    constexpr std::size_t header_size = 60;
    constexpr int most_members = 100;
    std::uint64_t offset = archive_magic.size();
    for (int i = 0; i < most_members && offset < size; ++i) {
        const auto header = read_at(descriptor, offset, header_size);
        if (header.size() != header_size || !header.ends_with("`\n"))
            return false;
        const auto length = parse_unsigned(trim(std::string_view(header).substr(48, 10)));
        if (!length)
            return false;
        offset += header_size + *length + (*length & 1U);
    }
    return offset == size;
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
    return has_suffix(key, packages) || (has_suffix(key, solid) && has_version(key)) ? an_hour : 0;
}

bool is_strong_date(std::string_view last_modified, TimePoint answered)
{
    const auto date = parse_http_date(last_modified);
    return date && answered - *date >= std::chrono::seconds(60);
}

bool is_plausible(std::string_view key, const http::Headers& head, int descriptor, std::uint64_t size)
{
    if (!has_suffix(key, packages) && !has_suffix(key, solid))
        return true;
    const auto start = read_at(descriptor, 0, 64);
    if (to_lower(head.get("Content-Type")).starts_with("text/html") || trim(start).starts_with('<'))
        return false;
    return !has_suffix(key, packages) || !start.starts_with(archive_magic) || is_whole_archive(descriptor, size);
}

} // namespace dfriends::cache
