// SPDX-License-Identifier: Apache-2.0
#include "paas/stack/apt_sources.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dfriends::paas {

namespace {

constexpr std::uint64_t largest_file = 1U << 20U;

bool holds(const std::vector<std::string_view>& list, std::string_view word)
{
    return std::ranges::find(list, word) != list.end();
}

/// A stanza's fields by lower-case name, continuation lines joined.
using Stanza = std::map<std::string, std::string>;

void add_stanza(const Stanza& stanza, std::vector<AptSource>& sources)
{
    const auto field = [&](const char* name) {
        const auto found = stanza.find(name);
        return words(found == stanza.end() ? std::string_view() : std::string_view(found->second));
    };
    if (!holds(field("types"), "deb") || !holds(field("components"), "main") || holds(field("enabled"), "no"))
        return;
    const auto suites = field("suites");
    for (const std::string_view url : field("uris"))
        sources.push_back({without_slash(url), {suites.begin(), suites.end()}});
}

std::vector<AptSource> read_sources(const os::Path& folder)
{
    std::vector<AptSource> sources;
    const auto append = [&](std::vector<AptSource> found) { std::ranges::move(found, std::back_inserter(sources)); };
    append(parse_sources_list(os::find_file(folder / "sources.list", largest_file).value_or("")));
    std::vector<os::Path> files;
    std::error_code code;
    for (std::filesystem::directory_iterator it(folder / "sources.list.d", code), end; !code && it != end;
         it.increment(code))
        files.push_back(it->path());
    std::ranges::sort(files);
    for (const os::Path& file : files) {
        if (file.extension() == ".list")
            append(parse_sources_list(os::find_file(file, largest_file).value_or("")));
        else if (file.extension() == ".sources")
            append(parse_deb822_sources(os::find_file(file, largest_file).value_or("")));
    }
    std::erase_if(sources, [](const AptSource& source) { return !http::find_url(source.url); }); // "mirror:", "cdrom:"
    return sources;
}

} // namespace

std::string without_slash(std::string_view url)
{
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return std::string(url);
}

std::vector<AptSource> parse_sources_list(std::string_view text)
{
    std::vector<AptSource> sources;
    for (std::string_view line : lines(text)) {
        line = trim(line.substr(0, line.find('#')));
        if (!line.starts_with("deb ") && !line.starts_with("deb\t"))
            continue;
        line = trim(line.substr(4));
        if (line.starts_with('['))
            line = line.find(']') == line.npos ? std::string_view() : trim(line.substr(line.find(']') + 1));
        const auto parts = words(line);
        if (parts.size() >= 3 && holds({parts.begin() + 2, parts.end()}, "main"))
            sources.push_back({without_slash(parts[0]), {std::string(parts[1])}});
    }
    return sources;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text)
{
    std::vector<AptSource> sources;
    Stanza stanza;
    std::string name;
    for (const std::string_view line : lines(text)) {
        if (line.starts_with('#'))
            continue;
        if (trim(line).empty()) {
            add_stanza(std::exchange(stanza, {}), sources);
        } else if (line.starts_with(' ') || line.starts_with('\t')) {
            stanza[name] += " " + std::string(trim(line));
        } else {
            const auto [field, value] = split_once(line, ':');
            name = to_lower(field);
            stanza[name] = trim(value);
        }
    }
    add_stanza(stanza, sources);
    return sources;
}

std::optional<std::string> find_mirror(const os::Path& folder, std::string_view suite)
{
    const auto sources = read_sources(folder);
    for (const AptSource& source : sources)
        if (std::ranges::find(source.suites, suite) != source.suites.end())
            return source.url;
    for (const AptSource& source : sources)
        if (source.url.ends_with("/debian"))
            return source.url;
    return std::nullopt;
}

} // namespace dfriends::paas
