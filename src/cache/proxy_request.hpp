// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/remap.hpp"
#include "http/url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// What a request to the proxy is about.
struct ProxyRequest {
    enum class Kind {
        usage,  ///< our own page
        report, ///< the page that apt-cacher-ng had; sent on to ours
        tunnel, ///< CONNECT: `url` has host and port
        file,
    };
    Kind kind = Kind::usage;
    http::Url url;                  ///< where the file comes from, path spelt as the client did
    std::string key;                ///< the one canonical name of that URL
    std::vector<http::Url> sources; ///< all places to get it from, the best first
    std::string via;                ///< who handed the request on before us
};

/// Reads a request's method and target: absolute-form, "/HOST/path", "/HTTPS///HOST/path", "/NAME/path" for remapped
/// names, "HOST:PORT" with CONNECT. Throws Error(invalid) for what is hostile or broken, Error(not_found) for a first
/// segment that names nothing.
ProxyRequest map_request(std::string_view method, std::string_view target, const Remap& remap);

/// Scheme, host and port in lower case without defaults, the path decoded and encoded again, '//' and '/./' folded, the
/// query as it is. Throws Error(invalid) for "..", control characters, and hosts that are none.
std::string canonical_key(const http::Url& url);

} // namespace dfriends::cache
