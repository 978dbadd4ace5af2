// SPDX-License-Identifier: Apache-2.0
#include "cache/package_tables.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "cache/moment.hpp"

#include <algorithm>
#include <array>

namespace dfriends::cache {

namespace {

constexpr std::int64_t generations = 3;

std::string_view without_compression(std::string_view path)
{
    for (const std::string_view suffix : {".xz", ".gz", ".bz2", ".zst", ".lzma", ".lz4"})
        if (path.ends_with(suffix))
            return path.substr(0, path.size() - suffix.size());
    return path;
}

} // namespace

std::string repository_root(std::string_view directory)
{
    const auto found = directory.rfind("/dists/");
    return std::string(found == std::string_view::npos ? directory : directory.substr(0, found + 1));
}

bool visit_parents(std::string_view key, const std::function<bool(std::string_view)>& visit)
{
    const auto host = key.find("://");
    const auto query = key.find('?');
    key = key.substr(0, query);
    for (auto slash = key.rfind('/'); slash != std::string_view::npos && slash > host + 2;
         slash = key.rfind('/', slash - 1))
        if (visit(key.substr(0, slash + 1)))
            return true;
    return false;
}

PackageTables::PackageTables(CacheStore& store, CacheIndex& index, Clock clock)
    : store_(store), index_(index), clock_(std::move(clock))
{
    for (auto& row : index_.tables())
        bases_[row.base].push_back({row, nullptr});
}

bool PackageTables::is_package_index(std::string_view path)
{
    path = without_compression(path);
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    return name == "Packages" || name == "Sources";
}

bool PackageTables::has(const std::string& base, const std::string& sha256) const
{
    const auto found = bases_.find(base);
    return found != bases_.end() && std::ranges::any_of(found->second, [&](const Entry& entry) {
               return entry.row.sha256 == sha256 && !entry.broken;
           });
}

void PackageTables::follow(FillPointer fill)
{
    const auto& order = fill->order();
    if (!is_package_index(order.path))
        return;
    auto base = repository_root(order.directory);
    ++pending_[base];
    net::spawn(build_after(fill, order.directory + std::string(without_compression(order.path)), std::move(base)));
}

void PackageTables::ensure(const std::string& directory, const std::string& path, const std::string& sha256)
{
    auto base = repository_root(directory);
    if (!is_package_index(path) || has(base, sha256))
        return;
    ++pending_[base];
    net::spawn(build(directory + std::string(without_compression(path)), std::move(base), sha256));
}

net::Task<> PackageTables::build_after(FillPointer fill, std::string origin, std::string base)
{
    co_await fill->wait_until_over();
    co_await build(std::move(origin), std::move(base), fill->is_published() ? fill->draft()->sha256() : std::string());
}

net::Task<> PackageTables::build(std::string origin, std::string base, std::string sha256)
{
    try {
        if (!sha256.empty() && !has(base, sha256))
            co_await make(std::move(origin), base, std::move(sha256));
    } catch (const Error&) {
        // An index that cannot be read vouches for nothing; its packages are then handled like any file.
    }
    if (--pending_[base] == 0)
        pending_.erase(base);
    settled_.notify_all();
}

net::Task<> PackageTables::make(std::string origin, std::string base, std::string sha256)
{
    co_await net::shared_worker().call([index = store_.blob_path(sha256), table = store_.table_path(sha256)] {
        return PackageTable::build(index, table);
    });
    TableRow row{std::move(origin), std::move(sha256), base, seconds(clock_())};
    ++revision_;
    auto& entries = bases_[base];
    std::erase_if(entries, [&](const Entry& entry) { return entry.row.sha256 == row.sha256; });
    entries.insert(entries.begin(), {row, nullptr});
    std::int64_t kept = 0;
    std::erase_if(entries, [&](const Entry& entry) { return entry.row.origin == row.origin && ++kept > generations; });
    co_await index_.put_table(std::move(row), generations);
}

bool PackageTables::is_pending(std::string_view key) const
{
    return !pending_.empty() &&
           visit_parents(key, [this](std::string_view parent) { return pending_.contains(parent); });
}

net::Task<> PackageTables::settle(std::string key, std::chrono::milliseconds patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (is_pending(key)) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || !co_await settled_.wait(left))
            co_return;
    }
}

std::optional<Expected> PackageTables::find(std::string_view key, TableRow* index)
{
    std::optional<Expected> expected;
    visit_parents(key, [&](std::string_view parent) {
        const auto found = bases_.find(parent);
        if (found == bases_.end())
            return false;
        const auto path = decode_percent(key.substr(parent.size()));
        for (auto& entry : found->second) {
            try {
                if (!entry.table && !entry.broken)
                    entry.table = std::make_shared<PackageTable>(store_.table_path(entry.row.sha256));
            } catch (const Error&) {
                entry.broken = true; // removed with the cache directory's content: made again with the index
            }
            if (!path || !entry.table || !(expected = entry.table->find(*path)))
                continue;
            if (index != nullptr)
                *index = entry.row;
            return true;
        }
        return false;
    });
    return expected;
}

} // namespace dfriends::cache
