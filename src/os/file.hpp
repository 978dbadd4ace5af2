// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace dfriends::os {

using Path = std::filesystem::path;

/// Owns a file descriptor; closed when it goes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    int number() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }
    int release() noexcept { return std::exchange(number_, -1); }
    void close() noexcept { *this = Descriptor(); }

  private:
    int number_ = -1;
};

/// The whole file. Throws with the path and the reason; a file above `limit` bytes is Error(invalid).
std::string read_file(const Path& path, std::uint64_t limit = 64ULL << 20U);
/// Nothing where the file does not exist; other failures throw.
std::optional<std::string> find_file(const Path& path, std::uint64_t limit = 64ULL << 20U);

/// Replaces the file as a whole: temporary neighbour, fsync, rename, fsync of the folder. Readers see the old or the
/// new. On failure (a full disk, say) the old file stands and no temporary one is left.
void write_file(const Path& path, std::string_view bytes, mode_t mode = 0644);

/// Like write_file() for a file that there is: it keeps its mode and its owner, and where the path is a symbolic link,
/// what that names is replaced.
void rewrite_file(const Path& path, std::string_view bytes);

/// open(2) with O_CLOEXEC; throws with the path and the reason.
Descriptor open_file(const Path& path, int flags, mode_t mode = 0644);
/// Writes all bytes; throws Error(unavailable) with the path's name on failure such as a full disk.
void write_all(int descriptor, std::string_view bytes, const Path& path);
/// Makes what was renamed or created inside a folder durable.
void sync_directory(const Path& path);
/// mkdir -p, with `mode` for the folders that it makes.
void make_directories(const Path& path, mode_t mode = 0755);

/// An exclusive lock on a file for as long as the object lives (flock).
class FileLock {
  public:
    /// Nothing where another process holds it.
    static std::optional<FileLock> try_lock(const Path& path);
    /// Reads whom the lock file names: the process id that the holder wrote, 0 where it does not say.
    static pid_t holder(const Path& path);
    /// The holder's process id; nothing where nobody holds the lock. Makes no file.
    static std::optional<pid_t> find_holder(const Path& path);

  private:
    explicit FileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
    Descriptor descriptor_;
};

/// A folder of its own under TMPDIR that is removed with all content when the object goes.
class TemporaryDirectory {
  public:
    explicit TemporaryDirectory(std::string_view prefix = "dfriends-");
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();
    const Path& path() const noexcept { return path_; }

  private:
    Path path_;
};

} // namespace dfriends::os
