// SPDX-License-Identifier: Apache-2.0
#include "archive/decompress.hpp"

#include "archive/open.hpp"
#include "base/error.hpp"

#include <archive_entry.h>

#include <exception>
#include <vector>

namespace dfriends::archive {

namespace {

/// What libarchive's read callback gets; an exception must not cross its C frames.
struct Source {
    const std::function<std::size_t(std::span<char>)>& read;
    std::vector<char> piece = std::vector<char>(65536);
    std::exception_ptr failure;
};

la_ssize_t read_piece(::archive*, void* data, const void** buffer)
{
    auto& source = *static_cast<Source*>(data);
    try {
        *buffer = source.piece.data();
        return static_cast<la_ssize_t>(source.read(source.piece));
    } catch (...) {
        source.failure = std::current_exception();
        return -1;
    }
}

} // namespace

void decompress(const std::function<std::size_t(std::span<char>)>& read,
                const std::function<void(std::string_view)>& sink, std::uint64_t limit)
{
    Opened opened;
    Source source{read, std::vector<char>(65536), nullptr};
    const auto check = [&](int code) {
        if (source.failure)
            std::rethrow_exception(source.failure);
        opened.check(code);
    };
    archive_read_support_format_raw(opened.get());
    archive_read_support_format_empty(opened.get());
    check(archive_read_open(opened.get(), &source, nullptr, read_piece, nullptr));
    archive_entry* entry = nullptr;
    const int begun = archive_read_next_header(opened.get(), &entry);
    if (begun == ARCHIVE_EOF)
        return; // nothing at all
    check(begun);
    std::vector<char> piece(65536);
    std::uint64_t total = 0;
    for (;;) {
        const la_ssize_t count = archive_read_data(opened.get(), piece.data(), piece.size());
        if (count < 0)
            check(static_cast<int>(count));
        if (count == 0)
            return;
        total += static_cast<std::uint64_t>(count);
        if (total > limit)
            throw Error(ErrorKind::invalid, "more than {} bytes come out of compressed data", limit);
        sink({piece.data(), static_cast<std::size_t>(count)});
    }
}

std::string decompress(std::string_view bytes, std::uint64_t limit)
{
    std::string all;
    const auto read = [&](std::span<char> into) {
        const std::size_t count = bytes.copy(into.data(), into.size());
        bytes.remove_prefix(count);
        return count;
    };
    decompress(read, [&](std::string_view piece) { all += piece; }, limit);
    return all;
}

} // namespace dfriends::archive
