// SPDX-License-Identifier: Apache-2.0
#include "cache/registry_request.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/cache_store.hpp"

#include <algorithm>

namespace dfriends::cache {

namespace {

constexpr std::string_view registry_root = "/v2/";
constexpr std::size_t longest_repository = 255;
constexpr std::size_t longest_tag = 128;
constexpr std::size_t longest_query = 2048;

using Kind = RegistryRequest::Kind;

bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// What may stand between two runs of letters and digits: one dot, one or two underscores, any number of hyphens.
bool is_separator(std::string_view text)
{
    return text == "." || text == "_" || text == "__" ||
           (!text.empty() && text.find_first_not_of('-') == std::string_view::npos);
}

bool is_repository_component(std::string_view text)
{
    if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back()))
        return false;
    for (std::size_t i = 0; i < text.size();) {
        if (is_lower_or_digit(text[i])) {
            ++i;
            continue;
        }
        const auto start = i;
        while (!is_lower_or_digit(text[i]))
            ++i;
        if (!is_separator(text.substr(start, i - start)))
            return false;
    }
    return true;
}

bool is_repository(std::string_view name)
{
    return name.size() <= longest_repository && std::ranges::all_of(split(name, '/'), is_repository_component);
}

bool is_tag(std::string_view text)
{
    const auto is_word = [](unsigned char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && text.size() <= longest_tag && is_word(static_cast<unsigned char>(text.front())) &&
           std::ranges::all_of(text, [&](unsigned char c) { return is_word(c) || c == '.' || c == '-'; });
}

RegistryRequest refused_request(std::string_view code)
{
    RegistryRequest asked;
    asked.kind = Kind::refused;
    asked.reference = code;
    return asked;
}

/// The query without what names the registry: this cache stands for one.
std::string kept_query(std::string_view query)
{
    std::string kept;
    for (const auto part : split(query, '&'))
        if (!part.empty() && split_once(part, '=').first != "ns")
            kept.append(kept.empty() ? "?" : "&").append(part);
    return kept;
}

RegistryRequest content_request(std::string name, std::string_view folder, std::string_view reference)
{
    RegistryRequest asked;
    asked.name = std::move(name);
    asked.target = fmt::format("/v2/{}/{}/{}", asked.name, folder, reference);
    const auto sha256 = sha256_of_digest(reference);
    if (!sha256.empty())
        asked.kind = folder == "blobs" ? Kind::blob : Kind::manifest;
    else if (folder == "blobs" || reference.find(':') != std::string_view::npos)
        return refused_request("DIGEST_INVALID");
    else if (!is_tag(reference))
        return refused_request("TAG_INVALID");
    else
        asked.kind = Kind::tag;
    asked.reference = sha256.empty() ? reference : sha256;
    return asked;
}

RegistryRequest listing_request(std::string name, std::string_view folder, std::string_view last,
                                std::string_view query)
{
    if (folder == "referrers" && sha256_of_digest(last).empty())
        return refused_request("DIGEST_INVALID");
    if (query.size() > longest_query)
        return refused_request("UNSUPPORTED");
    RegistryRequest asked;
    asked.kind = Kind::listing;
    asked.name = std::move(name);
    asked.target = fmt::format("/v2/{}/{}/{}{}", asked.name, folder, last, kept_query(query));
    return asked;
}

} // namespace

bool is_registry_target(std::string_view target)
{
    return target.substr(0, target.find('?')) == "/v2" || target.starts_with(registry_root);
}

std::string_view sha256_of_digest(std::string_view digest)
{
    constexpr std::string_view algorithm = "sha256:";
    if (!digest.starts_with(algorithm) || !is_sha256(digest.substr(algorithm.size())))
        return {};
    return digest.substr(algorithm.size());
}

RegistryRequest parse_registry_request(std::string_view target)
{
    const auto [raw, query] = split_once(target.substr(0, target.find('#')), '?');
    const auto path = decode_percent(raw);
    if (!path)
        return refused_request("NAME_INVALID");
    if (path->size() <= registry_root.size()) {
        RegistryRequest asked;
        asked.target = registry_root;
        return asked;
    }
    // A repository's name may hold "blobs" and "manifests" itself, so the path is read from its end.
    const auto rest = std::string_view(*path).substr(registry_root.size());
    const auto last = rest.rfind('/');
    const auto middle = last == std::string_view::npos || last == 0 ? last : rest.rfind('/', last - 1);
    if (last == std::string_view::npos || last == 0 || middle == std::string_view::npos)
        return refused_request("UNSUPPORTED");
    const auto name = rest.substr(0, middle);
    const auto folder = rest.substr(middle + 1, last - middle - 1);
    const auto reference = rest.substr(last + 1);
    const bool is_listing = folder == "referrers" || (folder == "tags" && reference == "list");
    if (!is_listing && folder != "blobs" && folder != "manifests")
        return refused_request("UNSUPPORTED");
    if (!is_repository(name))
        return refused_request("NAME_INVALID");
    return is_listing ? listing_request(std::string(name), folder, reference, query)
                      : content_request(std::string(name), folder, reference);
}

} // namespace dfriends::cache
