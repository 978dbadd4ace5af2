-- The v3 keyspace of kv serve: every revision since the last compaction, and what is there now.
create table kv3_log (
    revision integer not null,
    sub integer not null,       -- place in its transaction
    key blob not null,
    create_revision integer not null,
    version integer not null,   -- 0: the key was deleted
    lease integer not null,
    value blob not null,
    primary key (revision, sub)
) strict, without rowid;

-- A transaction may change a key twice: the higher sub is the newer one.
create index kv3_log_key on kv3_log (key, revision, sub);

create table kv3_key (
    key blob primary key,
    create_revision integer not null,
    revision integer not null,
    version integer not null,
    lease integer not null,
    value blob not null
) strict, without rowid;

create table kv3_lease (
    id integer primary key,
    ttl integer not null        -- seconds, as granted
) strict;

create table kv3_role (name text primary key) strict, without rowid;

create table kv3_user (
    name text primary key,
    password text not null      -- its hash; empty: none is right
) strict, without rowid;

create table kv3_user_role (
    user text not null references kv3_user (name),
    role text not null,         -- "root" need not be in kv3_role
    primary key (user, role)
) strict, without rowid;

create table kv3_permission (
    role text not null references kv3_role (name),
    key blob not null,
    range_end blob not null,
    type integer not null,      -- etcd's authpb.Permission.Type
    primary key (role, key, range_end)
) strict, without rowid;
