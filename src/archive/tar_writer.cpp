// SPDX-License-Identifier: Apache-2.0
#include "archive/tar_writer.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::archive {

struct TarWriter::Inside {
    Sink sink;
    ::archive* handle = nullptr;
    std::exception_ptr failure;

    void check(la_ssize_t code)
    {
        if (failure)
            std::rethrow_exception(failure);
        if (code < ARCHIVE_WARN)
            throw Error(ErrorKind::failed, "cannot write the archive: {}", archive_error_string(handle));
    }
    void add(archive_entry* entry) { check(archive_write_header(handle, entry)); }
    void add_bytes(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const la_ssize_t count = archive_write_data(handle, bytes.data(), bytes.size());
            check(count < 0 ? count : 0);
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void add_open_file(int descriptor, const std::string& name);
};

namespace {

la_ssize_t write_piece(::archive*, void* data, const void* bytes, std::size_t size)
{
    auto& inside = *static_cast<TarWriter::Inside*>(data);
    try {
        inside.sink({static_cast<const char*>(bytes), size});
        return static_cast<la_ssize_t>(size);
    } catch (...) {
        inside.failure = std::current_exception();
        return -1;
    }
}

using EntryPointer = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

EntryPointer make_entry(const std::string& name, unsigned type, unsigned mode)
{
    EntryPointer entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), mode);
    archive_entry_set_size(entry.get(), 0);
    archive_entry_set_mtime(entry.get(), 0, 0);
    return entry;
}

unsigned file_type_of(const Entry& entry)
{
    switch (entry.type) {
    case Entry::Type::file:
    case Entry::Type::hard_link:
        return AE_IFREG;
    case Entry::Type::directory:
        return AE_IFDIR;
    case Entry::Type::link:
        return AE_IFLNK;
    case Entry::Type::other:
        break;
    }
    throw Error(ErrorKind::invalid, "'{}' is neither a file nor a folder nor a link", printable(entry.name));
}

} // namespace

TarWriter::TarWriter(Sink sink) : inside_(std::make_unique<Inside>())
{
    inside_->sink = std::move(sink);
    inside_->handle = archive_write_new();
    archive_write_set_format_pax_restricted(inside_->handle);
    archive_write_set_bytes_per_block(inside_->handle, 65536);
    archive_write_set_bytes_in_last_block(inside_->handle, 1);
    inside_->check(archive_write_open(inside_->handle, inside_.get(), nullptr, write_piece, nullptr));
}

TarWriter::~TarWriter()
{
    inside_->sink = [](std::string_view) {}; // what an unfinished archive still holds goes nowhere
    archive_write_free(inside_->handle);
}

void TarWriter::add_file(const std::string& name, std::string_view content, unsigned mode)
{
    const EntryPointer entry = make_entry(name, AE_IFREG, mode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    inside_->add(entry.get());
    inside_->add_bytes(content);
}

void TarWriter::add_directory(const std::string& name, unsigned mode)
{
    inside_->add(make_entry(name, AE_IFDIR, mode).get());
}

void TarWriter::add_link(const std::string& name, const std::string& target)
{
    const EntryPointer entry = make_entry(name, AE_IFLNK, 0777);
    archive_entry_set_symlink(entry.get(), target.c_str());
    inside_->add(entry.get());
}

/// A file that changes while it is read keeps the size of its header: cut off, or filled with zeros.
void TarWriter::Inside::add_open_file(int descriptor, const std::string& name)
{
    char piece[65536];
    for (;;) {
        const ssize_t count = ::read(descriptor, piece, sizeof piece);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw Error(kind_of_errno(errno), "cannot read '{}': {}", name, describe_errno(errno));
        if (count == 0)
            return;
        const la_ssize_t taken = archive_write_data(handle, piece, static_cast<std::size_t>(count));
        check(taken < 0 ? taken : 0);
        if (taken < count)
            return;
    }
}

void TarWriter::add_path(const std::filesystem::path& path, const std::string& name)
{
    add_path(path, name, Owner::root);
}

void TarWriter::add_tree(const std::filesystem::path& path, const std::string& name)
{
    const auto type = std::filesystem::symlink_status(path).type();
    if (type == std::filesystem::file_type::socket)
        return;
    if (type == std::filesystem::file_type::block || type == std::filesystem::file_type::character)
        throw Error(ErrorKind::invalid, "cannot pack '{}': it is a device", path.string());
    const bool is_directory = type == std::filesystem::file_type::directory;
    add_path(path, is_directory ? name + "/" : name, Owner::as_on_disk);
    if (!is_directory)
        return;
    std::error_code code;
    for (std::filesystem::directory_iterator it(path, code), end; !code && it != end; it.increment(code))
        add_tree(it->path(), name + "/" + it->path().filename().string());
    if (code)
        throw Error(kind_of_errno(code.value()), "cannot read '{}': {}", path.string(), code.message());
}

void TarWriter::add_path(const std::filesystem::path& path, const std::string& name, Owner owner)
{
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0)
        throw Error(kind_of_errno(errno), "cannot read '{}': {}", path.string(), describe_errno(errno));
    const EntryPointer entry = make_entry(name, found.st_mode & S_IFMT, found.st_mode & 07777);
    archive_entry_set_mtime(entry.get(), found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
    if (owner == Owner::as_on_disk) {
        archive_entry_set_uid(entry.get(), found.st_uid);
        archive_entry_set_gid(entry.get(), found.st_gid);
    }
    if (S_ISLNK(found.st_mode))
        archive_entry_set_symlink(entry.get(), std::filesystem::read_symlink(path).c_str());
    if (!S_ISREG(found.st_mode)) {
        inside_->add(entry.get());
        return;
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        throw Error(kind_of_errno(errno), "cannot read '{}': {}", path.string(), describe_errno(errno));
    archive_entry_set_size(entry.get(), found.st_size);
    try {
        inside_->add(entry.get());
        inside_->add_open_file(descriptor, path.string());
    } catch (...) {
        ::close(descriptor);
        throw;
    }
    ::close(descriptor);
}

void TarWriter::add_entry(const Entry& given, Reader& content)
{
    const bool is_hard_link = given.type == Entry::Type::hard_link;
    const bool is_file = given.type == Entry::Type::file;
    const EntryPointer entry = make_entry(given.name, file_type_of(given), given.mode);
    archive_entry_set_uid(entry.get(), static_cast<la_int64_t>(given.user));
    archive_entry_set_gid(entry.get(), static_cast<la_int64_t>(given.group));
    archive_entry_set_mtime(entry.get(), given.modified, 0);
    if (is_file)
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(given.size));
    if (is_hard_link)
        archive_entry_set_hardlink(entry.get(), given.link_target.c_str());
    else if (given.type == Entry::Type::link)
        archive_entry_set_symlink(entry.get(), given.link_target.c_str());
    inside_->add(entry.get());
    char piece[65536];
    while (const std::size_t count = is_file ? content.read_some(piece) : 0)
        inside_->add_bytes({piece, count});
}

void TarWriter::finish()
{
    inside_->check(archive_write_close(inside_->handle));
}

} // namespace dfriends::archive
