-- SPDX-License-Identifier: Apache-2.0
-- What a container that was changed in place is declared as by now. An empty state: a change was under way.
create table converge_declared (
    name text primary key,  -- of the container
    id text not null,       -- the engine's; a row of another one is of a container that is gone
    state text not null
) strict, without rowid;
