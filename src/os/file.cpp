// SPDX-License-Identifier: Apache-2.0
#include "os/file.hpp"

#include "base/error.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::os {

namespace {

[[noreturn]] void fail(std::string_view doing, const Path& path, int code)
{
    Error error(kind_of_errno(code), "cannot {} '{}': {}", doing, path.string(), describe_errno(code));
    if (code == ENOSPC || code == EDQUOT)
        error.hint("free some space on that file system ('df -h')");
    throw error;
}

/// `as`: whose owner and group the new file gets, if any's.
void replace_file(const Path& path, std::string_view bytes, mode_t mode, const struct stat* as)
{
    std::string temporary = path.string() + ".XXXXXX";
    Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file)
        fail("write", path, errno);
    ScopeExit remove_it([&] { ::unlink(temporary.c_str()); });
    write_all(file.number(), bytes, path);
    if (as != nullptr && ::fchown(file.number(), as->st_uid, as->st_gid) != 0)
        fail("keep the owner of", path, errno);
    if (::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0)
        fail("write", path, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        fail("replace", path, errno);
    remove_it.release();
    sync_directory(path.parent_path());
}

} // namespace

Descriptor::~Descriptor()
{
    if (number_ >= 0)
        ::close(number_);
}

Descriptor open_file(const Path& path, int flags, mode_t mode)
{
    int number = -1;
    do
        number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    while (number < 0 && errno == EINTR);
    if (number < 0)
        fail((flags & O_CREAT) != 0 ? "create" : "open", path, errno);
    return Descriptor(number);
}

std::string read_file(const Path& path, std::uint64_t limit)
{
    const Descriptor file = open_file(path, O_RDONLY);
    std::string content;
    char piece[65536];
    for (;;) {
        const ssize_t count = ::read(file.number(), piece, sizeof piece);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("read", path, errno);
        if (count == 0)
            return content;
        content.append(piece, static_cast<std::size_t>(count));
        if (content.size() > limit)
            throw Error(ErrorKind::invalid, "'{}' is larger than {} bytes", path.string(), limit);
    }
}

std::optional<std::string> find_file(const Path& path, std::uint64_t limit)
{
    try {
        return read_file(path, limit);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found)
            return std::nullopt;
        throw;
    }
}

void write_all(int descriptor, std::string_view bytes, const Path& path)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("write", path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void sync_directory(const Path& path)
{
    const Descriptor directory = open_file(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
    if (::fsync(directory.number()) != 0)
        fail("sync", path, errno);
}

void write_file(const Path& path, std::string_view bytes, mode_t mode)
{
    replace_file(path, bytes, mode, nullptr);
}

void rewrite_file(const Path& path, std::string_view bytes)
{
    std::error_code code;
    const Path file = std::filesystem::canonical(path, code);
    struct stat found{};
    if (code || ::stat(file.c_str(), &found) != 0)
        fail("find", path, code ? code.value() : errno);
    replace_file(file, bytes, found.st_mode & 07777, &found);
}

void make_directories(const Path& path, mode_t mode)
{
    if (path.empty() || ::mkdir(path.c_str(), mode) == 0)
        return;
    if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
        make_directories(path.parent_path(), mode);
        if (::mkdir(path.c_str(), mode) == 0)
            return;
    }
    const int code = errno;
    std::error_code ignored;
    if (code != EEXIST || !std::filesystem::is_directory(path, ignored))
        fail("make the folder", path, code == EEXIST ? ENOTDIR : code);
}

std::optional<FileLock> FileLock::try_lock(const Path& path)
{
    Descriptor file = open_file(path, O_RDWR | O_CREAT, 0640);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return std::nullopt;
        fail("lock", path, errno);
    }
    if (::ftruncate(file.number(), 0) == 0)
        write_all(file.number(), std::to_string(::getpid()) + "\n", path);
    return FileLock(std::move(file));
}

pid_t FileLock::holder(const Path& path)
{
    const auto content = find_file(path, 64);
    return static_cast<pid_t>(parse_unsigned(trim(content.value_or(""))).value_or(0));
}

std::optional<pid_t> FileLock::find_holder(const Path& path)
{
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return std::nullopt;
    const Descriptor file = open_file(path, O_RDONLY);
    if (::flock(file.number(), LOCK_SH | LOCK_NB) == 0)
        return std::nullopt;
    return holder(path);
}

TemporaryDirectory::TemporaryDirectory(std::string_view prefix)
{
    std::string name = (std::filesystem::temp_directory_path() / prefix).string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        fail("make the folder", name, errno);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace dfriends::os
