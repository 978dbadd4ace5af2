// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/stanza_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// A file of a repository as a Packages or Sources index lists it.
struct PackageFile {
    std::string path; ///< relative to the repository's root, "./" and doubled slashes folded
    std::uint64_t size = 0;
    std::string sha256; ///< 64 lower-case hexadecimal digits
};

/// Reads Packages and Sources indices. Stanzas without a usable path, size and SHA-256 are passed over.
class PackageIndexReader final : public debian::StanzaReader {
  public:
    using OnFile = std::function<void(const PackageFile&)>;
    explicit PackageIndexReader(OnFile on_file) : on_file_(std::move(on_file)) {}

  private:
    void field(std::string_view name, std::string_view value) override;
    void continuation(std::string_view text) override;
    void end_stanza() override;

    OnFile on_file_;
    PackageFile file_;
    bool has_size_ = false;
    std::string directory_;
    std::vector<PackageFile> sources_;
    bool in_checksums_ = false;
};

/// "Filename: ./pool//a.deb" → "pool/a.deb"; empty where it is not a path inside the repository.
std::string inner_path(std::string_view text);

} // namespace dfriends::cache
