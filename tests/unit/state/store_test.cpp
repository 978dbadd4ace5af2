// SPDX-License-Identifier: Apache-2.0
#include "net/loop.hpp"
#include "os/file.hpp"
#include "state/migrate.hpp"
#include "state/store.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <unistd.h>

using namespace dfriends;
using namespace dfriends::state;

namespace {

int count(const Store& store)
{
    const auto reader = store.reader();
    Statement query = reader->prepare("select count(*) from t");
    query.next();
    return static_cast<int>(query.integer(0));
}

net::Task<> write_many(Store& store)
{
    for (int i = 0; i < 20; ++i)
        net::spawn(
            store.write([i](Database& database) { database.prepare("insert into t values (?)").bind(i).run(); }));
    co_await store.write([](Database& database) { database.execute("insert into t values (100)"); });
}

} // namespace

TEST_CASE("Store: a change is all or nothing, and a failing one does not take others along")
{
    const os::TemporaryDirectory directory;
    Store store(directory.path());
    store.change([](Database& database) { database.execute("create table t (n integer primary key) strict"); });
    CHECK_THROWS_AS(store.change([](Database& database) {
        database.execute("insert into t values (1)");
        database.execute("insert into t values (1)");
    }),
                    Error);
    CHECK(count(store) == 0);
    net::run(write_many(store));
    CHECK(count(store) == 21);
}

TEST_CASE("Store: a file that is no database, and one from a newer version, are refused untouched")
{
    const os::TemporaryDirectory directory;
    os::write_file(directory.path() / "state.db", std::string(8192, 'x'));
    CHECK_THROWS_WITH_AS(Store(directory.path()), doctest::Contains("not a database"), Error);
    CHECK(os::read_file(directory.path() / "state.db") == std::string(8192, 'x'));
    std::filesystem::remove(directory.path() / "state.db");
    Database(directory.path() / "state.db").execute("pragma user_version = 9999");
    CHECK_THROWS_WITH_AS(Store(directory.path()), doctest::Contains("schema 9999"), Error);
}

TEST_CASE("ServiceLock: the second holder is told of the first")
{
    const os::TemporaryDirectory directory;
    const ServiceLock first(directory.path(), "kv");
    CHECK_THROWS_WITH_AS(ServiceLock(directory.path(), "kv"), doctest::Contains(std::to_string(::getpid()).c_str()),
                         Error);
    const ServiceLock other(directory.path(), "cache");
}

TEST_CASE("Statement: values come back as they went in")
{
    Database database(":memory:");
    database.execute("create table v (a text, b integer, c blob, d real)");
    database.prepare("insert into v values (?, ?, ?, ?)")
        .bind("x")
        .bind(std::int64_t{-5})
        .bind_blob(std::string_view("\0y", 2))
        .bind(nullptr)
        .run();
    Statement query = database.prepare("select a, b, c, d from v");
    REQUIRE(query.next());
    CHECK(query.text(0) == "x");
    CHECK(query.integer(1) == -5);
    CHECK(query.text(2) == std::string("\0y", 2));
    CHECK(query.is_null(3));
    CHECK(!query.next());
}
