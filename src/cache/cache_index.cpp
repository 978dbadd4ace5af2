// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_index.hpp"

#include "base/glob.hpp"

#include <fmt/format.h>

#include <utility>

namespace dfriends::cache {

namespace {

// Content that must stay however old: adopted Release files with their signatures, and the indices behind package
// tables.
constexpr std::string_view live_content = "select sha256 from cache_release union select signature from cache_release "
                                          "union select sha256 from cache_table";

// Names that are URLs: a digest of another kind does not keep content. "file:" is what an import found, and where.
constexpr std::string_view is_url = "(name like 'http%' or name like 'file:%')";

void forget(state::Database& database, const std::string& sha256)
{
    for (const auto* sql : {"delete from cache_blob where sha256 = ?", "delete from cache_name where sha256 = ?",
                            "delete from cache_release where sha256 = ?", "delete from cache_table where sha256 = ?"})
        database.prepare(sql).bind(sha256).run();
}

void put_name_row(state::Database& database, const NameRow& name)
{
    database
        .prepare("insert into cache_name (name, sha256, verified, etag, last_modified, fresh_until) values (?, ?, ?, "
                 "?, ?, ?) "
                 "on conflict (name) do update set sha256 = excluded.sha256, verified = excluded.verified, "
                 "etag = excluded.etag, last_modified = excluded.last_modified, fresh_until = excluded.fresh_until")
        .bind(name.name)
        .bind(name.sha256)
        .bind(name.verified)
        .bind(name.etag)
        .bind(name.last_modified)
        .bind(name.fresh_until)
        .run();
}

} // namespace

CacheIndex::CacheIndex(state::Store& store) : store_(store), reader_(store.reader()) {}

net::Task<> CacheIndex::write(std::function<void(state::Database&)> change)
{
    co_await store_.write(std::move(change));
}

std::optional<BlobRow> CacheIndex::find_blob(std::string_view sha256)
{
    auto query = reader_->prepare("select size, content_type, last_modified, used from cache_blob where sha256 = ?");
    if (!query.bind(sha256).next())
        return std::nullopt;
    return BlobRow{std::string(sha256), static_cast<std::uint64_t>(query.integer(0)), query.text(1), query.text(2),
                   query.integer(3)};
}

std::optional<NameRow> CacheIndex::find_name(std::string_view name)
{
    auto query =
        reader_->prepare("select sha256, verified, etag, last_modified, fresh_until from cache_name where name = ?");
    if (!query.bind(name).next())
        return std::nullopt;
    return NameRow{std::string(name), query.text(0), query.integer(1) != 0,
                   query.text(2),     query.text(3), query.integer(4)};
}

std::string CacheIndex::sha256_of(const debian::Expected& expected)
{
    if (const auto known = expected.sha256())
        return *known;
    const auto row = expected.is_known() ? find_name(expected.name()) : std::nullopt;
    return row ? row->sha256 : std::string();
}

std::vector<ReleaseRow> CacheIndex::releases()
{
    std::vector<ReleaseRow> rows;
    auto query = reader_->prepare("select document, generation, sha256, signature, etag, adopted from cache_release "
                                  "order by document, generation desc");
    while (query.next())
        rows.push_back(
            {query.text(0), query.integer(1), query.text(2), query.text(3), query.text(4), query.integer(5)});
    return rows;
}

std::vector<std::string> CacheIndex::wanted(std::string_view directory, std::int64_t asked_since)
{
    std::vector<std::string> paths;
    auto query = reader_->prepare("select path from cache_wanted where directory = ? and asked >= ? order by path");
    query.bind(directory).bind(asked_since);
    while (query.next())
        paths.push_back(query.text(0));
    return paths;
}

std::vector<TableRow> CacheIndex::tables()
{
    std::vector<TableRow> rows;
    auto query = reader_->prepare("select origin, sha256, base, made from cache_table order by made desc, origin");
    while (query.next())
        rows.push_back({query.text(0), query.text(1), query.text(2), query.integer(3)});
    return rows;
}

Totals CacheIndex::totals()
{
    auto query =
        reader_->prepare("select (select count(*) from cache_blob), (select coalesce(sum(size), 0) from cache_blob), "
                         "(select count(*) from cache_name), (select count(distinct document) from cache_release), "
                         "(select count(*) from cache_table)");
    if (!query.next())
        return {};
    return {query.integer(0), query.integer(1), query.integer(2), query.integer(3), query.integer(4)};
}

std::int64_t CacheIndex::content_bytes()
{
    auto query = reader_->prepare("select coalesce(sum(size), 0) from cache_blob");
    return query.next() ? query.integer(0) : 0;
}

std::vector<ListRow> CacheIndex::list(std::string_view pattern)
{
    std::vector<ListRow> rows;
    auto query = reader_->prepare(fmt::format(
        "select name, size, verified, used from cache_name join cache_blob using (sha256) where {} order by name",
        is_url));
    while (query.next())
        if (auto name = query.text(0); pattern.empty() || glob_match(pattern, name))
            rows.push_back({std::move(name), static_cast<std::uint64_t>(query.integer(1)), query.integer(2) != 0,
                            query.integer(3)});
    return rows;
}

std::vector<BlobRow> CacheIndex::blobs()
{
    std::vector<BlobRow> rows;
    auto query = reader_->prepare("select sha256, size from cache_blob");
    while (query.next())
        rows.push_back({query.text(0), static_cast<std::uint64_t>(query.integer(1)), {}, {}, 0});
    return rows;
}

std::vector<std::string> CacheIndex::urls(std::string_view sha256)
{
    std::vector<std::string> urls;
    auto query =
        reader_->prepare(fmt::format("select name from cache_name where sha256 = ? and {} order by name", is_url));
    query.bind(sha256);
    while (query.next())
        urls.push_back(query.text(0));
    return urls;
}

net::Task<> CacheIndex::put(BlobRow blob, std::vector<NameRow> names, std::int64_t now)
{
    co_await write([blob = std::move(blob), names = std::move(names), now](state::Database& database) {
        database
            .prepare("insert into cache_blob (sha256, size, content_type, last_modified, stored, used) "
                     "values (?, ?, ?, ?, ?, ?) on conflict (sha256) do update set used = excluded.used")
            .bind(blob.sha256)
            .bind(blob.size)
            .bind(blob.content_type)
            .bind(blob.last_modified)
            .bind(now)
            .bind(now)
            .run();
        for (const auto& name : names)
            put_name_row(database, name);
    });
}

net::Task<> CacheIndex::put_name(NameRow name)
{
    co_await write([name = std::move(name)](state::Database& database) { put_name_row(database, name); });
}

net::Task<> CacheIndex::put_release(ReleaseRow release, std::int64_t keep)
{
    co_await write([release = std::move(release), keep](state::Database& database) {
        database
            .prepare("insert or replace into cache_release (document, generation, sha256, signature, etag, adopted) "
                     "values (?, ?, ?, ?, ?, ?)")
            .bind(release.document)
            .bind(release.generation)
            .bind(release.sha256)
            .bind(release.signature)
            .bind(release.etag)
            .bind(release.adopted)
            .run();
        database.prepare("delete from cache_release where document = ? and generation <= ?")
            .bind(release.document)
            .bind(release.generation - keep)
            .run();
    });
}

net::Task<> CacheIndex::put_wanted(std::string directory, std::string path, std::int64_t now)
{
    co_await write([directory = std::move(directory), path = std::move(path), now](state::Database& database) {
        database.prepare("insert or replace into cache_wanted (directory, path, asked) values (?, ?, ?)")
            .bind(directory)
            .bind(path)
            .bind(now)
            .run();
    });
}

net::Task<> CacheIndex::put_table(TableRow table, std::int64_t keep)
{
    co_await write([table = std::move(table), keep](state::Database& database) {
        database.prepare("insert or replace into cache_table (origin, sha256, base, made) values (?, ?, ?, ?)")
            .bind(table.origin)
            .bind(table.sha256)
            .bind(table.base)
            .bind(table.made)
            .run();
        database
            .prepare("delete from cache_table where origin = ? and sha256 not in "
                     "(select sha256 from cache_table where origin = ? order by made desc limit ?)")
            .bind(table.origin)
            .bind(table.origin)
            .bind(keep)
            .run();
    });
}

net::Task<> CacheIndex::touch(std::vector<std::string> sha256s, std::int64_t now)
{
    co_await write([sha256s = std::move(sha256s), now](state::Database& database) {
        for (const auto& sha256 : sha256s)
            database.prepare("update cache_blob set used = ? where sha256 = ?").bind(now).bind(sha256).run();
    });
}

net::Task<> CacheIndex::forget_blob(std::string sha256)
{
    co_await write([sha256 = std::move(sha256)](state::Database& database) { forget(database, sha256); });
}

net::Task<> CacheIndex::forget_names(std::vector<std::string> names)
{
    co_await write([names = std::move(names)](state::Database& database) {
        for (const auto& name : names)
            database.prepare("delete from cache_name where name = ?").bind(name).run();
    });
}

net::Task<std::vector<BlobRow>> CacheIndex::forget_unnamed()
{
    return take_out(
        fmt::format("and not exists (select 1 from cache_name where cache_name.sha256 = cache_blob.sha256 and {})",
                    is_url),
        std::nullopt);
}

net::Task<std::vector<BlobRow>> CacheIndex::evict(std::int64_t bytes)
{
    return take_out("order by used, stored", bytes);
}

net::Task<std::vector<BlobRow>> CacheIndex::take_out(std::string which, std::optional<std::int64_t> bytes)
{
    auto gone = std::make_shared<std::vector<BlobRow>>();
    co_await write([gone, which, bytes](state::Database& database) {
        gone->clear();
        std::int64_t freed = 0;
        {
            auto query = database.prepare(
                fmt::format("select sha256, size from cache_blob where sha256 not in ({}) {}", live_content, which));
            while ((!bytes || freed < *bytes) && query.next()) {
                gone->push_back({query.text(0), static_cast<std::uint64_t>(query.integer(1)), {}, {}, 0});
                freed += query.integer(1);
            }
        }
        for (const auto& blob : *gone)
            forget(database, blob.sha256);
    });
    co_return std::move(*gone);
}

} // namespace dfriends::cache
