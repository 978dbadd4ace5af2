// SPDX-License-Identifier: Apache-2.0
#include "http/url.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::http {

namespace {

constexpr std::size_t longest = 64 * 1024;

std::uint16_t default_port(std::string_view scheme)
{
    return scheme == "https" ? 443 : 80;
}

bool is_plain(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

bool is_host(std::string_view host)
{
    if (host.empty() || host.size() > 253)
        return false;
    return std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
    });
}

/// "host", "host:80", "[::1]:80" into the URL; false where it is neither.
bool take_authority(std::string_view authority, Url& url)
{
    const auto at = authority.rfind('@');
    if (at != authority.npos) {
        url.user_info = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    std::string_view host = authority, port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == authority.npos)
            return false;
        host = authority.substr(1, end - 1);
        const std::string_view rest = authority.substr(end + 1);
        has_port = rest.starts_with(':');
        if (!rest.empty() && !has_port)
            return false;
        port = has_port ? rest.substr(1) : rest;
    } else if (const auto colon = authority.find(':'); colon != authority.npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon + 1);
        has_port = true;
        if (host.find(':') != host.npos)
            return false;
    }
    url.host = to_lower(host);
    url.port = default_port(url.scheme);
    if (has_port && !port.empty()) {
        const auto number = parse_unsigned(port);
        if (!number || *number == 0 || *number > 65535)
            return false;
        url.port = static_cast<std::uint16_t>(*number);
    }
    return is_host(url.host);
}

std::string remove_dot_segments(std::string_view path)
{
    std::vector<std::string_view> kept;
    const auto parts = split(path.substr(1), '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        if (parts[i] == "." || parts[i] == "..") {
            if (parts[i] == ".." && !kept.empty())
                kept.pop_back();
            if (last)
                kept.emplace_back();
        } else {
            kept.push_back(parts[i]);
        }
    }
    std::string result;
    for (const std::string_view part : kept)
        result.append("/").append(part);
    return result.empty() ? "/" : result;
}

} // namespace

bool Url::has_default_port() const
{
    return port == default_port(scheme);
}

std::string Url::authority() const
{
    const std::string name = host.find(':') == host.npos ? host : "[" + host + "]";
    return has_default_port() ? name : fmt::format("{}:{}", name, port);
}

std::string Url::text() const
{
    return fmt::format("{}://{}{}", scheme, authority(), target);
}

std::optional<Url> find_url(std::string_view text)
{
    Url url;
    const auto scheme_end = text.find("://");
    if (scheme_end == text.npos || text.size() > longest || !is_plain(text))
        return std::nullopt;
    url.scheme = to_lower(text.substr(0, scheme_end));
    if (url.scheme != "http" && url.scheme != "https")
        return std::nullopt;
    text = text.substr(scheme_end + 3);
    text = text.substr(0, text.find('#'));
    const auto authority_end = std::min(text.find_first_of("/?"), text.size());
    if (!take_authority(text.substr(0, authority_end), url))
        return std::nullopt;
    url.target = text.substr(authority_end);
    if (!url.target.starts_with('/'))
        url.target.insert(0, "/");
    return url;
}

Url parse_url(std::string_view text)
{
    if (auto url = find_url(text))
        return std::move(*url);
    throw Error(ErrorKind::invalid, "'{}' is no http or https URL", printable(text.substr(0, 200)));
}

std::optional<Url> resolve_reference(const Url& base, std::string_view reference)
{
    if (reference.find("://") != reference.npos && reference.find("://") < reference.find_first_of("/?#"))
        return find_url(reference);
    if (reference.starts_with("//"))
        return find_url(base.scheme + ":" + std::string(reference));
    if (!is_plain(reference) || reference.size() > longest)
        return std::nullopt;
    Url url = base;
    reference = reference.substr(0, reference.find('#'));
    if (reference.empty())
        return url;
    const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
    const auto [path, query] = split_once(reference, '?');
    const bool has_query = path.size() != reference.size();
    std::string target;
    if (path.empty())
        target = base_path;
    else if (path.starts_with('/'))
        target = remove_dot_segments(path);
    else
        target = remove_dot_segments(std::string(base_path.substr(0, base_path.rfind('/') + 1)) + std::string(path));
    url.target = has_query ? target + "?" + std::string(query) : target;
    return url;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query)
{
    const auto decode = [](std::string_view text) {
        std::string copy(text);
        std::ranges::replace(copy, '+', ' ');
        return decode_percent(copy).value_or(copy);
    };
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string_view part : split(query, '&')) {
        if (part.empty())
            continue;
        const auto [name, value] = split_once(part, '=');
        pairs.emplace_back(decode(name), decode(value));
    }
    return pairs;
}

std::optional<std::string> find_query(std::string_view query, std::string_view name)
{
    for (auto& [key, value] : parse_query(query))
        if (key == name)
            return std::move(value);
    return std::nullopt;
}

} // namespace dfriends::http
