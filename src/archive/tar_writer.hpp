// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive/reader.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dfriends::archive {

/// Writes a pax tar archive, uncompressed, piece by piece into a function.
class TarWriter {
  public:
    using Sink = std::function<void(std::string_view bytes)>;
    explicit TarWriter(Sink sink);
    ~TarWriter();
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    /// A regular file with the given content; owner root, time 0 (so that equal trees make equal archives).
    void add_file(const std::string& name, std::string_view content, unsigned mode = 0644);
    void add_directory(const std::string& name, unsigned mode = 0755);
    void add_link(const std::string& name, const std::string& target);
    /// A file, link or folder (not its content) from disk under another name; modes and times as on disk, owner root.
    void add_path(const std::filesystem::path& path, const std::string& name);
    /// A file, link or folder with all that it holds, under another name; modes, times and owners as on disk. Sockets
    /// are left out; a device is Error(invalid).
    void add_tree(const std::filesystem::path& path, const std::string& name);
    /// An entry of another archive, with its owner, mode and time; `content` is read where it is a file. Throws
    /// Error(invalid) for one of another type than files, folders and links.
    void add_entry(const Entry& entry, Reader& content);
    /// Writes the end of the archive; nothing may follow.
    void finish();

    struct Inside;

  private:
    enum class Owner { root, as_on_disk };
    void add_path(const std::filesystem::path& path, const std::string& name, Owner owner);
    std::unique_ptr<Inside> inside_;
};

} // namespace dfriends::archive
