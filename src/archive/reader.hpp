// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dfriends::archive {

struct Entry {
    enum class Type { file, directory, link, hard_link, other };
    std::string name; ///< as stored; not checked for ".."
    Type type = Type::file;
    std::uint64_t size = 0;
    unsigned mode = 0;
    std::uint64_t user = 0; ///< by number
    std::uint64_t group = 0;
    std::int64_t modified = 0; ///< seconds since 1970
    std::string link_target;
};

/// Reads tar and ar (Debian package) archives, also compressed (gzip, xz, zstd, bzip2), from memory or a file
/// descriptor.
class Reader {
  public:
    static Reader from_memory(std::string_view bytes); ///< the bytes must outlive the reader
    static Reader from_descriptor(int descriptor);
    Reader(Reader&&) noexcept;
    ~Reader();

    /// The next entry; nothing at the end. Damage is Error(invalid).
    std::optional<Entry> next();
    /// The current entry's content, at most `limit` bytes (more is Error(invalid)).
    std::string content(std::uint64_t limit);
    /// A piece of the current entry's content; 0 at its end.
    std::size_t read_some(std::span<char> into);

  private:
    struct Inside;
    explicit Reader(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

} // namespace dfriends::archive
