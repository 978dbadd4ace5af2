// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace dfriends::kv::v3 {

/// Who calls, and whether he still waits: what a front end knows of a call beside its messages.
class Call {
  public:
    virtual ~Call() = default;
    /// True once nobody waits for the answer: the connection is gone, the stream was reset, or the time is up.
    virtual bool is_cancelled() = 0;
    /// Calls `wake` when that becomes so, where the front end can tell; others are asked from time to time. An empty
    /// function takes it back.
    virtual void on_cancel(std::function<void()> wake) = 0;

    std::string token;      ///< of the user who authenticated; empty for nobody
    std::string authority;  ///< host and port as the client called us
    bool is_secure = false; ///< over TLS
};

/// The messages that a client streams.
template <class M>
class Source {
  public:
    virtual ~Source() = default;
    /// Nothing when the client sends no more; it may still read. What is no message throws Status or Error(invalid).
    virtual net::Task<std::optional<M>> next() = 0;
    /// Makes a next() that waits end soon, where the front end can: our side of the stream is over.
    virtual void stop() {}
};

/// The messages that a client is streamed. One send() at a time; it waits while the client does not read.
template <class M>
class Sink {
  public:
    virtual ~Sink() = default;
    /// Sends several as one where the front end can; each stays a message of its own. They must stay until the end.
    virtual net::Task<> send(std::span<const M> messages) = 0;
    net::Task<> send(const M& message) { return send(std::span(&message, 1)); }
};

} // namespace dfriends::kv::v3
