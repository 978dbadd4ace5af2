// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge {

/// A file of a server, by its http or https URL, and further header fields of the request.
struct WebFile {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// What its server says of it; empty where it does not say.
struct WebFacts {
    std::optional<std::uint64_t> size;
    std::string etag;
    std::optional<std::int64_t> modified; ///< seconds since 1970
};

/// The servers that files are fetched from. Redirects are followed, but not from https to http.
class Web {
  public:
    virtual ~Web() = default;
    /// Asks for the head alone. A server that does not answer such a request says nothing of the file.
    virtual WebFacts ask(const WebFile& file) = 0;
    /// Hands the content over piece by piece. One that is cut short is Error(unavailable), one that is not there
    /// Error(not_found).
    virtual WebFacts fetch(const WebFile& file, const std::function<void(std::string_view)>& on_bytes) = 0;
};

/// Throws Error(invalid) where it is no URL of http or https.
void check_web_url(const std::string& url);

/// Without a user and a password: as it may be told.
std::string shown_url(const std::string& url);

} // namespace dfriends::converge
