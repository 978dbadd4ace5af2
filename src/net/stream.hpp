// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/task.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dfriends::net {

/// A connection that carries bytes both ways: TCP, Unix socket, TLS over either, or memory in tests.
/// One reader and one writer at a time. Failures are Error(unavailable); a reset by the peer is an end like any other.
class Stream {
  public:
    Stream() = default;
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Bytes read, at least 1; 0 means that the peer closed its side.
    virtual Task<std::size_t> read_some(std::span<char> into) = 0;
    /// Writes both pieces, in one system call where it can.
    virtual Task<> write_all(std::string_view bytes, std::string_view more = {}) = 0;
    /// Writes `before` and then a part of a file; an end of the file before `length` bytes is Error(unavailable).
    virtual Task<> send_file(int descriptor, std::uint64_t offset, std::uint64_t length, std::string_view before = {});
    /// Ends our side; the peer then reads 0.
    virtual Task<> shutdown() = 0;
    /// Ends both sides at once; pending operations fail. Safe to call twice.
    virtual void close() noexcept = 0;
    /// True where the peer is known to be gone; never blocks.
    virtual bool has_peer_closed() noexcept { return false; }
    /// Over TLS.
    virtual bool is_encrypted() const noexcept { return false; }
    /// The peer's numeric address without port; empty for Unix sockets and memory.
    virtual std::string peer_address() const { return {}; }
    /// Our own numeric address as the peer sees it; empty likewise.
    virtual std::string local_address() const { return {}; }
};

using StreamPointer = std::unique_ptr<Stream>;

/// Copies both ways until both sides have closed or either fails: for CONNECT, upgrades and attach.
Task<> relay(Stream& a, Stream& b);

} // namespace dfriends::net
