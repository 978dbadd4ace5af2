// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/cache_store.hpp"
#include "cache/fetch.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace dfriends::cache {

/// How a request was answered: X-Cache and the access log say so.
enum class Verdict {
    hit,    ///< from the store
    miss,   ///< fetched for this request
    join,   ///< from a fetch that another request began
    stale,  ///< from the store because upstream could not be asked
    pass,   ///< through, not kept
    tunnel, ///< CONNECT
    local,  ///< our own pages
    error,
};

/// apt's way to say that the user wants upstream asked; "max-age=0" it sends with every index.
bool wants_check(const http::Request& request);
/// The proxies that a request came through, as one list. Throws Error(invalid) where there are too many.
std::string via_of(const http::Headers& headers);
/// What is answered to credentials may not be shared between clients.
bool has_credentials(const http::Request& request);

/// "HIT", "MISS", …
std::string_view name(Verdict verdict);

/// What clients are told about content.
struct Representation {
    std::string content_type = "application/octet-stream";
    std::string last_modified; ///< an HTTP date that was checked, or empty
};

/// Content from the store: 200, 206, 304 or 416 as the request's conditions and range ask. `ranges`: false answers a
/// range with the whole, for clients whose part may come from bytes that were taken back.
http::Response answer_blob(const http::Request& request, const BlobPointer& blob, const Representation& about,
                           Verdict verdict, bool ranges = true);

/// Content that is on its way.
http::Response answer_fill(const http::Request& request, const FillPointer& fill, const Representation& about,
                           Verdict verdict, bool ranges = true);

/// A failure that apt takes for final. Transient-looking codes (5xx, 429) with a body make `apt-get update` end with 0
/// and empty lists; without a body it ends with 100 at once.
http::Response hard_error(int status);

/// Last-Modified of an upstream's answer where it is a date at all: apt fails on others.
std::string date_of(const http::Headers& head);
/// Content-Type of an upstream's answer, or what the name says.
std::string type_of(const http::Headers& head, std::string_view key);

/// The Content-Type for a name that no upstream gave one for.
std::string content_type_of(std::string_view key);

} // namespace dfriends::cache
