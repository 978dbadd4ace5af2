// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/json.hpp"
#include "kv/v3/auth.hpp"
#include "kv/v3/leases.hpp"
#include "kv/v3/service.hpp"
#include "os/file.hpp"
#include "state/store.hpp"

#include <deque>
#include <string>

namespace dfriends::kv::v3 {

struct TestCall : Call {
    bool cancelled = false;
    std::function<void()> wake;
    bool is_cancelled() override { return cancelled; }
    void on_cancel(std::function<void()> function) override { wake = std::move(function); }
    void cancel()
    {
        cancelled = true;
        if (wake)
            wake();
    }
};

/// Requests that a test adds as it goes.
template <class M>
struct TestSource : Source<M> {
    std::deque<M> waiting;
    bool ended = false;
    net::Event changed;
    void add(M message)
    {
        waiting.push_back(std::move(message));
        changed.notify_all();
    }
    void end()
    {
        ended = true;
        changed.notify_all();
    }
    net::Task<std::optional<M>> next() override
    {
        while (waiting.empty() && !ended)
            co_await changed.wait();
        if (waiting.empty())
            co_return std::nullopt;
        M message = std::move(waiting.front());
        waiting.pop_front();
        co_return message;
    }
};

/// Answers as JSON without their headers' ids.
template <class M>
struct TestSink : Sink<M> {
    std::vector<M> messages;
    net::Event changed;
    bool is_stalled = false;
    using Sink<M>::send;
    net::Task<> send(std::span<const M> sent) override
    {
        while (is_stalled)
            co_await changed.wait();
        messages.insert(messages.end(), sent.begin(), sent.end());
        changed.notify_all();
    }
    net::Task<> wait_for(std::size_t count)
    {
        while (messages.size() < count)
            if (!co_await changed.wait(std::chrono::seconds(60)))
                throw std::runtime_error("the answer did not come");
    }
};

/// The v3 API on a database of its own, with a clock that a test can set.
struct KeptService {
    os::TemporaryDirectory directory;
    state::Store store{directory.path()};
    std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
    std::unique_ptr<Keyspace> keyspace;
    std::unique_ptr<Leases> leases;
    std::unique_ptr<Auth> auth;
    std::unique_ptr<Service> service;
    TestCall call;

    KeptService() { restart(); }

    /// As after the end of the process.
    void restart(std::uint64_t quota = 0)
    {
        keyspace = std::make_unique<Keyspace>(store);
        keyspace->load();
        leases = std::make_unique<Leases>(*keyspace, [this] { return now; });
        leases->load();
        auth = std::make_unique<Auth>(*keyspace, [this] { return now; });
        auth->load();
        Identity identity;
        identity.quota = quota;
        service = std::make_unique<Service>(*keyspace, *leases, *auth, identity);
    }

    /// The answer as JSON, or "CODE message" of a refusal.
    template <class Request, class Answer>
    std::string ask(net::Task<Answer> (Service::*method)(Request, Call&), const std::string& request)
    {
        try {
            return encode_json(net::run(ask_task(method, decode_json<Request>(request))));
        } catch (const Status& status) {
            return std::string(name_of(status.code())) + " " + status.message();
        }
    }
    /// Puts text; returns the revision.
    std::int64_t put(const std::string& key, const std::string& value, std::int64_t lease = 0)
    {
        PutRequest request;
        request.key = key;
        request.value = value;
        request.lease = lease;
        return net::run(ask_task(&Service::put, std::move(request))).header->revision;
    }
    void remove(const std::string& key)
    {
        DeleteRangeRequest request;
        request.key = key;
        net::run(ask_task(&Service::delete_range, std::move(request)));
    }
    /// The value; "-" where there is none.
    std::string get(const std::string& key, std::int64_t revision = 0)
    {
        RangeRequest request;
        request.key = key;
        request.revision = revision;
        const auto answer = net::run(ask_task(&Service::range, std::move(request)));
        return answer.kvs.empty() ? "-" : std::string(answer.kvs[0].value);
    }
    void sql(const std::string& text)
    {
        store.change([&text](state::Database& database) { database.execute(text); });
    }

  private:
    /// The call of some methods begins before their task does.
    template <class Request, class Answer>
    net::Task<Answer> ask_task(net::Task<Answer> (Service::*method)(Request, Call&), Request request)
    {
        co_return co_await (*service.*method)(std::move(request), call);
    }
};

} // namespace dfriends::kv::v3
