// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// What the RUN lines of a Dockerfile install with apt.
struct DockerfilePackages {
    struct Install {
        std::string image; ///< what the stage is made from in the end, as FROM names it
        bool recommends = true;
        std::vector<std::string> packages;
    };
    std::vector<Install> installs;  ///< one for each command
    std::vector<std::string> notes; ///< what could not be read, with its line: variables, local files
};

constexpr std::size_t dockerfile_limit = 1U << 20U;

/// Reads one without running anything: continuations, comments, here-documents, the exec form, and the shell's quotes
/// and separators. What stands in variables is not known and noted. Throws Error(invalid) above 1 MiB and for more than
/// 10,000 packages.
DockerfilePackages read_dockerfile(std::string_view text);

} // namespace dfriends::cache
