// SPDX-License-Identifier: Apache-2.0
#include "assets/assets.hpp"
#include "base/error.hpp"
#include "net/tls_inside.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>

namespace dfriends::net {

namespace {

/// Where the distributions keep the bundle of all trusted roots: Debian and Alpine, Fedora, older Fedora, SUSE.
constexpr std::array bundles{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
};

std::shared_ptr<TlsContext::Inside> make_inside(const SSL_METHOD* method)
{
    auto inside = std::make_shared<TlsContext::Inside>();
    inside->handle = SSL_CTX_new(method);
    if (inside->handle == nullptr)
        throw Error(ErrorKind::internal, "cannot set TLS up: {}", take_tls_error());
    SSL_CTX_set_min_proto_version(inside->handle, TLS1_2_VERSION);
    SSL_CTX_set_mode(inside->handle, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // Many servers close without close_notify; HTTP's own framing tells whether a body is complete.
    SSL_CTX_set_options(inside->handle, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    return inside;
}

void trust_file(SSL_CTX* context, const std::filesystem::path& path)
{
    if (SSL_CTX_load_verify_locations(context, path.c_str(), nullptr) != 1)
        throw Error(ErrorKind::invalid, "cannot read the trusted certificates '{}': {}", path.string(),
                    take_tls_error());
}

/// Adds each certificate of a PEM text.
void trust_certificates(SSL_CTX* context, std::string_view pem)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                           &BIO_free);
    while (X509* certificate = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
        X509_free(certificate);
    }
    ERR_clear_error(); // the end of the text is one
}

void trust_system(SSL_CTX* context)
{
    if (const auto file = find_trust_file())
        trust_file(context, *file);
    else if (const auto roots = assets::find("tls/roots.pem"))
        trust_certificates(context, *roots);
    else
        SSL_CTX_set_default_verify_paths(context);
}

void use_certificate(SSL_CTX* context, const std::filesystem::path& certificate, const std::filesystem::path& key)
{
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
        throw Error(ErrorKind::invalid, "cannot use the certificate '{}': {}", certificate.string(), take_tls_error());
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
        throw Error(ErrorKind::invalid, "cannot use the key '{}': {}", key.string(), take_tls_error());
}

/// The first of ours that the client offers.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void* context)
{
    const std::string& ours = static_cast<const TlsContext::Inside*>(context)->protocols;
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

} // namespace

std::optional<std::filesystem::path> find_trust_file()
{
    if (const char* named = std::getenv("SSL_CERT_FILE"); named != nullptr && *named != '\0')
        return named;
    std::error_code ignored;
    for (const char* bundle : bundles)
        if (std::filesystem::exists(bundle, ignored))
            return bundle;
    return std::nullopt;
}

std::string take_tls_error()
{
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason != nullptr ? reason : "no reason given";
}

TlsContext TlsContext::client(const ClientOptions& options)
{
    auto inside = make_inside(TLS_client_method());
    inside->verify = options.verify;
    if (options.verify) {
        SSL_CTX_set_verify(inside->handle, SSL_VERIFY_PEER, nullptr);
        if (options.trust)
            trust_file(inside->handle, *options.trust);
        else
            trust_system(inside->handle);
    }
    if (options.certificate && options.key)
        use_certificate(inside->handle, *options.certificate, *options.key);
    return TlsContext(std::move(inside));
}

TlsContext TlsContext::server(const ServerOptions& options)
{
    auto inside = make_inside(TLS_server_method());
    use_certificate(inside->handle, options.certificate, options.key);
    if (options.client_trust) {
        trust_file(inside->handle, *options.client_trust);
        SSL_CTX_set_verify(inside->handle, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    for (const std::string& protocol : options.protocols)
        inside->protocols += static_cast<char>(protocol.size()) + protocol;
    if (!inside->protocols.empty())
        SSL_CTX_set_alpn_select_cb(inside->handle, select_protocol, inside.get());
    return TlsContext(std::move(inside));
}

} // namespace dfriends::net
