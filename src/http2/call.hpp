// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::http2 {

/// Names in lower case, in the order of the wire.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A request and its answer: one stream of a connection.
class Call {
  public:
    virtual ~Call() = default;

    std::string method;
    std::string path;
    std::string authority;
    Fields headers;            ///< without those of HTTP/2 itself
    bool is_encrypted = false; ///< the connection is TLS

    /// The first value of that name, or an empty one.
    std::string_view header(std::string_view name) const;
    virtual const std::string& peer_address() const = 0;

    /// What has arrived of the body since the last time; empty at its end. Error(unavailable) once the stream is gone.
    virtual net::Task<std::string> read() = 0;

    /// Sends the head of an answer; a body and finish() follow.
    virtual void start(int status, const Fields& fields) = 0;
    /// Sends an answer that is a head only.
    virtual void answer(int status, const Fields& fields) = 0;
    /// Queues a piece of the body, as the client's window allows. Nothing happens where the stream is gone.
    virtual void send(std::string bytes) = 0;
    /// Returns when little of what was sent waits for the client. Error(unavailable) once the stream is gone.
    virtual net::Task<> wait_for_room() = 0;
    /// Ends the body.
    virtual void finish(Fields trailers = {}) = 0;

    /// The client has reset the stream, or the connection is gone.
    virtual bool is_cancelled() const = 0;
    /// Calls a function when that happens; an empty one takes it back.
    virtual void on_cancel(std::function<void()> wake) = 0;
    /// Makes read() and wait_for_room() throw from now on, as if the stream were gone: for a time that is up. The
    /// answer can still be finished.
    virtual void interrupt() = 0;
};

} // namespace dfriends::http2
