-- SPDX-License-Identifier: Apache-2.0
-- One row for each apply; finished is null while it runs, or where it was killed.
create table converge_run (
    id integer primary key autoincrement,
    started text not null,
    finished text,
    files text not null, -- one path a line
    created integer not null default 0,
    changed integer not null default 0,
    removed integer not null default 0,
    unchanged integer not null default 0,
    failed integer not null default 0
) strict;

create table converge_result (
    run integer not null references converge_run (id) on delete cascade,
    position integer not null,
    type text not null,
    name text not null,
    action text not null,
    status text not null,
    effect text not null,
    changes text not null, -- JSON: [{"attribute", "from", "to"}]
    reason text not null,
    hint text not null,
    milliseconds integer not null,
    primary key (run, position)
) strict, without rowid;
create index converge_result_resource on converge_result (type, name);

-- Notifications whose cause has happened and which are still to be delivered.
create table converge_notification (
    type text not null,
    name text not null,
    action text not null,
    source text not null,
    primary key (type, name, action)
) strict, without rowid;
