// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace dfriends::state {

class Database;

/// A prepared statement in use; it goes back to the database's cache when it goes.
class Statement {
  public:
    Statement(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Binds the next parameter; views must live until the last next().
    Statement& bind(std::string_view text);
    Statement& bind(const char* text) { return bind(std::string_view(text)); }
    Statement& bind(const std::string& text) { return bind(std::string_view(text)); }
    Statement& bind(std::int64_t number);
    Statement& bind(int number) { return bind(static_cast<std::int64_t>(number)); }
    Statement& bind(std::uint64_t number) { return bind(static_cast<std::int64_t>(number)); }
    Statement& bind(double number);
    Statement& bind(bool value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(std::nullptr_t);
    Statement& bind_blob(std::string_view bytes);
    template <class T>
    Statement& bind(const std::optional<T>& value)
    {
        return value ? bind(*value) : bind(nullptr);
    }

    /// Steps to the next row; false at the end. Failures throw as Database::execute does.
    bool next();
    /// Runs a statement that yields no rows, and returns how many it changed.
    std::int64_t run();
    /// Back to before the first row, bindings gone.
    void reset();

    bool is_null(int column) const;
    std::string text(int column) const; ///< also blobs
    std::int64_t integer(int column) const;
    double real(int column) const;

  private:
    Database* database_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

enum class OpenMode { read_write, read_only };

/// One connection, for one thread at a time. WAL, synchronous=FULL, foreign keys on, busy timeout 5 s.
class Database {
  public:
    /// ":memory:" is a database of its own. Throws Error(invalid) for a file that is damaged or no database,
    /// Error(denied) or Error(unavailable) with the path otherwise.
    explicit Database(const std::filesystem::path& path, OpenMode mode = OpenMode::read_write);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs one or more statements without parameters. A full disk is Error(unavailable) that says so; a constraint
    /// Error(conflict); damage Error(invalid).
    void execute(std::string_view script);
    /// Prepared statements are cached by their text.
    Statement prepare(std::string_view sql);
    std::int64_t last_row() const;
    std::int64_t changes() const;
    bool in_transaction() const;
    const std::string& name() const { return name_; }
    sqlite3* handle() const { return handle_; }

    [[noreturn]] void fail(std::string_view doing) const;

  private:
    friend class Statement;
    void give_back(sqlite3_stmt* statement) noexcept;
    struct Cache;
    std::string name_;
    sqlite3* handle_ = nullptr;
    std::unique_ptr<Cache> cache_;
};

/// begin immediate … commit; rolls back unless commit() was called.
class Transaction {
  public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool done_ = false;
};

} // namespace dfriends::state
