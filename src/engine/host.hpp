// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::engine {

/// Where a Docker Engine listens and how to speak to it.
struct Host {
    enum class Transport { unix_socket, tcp, tls, ssh };

    Transport transport = Transport::unix_socket;
    std::filesystem::path socket = "/var/run/docker.sock"; ///< for unix_socket
    std::string address;                                   ///< host name or address, for tcp, tls and ssh
    std::uint16_t port = 0;                                ///< 0 with ssh: as its configuration says
    std::string user;                                      ///< for ssh; empty: as its configuration says
    std::string base_path; ///< "/prefix" of a tcp:// address behind a proxy; usually empty

    std::filesystem::path trust;       ///< PEM of the authority, for tls; empty: the system's
    std::filesystem::path certificate; ///< PEM of our certificate; empty: none
    std::filesystem::path key;
    bool verify = true;

    std::string origin;      ///< where it was found: "DOCKER_HOST", "context 'x'", "default"
    std::string warning;     ///< what was passed over in finding it, for the user to read; usually empty
    std::string api_version; ///< DOCKER_API_VERSION; empty: negotiated

    /// The engine itself has an address; else a socket or ssh leads to it.
    bool is_on_network() const { return transport == Transport::tcp || transport == Transport::tls; }
    /// "unix:///var/run/docker.sock", "tcp://10.0.0.1:2376", "ssh://core@machine.example".
    std::string text() const;
    /// A tcp address is spoken to over TLS from now on.
    void turn_tls_on();
    /// The PEM files of a folder as the docker client names them, ca.pem, cert.pem and key.pem, as far as they are
    /// there.
    void take_files(const std::filesystem::path& directory);
};

/// Reads "unix://PATH", "tcp://HOST[:PORT]", "http(s)://HOST[:PORT]", "ssh://[USER@]HOST[:PORT]", "PATH" or
/// "HOST:PORT". Throws Error(invalid).
Host parse_host(std::string_view text);

/// Stands for getenv() where it is given.
using Environment = std::function<const char*(const char* name)>;
/// Empty where it is not set.
std::string variable(const Environment& environment, const char* name);

/// Finds the engine as the docker client does: `host` and `context` (flags), DOCKER_HOST, DOCKER_CONTEXT, the current
/// context of config.json, else the default socket; with DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH and
/// DOCKER_CONFIG. No engine is asked. A config.json that it cannot read is a warning. Throws Error(invalid) for what
/// else it cannot read and Error(not_found) for a context that does not exist.
Host find_host(const std::optional<std::string>& host = {}, const std::optional<std::string>& context = {},
               const Environment& environment = {});

/// DOCKER_CONFIG, else ~/.docker.
std::filesystem::path configuration_directory(const Environment& environment = {});

} // namespace dfriends::engine
