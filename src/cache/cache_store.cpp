// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_store.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace dfriends::cache {

namespace {

/// True where the file's bytes are what its name says. Blocks.
bool is_sound(const BlobPointer& blob)
{
    crypto::Hash hash(crypto::Algorithm::sha256);
    std::array<char, 64 * 1024> piece;
    for (off_t offset = 0;;) {
        const auto count = ::pread(blob->descriptor.number(), piece.data(), piece.size(), offset);
        if (count < 0)
            return false; // a bad sector counts as rot
        if (count == 0)
            return hash.finish_hex() == blob->sha256;
        hash.update({piece.data(), static_cast<std::size_t>(count)});
        offset += count;
    }
}

bool is_full(int code)
{
    return code == ENOSPC || code == EDQUOT;
}

BlobPointer open_blob(const os::Path& path, const std::string& sha256)
{
    os::Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!descriptor) {
        if (errno == ENOENT)
            return nullptr;
        throw Error(kind_of_errno(errno), "cannot open '{}'{}", path.string(), describe_errno(errno));
    }
    struct stat status{};
    if (::fstat(descriptor.number(), &status) != 0 || !S_ISREG(status.st_mode))
        return nullptr;
    auto blob = std::make_shared<Blob>();
    blob->descriptor = std::move(descriptor);
    blob->size = static_cast<std::uint64_t>(status.st_size);
    blob->sha256 = sha256;
    return blob;
}

} // namespace

bool is_sha256(std::string_view text)
{
    return text.size() == 64 && is_hex(text);
}

std::optional<bool> is_sound_file(const os::Path& path, const std::string& sha256)
{
    const auto blob = open_blob(path, sha256);
    return blob ? std::optional(is_sound(blob)) : std::nullopt;
}

Draft::Draft(os::Path path, std::optional<crypto::Algorithm> also, std::shared_ptr<SpareMemory> memory)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)),
      memory_(std::move(memory)), also_(also)
{
    if (!descriptor_ && !is_full(errno))
        throw Error(kind_of_errno(errno), "cannot make '{}'{}", path_.string(), describe_errno(errno));
    if (!descriptor_)
        move_to_memory();
    if (also_)
        other_hash_.emplace(*also_);
}

Draft::~Draft()
{
    memory_->left += reserved_;
    if (!published_ && !is_in_memory())
        ::unlink(path_.c_str());
}

/// 0, or errno. What was written of `bytes` then is written over by the next try.
int Draft::write(std::string_view bytes)
{
    for (auto offset = static_cast<off_t>(size_); !bytes.empty();) {
        const auto count = ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno;
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += count;
    }
    return 0;
}

void Draft::reserve(std::uint64_t bytes)
{
    if (bytes > memory_->left)
        throw Error(ErrorKind::unavailable, "cannot write '{}': the disk is full, and so is the memory that stands in",
                    path_.string())
            .hint("make room on the disk, or give the cache a --max-size");
    memory_->left -= bytes;
    reserved_ += bytes;
}

void Draft::move_to_memory()
{
    reserve(size_);
    os::Descriptor memory(::memfd_create("draft", MFD_CLOEXEC));
    if (!memory)
        throw Error(kind_of_errno(errno), "cannot write '{}': the disk is full", path_.string());
    for (off_t from = 0; from < static_cast<off_t>(size_);)
        if (::sendfile(memory.number(), descriptor_.number(), &from, size_ - static_cast<std::uint64_t>(from)) <= 0)
            throw Error(kind_of_errno(errno), "cannot read '{}' again{}", path_.string(), describe_errno(errno));
    ::unlink(path_.c_str());
    on_disk_ = std::exchange(descriptor_, std::move(memory));
    path_.clear();
}

void Draft::append(std::string_view bytes)
{
    if (is_in_memory())
        reserve(bytes.size());
    int code = write(bytes);
    if (is_full(code) && !is_in_memory()) {
        move_to_memory();
        reserve(bytes.size());
        code = write(bytes);
    }
    if (code != 0)
        throw Error(kind_of_errno(code), "cannot write '{}'{}", path_.string(), describe_errno(code));
    hash_.update(bytes);
    if (other_hash_)
        other_hash_->update(bytes);
    size_ += bytes.size();
}

void Draft::finish()
{
    sha256_ = hash_.finish_hex();
    if (other_hash_)
        other_ = other_hash_->finish_hex();
}

bool Draft::matches(const Expected& expected) const
{
    if (expected.size && *expected.size != size_)
        return false;
    if (!expected.is_known())
        return true;
    const auto& ours = expected.algorithm() == crypto::Algorithm::sha256 ? sha256_ : other_;
    return ours == expected.digest();
}

CacheStore::CacheStore(os::Path directory, Role role)
    : directory_(std::move(directory)), drafts_folder_(directory_ / (role == Role::import ? "imports" : "temp"))
{
    if (role == Role::look)
        return;
    os::make_directories(directory_ / "blobs");
    os::make_directories(drafts_folder_);
    os::make_directories(directory_ / "tables");
    const auto lock = directory_ / (role == Role::import ? "imports.lock" : "lock");
    lock_ = os::FileLock::try_lock(lock);
    if (!lock_ && role == Role::import)
        throw Error(ErrorKind::conflict, "another process imports into the cache directory '{}' (process {})",
                    directory_.string(), os::FileLock::holder(lock))
            .hint("wait until it ends");
    if (!lock_)
        throw Error(ErrorKind::conflict, "another process serves the cache directory '{}' (process {})",
                    directory_.string(), os::FileLock::holder(lock))
            .hint("stop it, or give this one its own --dir");
    // What a killed process was filling: it was never verified, so it is worth nothing.
    for (const auto& leftover : std::filesystem::directory_iterator(drafts_folder_)) {
        std::error_code ignored;
        std::filesystem::remove(leftover.path(), ignored);
    }
}

std::shared_ptr<Draft> CacheStore::draft(std::optional<crypto::Algorithm> also)
{
    return std::make_shared<Draft>(drafts_folder_ / std::to_string(++drafts_), also, memory_);
}

net::Task<> CacheStore::publish(std::shared_ptr<Draft> draft)
{
    const auto target = blob_path(draft->sha256());
    if (draft->is_in_memory()) {
        if (on_full_)
            on_full_(draft->size());
        throw Error(ErrorKind::unavailable, "cannot store '{}': the disk is full", target.string());
    }
    co_await net::shared_worker().call([draft, target, directory = directory_] {
        if (::fdatasync(draft->descriptor()) != 0)
            throw Error(kind_of_errno(errno), "cannot write '{}'{}", draft->path_.string(), describe_errno(errno));
        const auto folder = target.parent_path();
        if (::mkdir(folder.c_str(), 0755) == 0)
            os::sync_directory(directory / "blobs");
        if (::rename(draft->path_.c_str(), target.c_str()) != 0)
            throw Error(kind_of_errno(errno), "cannot store '{}'{}", target.string(), describe_errno(errno));
        draft->published_ = true;
        os::sync_directory(folder);
    });
    checked_.insert(draft->sha256());
}

net::Task<BlobPointer> CacheStore::open(std::string sha256)
{
    if (!is_sha256(sha256))
        co_return nullptr;
    auto blob = open_blob(blob_path(sha256), sha256);
    if (!blob || checked_.contains(sha256))
        co_return blob;
    const bool sound = co_await net::shared_worker().call([blob] { return is_sound(blob); });
    if (!sound) {
        remove(sha256);
        co_return nullptr;
    }
    checked_.insert(std::move(sha256));
    co_return blob;
}

void CacheStore::remove(const std::string& sha256) noexcept
{
    checked_.erase(sha256);
    remove_content(directory_, sha256);
}

os::Path blob_path(const os::Path& directory, std::string_view sha256)
{
    return directory / "blobs" / sha256.substr(0, 2) / sha256;
}

os::Path table_path(const os::Path& directory, std::string_view sha256)
{
    return directory / "tables" / sha256;
}

void remove_content(const os::Path& directory, const std::string& sha256) noexcept
{
    ::unlink(blob_path(directory, sha256).c_str());
    ::unlink(table_path(directory, sha256).c_str());
}

} // namespace dfriends::cache
