-- SPDX-License-Identifier: Apache-2.0
create table paas_app (
    name text primary key,
    created text not null,
    deploy_branch text,                 -- null until the first push sets it
    release integer not null default 0, -- the one that serves; 0: none yet
    port integer not null default 0,    -- of this host, where the app has no host name; 0: none chosen yet
    stopped integer not null default 0
) strict, without rowid;

-- Variables. An empty app means all apps.
create table paas_config (
    app text not null,
    key text not null,
    value text not null,
    primary key (app, key)
) strict, without rowid;

-- Beside the names that every app has by its own name.
create table paas_domain (
    domain text primary key,
    app text not null references paas_app (name) on delete cascade
) strict, without rowid;

-- How many containers of a process type; 1 of web and none of others where nothing stands here.
create table paas_scale (
    app text not null references paas_app (name) on delete cascade,
    type text not null,
    quantity integer not null,
    primary key (app, type)
) strict, without rowid;

-- Code and configuration that ran together.
create table paas_release (
    app text not null references paas_app (name) on delete cascade,
    number integer not null,
    image text not null,
    revision text not null,    -- of git; empty where none is known
    description text not null, -- what made it: "push", "config:set A", "rollback to v3"
    author text not null,      -- name of the key, or of the local user
    processes text not null,   -- JSON: process type → command
    checks text not null,      -- JSON: what must hold before it serves
    config text not null,      -- JSON: key → value
    created text not null,
    primary key (app, number)
) strict, without rowid;

-- The containers of the serving release, and those before them until they are gone.
create table paas_process (
    container text primary key,
    app text not null references paas_app (name) on delete cascade,
    type text not null,
    number integer not null,
    address text not null,
    port integer not null,   -- 0: takes no requests
    retired integer not null -- 1: a newer one took its place
) strict, without rowid;

-- Of the installation: user, home, setup_token, ca_file and the like.
create table paas_setting (
    key text primary key,
    value text not null
) strict, without rowid;
