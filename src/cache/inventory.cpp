// SPDX-License-Identifier: Apache-2.0
#include "cache/inventory.hpp"

#include "base/error.hpp"
#include "cache/cache_store.hpp"

#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

namespace dfriends::cache {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours stray_age{1};

/// The files of a folder whose names are digests, in the folders below it too.
std::vector<os::Path> digest_files(const os::Path& folder)
{
    std::vector<os::Path> files;
    std::error_code code;
    for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
        if (it->is_regular_file(code) && is_sha256(it->path().filename().string()))
            files.push_back(it->path());
    if (code && code != std::errc::no_such_file_or_directory)
        throw Error(kind_of_errno(code.value()), "cannot list '{}'{}", folder.string(), describe_errno(code.value()));
    return files;
}

/// The bytes that went; nothing of a file that is young.
std::uint64_t remove_old(const os::Path& file, TimePoint now)
{
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return 0;
    const TimePoint changed{std::chrono::seconds(status.st_mtim.tv_sec)};
    if (now - changed < stray_age || ::unlink(file.c_str()) != 0)
        return 0;
    return static_cast<std::uint64_t>(status.st_size);
}

} // namespace

std::string_view name_of(Finding::Kind kind)
{
    return kind == Finding::Kind::rotten ? "rotten" : "missing";
}

std::vector<Finding> verify_content(const os::Path& directory, CacheIndex& index)
{
    // The rows first: a file is on disk before its row, so that each of these has one.
    std::unordered_map<std::string, std::uint64_t> rows;
    for (const BlobRow& row : index.blobs())
        rows.emplace(row.sha256, row.size);
    std::vector<Finding> findings;
    for (const os::Path& file : digest_files(directory / "blobs")) {
        const std::string sha256 = file.filename();
        const auto row = rows.extract(sha256);
        const auto sound = is_sound_file(file, sha256);
        if (sound && !*sound)
            findings.push_back({Finding::Kind::rotten, sha256, row ? row.mapped() : 0});
    }
    for (const auto& [sha256, size] : rows)
        if (index.find_blob(sha256)) // not removed while we read
            findings.push_back({Finding::Kind::missing, sha256, size});
    return findings;
}

std::uint64_t remove_strays(const os::Path& directory, CacheIndex& index, TimePoint now)
{
    std::uint64_t freed = 0;
    for (const os::Path& file : digest_files(directory / "blobs"))
        if (!index.find_blob(file.filename().string()))
            freed += remove_old(file, now);
    std::unordered_set<std::string> tables;
    for (TableRow& row : index.tables())
        tables.insert(std::move(row.sha256));
    for (const os::Path& file : digest_files(directory / "tables"))
        if (!tables.contains(file.filename().string()))
            freed += remove_old(file, now);
    return freed;
}

} // namespace dfriends::cache
