// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "debian/release_file.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto release = dfriends::debian::parse_release({reinterpret_cast<const char*>(data), size});
        for (const auto& [path, expected] : release.files)
            if (!dfriends::debian::is_inner_path(path) || !expected.is_known())
                std::abort();
        for (const auto& [digest, path] : release.by_digest)
            if (!release.files.contains(path))
                std::abort();
    } catch (const dfriends::Error&) {
    }
    return 0;
}
