// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/messages.hpp"
#include "kv/v3/auth.hpp"
#include "kv/v3/call.hpp"
#include "kv/v3/keyspace.hpp"

namespace dfriends::kv::v3 {

/// One client's stream of watches. Each watch has a place in the stream of revisions and no queue: what a slow client
/// has not read is read again from memory or disk when it goes on, so nothing is dropped and nothing piles up.
class WatchStream {
  public:
    /// What all headers say beside the revision.
    WatchStream(Keyspace& keyspace, Auth& auth, etcd::v3::ResponseHeader header, Sink<etcd::v3::WatchResponse>& answers,
                Call& call);
    ~WatchStream();
    WatchStream(const WatchStream&) = delete;
    WatchStream& operator=(const WatchStream&) = delete;

    /// Takes up what the client asks for; the answers come from run().
    void take(etcd::v3::WatchRequest request);
    /// Ends run() with an error of the requests.
    void fail(std::exception_ptr why);
    /// Sends until the client is gone or the server stops.
    net::Task<> run();

  private:
    struct Watch {
        Watcher watcher;
        bool no_put = false, no_delete = false;
        bool prev_kv = false;
        bool fragment = false;
        bool progress = false;
        std::chrono::steady_clock::time_point last_sent;
    };
    using Watches = std::map<std::int64_t, std::unique_ptr<Watch>>;

    void create(etcd::v3::WatchCreateRequest request);
    void cancel(std::int64_t id);
    etcd::v3::ResponseHeader header() const;
    void refuse(std::string reason);
    /// Sends all that is there to send; false where nothing was.
    net::Task<bool> send_waiting();
    net::Task<> send_events(std::int64_t id);
    net::Task<> send_answers(const std::vector<etcd::v3::WatchResponse>& answers);
    /// What a watch is told of revisions: one answer, none, or fragments of one.
    void add_answers(std::vector<etcd::v3::WatchResponse>& answers, std::int64_t id,
                     std::span<const Revision* const> revisions);
    static void add_fragments(std::vector<etcd::v3::WatchResponse>& answers, etcd::v3::WatchResponse answer);
    net::Task<bool> send_progress();
    bool has_caught_up() const;

    Keyspace& keyspace_;
    Auth& auth_;
    etcd::v3::ResponseHeader header_;
    Sink<etcd::v3::WatchResponse>& answers_;
    Call& call_;
    Watches watches_;
    std::deque<etcd::v3::WatchResponse> control_;
    bool progress_asked_ = false;
    std::int64_t next_id_ = 0;
    std::exception_ptr failure_;
    net::Event changed_;
};

} // namespace dfriends::kv::v3
