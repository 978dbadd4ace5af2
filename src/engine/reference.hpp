// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::engine {

/// An image's name taken apart: "registry.example:5000/a/b:1@sha256:…".
struct Reference {
    std::string registry; ///< "docker.io" where the text names none
    std::string path;     ///< "library/debian"
    std::string tag;      ///< empty where it is not given
    std::string digest;   ///< "sha256:…", or empty

    /// As people write it: without docker.io and library/. The tag is "latest" where neither tag nor digest is given.
    std::string familiar() const;
    /// The name part alone, as people write it: "debian", "registry.example:5000/a/b".
    std::string familiar_name() const;
    bool operator==(const Reference&) const = default;
};

/// Throws Error(invalid) where it is not a reference ("invalid reference format", as docker says).
Reference parse_reference(std::string_view text);

} // namespace dfriends::engine
