// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Reads Packages and Sources indices piece by piece. Stanzas without a usable path, size and SHA-256 are passed over;
/// lines above 64 KiB are skipped, so memory stays small whatever arrives.
class PackageIndexReader {
  public:
    using OnFile = std::function<void(const PackageFile&)>;
    explicit PackageIndexReader(OnFile on_file) : on_file_(std::move(on_file)) {}

    void feed(std::string_view piece);
    /// The end of the text, which ends the last stanza too.
    void finish();

  private:
    void line(std::string_view text);
    void field(std::string_view name, std::string_view value);
    void checksum(std::string_view text);
    void end_stanza();

    OnFile on_file_;
    std::string rest_;
    bool skipping_ = false;
    PackageFile file_;
    bool has_size_ = false;
    std::string directory_;
    std::vector<PackageFile> sources_;
    bool in_checksums_ = false;
};

/// "Filename: ./pool//a.deb" → "pool/a.deb"; empty where it is not a path inside the repository.
std::string inner_path(std::string_view text);

} // namespace dfriends::cache
