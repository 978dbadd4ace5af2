// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "etcd/v3/client.hpp"

#include <optional>

namespace dfriends::etcd::v3 {

/// A watch that outlives its connection: after a break it goes on, also at another endpoint, right behind the last
/// revision that it delivered, without gaps and without doubles.
class Watch {
  public:
    /// `client` outlives it.
    Watch(Client& client, WatchCreateRequest request);

    /// The events of whole revisions, in their order; without events it tells progress, where the request wants that.
    /// One that is `canceled` is the last: its `compact_revision` says that the history asked for is gone, its
    /// `cancel_reason` anything else. Fails only where the first try finds no server, and with the Status of a refusal.
    net::Task<WatchResponse> next();
    bool is_over() const { return is_over_; }
    /// The revision that it delivers next; 0 while no server has answered yet.
    std::int64_t next_revision() const { return request_.start_revision; }

  private:
    net::Task<> open();
    /// The next answer of the stream; nothing where it broke.
    net::Task<std::optional<WatchResponse>> receive();
    /// Takes note of an answer; true where the caller is to see it.
    bool take(WatchResponse& response);

    Client& client_;
    WatchCreateRequest request_;
    bool wants_progress_;
    std::optional<Lines> lines_;
    std::vector<Event> fragments_; ///< of a revision that came in several answers
    bool was_open_ = false;
    bool is_over_ = false;
};

} // namespace dfriends::etcd::v3
