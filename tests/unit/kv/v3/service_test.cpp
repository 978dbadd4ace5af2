// SPDX-License-Identifier: Apache-2.0
#include "unit/kv/v3/kept_service.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::kv::v3;

namespace {

std::string in_header(int revision)
{
    return R"("header":{"revision":")" + std::to_string(revision) + R"(","raft_term":"2"})";
}

} // namespace

TEST_CASE("v3: versions and revisions of a key over its lives")
{
    KeptService kept;
    CHECK(kept.put("a", "1") == 2);
    CHECK(kept.put("a", "2") == 3);
    kept.remove("a");
    kept.remove("a"); // nothing there: no revision
    CHECK(kept.put("a", "3") == 5);
    CHECK(
        kept.ask(&Service::range, R"({"key":"YQ=="})") ==
        "{" + in_header(5) +
            R"(,"kvs":[{"key":"YQ==","create_revision":"5","mod_revision":"5","version":"1","value":"Mw=="}],"count":"1"})");
    CHECK(kept.get("a", 2) == "1");
    CHECK(kept.get("a", 3) == "2");
    CHECK(kept.get("a", 4) == "-");
    CHECK(kept.ask(&Service::range, R"({"key":"YQ==","revision":6})") ==
          "OutOfRange etcdserver: mvcc: required revision is a future revision");
}

TEST_CASE("v3: everything is there after a restart")
{
    KeptService kept;
    kept.put("a", "1");
    kept.put("b", std::string("\0\xff", 2));
    kept.put("a", "2");
    kept.remove("b");
    kept.ask(&Service::lease_grant, R"({"ID":7,"TTL":60})");
    kept.put("c", "leased", 7);
    kept.restart();
    CHECK(kept.keyspace->revision() == 6);
    CHECK(kept.get("a") == "2");
    CHECK(kept.get("b") == "-");
    CHECK(kept.get("b", 3) == std::string("\0\xff", 2));
    CHECK(kept.leases->find(7)->keys == std::set<std::string>{"c"});
    CHECK(kept.put("d", "") == 7);
}

TEST_CASE("v3: a change that cannot be written did not happen, and the next one gets its revision")
{
    KeptService kept;
    kept.put("a", "1");
    kept.ask(&Service::lease_grant, R"({"ID":7,"TTL":60})");
    kept.sql("create trigger full before insert on kv3_log begin select raise(abort, 'full'); end");
    kept.sql("create trigger full2 before delete on kv3_lease begin select raise(abort, 'full'); end");
    CHECK_THROWS_AS(kept.put("a", "2"), Status);
    CHECK(kept.ask(&Service::lease_revoke, R"({"ID":7})").starts_with("Unavailable "));
    CHECK(kept.get("a") == "1");
    CHECK(kept.leases->is_usable(7));
    kept.sql("drop trigger full");
    kept.sql("drop trigger full2");
    CHECK(kept.put("a", "3") == 3);
    CHECK(!kept.ask(&Service::lease_revoke, R"({"ID":7})").starts_with("Unavailable "));
}

TEST_CASE("v3: changes that come together share commits, keep their order, and each gets a revision of its own")
{
    KeptService kept;
    std::vector<std::int64_t> revisions;
    net::run([](KeptService& of, std::vector<std::int64_t>& seen) -> net::Task<> {
        int left = 200;
        net::Event ended;
        for (int i = 0; i < 200; ++i)
            net::spawn([](KeptService& here, int number, std::vector<std::int64_t>& list, int& remaining,
                          net::Event& end) -> net::Task<> {
                PutRequest request;
                request.key = "k" + std::to_string(number % 10);
                request.value = std::to_string(number);
                const auto answer = co_await here.service->put(std::move(request), here.call);
                list.push_back(answer.header->revision);
                if (--remaining == 0)
                    end.notify_all();
            }(of, i, seen, left, ended));
        while (left > 0)
            co_await ended.wait();
    }(kept, revisions));
    REQUIRE(revisions.size() == 200);
    for (std::size_t i = 0; i < 200; ++i)
        CHECK(revisions[i] == static_cast<std::int64_t>(i) + 2);
    CHECK(kept.get("k3") == "193");
    CHECK(kept.get("k3", 14) == "3");
}

TEST_CASE("v3: a refused transaction leaves nothing of itself")
{
    KeptService kept;
    kept.put("a", "1");
    CHECK(kept.ask(&Service::txn,
                   R"({"success":[{"request_put":{"key":"Yg=="}},{"request_put":{"key":"Yw==","lease":9}}]})") ==
          "NotFound etcdserver: requested lease not found");
    CHECK(kept.ask(&Service::txn,
                   R"({"success":[{"request_put":{"key":"Yg=="}},{"request_range":{"key":"YQ==","revision":99}}]})") ==
          "OutOfRange etcdserver: mvcc: required revision is a future revision");
    CHECK(kept.get("b") == "-");
    CHECK(kept.keyspace->revision() == 2);
}

TEST_CASE("v3: later operations of a transaction see earlier ones, an earlier revision does not")
{
    KeptService kept;
    kept.put("a", "1");
    CHECK(
        kept.ask(&Service::txn,
                 R"({"success":[{"request_put":{"key":"YQ==","value":"Mg=="}},)"
                 R"({"request_range":{"key":"YQ=="}},{"request_range":{"key":"YQ==","revision":2}}]})") ==
        "{" + in_header(3) +
            R"(,"succeeded":true,"responses":[{"response_put":{"header":{"revision":"3"}}},)"
            R"({"response_range":{"header":{"revision":"3"},"kvs":[{"key":"YQ==","create_revision":"2","mod_revision":"3","version":"2","value":"Mg=="}],"count":"1"}},)"
            R"({"response_range":{"header":{"revision":"3"},"kvs":[{"key":"YQ==","create_revision":"2","mod_revision":"2","version":"1","value":"MQ=="}],"count":"1"}}]})");
}

TEST_CASE("v3: compaction keeps what can still be read, and nothing else")
{
    KeptService kept;
    for (int i = 0; i < 5; ++i)
        kept.put("a", std::to_string(i)); // 2 … 6
    kept.put("b", "x");                   // 7
    kept.remove("b");                     // 8
    kept.remove("a");                     // 9
    kept.put("c", "y");                   // 10
    CHECK(kept.ask(&Service::compact, R"({"revision":11})") ==
          "OutOfRange etcdserver: mvcc: required revision is a future revision");
    CHECK(kept.ask(&Service::compact, R"({"revision":6,"physical":true})") == "{" + in_header(10) + "}");
    CHECK(kept.get("a", 6) == "4");
    CHECK(kept.get("b", 7) == "x");
    CHECK(kept.ask(&Service::range, R"({"key":"YQ==","revision":5})") ==
          "OutOfRange etcdserver: mvcc: required revision has been compacted");
    CHECK(kept.ask(&Service::compact, R"({"revision":6})") ==
          "OutOfRange etcdserver: mvcc: required revision has been compacted");
    const auto rows = [&] {
        const auto database = kept.store.reader();
        auto query =
            database->prepare("select group_concat(revision) from (select revision from kv3_log order by revision)");
        query.next();
        return query.text(0);
    };
    CHECK(rows() == "6,7,8,9,10");
    kept.ask(&Service::compact, R"({"revision":9,"physical":true})");
    CHECK(rows() == "9,10"); // a deletion just there may still be asked for
    kept.restart();
    CHECK(kept.keyspace->compacted() == 9);
    kept.put("c", "z");
    kept.ask(&Service::compact, R"({"revision":11,"physical":true})");
    CHECK(rows() == "11");
    CHECK(kept.get("c") == "z");
}

TEST_CASE("v3: leases end in time, with their keys in one revision")
{
    KeptService kept;
    CHECK(kept.ask(&Service::lease_grant, R"({"ID":7,"TTL":10})") == "{" + in_header(1) + R"(,"ID":"7","TTL":"10"})");
    CHECK(kept.ask(&Service::lease_grant, R"({"ID":7,"TTL":10})") ==
          "FailedPrecondition etcdserver: lease already exists");
    CHECK(kept.ask(&Service::lease_grant, R"({"ID":8})") == "{" + in_header(1) + R"(,"ID":"8","TTL":"2"})");
    kept.put("b", "1", 7);
    kept.put("a", "1", 7);
    kept.put("c", "1", 7);
    kept.put("c", "2"); // no longer its
    CHECK(kept.ask(&Service::lease_time_to_live, R"({"ID":7,"keys":true})") ==
          "{" + in_header(5) + R"(,"ID":"7","TTL":"10","grantedTTL":"10","keys":["YQ==","Yg=="]})");
    // Until so many leases are left and the revision is that one, however slow the disk is.
    const auto let_expire = [&](std::size_t left, std::int64_t revision) {
        net::run([](KeptService& of, std::size_t leases, std::int64_t reached) -> net::Task<> {
            net::spawn(of.leases->expire());
            for (int i = 0; i < 1200 && (of.leases->list().size() > leases || of.keyspace->revision() < reached); ++i)
                co_await net::sleep(std::chrono::milliseconds(50));
            co_await net::sleep(std::chrono::milliseconds(50)); // in which nothing more may go
        }(kept, left, revision));
    };
    kept.now += std::chrono::seconds(9);
    let_expire(1, 5);
    CHECK(kept.leases->list() == std::vector<std::int64_t>{7}); // 8 went
    CHECK(kept.leases->keep_alive(7) == 10);
    kept.now += std::chrono::seconds(9);
    let_expire(1, 5);
    CHECK(kept.get("a") == "1");
    kept.now += std::chrono::seconds(2);
    let_expire(0, 6);
    CHECK(kept.get("a") == "-");
    CHECK(kept.get("b") == "-");
    CHECK(kept.get("c") == "2");
    CHECK(kept.keyspace->revision() == 6);
    CHECK(!kept.leases->keep_alive(7));
    CHECK(kept.ask(&Service::lease_time_to_live, R"({"ID":7})") == "{" + in_header(6) + R"(,"ID":"7","TTL":"-1"})");
    CHECK(kept.ask(&Service::lease_revoke, R"({"ID":7})") == "NotFound etcdserver: requested lease not found");
}

TEST_CASE("v3: a revocation takes keys along that the same commit attaches, and lets none be attached after it")
{
    KeptService kept;
    kept.ask(&Service::lease_grant, R"({"ID":7,"TTL":10})");
    std::string late;
    net::run([](KeptService& of, std::string& refusal) -> net::Task<> {
        int left = 4;
        net::Event ended;
        const auto done = [&] {
            if (--left == 0)
                ended.notify_all();
        };
        const auto put = [&](std::string key, bool refused) -> net::Task<> {
            PutRequest request;
            request.key = key;
            request.lease = 7;
            try {
                co_await of.service->put(std::move(request), of.call);
                CHECK(!refused);
            } catch (const Status& status) {
                refusal = status.message();
            }
            done();
        };
        net::spawn(put("first", false)); // begins a commit; the others share the next
        net::spawn(put("second", false));
        net::spawn([](KeptService& here, const auto& end) -> net::Task<> {
            co_await here.leases->revoke(7);
            end();
        }(of, done));
        net::spawn(put("third", true));
        while (left > 0)
            co_await ended.wait();
    }(kept, late));
    CHECK(late == "etcdserver: requested lease not found");
    CHECK(kept.keyspace->records().empty());
}

TEST_CASE("v3: the quota raises an alarm that stays until it is disarmed, and what frees space goes on")
{
    KeptService kept;
    kept.put("a", "1");
    kept.restart(1);
    CHECK(kept.ask(&Service::put, R"({"key":"YQ=="})") ==
          "ResourceExhausted etcdserver: mvcc: database space exceeded");
    CHECK(kept.ask(&Service::alarm, "{}").find(R"("alarms":[{"alarm":"NOSPACE"}])") != std::string::npos);
    CHECK(kept.ask(&Service::delete_range, R"({"key":"YQ=="})").find(R"("deleted":"1")") != std::string::npos);
    kept.ask(&Service::alarm, R"({"action":"ACTIVATE","alarm":"NOSPACE"})");
    kept.restart();
    CHECK(kept.ask(&Service::put, R"({"key":"YQ=="})").starts_with("ResourceExhausted"));
    CHECK(kept.ask(&Service::alarm, R"({"action":"DEACTIVATE"})").find("NOSPACE") != std::string::npos);
    CHECK(kept.ask(&Service::alarm, "{}").find("NOSPACE") == std::string::npos);
    CHECK(!kept.ask(&Service::put, R"({"key":"YQ=="})").starts_with("ResourceExhausted"));
}

TEST_CASE("v3: users, roles and tokens")
{
    KeptService kept;
    const auto granted = [&](const char* role, const char* permission) {
        return kept.ask(&Service::role_grant_permission,
                        std::string(R"({"name":")") + role + R"(","perm":)" + permission + "}");
    };
    CHECK(kept.ask(&Service::auth_enable, "{}") == "FailedPrecondition etcdserver: root user does not exist");
    kept.ask(&Service::user_add, R"({"name":"root","password":"r"})");
    CHECK(kept.ask(&Service::auth_enable, "{}") == "FailedPrecondition etcdserver: root user does not have root role");
    kept.ask(&Service::user_grant_role, R"({"user":"root","role":"root"})");
    kept.ask(&Service::user_add, R"({"name":"ann","password":"a"})");
    CHECK(kept.ask(&Service::user_add, R"({"name":"ann"})") ==
          "FailedPrecondition etcdserver: user name already exists");
    kept.ask(&Service::role_add, R"({"name":"reader"})");
    granted("reader", R"({"key":"YQ==","range_end":"Yg=="})");                    // [a, b)
    granted("reader", R"({"key":"Yg==","range_end":"Yw=="})");                    // [b, c)
    granted("reader", R"({"permType":"READWRITE","key":"dw==","range_end":""})"); // w
    CHECK(kept.ask(&Service::user_grant_role, R"({"user":"ann","role":"none"})") ==
          "FailedPrecondition etcdserver: role name not found");
    kept.ask(&Service::user_grant_role, R"({"user":"ann","role":"reader"})");
    kept.ask(&Service::auth_enable, "{}");
    kept.restart();
    CHECK(kept.ask(&Service::range, R"({"key":"YQ=="})") == "InvalidArgument etcdserver: user name is empty");
    CHECK(kept.ask(&Service::authenticate, R"({"name":"ann","password":"x"})") ==
          "InvalidArgument etcdserver: authentication failed, invalid user ID or password");
    CHECK(kept.ask(&Service::authenticate, R"({"name":"bob","password":""})") ==
          "InvalidArgument etcdserver: authentication failed, invalid user ID or password");
    const auto log_in = [&](const std::string& name, const std::string& password) {
        const auto answer = decode_json<AuthenticateResponse>(
            kept.ask(&Service::authenticate, R"({"name":")" + name + R"(","password":")" + password + R"("})"));
        kept.call.token = answer.token;
    };
    log_in("ann", "a");
    CHECK(kept.ask(&Service::range, R"({"key":"YQ==","range_end":"Yw=="})").starts_with("{")); // two that touch
    CHECK(kept.ask(&Service::range, R"({"key":"YQ==","range_end":"ZA=="})").starts_with("PermissionDenied"));
    CHECK(kept.ask(&Service::range, R"({"key":"YQ==","range_end":"AA=="})").starts_with("PermissionDenied"));
    CHECK(kept.ask(&Service::put, R"({"key":"YQ=="})").starts_with("PermissionDenied"));
    CHECK(kept.ask(&Service::put, R"({"key":"dw=="})").starts_with("{"));
    CHECK(kept.ask(&Service::txn, R"({"failure":[{"request_delete_range":{"key":"YQ=="}}]})")
              .starts_with("PermissionDenied"));
    CHECK(kept.ask(&Service::user_list, "{}").starts_with("PermissionDenied"));
    CHECK(kept.ask(&Service::user_get, R"({"name":"ann"})").find("reader") != std::string::npos);
    kept.now += std::chrono::minutes(6);
    CHECK(kept.ask(&Service::range, R"({"key":"YQ=="})") == "Unauthenticated etcdserver: invalid auth token");
    log_in("ann", "a");
    const std::string anns = kept.call.token;
    log_in("root", "r");
    CHECK(kept.ask(&Service::user_delete, R"({"name":"root"})") ==
          "InvalidArgument etcdserver: invalid auth management");
    kept.ask(&Service::user_change_password, R"({"name":"ann","password":"b"})");
    kept.call.token = anns;
    CHECK(kept.ask(&Service::range, R"({"key":"YQ=="})") == "Unauthenticated etcdserver: invalid auth token");
    log_in("root", "r");
    kept.ask(&Service::role_delete, R"({"role":"reader"})");
    CHECK(kept.ask(&Service::user_get, R"({"name":"ann"})").find("reader") == std::string::npos);
    kept.ask(&Service::auth_disable, "{}");
    kept.call.token.clear();
    CHECK(kept.ask(&Service::range, R"({"key":"YQ=="})").starts_with("{"));
}
