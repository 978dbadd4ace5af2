// SPDX-License-Identifier: Apache-2.0
#include "engine/dial.hpp"

#include "base/error.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "net/tls.hpp"
#include "os/process.hpp"

#include <initializer_list>
#include <memory>
#include <thread>

namespace dfriends::engine {

namespace {

[[noreturn]] void rethrow_with_hint(const Host& host, const Error& error)
{
    if (error.kind() == ErrorKind::denied && host.transport == Host::Transport::unix_socket)
        throw Error(ErrorKind::denied, "no permission to use the Docker Engine's socket '{}'", host.socket.string())
            .hint("join the group that owns it ('sudo usermod -aG docker $USER', then log in again), or use sudo");
    const ErrorKind kind = error.kind() == ErrorKind::not_found ? ErrorKind::unavailable : error.kind();
    Error told(kind, "{}", error.message());
    told.during("calling the Docker Engine");
    if (host.transport == Host::Transport::unix_socket)
        throw std::move(told).hint("start it with 'systemctl start docker', or set DOCKER_HOST");
    throw std::move(told).hint("is the engine at '" + host.text() + "' (" + host.origin +
                               ") running? see DOCKER_HOST and DOCKER_CONTEXT");
}

net::TlsContext make_context(const Host& host)
{
    net::TlsContext::ClientOptions options;
    if (!host.trust.empty())
        options.trust = host.trust;
    if (!host.certificate.empty() && !host.key.empty()) {
        options.certificate = host.certificate;
        options.key = host.key;
    }
    options.verify = host.verify;
    return net::TlsContext::client(options);
}

/// A connection through ssh to what `docker system dial-stdio` reaches there, as the docker client does it. What ssh
/// has to say goes to our stderr.
net::StreamPointer open_ssh(const Host& host)
{
    os::Command command{.words = {"ssh", "-o", "ConnectTimeout=30", "-T"}};
    const auto add = [&command](std::initializer_list<std::string> words) {
        command.words.insert(command.words.end(), words);
    };
    if (!host.user.empty())
        add({"-l", host.user});
    if (host.port != 0)
        add({"-p", std::to_string(host.port)});
    add({"--", host.address, "docker", "system", "dial-stdio"});
    auto [stream, theirs] = net::connect_pair();
    // It ends with the connection; somebody must wait for it.
    std::thread([child = os::Child::start_on(command, theirs)]() mutable { child.wait(); }).detach();
    return std::move(stream);
}

net::Task<net::StreamPointer> open_stream(std::shared_ptr<const Host> host, std::chrono::milliseconds timeout)
{
    if (host->transport == Host::Transport::unix_socket)
        co_return co_await net::connect_unix(host->socket);
    if (host->transport == Host::Transport::ssh)
        co_return open_ssh(*host);
    net::StreamPointer stream = co_await net::connect_tcp(host->address, host->port, timeout);
    if (host->transport == Host::Transport::tcp)
        co_return stream;
    net::Stream* const raw = stream.get();
    net::Deadline deadline([raw] { raw->close(); });
    deadline.expire_after(timeout);
    co_return co_await net::connect_tls(std::move(stream), make_context(*host), host->address);
}

net::Task<net::StreamPointer> dial(std::shared_ptr<const Host> host, std::chrono::milliseconds timeout)
{
    try {
        co_return co_await open_stream(host, timeout);
    } catch (const Error& error) {
        rethrow_with_hint(*host, error);
    }
}

} // namespace

http::Dial make_dial(const Host& host)
{
    auto shared = std::make_shared<const Host>(host);
    return [shared](const http::Url&, std::chrono::milliseconds timeout) { return dial(shared, timeout); };
}

} // namespace dfriends::engine
