// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::paas {

/// What a build must know of a package.json.
struct NodePackage {
    std::string start;          ///< scripts.start; empty where there is none
    std::string start_directly; ///< the same, where it is "node FILE" and needs no npm around it
    std::string build;          ///< "heroku-postbuild" or "build", where there is such a script
    bool has_dependencies = false;
    bool has_development_dependencies = false;
};

/// Throws Error(invalid) for what is no package.json.
NodePackage decode_node_package(std::string_view text);

} // namespace dfriends::paas
