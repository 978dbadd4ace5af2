// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dfriends::http2 {

using Fields = std::vector<std::pair<std::string, std::string>>; ///< names in lower case

/// One request and its answer. It lives as long as its handler runs, also when the client has reset it.
class Exchange {
  public:
    virtual ~Exchange() = default;

    std::string method;
    std::string path;
    std::string authority;
    Fields headers;

    /// The value of a request's header; empty where there is none.
    std::string_view header(std::string_view name) const;

    /// Appends what has come of the request's body to `into`, at least a byte; false at its end. Throws
    /// Error(unavailable) where the stream was reset.
    virtual net::Task<bool> read(std::string& into) = 0;
    /// Begins the answer.
    virtual void send_headers(int status, const Fields& fields) = 0;
    /// Sends a piece of the body; waits while the client does not take more. Throws Error(unavailable) where it is
    /// gone.
    virtual net::Task<> write(std::string_view bytes) = 0;
    /// Ends the answer; one that has only headers and trailers is one frame.
    virtual void finish(const Fields& trailers) = 0;

    /// The client reset the stream, or the connection is gone.
    virtual bool is_reset() const = 0;
    /// Called when that becomes so. An empty function takes it back.
    virtual void on_reset(std::function<void()> function) = 0;
};

using Handler = std::function<net::Task<>(Exchange&)>;

struct Options {
    std::uint32_t streams = 1000;              ///< open at once on a connection
    std::uint32_t stream_window = 256U << 10U; ///< bytes of a body that wait for the handler
    std::int32_t connection_window = 4 << 20;  ///< the same of all streams
    std::uint32_t header_list = 64U << 10U;    ///< bytes of a request's headers
    std::chrono::minutes idle{5};              ///< without a stream; then the connection ends
};

/// Serves the HTTP/2 requests of one connection (RFC 9113) until it ends. `received` is what has been read of it, from
/// the preface on. `stopping` (may be null) ends it once its streams have ended. A handler's exception resets its
/// stream.
net::Task<> serve(net::Stream& stream, std::string received, const Handler& handler, const bool* stopping,
                  Options options = {});

} // namespace dfriends::http2
