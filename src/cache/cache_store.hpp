// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/expected.hpp"
#include "net/worker.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace dfriends::cache {

using debian::Expected;

/// Content in the store, open for reading: it can be removed from the store meanwhile and stays whole for who holds it.
struct Blob {
    os::Descriptor descriptor;
    std::uint64_t size = 0;
    std::string sha256;
};
using BlobPointer = std::shared_ptr<const Blob>;

/// How much more may lie in memory because the disk is full.
struct SpareMemory {
    std::uint64_t left = 256ULL << 20U;
};

/// A file that grows and is hashed as it does. Gone when the object goes, unless published.
class Draft {
  public:
    /// `also`: a digest beside SHA-256, where an index knows the file only by that.
    Draft(os::Path path, std::optional<crypto::Algorithm> also, std::shared_ptr<SpareMemory> memory);
    ~Draft();
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    /// On a full disk it goes on in memory, from where it can be sent but not published. Throws Error(unavailable)
    /// where there is no room for that either.
    void append(std::string_view bytes);
    bool is_in_memory() const { return path_.empty(); }
    std::uint64_t size() const { return size_; }
    int descriptor() const { return descriptor_.number(); }
    /// Ends the digests; nothing may be appended after it.
    void finish();
    const std::string& sha256() const { return sha256_; }
    /// True where the finished draft is what the index says.
    bool matches(const Expected& expected) const;

  private:
    friend class CacheStore;
    int write(std::string_view bytes);
    void move_to_memory();
    void reserve(std::uint64_t bytes);

    os::Path path_; ///< empty once it lies in memory
    os::Descriptor descriptor_;
    os::Descriptor on_disk_; ///< what a client may just be reading although it went on in memory
    std::shared_ptr<SpareMemory> memory_;
    std::uint64_t reserved_ = 0;
    std::uint64_t size_ = 0;
    crypto::Hash hash_{crypto::Algorithm::sha256};
    std::optional<crypto::Algorithm> also_;
    std::optional<crypto::Hash> other_hash_;
    std::string sha256_;
    std::string other_;
    bool published_ = false;
};

/// Where content lies in a cache directory, and where the package table made from it does.
os::Path blob_path(const os::Path& directory, std::string_view sha256);
os::Path table_path(const os::Path& directory, std::string_view sha256);

/// Removes both. A cache that is being served takes that for a miss.
void remove_content(const os::Path& directory, const std::string& sha256) noexcept;

/// Content by its SHA-256 in a directory: blobs/ab/<hex>, drafts in temp/, package tables in tables/. A blob is
/// complete and on disk before its name appears, so kill -9 leaves at most a draft, which the next start removes.
class CacheStore {
  public:
    enum class Role {
        serve,  ///< alone in its kind: makes the folders and removes old drafts
        import, ///< the same beside a server, with drafts in imports/, which no server touches
        look,   ///< changes nothing
    };
    /// Throws Error(conflict) where another process has the role on this directory.
    explicit CacheStore(os::Path directory, Role role = Role::serve);

    std::shared_ptr<Draft> draft(std::optional<crypto::Algorithm> also = std::nullopt);
    /// fsync and rename, on a worker thread. The draft must be finished. Throws Error(unavailable) for one in memory.
    net::Task<> publish(std::shared_ptr<Draft> draft);

    /// Called when a draft could not be published because the disk is full, with its size.
    void on_full(std::function<void(std::uint64_t)> call) { on_full_ = std::move(call); }

    /// Nothing where it is not there. The first time since the start its bytes are hashed; what rotted is removed.
    net::Task<BlobPointer> open(std::string sha256);
    void remove(const std::string& sha256) noexcept;

    os::Path blob_path(std::string_view sha256) const { return cache::blob_path(directory_, sha256); }
    os::Path table_path(std::string_view sha256) const { return cache::table_path(directory_, sha256); }
    const os::Path& directory() const { return directory_; }

  private:
    os::Path directory_;
    os::Path drafts_folder_;
    std::optional<os::FileLock> lock_;
    std::uint64_t drafts_ = 0;
    std::shared_ptr<SpareMemory> memory_ = std::make_shared<SpareMemory>();
    std::function<void(std::uint64_t)> on_full_;
    std::unordered_set<std::string> checked_; ///< hashed or written since the start
};

bool is_sha256(std::string_view text);

/// Whether a file's bytes have this SHA-256; nothing where it is not there. Blocks.
std::optional<bool> is_sound_file(const os::Path& path, const std::string& sha256);

} // namespace dfriends::cache
