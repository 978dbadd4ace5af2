// SPDX-License-Identifier: Apache-2.0
#include "cache/remap.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

bool is_name(std::string_view text)
{
    // A dot or a colon would make it look like a host.
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '+';
    });
}

http::Url mirror(std::string_view text, std::string_view whole)
{
    auto url = http::find_url(text);
    if (!url || url->target.find_first_of("?#") != std::string::npos)
        throw Error(ErrorKind::invalid, "cannot read the remapping '{}': '{}' is not an http or https URL", whole,
                    text);
    if (!url->target.ends_with('/'))
        url->target += '/';
    return *std::move(url);
}

} // namespace

Remap::Remap(const std::vector<std::string>& texts)
{
    for (const auto& text : texts) {
        const auto [name, urls] = split_once(text, '=');
        if (!is_name(name) || urls.empty())
            throw Error(ErrorKind::invalid, "cannot read the remapping '{}'", text)
                .hint("write NAME=URL[,URL...], for example debian=http://mirror.example/debian");
        auto& mirrors = names_[std::string(name)];
        for (const auto url : split(urls, ','))
            mirrors.push_back(mirror(trim(url), text));
    }
}

const std::vector<http::Url>* Remap::find(std::string_view name) const
{
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
}

std::optional<Remap::Match> Remap::match(const http::Url& url) const
{
    for (const auto& [name, mirrors] : names_)
        for (const auto& mirror : mirrors)
            if (url.scheme == mirror.scheme && url.host == mirror.host && url.port == mirror.port &&
                url.target.starts_with(mirror.target))
                return Match{&mirrors, url.target.substr(mirror.target.size())};
    return std::nullopt;
}

http::Url under(const http::Url& mirror, std::string_view rest)
{
    http::Url url = mirror;
    url.target += rest;
    return url;
}

} // namespace dfriends::cache
