// SPDX-License-Identifier: Apache-2.0
#include "archive/reader.hpp"

#include "archive/open.hpp"
#include "base/error.hpp"

#include <archive_entry.h>

#include <utility>

namespace dfriends::archive {

struct Reader::Inside {
    Opened opened;
    std::string_view bytes;
};

Reader::Reader(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader::~Reader() = default;

Reader Reader::from_memory(std::string_view bytes)
{
    auto inside = std::make_unique<Inside>();
    archive_read_support_format_tar(inside->opened.get());
    archive_read_support_format_ar(inside->opened.get());
    inside->opened.check(archive_read_open_memory(inside->opened.get(), bytes.data(), bytes.size()));
    return Reader(std::move(inside));
}

Reader Reader::from_descriptor(int descriptor)
{
    auto inside = std::make_unique<Inside>();
    archive_read_support_format_tar(inside->opened.get());
    archive_read_support_format_ar(inside->opened.get());
    inside->opened.check(archive_read_open_fd(inside->opened.get(), descriptor, 65536));
    return Reader(std::move(inside));
}

namespace {

Entry::Type type_of(archive_entry* entry)
{
    if (archive_entry_hardlink(entry) != nullptr)
        return Entry::Type::hard_link;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return Entry::Type::file;
    case AE_IFDIR:
        return Entry::Type::directory;
    case AE_IFLNK:
        return Entry::Type::link;
    default:
        return Entry::Type::other;
    }
}

std::string text_or_empty(const char* text)
{
    return text != nullptr ? text : "";
}

} // namespace

std::optional<Entry> Reader::next()
{
    archive_entry* found = nullptr;
    const int code = archive_read_next_header(inside_->opened.get(), &found);
    if (code == ARCHIVE_EOF)
        return std::nullopt;
    inside_->opened.check(code);
    Entry entry;
    entry.name = text_or_empty(archive_entry_pathname(found));
    entry.type = type_of(found);
    entry.size = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(found)));
    entry.mode = archive_entry_perm(found);
    entry.user = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_uid(found)));
    entry.group = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_gid(found)));
    entry.modified = archive_entry_mtime(found);
    entry.link_target = entry.type == Entry::Type::hard_link ? text_or_empty(archive_entry_hardlink(found))
                                                             : text_or_empty(archive_entry_symlink(found));
    return entry;
}

std::size_t Reader::read_some(std::span<char> into)
{
    const la_ssize_t count = archive_read_data(inside_->opened.get(), into.data(), into.size());
    if (count < 0)
        inside_->opened.check(static_cast<int>(count));
    return static_cast<std::size_t>(count);
}

std::string Reader::content(std::uint64_t limit)
{
    std::string all;
    char piece[65536];
    while (const std::size_t count = read_some(piece)) {
        if (all.size() + count > limit)
            throw Error(ErrorKind::invalid, "an archive's entry is larger than {} bytes", limit);
        all.append(piece, count);
    }
    return all;
}

} // namespace dfriends::archive
