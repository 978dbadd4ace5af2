// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crypto/hash.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dfriends::debian {

/// What an index says of a file: its size and its digests in lower-case hexadecimal digits, the strongest algorithm
/// last.
struct Expected {
    std::optional<std::uint64_t> size;
    std::map<crypto::Algorithm, std::string> digests;

    bool is_known() const { return !digests.empty(); }
    crypto::Algorithm algorithm() const { return digests.rbegin()->first; }
    const std::string& digest() const { return digests.rbegin()->second; }
    /// The name of the content in the store, where the index gives it.
    std::optional<std::string> sha256() const
    {
        const auto found = digests.find(crypto::Algorithm::sha256);
        return found == digests.end() ? std::nullopt : std::optional(found->second);
    }
    /// "sha512:<hex>": what fills are joined by, and the alias of content that no SHA-256 names.
    std::string name() const { return std::string(crypto::name(algorithm())) + ":" + digest(); }
};

} // namespace dfriends::debian
