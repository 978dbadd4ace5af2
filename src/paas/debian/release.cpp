// SPDX-License-Identifier: Apache-2.0
#include "paas/debian/release.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "paas/debian/packages.hpp"

#include <algorithm>

namespace dfriends::paas::debian {

namespace {

/// The lines between the armour's head and the signature; all of them where the text is not clear-signed.
std::vector<std::string_view> signed_lines(std::string_view text)
{
    std::vector<std::string_view> all = lines(text);
    const auto is_begin = [](std::string_view line) { return trim(line) == "-----BEGIN PGP SIGNED MESSAGE-----"; };
    const auto begin = std::ranges::find_if(all, is_begin);
    if (begin == all.end())
        return all;
    auto from = std::find_if(begin, all.end(), [](std::string_view line) { return trim(line).empty(); });
    std::vector<std::string_view> kept;
    for (; from != all.end() && !from->starts_with("-----"); ++from)
        kept.push_back(from->starts_with("- ") ? from->substr(2) : *from);
    return kept;
}

void read_index(Release& release, std::string_view line)
{
    const auto parts = words(line);
    if (parts.size() != 3 || !is_sha256(parts[0]) || !is_inner_path(parts[2]) || !parts[2].starts_with("main/"))
        return;
    if (const auto size = parse_unsigned(parts[1]))
        release.indices.emplace(parts[2], Release::Index{*size, to_lower(parts[0])});
}

} // namespace

bool is_suite(std::string_view suite)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_' || c == '/';
    };
    return is_inner_path(suite) && suite.size() <= 64 && std::ranges::all_of(suite, fits);
}

Release parse_release(std::string_view text)
{
    Release release;
    bool in_sums = false;
    for (const std::string_view line : signed_lines(text)) {
        if (line.starts_with(' ')) {
            if (in_sums)
                read_index(release, line);
            continue;
        }
        const auto [name, rest] = split_once(line, ':');
        const std::string_view value = trim(rest);
        in_sums = name == "SHA256";
        if (name == "Suite")
            release.suite = value;
        else if (name == "Codename")
            release.codename = value;
        else if (name == "Valid-Until")
            release.valid_until = parse_http_date(value);
        else if (name == "Acquire-By-Hash")
            release.acquire_by_hash = value == "yes";
    }
    if (release.indices.empty())
        throw Error(ErrorKind::invalid, "the mirror's InRelease file lists no index of component main");
    return release;
}

void check_release(const Release& release, std::string_view suite, TimePoint now)
{
    if (release.suite != suite && release.codename != suite)
        throw Error(ErrorKind::invalid, "the mirror's InRelease file is of '{}' ('{}'), not of '{}'",
                    printable(release.codename), printable(release.suite), suite);
    if (release.valid_until && *release.valid_until < now)
        throw Error(ErrorKind::invalid, "the mirror's InRelease file was valid until {}",
                    render_http_date(*release.valid_until))
            .hint("the mirror is stale, or this host's clock is wrong");
}

} // namespace dfriends::paas::debian
