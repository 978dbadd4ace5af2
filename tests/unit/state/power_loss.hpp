// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dfriends::state {

/// While it lives, SQLite's files are on a disk that keeps of each file only what was synced when the power fails: the
/// worst that a disk without lies may do.
class PowerLoss {
  public:
    PowerLoss();
    ~PowerLoss();
    PowerLoss(const PowerLoss&) = delete;
    PowerLoss& operator=(const PowerLoss&) = delete;

    /// From now on nothing is written, and what was not synced is gone.
    void fail();
    /// The power is back; nothing that was open before may be open still.
    void restore();
    std::size_t syncs() const { return syncs_; }
    std::size_t lost_writes() const { return lost_; }

  private:
    struct Write {
        sqlite3_int64 offset;
        std::string before;
        sqlite3_int64 size_before;
    };
    struct File {
        sqlite3_file base; ///< first: SQLite knows it by this
        sqlite3_file* real;
        std::vector<Write>* unsynced;
    };

    static PowerLoss& of(sqlite3_file* file);
    static File& as_file(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags);
    static int close(sqlite3_file* file);
    static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset);
    static int truncate(sqlite3_file* file, sqlite3_int64 size);
    static int sync(sqlite3_file* file, int flags);
    /// Remembers what a write or a truncation is about to overwrite.
    void remember(File& file, sqlite3_int64 offset, sqlite3_int64 count);

    static PowerLoss* current_;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_{};
    sqlite3_io_methods methods_{};
    std::mutex mutex_;
    bool failed_ = false;
    std::size_t syncs_ = 0, lost_ = 0;
    std::list<std::vector<Write>> unsynced_;
    std::map<std::vector<Write>*, sqlite3_file*> open_;
};

} // namespace dfriends::state
