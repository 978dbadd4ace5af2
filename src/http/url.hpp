// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::http {

/// An absolute http or https URL, taken apart (RFC 3986).
struct Url {
    std::string scheme;     ///< lower case
    std::string user_info;  ///< as written; empty where there is none
    std::string host;       ///< lower case, without brackets
    std::uint16_t port = 0; ///< the scheme's default where it is not given
    std::string target;     ///< path and query as written; at least "/"

    bool has_default_port() const;
    std::string authority() const; ///< host, and port where it is not the default; as in Host
    std::string text() const;
};

/// Nothing where it is not an absolute URL of http or https, or holds blanks or control characters.
std::optional<Url> find_url(std::string_view text);
/// Throws Error(invalid) that shows the text.
Url parse_url(std::string_view text);
/// A Location header's value against the URL that answered.
std::optional<Url> resolve_reference(const Url& base, std::string_view reference);

/// The decoded pairs of "a=1&b=2"; '+' means a blank there. Broken percent signs stay as they are.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);
std::optional<std::string> find_query(std::string_view query, std::string_view name);

} // namespace dfriends::http
