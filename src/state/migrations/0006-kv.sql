-- Users and roles of kv serve's v2 API. A list may be missing, which is not the same as empty: clients see null or [].
create table kv_role (
    name text primary key,
    has_read integer not null,  -- 0: the list is null
    has_write integer not null
) strict, without rowid;

create table kv_permission (
    role text not null references kv_role (name),
    is_write integer not null,
    place integer not null,     -- the order that the client gave
    path text not null,         -- a key, or what keys begin with and '*'
    primary key (role, is_write, place)
) strict, without rowid;

create table kv_user (
    name text primary key,
    password text not null,     -- its hash
    has_roles integer not null  -- 0: the list is null
) strict, without rowid;

create table kv_user_role (
    user text not null references kv_user (name),
    place integer not null,
    role text not null,         -- need not be in kv_role
    primary key (user, place)
) strict, without rowid;
