// SPDX-License-Identifier: Apache-2.0
#include "state/backup.hpp"

#include "base/scope_exit.hpp"
#include "os/file.hpp"
#include "state/migrate.hpp"
#include "state/sqlite.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dfriends::state {

namespace fs = std::filesystem;

void backup(const fs::path& database, const fs::path& target)
{
    if (fs::exists(target))
        throw Error(ErrorKind::conflict, "'{}' exists already", target.string())
            .hint("choose a new name for the backup");
    const fs::path temporary = target.string() + ".part";
    fs::remove(temporary);
    ScopeExit remove_it([&] { ::unlink(temporary.c_str()); });
    Database source(database, OpenMode::read_only);
    source.prepare("vacuum into ?").bind(temporary.string()).run();
    const os::Descriptor file = os::open_file(temporary, O_RDONLY);
    if (::fsync(file.number()) != 0 || ::rename(temporary.c_str(), target.c_str()) != 0)
        throw Error(ErrorKind::unavailable, "cannot write '{}': {}", target.string(), describe_errno(errno));
    remove_it.release();
    os::sync_directory(target.parent_path());
}

std::vector<std::string> check(const fs::path& database)
{
    std::vector<std::string> faults;
    Database opened(database, OpenMode::read_only);
    Statement rows = opened.prepare("pragma integrity_check(20)");
    while (rows.next())
        if (std::string line = rows.text(0); line != "ok")
            faults.push_back(std::move(line));
    return faults;
}

namespace {

/// A database that another process has open for writing cannot be taken exclusively.
void refuse_used(const fs::path& database)
{
    if (!fs::exists(database))
        return;
    try {
        Database opened(database);
        opened.execute("pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive; rollback;");
        opened.execute("pragma wal_checkpoint(truncate)");
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::invalid)
            return; // damaged: that is what a restore is for
        throw Error(ErrorKind::conflict, "'{}' is in use", database.string())
            .hint("stop the services of that state directory first");
    }
}

} // namespace

void restore(const fs::path& backup, const fs::path& database)
{
    if (const auto faults = check(backup); !faults.empty())
        throw Error(ErrorKind::invalid, "the backup '{}' is damaged: {}", backup.string(), faults.front());
    {
        Database opened(backup, OpenMode::read_only);
        const int newest = migrations().empty() ? 0 : migrations().back().version;
        if (schema_version(opened) > newest)
            throw Error(ErrorKind::conflict, "the backup '{}' is from a newer dfriends", backup.string())
                .hint("install the dfriends that wrote it");
    }
    refuse_used(database);
    os::make_directories(database.parent_path(), 0750);
    const fs::path temporary = database.string() + ".part";
    ScopeExit remove_it([&] { ::unlink(temporary.c_str()); });
    os::write_file(temporary, os::read_file(backup, ~std::uint64_t{0}), 0640);
    struct stat replaced{};
    if (::stat(database.c_str(), &replaced) == 0) { // others may share the database with its owner
        (void)!::chown(temporary.c_str(), replaced.st_uid, replaced.st_gid);
        ::chmod(temporary.c_str(), replaced.st_mode & 07777U);
    }
    if (fs::exists(database)) {
        const fs::path kept = database.string() + ".replaced";
        fs::remove(kept);
        fs::create_hard_link(database, kept);
    }
    // A leftover log would be applied to the new file.
    for (const char* suffix : {"-wal", "-shm"})
        fs::remove(database.string() + suffix);
    fs::rename(temporary, database);
    remove_it.release();
    os::sync_directory(database.parent_path());
}

} // namespace dfriends::state
