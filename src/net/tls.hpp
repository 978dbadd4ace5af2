// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/stream.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::net {

/// Certificates and trust for TLS 1.2 and 1.3 connections; cheap to copy.
class TlsContext {
  public:
    struct ClientOptions {
        std::optional<std::filesystem::path>
            trust; ///< PEM file; default: SSL_CERT_FILE, then the distributions' bundles
        std::optional<std::filesystem::path> certificate; ///< PEM, for mutual TLS
        std::optional<std::filesystem::path> key;
        bool verify = true;
    };
    static TlsContext client(const ClientOptions& options);
    struct ServerOptions {
        std::filesystem::path certificate; ///< PEM, with what leads to its root
        std::filesystem::path key;
        std::optional<std::filesystem::path> client_trust; ///< PEM; clients must then show a certificate that it signed
        std::vector<std::string> protocols;                ///< for ALPN (RFC 7301), the best first
    };
    static TlsContext server(const ServerOptions& options);

    struct Inside;
    const Inside& inside() const { return *inside_; }

  private:
    explicit TlsContext(std::shared_ptr<const Inside> inside) : inside_(std::move(inside)) {}
    std::shared_ptr<const Inside> inside_;
};

/// Where the system keeps the roots that it trusts: SSL_CERT_FILE, else the distributions' bundles. Nothing where there
/// is none; then a client trusts those that the executable carries.
std::optional<std::filesystem::path> find_trust_file();

/// Handshakes as client over any stream; the certificate must name `host`. Throws Error(denied) where it does not
/// verify.
Task<StreamPointer> connect_tls(StreamPointer stream, TlsContext context, std::string host);
/// Handshakes as server.
Task<StreamPointer> accept_tls(StreamPointer stream, TlsContext context);

} // namespace dfriends::net
