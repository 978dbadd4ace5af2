// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/rows.hpp"

#include "state/sqlite.hpp"

namespace dfriends::kv::v3 {

namespace {

constexpr std::string_view record_columns = "create_revision, revision, version, lease, value";

Record read_record(const state::Statement& row, int column)
{
    Record record;
    record.create_revision = row.integer(column);
    record.mod_revision = row.integer(column + 1);
    record.version = row.integer(column + 2);
    record.lease = row.integer(column + 3);
    record.value = row.text(column + 4);
    return record;
}

} // namespace

void Rows::add(const Revision& revision)
{
    std::int64_t sub = 0;
    for (const Change& change : revision.changes) {
        const Record& record = change.record;
        database_
            .prepare("insert into kv3_log (revision, sub, key, create_revision, version, lease, value) "
                     "values (?, ?, ?, ?, ?, ?, ?)")
            .bind(revision.number)
            .bind(sub++)
            .bind_blob(change.key)
            .bind(record.create_revision)
            .bind(record.version)
            .bind(record.lease)
            .bind_blob(record.value)
            .run();
        if (record.version == 0) {
            database_.prepare("delete from kv3_key where key = ?").bind_blob(change.key).run();
            continue;
        }
        database_
            .prepare("insert or replace into kv3_key (key, create_revision, revision, version, lease, value) "
                     "values (?, ?, ?, ?, ?, ?)")
            .bind_blob(change.key)
            .bind(record.create_revision)
            .bind(revision.number)
            .bind(record.version)
            .bind(record.lease)
            .bind_blob(record.value)
            .run();
    }
}

void Rows::load(Records& records)
{
    auto query = database_.prepare(fmt::format("select key, {} from kv3_key order by key", record_columns));
    while (query.next())
        records.emplace_hint(records.end(), query.text(0), read_record(query, 1));
}

void Rows::set_number(std::string_view name, std::int64_t value)
{
    database_.prepare("insert or replace into kv_meta (name, value) values (?, ?)").bind(name).bind(value).run();
}

std::int64_t Rows::number(std::string_view name, std::int64_t fallback)
{
    auto query = database_.prepare("select value from kv_meta where name = ?");
    return query.bind(name).next() ? query.integer(0) : fallback;
}

std::int64_t Rows::count_keys()
{
    auto statement = database_.prepare("select count(*) from kv3_key");
    statement.next();
    return statement.integer(0);
}

Records Rows::read_at(const Span& span, std::int64_t revision)
{
    Records records;
    const auto high = span.high();
    auto query = database_.prepare(
        fmt::format("select key, {} from kv3_log where key >= ? and {} and revision <= ? order by key, revision, sub",
                    record_columns, high ? "key < ?" : "? is null"));
    query.bind_blob(span.low());
    if (high)
        query.bind_blob(*high);
    else
        query.bind(nullptr);
    query.bind(revision);
    std::string key;
    Record newest; // of the key at hand
    const auto keep = [&] {
        if (newest.version != 0)
            records.emplace_hint(records.end(), std::move(key), std::move(newest));
    };
    while (query.next()) {
        std::string next = query.text(0);
        if (next != key)
            keep();
        key = std::move(next);
        newest = read_record(query, 1);
    }
    keep();
    return records;
}

std::vector<Revision> Rows::read_log(std::int64_t first, std::size_t most_revisions, std::size_t most_bytes)
{
    std::vector<Revision> revisions;
    std::size_t bytes = 0;
    auto query = database_.prepare(
        fmt::format("select key, {}, sub from kv3_log where revision >= ? order by revision, sub", record_columns));
    query.bind(first);
    while (query.next()) {
        Change change{query.text(0), read_record(query, 1), std::nullopt};
        const std::int64_t number = change.record.mod_revision;
        if (revisions.empty() || revisions.back().number != number) {
            if (revisions.size() == most_revisions || bytes > most_bytes)
                break;
            revisions.push_back({number, {}});
        }
        auto older = database_.prepare(fmt::format("select {} from kv3_log where key = ? and (revision, sub) < (?, ?) "
                                                   "order by revision desc, sub desc limit 1",
                                                   record_columns));
        if (older.bind_blob(change.key).bind(number).bind(query.integer(6)).next())
            if (Record record = read_record(older, 0); record.version != 0)
                change.previous = std::move(record);
        bytes += change.key.size() + change.record.value.size() + sizeof change;
        revisions.back().changes.push_back(std::move(change));
    }
    return revisions;
}

void Rows::sweep(std::int64_t first, std::int64_t last, std::int64_t compacted)
{
    database_
        .prepare("delete from kv3_log where (revision, sub) in (select old.revision, old.sub from kv3_log new "
                 "join kv3_log old on old.key = new.key and (old.revision, old.sub) < (new.revision, new.sub) "
                 "where new.revision >= ? and new.revision <= ?)")
        .bind(first)
        .bind(last)
        .run();
    database_.prepare("delete from kv3_log where revision >= ? and revision <= ? and revision < ? and version = 0")
        .bind(first)
        .bind(last)
        .bind(compacted)
        .run();
}

} // namespace dfriends::kv::v3
