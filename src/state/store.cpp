// SPDX-License-Identifier: Apache-2.0
#include "state/store.hpp"

#include "net/completion.hpp"
#include "os/file.hpp"
#include "state/migrate.hpp"

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <utility>
#include <vector>

namespace dfriends::state {

namespace {

/// A queued change and what is told of its end.
struct Change {
    std::function<void(Database&)> work;
    std::function<void(std::exception_ptr)> done;
};

/// Runs one change so that a throw undoes it alone.
std::exception_ptr run_alone(Database& database, const Change& change)
{
    try {
        database.execute("savepoint one");
        change.work(database);
        database.execute("release one");
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}

void undo_alone(Database& database)
{
    database.execute("rollback to one; release one");
}

} // namespace

struct Store::Writer {
    explicit Writer(const std::filesystem::path& file) : database(file)
    {
        migrate(database);
        thread = std::thread([this] { loop(); });
    }

    ~Writer()
    {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        wake.notify_one();
        thread.join();
    }

    void add(Change change)
    {
        {
            const std::lock_guard lock(mutex);
            queue.push_back(std::move(change));
        }
        wake.notify_one();
    }

    void loop()
    {
        for (;;) {
            std::deque<Change> batch;
            {
                std::unique_lock lock(mutex);
                wake.wait(lock, [this] { return stopping || !queue.empty(); });
                if (queue.empty())
                    return;
                batch.swap(queue);
            }
            commit(batch);
        }
    }

    /// All changes of a batch in one transaction: one fsync for all of them.
    void commit(std::deque<Change>& batch)
    {
        std::vector<std::exception_ptr> results(batch.size());
        try {
            Transaction transaction(database);
            for (std::size_t i = 0; i < batch.size(); ++i) {
                results[i] = run_alone(database, batch[i]);
                if (results[i] && !database.in_transaction()) // a full disk rolls all back, not just the savepoint
                    std::rethrow_exception(results[i]);
                if (results[i])
                    undo_alone(database);
            }
            transaction.commit();
        } catch (...) {
            for (std::exception_ptr& result : results)
                if (!result)
                    result = std::current_exception();
        }
        for (std::size_t i = 0; i < batch.size(); ++i)
            batch[i].done(results[i]);
    }

    Database database;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Change> queue;
    bool stopping = false;
    std::thread thread;
};

Store::Store(const std::filesystem::path& directory) : directory_(directory)
{
    os::make_directories(directory, 0750);
    std::error_code ignored;
    if (std::filesystem::file_size(file(), ignored) > 0 && !ignored) { // opening it to write would already change it
        Database untouched(file(), OpenMode::read_only);
        refuse_newer(untouched);
    }
    // SQLite would make it readable for all. Made without a descriptor of ours: closing one would drop the locks that
    // other connections of this process hold (fcntl(2), POSIX locks).
    if (::mknod(file().c_str(), S_IFREG | 0640, 0) != 0 && errno != EEXIST)
        throw Error(kind_of_errno(errno), "cannot make '{}': {}", file().string(), describe_errno(errno));
    writer_ = std::make_unique<Writer>(file());
}

Store::~Store() = default;

void Store::change(std::function<void(Database&)> work)
{
    std::promise<void> done;
    auto ready = done.get_future();
    writer_->add({std::move(work), [&done](std::exception_ptr failure) {
                      if (failure)
                          done.set_exception(failure);
                      else
                          done.set_value();
                  }});
    ready.get();
}

net::Task<> Store::write(std::function<void(Database&)> work)
{
    net::Completion completion;
    writer_->add({std::move(work), [completion](std::exception_ptr failure) { completion.finish(failure); }});
    co_await completion.wait();
}

std::unique_ptr<Database> Store::reader() const
{
    return std::make_unique<Database>(file(), OpenMode::read_only);
}

} // namespace dfriends::state
