// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::cache {

/// A request below /v2/ (OCI distribution specification), taken apart.
struct RegistryRequest {
    enum class Kind {
        base,     ///< /v2/: is there a registry
        blob,     ///< content by digest
        manifest, ///< likewise, with a type of its own
        tag,      ///< a manifest by a name that may move
        listing,  ///< tags and referrers
        refused,  ///< `reference` is the code of the error
    };
    Kind kind = Kind::base;
    std::string name;      ///< of the repository
    std::string reference; ///< the tag, or the digest's hexadecimal digits
    std::string target;    ///< what the registry is asked for
};

bool is_registry_target(std::string_view target);

/// Reads the path and the query of a target that is one. What containerd adds ("?ns=") is dropped.
RegistryRequest parse_registry_request(std::string_view target);

/// The digits of "sha256:<64 hexadecimal digits>"; empty where it is anything else.
std::string_view sha256_of_digest(std::string_view digest);

} // namespace dfriends::cache
