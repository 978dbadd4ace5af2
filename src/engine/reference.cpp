// SPDX-License-Identifier: Apache-2.0
#include "engine/reference.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace dfriends::engine {

namespace {

bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_word(char c)
{
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

/// [a-z0-9]+ parts joined by '.', '_', '__' or any number of '-'.
bool is_component(std::string_view text)
{
    std::size_t place = 0;
    for (;;) {
        const std::size_t begin = place;
        while (place < text.size() && is_lower_or_digit(text[place]))
            ++place;
        if (place == begin)
            return false;
        if (place == text.size())
            return true;
        const char separator = text[place];
        std::size_t count = 0;
        while (place < text.size() && text[place] == separator) {
            ++place;
            ++count;
        }
        if (separator != '-' && separator != '.' && separator != '_')
            return false;
        if ((separator == '.' && count > 1) || (separator == '_' && count > 2))
            return false;
    }
}

bool is_tag(std::string_view text)
{
    return !text.empty() && text.size() <= 128 && is_word(text[0]) &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view text)
{
    const auto [algorithm, hexadecimal] = split_once(text, ':');
    return !algorithm.empty() && hexadecimal.size() >= 32 && hexadecimal.size() <= 128 &&
           std::ranges::all_of(algorithm, [](char c) { return is_word(c) || c == '+' || c == '.' || c == '-'; }) &&
           is_hex(hexadecimal);
}

bool is_registry(std::string_view text)
{
    return text.find_first_of(".:") != std::string_view::npos || text == "localhost" || text.starts_with('[') ||
           text != to_lower(text);
}

/// NAME[:PORT] or [ADDRESS][:PORT], as the reference grammar of the distribution specification has it.
bool is_host_and_port(std::string_view text)
{
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view host = text.substr(0, colon);
    if (colon != std::string_view::npos && !parse_unsigned(text.substr(colon + 1)))
        return false;
    if (text.starts_with('['))
        return bracket != std::string_view::npos && bracket + 1 == host.size() &&
               host.substr(1, bracket - 1).find_first_not_of("0123456789abcdefABCDEF:") == std::string_view::npos;
    return !host.empty() && host.front() != '-' && host.front() != '.' &&
           std::ranges::all_of(host, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

[[noreturn]] void refuse(std::string_view text, std::string_view why = {})
{
    throw Error(ErrorKind::invalid, "invalid reference format{}: '{}'", why, printable(text.substr(0, 300)));
}

} // namespace

std::string Reference::familiar_name() const
{
    if (registry != "docker.io")
        return registry + "/" + path;
    return path.starts_with("library/") && path.find('/', 8) == std::string::npos ? path.substr(8) : path;
}

std::string Reference::familiar() const
{
    std::string text = familiar_name();
    if (!tag.empty() || digest.empty())
        text += ":" + (tag.empty() ? "latest" : tag);
    return digest.empty() ? text : text + "@" + digest;
}

Reference parse_reference(std::string_view text)
{
    Reference reference;
    std::string_view rest = text;
    if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
        reference.digest = std::string(rest.substr(at + 1));
        if (!is_digest(reference.digest))
            refuse(text);
        rest = rest.substr(0, at);
    }
    const std::size_t slash = rest.rfind('/');
    if (const std::size_t colon = rest.rfind(':');
        colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        reference.tag = std::string(rest.substr(colon + 1));
        if (!is_tag(reference.tag))
            refuse(text);
        rest = rest.substr(0, colon);
    }
    const auto [first, below] = split_once(rest, '/');
    const bool names_registry = rest.find('/') != std::string_view::npos && is_registry(first);
    reference.registry = names_registry ? std::string(first) : "docker.io";
    if (names_registry && !is_host_and_port(first))
        refuse(text);
    if (reference.registry == "index.docker.io")
        reference.registry = "docker.io";
    reference.path = std::string(names_registry ? below : rest);
    if (reference.path != to_lower(reference.path))
        refuse(text, ": repository name must be lowercase");
    if (reference.path.size() > 255 || !std::ranges::all_of(split(reference.path, '/'), is_component))
        refuse(text);
    if (reference.registry == "docker.io" && reference.path.find('/') == std::string::npos)
        reference.path.insert(0, "library/");
    return reference;
}

} // namespace dfriends::engine
