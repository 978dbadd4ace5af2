// SPDX-License-Identifier: Apache-2.0
// A Dockerfile as somebody wrote it, or did not.
#include "base/error.hpp"
#include "cache/dockerfile_packages.hpp"
#include "debian/packages.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto found = dfriends::cache::read_dockerfile({reinterpret_cast<const char*>(data), size});
        for (const auto& install : found.installs)
            for (const auto& package : install.packages)
                if (!dfriends::debian::is_package_name(package))
                    std::abort(); // it becomes a part of requests
    } catch (const dfriends::Error&) {
        // Refusing is an answer.
    }
    return 0;
}
