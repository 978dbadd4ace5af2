// SPDX-License-Identifier: Apache-2.0
#include "state/sqlite.hpp"

#include <sqlite3.h>

#include <chrono>
#include <list>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dfriends::state {

namespace {

/// Two that open a new file at once would both change its mode: SQLite tells one of them that it is busy, without
/// asking the busy timeout. What else goes wrong is found by whoever asks next.
void use_wal(sqlite3* handle)
{
    for (int attempts = 0; attempts < 250; ++attempts) {
        if ((sqlite3_exec(handle, "pragma journal_mode = wal", nullptr, nullptr, nullptr) & 0xff) != SQLITE_BUSY)
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

ErrorKind kind_of_result(int code)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return ErrorKind::conflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorKind::invalid;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return ErrorKind::denied;
    case SQLITE_MISUSE:
    case SQLITE_ERROR:
    case SQLITE_RANGE:
        return ErrorKind::internal;
    default: // SQLITE_FULL, SQLITE_BUSY, SQLITE_IOERR, SQLITE_CANTOPEN, …
        return ErrorKind::unavailable;
    }
}

std::string hint_of_result(int code, const std::string& name)
{
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fmt::format("move '{}' away and restore a backup with 'dfriends state restore FILE'", name);
    case SQLITE_FULL:
        return "free some space on that file system ('df -h')";
    case SQLITE_BUSY:
        return "another process holds the database; try again";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "run as the owner of the state directory, or name another with --state-dir";
    default:
        return {};
    }
}

} // namespace

/// Prepared statements that are not in use, by their text.
struct Database::Cache {
    std::unordered_multimap<std::string, sqlite3_stmt*> idle;
    ~Cache()
    {
        for (const auto& [sql, statement] : idle)
            sqlite3_finalize(statement);
    }
};

Database::Database(const std::filesystem::path& path, OpenMode mode)
    : name_(path.string()), cache_(std::make_unique<Cache>())
{
    const int flags =
        (mode == OpenMode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    try {
        if (sqlite3_open_v2(name_.c_str(), &handle_, flags, nullptr) != SQLITE_OK)
            fail("open");
        sqlite3_busy_timeout(handle_, 5000);
        if (mode == OpenMode::read_write) {
            use_wal(handle_);
            // Fast: what is deleted is overwritten where its page is written anyway. Distributions build it with all.
            execute("pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = fast; pragma "
                    "temp_store = memory;");
        }
        execute("pragma foreign_keys = on; pragma trusted_schema = off;");
        prepare("select count(*) from sqlite_schema").next(); // reads the head: finds what is no database at all
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Database::~Database()
{
    cache_.reset();
    sqlite3_close_v2(handle_);
}

void Database::fail(std::string_view doing) const
{
    const int code = sqlite3_extended_errcode(handle_);
    Error error(kind_of_result(code), "cannot {} the database '{}': {}", doing, name_, sqlite3_errmsg(handle_));
    if (std::string hint = hint_of_result(code, name_); !hint.empty())
        error.hint(std::move(hint));
    throw error;
}

void Database::execute(std::string_view script)
{
    if (sqlite3_exec(handle_, std::string(script).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("change");
}

Statement Database::prepare(std::string_view sql)
{
    if (auto found = cache_->idle.find(std::string(sql)); found != cache_->idle.end()) {
        sqlite3_stmt* statement = found->second;
        cache_->idle.erase(found);
        return {*this, statement};
    }
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK)
        fail("read");
    return {*this, statement};
}

void Database::give_back(sqlite3_stmt* statement) noexcept
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (cache_->idle.size() >= 64)
        sqlite3_finalize(statement);
    else
        cache_->idle.emplace(sqlite3_sql(statement), statement);
}

std::int64_t Database::last_row() const
{
    return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changes() const
{
    return sqlite3_changes64(handle_);
}

bool Database::in_transaction() const
{
    return sqlite3_get_autocommit(handle_) == 0;
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), bound_(other.bound_)
{
}

Statement::~Statement()
{
    if (statement_ != nullptr)
        database_->give_back(statement_);
}

Statement& Statement::bind(std::string_view text)
{
    // A null pointer would bind NULL: an empty view stands for an empty text.
    const char* data = text.data() != nullptr ? text.data() : "";
    if (sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
        database_->fail("read");
    return *this;
}

Statement& Statement::bind(std::int64_t number)
{
    if (sqlite3_bind_int64(statement_, ++bound_, number) != SQLITE_OK)
        database_->fail("read");
    return *this;
}

Statement& Statement::bind(double number)
{
    if (sqlite3_bind_double(statement_, ++bound_, number) != SQLITE_OK)
        database_->fail("read");
    return *this;
}

Statement& Statement::bind(std::nullptr_t)
{
    if (sqlite3_bind_null(statement_, ++bound_) != SQLITE_OK)
        database_->fail("read");
    return *this;
}

Statement& Statement::bind_blob(std::string_view bytes)
{
    const char* data = bytes.data() != nullptr ? bytes.data() : "";
    if (sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_STATIC) != SQLITE_OK)
        database_->fail("read");
    return *this;
}

bool Statement::next()
{
    switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        database_->fail(sqlite3_stmt_readonly(statement_) != 0 ? "read" : "change");
    }
}

std::int64_t Statement::run()
{
    while (next()) {
    }
    return database_->changes();
}

void Statement::reset()
{
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bound_ = 0;
}

bool Statement::is_null(int column) const
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string Statement::text(int column) const
{
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string()
                           : std::string(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(statement_, column);
}

Transaction::Transaction(Database& database) : database_(database)
{
    database_.execute("begin immediate");
}

Transaction::~Transaction()
{
    if (done_ || !database_.in_transaction())
        return; // a full disk may have rolled it back already
    try {
        database_.execute("rollback");
    } catch (const Error&) { // nothing was committed; the connection's end rolls back too
    }
}

void Transaction::commit()
{
    database_.execute("commit");
    done_ = true;
}

} // namespace dfriends::state
