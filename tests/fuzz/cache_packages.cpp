// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "cache/package_index.hpp"
#include "debian/release_file.hpp"

#include <cstdlib>
#include <string>

namespace {

/// What a reader finds when the text comes in pieces of a size.
std::string read(std::string_view text, std::size_t piece)
{
    std::string found;
    dfriends::cache::PackageIndexReader reader([&](const dfriends::cache::PackageFile& file) {
        if (!dfriends::debian::is_inner_path(file.path) || file.sha256.size() != 64)
            std::abort();
        found += file.path + '\n' + file.sha256 + std::to_string(file.size) + '\n';
    });
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        reader.feed(text.substr(0, piece));
    reader.finish();
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (read(text, text.size() + 1) != read(text, 5))
        std::abort();
    return 0;
}
