-- What kv serve keeps: the v2 tree, its recent events, and a few numbers.
create table kv_meta (name text primary key, value integer not null) strict, without rowid;

create table kv_node (
    path blob primary key,
    dir integer not null,
    value blob not null,
    created integer not null,
    modified integer not null,
    expires integer            -- nanoseconds since 1970, or null
) strict, without rowid;

create table kv_event (
    number integer primary key,
    path blob not null,
    removes_dir integer not null,
    is_silent integer not null, -- a refresh: it counts, but no watcher sees it
    body blob not null
) strict;
