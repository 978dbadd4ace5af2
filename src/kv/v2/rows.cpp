// SPDX-License-Identifier: Apache-2.0
#include "kv/v2/rows.hpp"

#include "kv/v2/path.hpp"

namespace dfriends::kv::v2 {

void Rows::change(const RowChange& change)
{
    if (!change.node) {
        // '0' follows '/': the range holds just what lies below the path.
        const std::string low = change.path + "/", high = change.path + "0";
        database_.prepare("delete from kv_node where path = ?1 or (path >= ?2 and path < ?3)")
            .bind_blob(change.path)
            .bind_blob(low)
            .bind_blob(high)
            .run();
        return;
    }
    const Node& node = *change.node;
    std::optional<std::int64_t> expires;
    if (node.expires)
        expires = node.expires->time_since_epoch().count();
    database_
        .prepare(
            "insert into kv_node (path, dir, value, created, modified, expires) values (?, ?, ?, ?, ?, ?) "
            "on conflict (path) do update set dir = excluded.dir, value = excluded.value, created = excluded.created, "
            "modified = excluded.modified, expires = excluded.expires")
        .bind_blob(change.path)
        .bind(node.dir)
        .bind_blob(node.value)
        .bind(node.created)
        .bind(node.modified)
        .bind(expires)
        .run();
}

void Rows::add_event(const Event& event)
{
    database_.prepare("insert into kv_event (number, path, removes_dir, is_silent, body) values (?, ?, ?, ?, ?)")
        .bind(event.index)
        .bind_blob(event.path)
        .bind(event.removes_dir)
        .bind(event.is_silent)
        .bind_blob(event.body)
        .run();
}

void Rows::forget_events(std::uint64_t index)
{
    database_.prepare("delete from kv_event where number <= ?").bind(index).run();
}

void Rows::set_number(std::string_view name, std::uint64_t value)
{
    database_
        .prepare(
            "insert into kv_meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value")
        .bind(name)
        .bind(value)
        .run();
}

std::uint64_t Rows::number(std::string_view name, std::uint64_t fallback)
{
    state::Statement query = database_.prepare("select value from kv_meta where name = ?");
    return query.bind(name).next() ? static_cast<std::uint64_t>(query.integer(0)) : fallback;
}

void Rows::load(Tree& tree)
{
    // Parents sort before their children.
    state::Statement query =
        database_.prepare("select path, dir, value, created, modified, expires from kv_node order by path");
    while (query.next()) {
        Node node;
        node.dir = query.integer(1) != 0;
        node.value = query.text(2);
        node.created = static_cast<std::uint64_t>(query.integer(3));
        node.modified = static_cast<std::uint64_t>(query.integer(4));
        if (!query.is_null(5))
            node.expires = TimePoint(std::chrono::nanoseconds(query.integer(5)));
        const std::string path = query.text(0);
        const Node* const parent = tree.find(parent_path(path));
        if (parent == nullptr || !parent->dir)
            throw Error(ErrorKind::invalid, "the state database '{}' has a key without its directory", database_.name())
                .hint("check it with 'dfriends state check', or restore a backup");
        tree.put(path, std::move(node));
    }
}

std::vector<Event> Rows::load_events()
{
    std::vector<Event> events;
    state::Statement query =
        database_.prepare("select number, path, removes_dir, is_silent, body from kv_event order by number");
    while (query.next()) {
        Event event;
        event.index = static_cast<std::uint64_t>(query.integer(0));
        event.path = query.text(1);
        event.removes_dir = query.integer(2) != 0;
        event.is_silent = query.integer(3) != 0;
        event.body = query.text(4);
        events.push_back(std::move(event));
    }
    return events;
}

std::int64_t Rows::count_keys()
{
    auto statement = database_.prepare("select count(*) from kv_node where dir = 0");
    statement.next();
    return statement.integer(0);
}

} // namespace dfriends::kv::v2
