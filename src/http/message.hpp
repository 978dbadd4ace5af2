// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/headers.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>

namespace dfriends::http {

/// A message body that is read piece by piece as it arrives: of a request at the server, of a reply at the client.
class BodyReader {
  public:
    virtual ~BodyReader() = default;
    /// Bytes read, at least 1; 0 is the end. A body cut short is Error(unavailable).
    virtual net::Task<std::size_t> read_some(std::span<char> into) = 0;
    /// The rest as one text; Error(invalid) beyond `limit` bytes.
    net::Task<std::string> read_all(std::size_t limit);
};

/// Takes a body piece by piece; framing (Content-Length or chunks) is done behind it.
class BodyWriter {
  public:
    virtual ~BodyWriter() = default;
    virtual net::Task<> write(std::string_view bytes) = 0;
    /// Each in a chunk of its own where the body has chunks, and all at once where that can be.
    virtual net::Task<> write_each(std::span<const std::string> pieces);
    virtual net::Task<> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) = 0;
};

/// A request as a handler sees it. Method and target are as sent; the head has been checked against smuggling.
struct Request {
    std::string method;
    std::string target;    ///< origin-form "/a?b", absolute-form "http://h/a" (proxies), or "host:port" (CONNECT)
    int minor_version = 1; ///< HTTP/1.x
    Headers headers;
    BodyReader* body = nullptr;        ///< never null in a handler
    net::Stream* connection = nullptr; ///< for peer_address() and has_peer_closed(); not for reading or writing
    std::string note;                  ///< a word that the handler leaves for the access log

    /// The target up to '?', percent-encoding kept.
    std::string_view path() const;
    /// What stands after '?', without it.
    std::string_view query() const;
    /// "http://HOST:PORT" as the client called us, or https where the connection is.
    std::string base_url() const;
};

/// A part of an open file as a body; the descriptor stays open while `owner` lives.
struct FileSlice {
    std::shared_ptr<const void> owner;
    int descriptor = -1;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// A body that many answers have in common.
using SharedText = std::shared_ptr<const std::string>;

/// Writes the body itself. Without a Content-Length among the headers the body goes out in chunks. A throw cuts the
/// connection, so that the client notices.
using Producer = std::function<net::Task<>(BodyWriter&)>;

/// Takes over the connection after the head went out (101, CONNECT). `rest` is what the client sent beyond its request.
using Upgrade = std::function<net::Task<>(net::Stream&, std::string rest)>;

struct Response {
    int status = 200;
    std::string reason; ///< empty: the standard phrase
    Headers headers;
    std::variant<std::string, SharedText, FileSlice, Producer, Upgrade> body;
};

/// A response with a text and its type.
Response text_response(int status, std::string text, std::string_view content_type = "text/plain; charset=utf-8");

/// A handler's answer may throw an Error: it becomes the status of its kind with the sentence as text.
using Handler = std::function<net::Task<Response>(Request&)>;

} // namespace dfriends::http
