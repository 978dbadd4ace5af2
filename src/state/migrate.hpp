// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/sqlite.hpp"

#include <span>
#include <string_view>

namespace dfriends::state {

/// One step of the schema: a script that is never edited after a release.
struct Migration {
    int version;
    std::string_view name;
    std::string_view script;
};

/// All steps, numbered 1, 2, 3 … without gaps; made from migrations/NNNN-<room>.sql at build time.
std::span<const Migration> migrations();

int schema_version(Database& database);

/// Throws Error(conflict) for a schema newer than we know; reads only.
void refuse_newer(Database& database);

/// Brings the schema to the newest step, each step in a transaction of its own. A newer one is refused as above.
void migrate(Database& database);

} // namespace dfriends::state
