// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/expected.hpp"
#include "os/file.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace dfriends::cache {

using debian::Expected;

/// The files of one Packages or Sources index as a sorted table on disk, mapped and searched in place: a suite of
/// 60,000 packages costs 3.5 MB of page cache and no memory of ours.
class PackageTable {
  public:
    /// Makes the table of an index, compressed or not, and returns how many files it lists. Blocks for a second or two
    /// with a large suite. Throws Error(invalid) for a damaged index.
    static std::size_t build(const os::Path& index, const os::Path& table);

    /// Throws Error(invalid) where the file is no table.
    explicit PackageTable(const os::Path& path);
    PackageTable(PackageTable&& other) noexcept;
    PackageTable& operator=(PackageTable&&) = delete;
    ~PackageTable();

    /// By path relative to the repository's root, decoded.
    std::optional<Expected> find(std::string_view path) const;
    std::size_t size() const { return count_; }

  private:
    const char* memory_ = nullptr;
    std::size_t length_ = 0;
    std::size_t count_ = 0;
};

} // namespace dfriends::cache
