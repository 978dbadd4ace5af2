// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_store.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
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
    return text.size() == 64 &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<bool> is_sound_file(const os::Path& path, const std::string& sha256)
{
    const auto blob = open_blob(path, sha256);
    return blob ? std::optional(is_sound(blob)) : std::nullopt;
}

Draft::Draft(os::Path path, std::optional<crypto::Algorithm> also)
    : path_(std::move(path)), descriptor_(os::open_file(path_, O_RDWR | O_CREAT | O_EXCL)), also_(also)
{
    if (also_)
        other_hash_.emplace(*also_);
}

Draft::~Draft()
{
    if (!published_)
        ::unlink(path_.c_str());
}

void Draft::append(std::string_view bytes)
{
    os::write_all(descriptor_.number(), bytes, path_);
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
    return std::make_shared<Draft>(drafts_folder_ / std::to_string(++drafts_), also);
}

net::Task<> CacheStore::publish(std::shared_ptr<Draft> draft)
{
    const auto target = blob_path(draft->sha256());
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
