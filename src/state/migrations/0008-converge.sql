-- SPDX-License-Identifier: Apache-2.0
-- What digests of secrets are made with, in labels and plans.
create table converge_key (
    id integer primary key check (id = 1),
    key text not null       -- 32 random bytes in hexadecimal digits
) strict;
