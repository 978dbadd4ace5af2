// SPDX-License-Identifier: Apache-2.0
#include "state/migrate.hpp"

namespace dfriends::state {

int schema_version(Database& database)
{
    Statement query = database.prepare("pragma user_version");
    query.next();
    return static_cast<int>(query.integer(0));
}

void refuse_newer(Database& database)
{
    const int newest = migrations().empty() ? 0 : migrations().back().version;
    if (const int found = schema_version(database); found > newest)
        throw Error(ErrorKind::conflict, "the state database '{}' has schema {}, but this dfriends knows only {}",
                    database.name(), found, newest)
            .hint("install the dfriends that wrote it, or restore a backup");
}

void migrate(Database& database)
{
    refuse_newer(database);
    for (const Migration& step : migrations()) {
        if (step.version <= schema_version(database))
            continue;
        Transaction transaction(database);
        if (step.version <= schema_version(database))
            continue; // another process was faster
        database.execute(step.script);
        database.execute(fmt::format("pragma user_version = {}", step.version));
        transaction.commit();
    }
}

} // namespace dfriends::state
