-- SPDX-License-Identifier: Apache-2.0
-- The index of the package cache. Content itself lies in the cache directory under its SHA-256; a row here whose content is
-- gone counts as a miss, so the directory may be emptied at any time. Times are seconds since 1970.

-- Content that is in the store.
create table cache_blob (
    sha256 text primary key,
    size integer not null,
    content_type text not null,
    last_modified text not null, -- as the first upstream gave it, '' for none
    stored integer not null,     -- milliseconds
    used integer not null        -- milliseconds
) strict, without rowid;
create index cache_blob_used on cache_blob (used);

-- What a URL (canonical) or a digest in another algorithm ("sha512:…") stood for last.
create table cache_name (
    name text primary key,
    sha256 text not null,
    verified integer not null,   -- 1: an index of its repository named this content
    etag text not null,          -- of upstream, for asking again
    last_modified text not null, -- likewise
    fresh_until integer not null
) strict, without rowid;
create index cache_name_sha256 on cache_name (sha256);

-- Adopted InRelease and Release files, the newest generation of each being what is served.
create table cache_release (
    document text not null,      -- canonical URL of the file
    generation integer not null,
    sha256 text not null,
    signature text not null,     -- SHA-256 of the Release.gpg that belongs to it, '' for none
    etag text not null,
    adopted integer not null,
    primary key (document, generation)
) strict, without rowid;

-- Indices that clients asked for: a new generation is adopted only when it has these.
create table cache_wanted (
    directory text not null,     -- of the Release file
    path text not null,          -- relative to it
    asked integer not null,
    primary key (directory, path)
) strict, without rowid;

-- Packages and Sources indices whose package table lies in the cache directory.
create table cache_table (
    origin text not null,        -- canonical URL of the index without compression suffix
    sha256 text not null,        -- of the index as stored
    base text not null,          -- canonical URL of the repository's root
    made integer not null,
    primary key (origin, sha256)
) strict, without rowid;
