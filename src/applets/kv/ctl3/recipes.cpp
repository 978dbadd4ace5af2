// SPDX-License-Identifier: Apache-2.0
#include "applets/kv/ctl3/keys.hpp"
#include "applets/kv/ctl3/printer.hpp"
#include "applets/kv/ctl3/verbs.hpp"
#include "etcd/v3/watch.hpp"
#include "net/signals.hpp"
#include "net/worker.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <csignal>
#include <exception>

namespace dfriends::applets::kv::ctl3 {

namespace v3 = etcd::v3;

namespace {

/// A place in a queue: a key below a name that lives with a lease, and whose creation revision is its number. Whose key
/// is the oldest has the lock, or leads. The same keys and transactions as etcd's own clients.
class Place {
  public:
    Place(v3::Client& client, const std::string& name) : client_(client), prefix_(name + "/") {}

    /// Queues up with a value; keeps the lease alive in the background from then on.
    net::Task<> take(std::int64_t ttl, std::string value)
    {
        lease_ = (co_await client_.lease_grant({.ttl = ttl})).id;
        net::spawn(keep_alive());
        key_ = fmt::format("{}{:x}", prefix_, lease_);
        v3::TxnRequest request;
        request.compare.push_back(
            {.result = v3::CompareResult::equal, .target = v3::CompareTarget::create, .key = key_});
        request.success.push_back({.request_put = v3::PutRequest{.key = key_, .value = value, .lease = lease_}});
        const v3::TxnResponse response = co_await client_.txn(std::move(request));
        if (!response.succeeded || !response.header)
            throw Failure(Exit::error, "the key '{}' of a new lease was there already", key_);
        revision_ = response.header->revision;
    }

    /// Waits until no older key is there.
    net::Task<> wait_for_turn()
    {
        for (;;) {
            v3::RangeRequest request{.key = prefix_, .range_end = v3::prefix_end(prefix_), .limit = 1};
            request.sort_order = v3::SortOrder::descend;
            request.sort_target = v3::SortTarget::create;
            request.max_create_revision = revision_ - 1;
            const v3::RangeResponse older = co_await client_.range(std::move(request));
            if (older.kvs.empty())
                co_return;
            co_await wait_until_deleted(older.kvs[0].key, older.header ? older.header->revision : 0);
        }
    }

    net::Task<v3::RangeResponse> read() { return client_.range({.key = key_}); }

    /// Gives the place away.
    net::Task<> leave()
    {
        ended_ = true;
        co_await client_.delete_range({.key = key_});
        co_await client_.lease_revoke({.id = lease_});
    }

    const std::string& key() const { return key_; }
    std::int64_t revision() const { return revision_; }
    /// The lease has expired, so that the place is lost.
    bool is_lost() const { return lost_; }

  private:
    net::Task<> wait_until_deleted(std::string key, std::int64_t revision)
    {
        v3::Watch watch(client_, {.key = std::move(key), .start_revision = revision});
        while (!watch.is_over())
            for (const v3::Event& event : (co_await watch.next()).events)
                if (event.type == v3::EventType::remove)
                    co_return;
    }

    net::Task<> keep_alive()
    {
        auto renewed = std::chrono::steady_clock::now();
        std::chrono::seconds granted{1};
        while (!ended_) {
            try {
                const v3::LeaseKeepAliveResponse response = co_await client_.lease_keep_alive({.id = lease_});
                lost_ = lost_ || response.ttl <= 0;
                granted = std::chrono::seconds(response.ttl);
                renewed = std::chrono::steady_clock::now();
            } catch (const std::exception&) { // no answer: the lease lives for a while without us
                lost_ = std::chrono::steady_clock::now() > renewed + granted;
            }
            if (lost_)
                co_return;
            co_await net::sleep(std::min<std::chrono::milliseconds>(granted / 3, std::chrono::seconds(5)));
        }
    }

    v3::Client& client_;
    std::string prefix_;
    std::string key_;
    std::int64_t lease_ = 0;
    std::int64_t revision_ = 0;
    bool ended_ = false;
    bool lost_ = false;
};

/// What a place is waited for and held until: its turn, its loss, SIGINT or SIGTERM.
class Vigil {
  public:
    explicit Vigil(Place& place) : place_(place), signals_({SIGINT, SIGTERM}) { net::spawn(listen()); }

    /// Throws where it is interrupted before.
    net::Task<> wait_for_turn()
    {
        net::spawn(wait(), [this](std::exception_ptr failure) {
            failure_ = failure;
            changed_.notify_all();
        });
        while (!has_turn_ && !interrupted_ && !failure_)
            co_await changed_.wait();
        if (failure_)
            std::rethrow_exception(failure_);
        if (has_turn_)
            co_return;
        co_await place_.leave();
        throw Failure(Exit::error, "context canceled");
    }

    /// Until it is interrupted; false where the place was lost before.
    net::Task<bool> hold()
    {
        while (!interrupted_ && !place_.is_lost())
            co_await changed_.wait(std::chrono::milliseconds(200));
        co_return interrupted_;
    }

  private:
    net::Task<> listen()
    {
        co_await signals_.next();
        interrupted_ = true;
        changed_.notify_all();
    }
    net::Task<> wait()
    {
        co_await place_.wait_for_turn();
        has_turn_ = true;
        changed_.notify_all();
    }

    Place& place_;
    net::Signals signals_;
    net::Event changed_;
    std::exception_ptr failure_;
    bool has_turn_ = false;
    bool interrupted_ = false;
};

/// Runs the command while the lock is held; its exit status.
net::Task<int> run_locked(Place& place, std::vector<std::string> words)
{
    os::Command child;
    child.words = std::move(words);
    child.inherit_output = true;
    child.environment = {{"ETCD_LOCK_KEY", place.key()}, {"ETCD_LOCK_REV", std::to_string(place.revision())}};
    net::Worker worker(1);
    const os::Outcome outcome = co_await worker.call([child] { return os::run(child); });
    co_await place.leave();
    co_return outcome.status;
}

net::Task<int> lock_task(Context& context, v3::Client& client, Printer& printer)
{
    Place place(client, context.arguments[0]);
    Vigil vigil(place);
    co_await place.take(context.settings.number("ttl"), "");
    co_await vigil.wait_for_turn();
    if (context.arguments.size() > 1) {
        const int status = co_await run_locked(place, {context.arguments.begin() + 1, context.arguments.end()});
        if (status != 0)
            throw Failure(Exit::error, "exit status {}", status);
        co_return 0;
    }
    const v3::RangeResponse mine = co_await place.read();
    if (mine.kvs.empty())
        throw Failure(Exit::error, "lock lost on init");
    printer.get(mine);
    if (!co_await vigil.hold())
        throw Failure(Exit::error, "session expired");
    co_await place.leave();
    co_return 0;
}

net::Task<int> campaign(Context& context, v3::Client& client, Printer& printer)
{
    Place place(client, context.arguments[0]);
    Vigil vigil(place);
    co_await place.take(60, context.arguments[1]);
    co_await vigil.wait_for_turn();
    printer.get(co_await place.read());
    if (!co_await vigil.hold())
        throw Failure(Exit::error, "elect: session expired");
    co_await place.leave();
    co_return 0;
}

/// Prints each leader, and what it proclaims.
net::Task<int> observe(const Context& context, v3::Client& client, Printer& printer)
{
    const std::string prefix = context.arguments[0] + "/";
    for (;;) {
        v3::RangeRequest request{.key = prefix, .range_end = v3::prefix_end(prefix), .limit = 1};
        request.sort_order = v3::SortOrder::ascend;
        request.sort_target = v3::SortTarget::create;
        const v3::RangeResponse found = co_await client.range(std::move(request));
        const std::int64_t revision = found.header ? found.header->revision : 0;
        if (!found.kvs.empty())
            printer.get({.header = found.header, .kvs = {found.kvs[0]}});
        v3::WatchCreateRequest watched{
            .key = prefix, .range_end = v3::prefix_end(prefix), .start_revision = revision + 1};
        if (!found.kvs.empty())
            watched = {.key = found.kvs[0].key, .start_revision = revision + 1};
        v3::Watch watch(client, watched);
        for (bool same = true; same && !watch.is_over();)
            for (const v3::WatchResponse response = co_await watch.next(); const v3::Event& event : response.events) {
                if (found.kvs.empty() || event.type == v3::EventType::remove) {
                    same = false;
                    break;
                }
                printer.get({.header = response.header, .kvs = {event.kv.value_or(v3::KeyValue{})}});
            }
    }
}

} // namespace

int lock(Context& context)
{
    expect(context, 1, ~std::size_t{0}, "lock takes a lock name argument and an optional command to execute");
    Printer printer(context);
    v3::Client client = make_client(context);
    return ask(lock_task(context, client, printer));
}

int elect(Context& context)
{
    expect(context, 1, 2, "elect takes one election name argument and an optional proposal argument");
    const bool listens = context.settings.flag("listen");
    if (context.arguments.size() == 1 && !listens)
        throw Failure(Exit::bad_arguments, "no proposal argument but -l not set");
    if (context.arguments.size() == 2 && listens)
        throw Failure(Exit::bad_arguments, "proposal given but -l is set");
    Printer printer(context);
    v3::Client client = make_client(context);
    return ask(listens ? observe(context, client, printer) : campaign(context, client, printer));
}

} // namespace dfriends::applets::kv::ctl3
