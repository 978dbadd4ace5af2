// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only: Beast's parser over net::Stream, for requests and for replies.
#include "base/error.hpp"
#include "http/headers.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace dfriends::http {

/// The first line and the fields of a message.
struct Head {
    std::string method;
    std::string target;
    int status = 0;
    std::string reason;
    int version = 11; ///< 10 or 11 for HTTP/1.0 and 1.1
    Headers headers;
};

/// Beast's grammar with our own receivers: no intermediate message is built.
template <bool is_request>
class Parser final : public boost::beast::http::basic_parser<is_request> {
    using View = boost::beast::string_view;
    using Code = boost::beast::error_code;

  public:
    Parser() { this->body_limit(boost::none); }

    Head head;
    /// Where body bytes go, and how many have gone there.
    std::span<char> target;
    std::size_t stored = 0;
    /// Bytes of the present chunk that are still to come; 0 where a chunk's head is next.
    std::uint64_t chunk_left = 0;

  private:
    static std::string copy(View view) { return {view.data(), view.size()}; }

    std::size_t store(View body)
    {
        const std::size_t count = std::min(body.size(), target.size() - stored);
        if (count != 0)
            std::memcpy(target.data() + stored, body.data(), count);
        stored += count;
        return count;
    }

    void on_request_impl(boost::beast::http::verb, View method, View request_target, int version, Code& code) override
    {
        code = {};
        head.method = copy(method);
        head.target = copy(request_target);
        head.version = version;
    }
    void on_response_impl(int status, View reason, int version, Code& code) override
    {
        code = {};
        head.status = status;
        head.reason = copy(reason);
        head.version = version;
    }
    void on_field_impl(boost::beast::http::field, View name, View value, Code& code) override
    {
        code = {};
        if (!this->is_header_done()) // trailers are read and dropped
            head.headers.add({name.data(), name.size()}, copy(value));
    }
    void on_header_impl(Code& code) override { code = {}; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, Code& code) override { code = {}; }
    std::size_t on_body_impl(View body, Code& code) override
    {
        code = {};
        return store(body);
    }
    void on_chunk_header_impl(std::uint64_t size, View, Code& code) override
    {
        code = {};
        chunk_left = size;
    }
    std::size_t on_chunk_body_impl(std::uint64_t left, View body, Code& code) override
    {
        code = {};
        const std::size_t count = store(body);
        chunk_left = left - count;
        return count;
    }
    void on_finish_impl(Code& code) override { code = {}; }
};

/// Reads one message from a stream; bytes beyond it stay in `buffer` for the next one.
template <bool is_request>
class MessageReader {
  public:
    MessageReader(net::Stream& stream, std::string& buffer, std::size_t head_limit) : stream_(&stream), buffer_(&buffer)
    {
        parser.header_limit(static_cast<std::uint32_t>(head_limit));
    }

    /// False where the stream ended before the first byte. `on_begin` is called when the first byte is there.
    template <class OnBegin>
    net::Task<bool> read_head(OnBegin on_begin)
    {
        bool begun = false;
        for (;;) {
            if (!buffer_->empty() && !begun) {
                begun = true;
                on_begin();
            }
            const bool progressed = advance();
            if (parser.is_header_done())
                co_return true;
            if (!progressed && !co_await fill()) {
                if (!begun)
                    co_return false;
                throw Error(ErrorKind::unavailable, "the connection ended within an HTTP head");
            }
        }
    }

    /// Bytes of the body; 0 at its end.
    net::Task<std::size_t> read_body(std::span<char> into)
    {
        parser.target = into;
        parser.stored = 0;
        for (;;) {
            if (parser.is_done())
                co_return 0;
            const bool progressed = advance();
            if (parser.stored > 0 || parser.is_done())
                co_return parser.stored;
            if (!progressed && !co_await fill()) {
                boost::beast::error_code code;
                parser.put_eof(code);
                if (code)
                    throw Error(ErrorKind::unavailable, "the connection ended within a message body");
                co_return 0;
            }
        }
    }

    std::string& buffer() { return *buffer_; }

    Parser<is_request> parser;

  private:
    // Beast's parser asserts that it has seen "0", an end of line and two more bytes before it is asked again.
    static constexpr std::size_t shortest_chunk_head = 5;
    static constexpr std::size_t chunk_head_limit = 64 * 1024; // Beast has none for trailers and extensions

    bool needs_chunk_head() const { return parser.is_header_done() && parser.chunked() && parser.chunk_left == 0; }

    /// Hands what is buffered to the parser, which takes one element at a time (a head, a chunk's size, a piece of
    /// body); false where it needs more bytes first. Throws Error(invalid) with its reason.
    bool advance()
    {
        if (buffer_->empty())
            return false;
        if (!parser.is_header_done())
            refuse_folded_lines();
        else if (needs_chunk_head() && buffer_->size() < shortest_chunk_head)
            return false;
        boost::beast::error_code code;
        const std::size_t used = parser.put(boost::asio::const_buffer(buffer_->data(), buffer_->size()), code);
        buffer_->erase(0, used);
        if (code == boost::beast::http::error::need_more && needs_chunk_head() && buffer_->size() > chunk_head_limit)
            throw Error(ErrorKind::invalid, "malformed HTTP message: a chunk's head or a trailer without end");
        if (code == boost::beast::http::error::need_more)
            return false;
        if (code)
            throw Error(ErrorKind::invalid, "malformed HTTP message: {}", code.message());
        return used > 0;
    }

    /// Beast joins a folded line to the one before; others end the field there, and what they take for a field of its
    /// own may say where the body ends.
    void refuse_folded_lines() const
    {
        const std::string_view head = std::string_view(*buffer_).substr(0, buffer_->find("\r\n\r\n"));
        if (head.find("\n ") != head.npos || head.find("\n\t") != head.npos)
            throw Error(ErrorKind::invalid, "malformed HTTP message: a folded header line");
    }

    /// Reads into the buffer's own room, which stays from message to message: nothing is allocated for a head.
    net::Task<bool> fill()
    {
        const std::size_t held = buffer_->size();
        buffer_->resize(held + (parser.is_header_done() ? 16384 : 4096));
        std::size_t count = 0;
        try {
            count = co_await stream_->read_some({buffer_->data() + held, buffer_->size() - held});
        } catch (...) {
            buffer_->resize(held);
            throw;
        }
        buffer_->resize(held + count);
        co_return count > 0;
    }

    net::Stream* stream_;
    std::string* buffer_;
};

/// Writes fields as they stand on the wire.
inline void append_field(std::string& head, std::string_view name, std::string_view value)
{
    head.append(name).append(": ").append(value).append("\r\n");
}

} // namespace dfriends::http
