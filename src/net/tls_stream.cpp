// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/tls_inside.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <vector>

namespace dfriends::net {

namespace {

constexpr std::size_t record_size = 16 * 1024 + 512; // RFC 8446 section 5.2, with its overhead

/// TLS over any stream: OpenSSL works on two memory buffers, and this class moves their bytes.
class TlsStream final : public Stream {
  public:
    TlsStream(StreamPointer inner, TlsContext context) : inner_(std::move(inner)), context_(std::move(context))
    {
        session_ = SSL_new(context_.inside().handle);
        if (session_ == nullptr)
            throw Error(ErrorKind::internal, "cannot set TLS up: {}", take_tls_error());
        incoming_ = BIO_new(BIO_s_mem());
        outgoing_ = BIO_new(BIO_s_mem());
        SSL_set_bio(session_, incoming_, outgoing_); // the session owns them now
    }
    ~TlsStream() override { SSL_free(session_); }

    Task<> handshake_as_client(const std::string& host)
    {
        SSL_set_connect_state(session_);
        SSL_set_tlsext_host_name(session_, host.c_str());
        if (context_.inside().verify) {
            X509_VERIFY_PARAM* rules = SSL_get0_param(session_);
            if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1)
                X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
        }
        co_await handshake(host);
    }

    Task<> handshake_as_server()
    {
        SSL_set_accept_state(session_);
        co_await handshake("the client");
    }

    Task<std::size_t> read_some(std::span<char> into) override
    {
        for (;;) {
            ERR_clear_error();
            const int count =
                SSL_read(session_, into.data(), static_cast<int>(std::min<std::size_t>(into.size(), 1U << 30U)));
            const int reason = SSL_get_error(session_, count);
            co_await flush(); // answers of the protocol itself, such as key updates
            if (count > 0)
                co_return static_cast<std::size_t>(count);
            if (reason == SSL_ERROR_ZERO_RETURN)
                co_return 0;
            if (reason != SSL_ERROR_WANT_READ)
                throw Error(ErrorKind::unavailable, "cannot read from the TLS connection: {}", take_tls_error());
            if (!co_await fill())
                co_return 0;
        }
    }

    Task<> write_all(std::string_view bytes, std::string_view more) override
    {
        for (const std::string_view piece : {bytes, more}) {
            if (piece.empty())
                continue;
            ERR_clear_error();
            if (SSL_write(session_, piece.data(), static_cast<int>(piece.size())) <=
                0) // a memory buffer takes all at once
                throw Error(ErrorKind::unavailable, "cannot write to the TLS connection: {}", take_tls_error());
        }
        co_await flush();
    }

    Task<> shutdown() override
    {
        SSL_shutdown(session_);
        co_await flush();
        co_await inner_->shutdown();
    }

    void close() noexcept override { inner_->close(); }
    bool has_peer_closed() noexcept override { return inner_->has_peer_closed(); }
    bool is_encrypted() const noexcept override { return true; }
    std::string peer_address() const override { return inner_->peer_address(); }
    std::string local_address() const override { return inner_->local_address(); }

  private:
    Task<> handshake(std::string peer)
    {
        for (;;) {
            ERR_clear_error();
            const int result = SSL_do_handshake(session_);
            const int reason = SSL_get_error(session_, result);
            co_await flush();
            if (result == 1)
                co_return;
            if (reason != SSL_ERROR_WANT_READ)
                throw_handshake_error(peer);
            if (!co_await fill())
                throw Error(ErrorKind::unavailable, "'{}' closed the connection during the TLS handshake", peer);
        }
    }

    [[noreturn]] void throw_handshake_error(const std::string& peer)
    {
        const long verdict = SSL_get_verify_result(session_);
        if (verdict != X509_V_OK)
            throw Error(ErrorKind::denied, "cannot trust the certificate of '{}': {}", peer,
                        X509_verify_cert_error_string(verdict))
                .hint("name the authority that signed it with SSL_CERT_FILE");
        throw Error(ErrorKind::unavailable, "the TLS handshake with '{}' failed: {}", peer, take_tls_error());
    }

    /// More bytes from the peer; false at its end.
    Task<bool> fill()
    {
        std::array<char, record_size> piece;
        const std::size_t count = co_await inner_->read_some(piece);
        if (count == 0)
            co_return false;
        BIO_write(incoming_, piece.data(), static_cast<int>(count));
        co_return true;
    }

    /// Sends what OpenSSL has ready. Reader and writer may both come here: one sends, the other waits until it is done.
    Task<> flush()
    {
        while (flushing_)
            co_await flushed_.wait();
        std::vector<char> piece;
        while (const std::size_t ready = BIO_ctrl_pending(outgoing_)) {
            piece.resize(std::min<std::size_t>(ready, 1U << 20U));
            const int count = BIO_read(outgoing_, piece.data(), static_cast<int>(piece.size()));
            flushing_ = true;
            try {
                co_await inner_->write_all({piece.data(), static_cast<std::size_t>(count)});
            } catch (...) {
                flushing_ = false;
                flushed_.notify_all();
                throw;
            }
            flushing_ = false;
            flushed_.notify_all();
        }
    }

    StreamPointer inner_;
    TlsContext context_;
    SSL* session_ = nullptr;
    BIO* incoming_ = nullptr;
    BIO* outgoing_ = nullptr;
    bool flushing_ = false;
    Event flushed_;
};

} // namespace

Task<StreamPointer> connect_tls(StreamPointer stream, TlsContext context, std::string host)
{
    auto tls = std::make_unique<TlsStream>(std::move(stream), std::move(context));
    co_await tls->handshake_as_client(host);
    co_return tls;
}

Task<StreamPointer> accept_tls(StreamPointer stream, TlsContext context)
{
    auto tls = std::make_unique<TlsStream>(std::move(stream), std::move(context));
    co_await tls->handshake_as_server();
    co_return tls;
}

} // namespace dfriends::net
