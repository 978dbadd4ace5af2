// SPDX-License-Identifier: Apache-2.0
#include "unit/state/power_loss.hpp"

#include <algorithm>

namespace dfriends::state {

PowerLoss* PowerLoss::current_ = nullptr;

PowerLoss::PowerLoss() : real_(sqlite3_vfs_find(nullptr))
{
    current_ = this;
    vfs_ = *real_;
    vfs_.zName = "power-loss";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    vfs_.pNext = nullptr;
    sqlite3_vfs_register(&vfs_, 1);

    methods_.iVersion = 2;
    methods_.xClose = close;
    methods_.xRead = [](sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
        return as_file(file).real->pMethods->xRead(as_file(file).real, into, count, offset);
    };
    methods_.xWrite = write;
    methods_.xTruncate = truncate;
    methods_.xSync = sync;
    methods_.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
        return as_file(file).real->pMethods->xFileSize(as_file(file).real, size);
    };
    methods_.xLock = [](sqlite3_file* file, int level) {
        return as_file(file).real->pMethods->xLock(as_file(file).real, level);
    };
    methods_.xUnlock = [](sqlite3_file* file, int level) {
        return as_file(file).real->pMethods->xUnlock(as_file(file).real, level);
    };
    methods_.xCheckReservedLock = [](sqlite3_file* file, int* held) {
        return as_file(file).real->pMethods->xCheckReservedLock(as_file(file).real, held);
    };
    methods_.xFileControl = [](sqlite3_file* file, int operation, void* argument) {
        return as_file(file).real->pMethods->xFileControl(as_file(file).real, operation, argument);
    };
    methods_.xSectorSize = [](sqlite3_file* file) {
        return as_file(file).real->pMethods->xSectorSize(as_file(file).real);
    };
    // No promise of atomic or ordered writes.
    methods_.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
    // The index of the log is memory: it is made again after a crash.
    methods_.xShmMap = [](sqlite3_file* file, int page, int size, int extend, void volatile** out) {
        return as_file(file).real->pMethods->xShmMap(as_file(file).real, page, size, extend, out);
    };
    methods_.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
        return as_file(file).real->pMethods->xShmLock(as_file(file).real, offset, count, flags);
    };
    methods_.xShmBarrier = [](sqlite3_file* file) { as_file(file).real->pMethods->xShmBarrier(as_file(file).real); };
    methods_.xShmUnmap = [](sqlite3_file* file, int remove) {
        return as_file(file).real->pMethods->xShmUnmap(as_file(file).real, remove);
    };
}

PowerLoss::~PowerLoss()
{
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    current_ = nullptr;
}

PowerLoss& PowerLoss::of(sqlite3_file*)
{
    return *current_;
}

int PowerLoss::open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags)
{
    PowerLoss& self = *current_;
    File& ours = as_file(file);
    ours.base.pMethods = nullptr;
    ours.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
    const int code = self.real_->xOpen(self.real_, name, ours.real, flags, out_flags);
    if (code != SQLITE_OK)
        return code;
    const std::lock_guard lock(self.mutex_);
    ours.unsynced = &self.unsynced_.emplace_back();
    self.open_[ours.unsynced] = ours.real;
    ours.base.pMethods = &self.methods_;
    return SQLITE_OK;
}

int PowerLoss::close(sqlite3_file* file)
{
    PowerLoss& self = of(file);
    const std::lock_guard lock(self.mutex_);
    self.open_.erase(as_file(file).unsynced);
    return as_file(file).real->pMethods->xClose(as_file(file).real);
}

void PowerLoss::remember(File& file, sqlite3_int64 offset, sqlite3_int64 count)
{
    Write write{offset, {}, 0};
    file.real->pMethods->xFileSize(file.real, &write.size_before);
    const sqlite3_int64 there = std::clamp<sqlite3_int64>(write.size_before - offset, 0, count);
    write.before.resize(static_cast<std::size_t>(there));
    if (there > 0)
        file.real->pMethods->xRead(file.real, write.before.data(), static_cast<int>(there), offset);
    file.unsynced->push_back(std::move(write));
}

int PowerLoss::write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset)
{
    PowerLoss& self = of(file);
    const std::lock_guard lock(self.mutex_);
    if (self.failed_)
        return SQLITE_IOERR_WRITE;
    self.remember(as_file(file), offset, count);
    return as_file(file).real->pMethods->xWrite(as_file(file).real, bytes, count, offset);
}

int PowerLoss::truncate(sqlite3_file* file, sqlite3_int64 size)
{
    PowerLoss& self = of(file);
    const std::lock_guard lock(self.mutex_);
    if (self.failed_)
        return SQLITE_IOERR_TRUNCATE;
    sqlite3_int64 now = 0;
    as_file(file).real->pMethods->xFileSize(as_file(file).real, &now);
    if (now > size)
        self.remember(as_file(file), size, now - size);
    return as_file(file).real->pMethods->xTruncate(as_file(file).real, size);
}

int PowerLoss::sync(sqlite3_file* file, int flags)
{
    PowerLoss& self = of(file);
    const std::lock_guard lock(self.mutex_);
    if (self.failed_)
        return SQLITE_IOERR_FSYNC;
    ++self.syncs_;
    as_file(file).unsynced->clear();
    (void)flags; // the host's own disk need not be asked: its power does not fail
    return SQLITE_OK;
}

void PowerLoss::fail()
{
    const std::lock_guard lock(mutex_);
    failed_ = true;
    for (const auto& [unsynced, real] : open_) {
        for (auto write = unsynced->rbegin(); write != unsynced->rend(); ++write) {
            ++lost_;
            if (!write->before.empty())
                real->pMethods->xWrite(real, write->before.data(), static_cast<int>(write->before.size()),
                                       write->offset);
            real->pMethods->xTruncate(real, write->size_before);
        }
        unsynced->clear();
    }
}

void PowerLoss::restore()
{
    const std::lock_guard lock(mutex_);
    failed_ = false;
}

} // namespace dfriends::state
