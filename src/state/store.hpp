// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"
#include "state/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace dfriends::state {

/// The state directory's database, migrated, with one writer thread. Changes that are queued together are committed
/// together (group commit): each one is on disk when its call returns, and one that throws undoes only itself.
class Store {
  public:
    /// Makes the directory (mode 0750) and state.db (0640) where they do not exist.
    explicit Store(const std::filesystem::path& directory);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Runs a change as one transaction on the writer thread and waits for the commit: for verbs.
    void change(std::function<void(Database&)> work);
    /// The same for servers; the coroutine goes on on its loop after the commit. `work` must own what it uses, or use
    /// what outlives the server.
    net::Task<> write(std::function<void(Database&)> work);
    /// A connection of the calling thread's own for reading; sees the last commit.
    std::unique_ptr<Database> reader() const;

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path file() const { return directory_ / "state.db"; }

  private:
    struct Writer;
    std::filesystem::path directory_;
    std::unique_ptr<Writer> writer_;
};

/// Holds a service's name in a state directory while it lives, so that two processes never serve the same state.
/// Throws Error(conflict) that names the other process.
class ServiceLock {
  public:
    ServiceLock(const std::filesystem::path& directory, std::string_view service);
    ~ServiceLock();
    ServiceLock(const ServiceLock&) = delete;
    ServiceLock& operator=(const ServiceLock&) = delete;

    /// The process that holds the service's name there; nothing where none does.
    static std::optional<pid_t> find_holder(const std::filesystem::path& directory, std::string_view service);

  private:
    struct Held;
    std::unique_ptr<Held> held_;
};

} // namespace dfriends::state
