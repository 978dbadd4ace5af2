// SPDX-License-Identifier: Apache-2.0
#include "engine/host.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/contexts.hpp"
#include "http/url.hpp"
#include "os/user.hpp"

#include <cstdlib>
#include <unistd.h>

namespace dfriends::engine {

namespace {

using Path = std::filesystem::path;

/// Whether the text names a port of its own.
bool names_port(std::string_view text)
{
    const std::string_view authority = text.substr(0, text.find('/'));
    const std::size_t colon = authority.rfind(':');
    return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

Host parse_network_host(std::string_view scheme, std::string_view rest, std::string_view whole)
{
    std::string text(rest);
    if (text.empty() || text.front() == ':')
        text.insert(0, "localhost");
    const auto url = http::find_url("http://" + text);
    if (!url || !url->user_info.empty() || url->target.find('?') != std::string::npos)
        throw Error(ErrorKind::invalid, "'{}' is not an address of a Docker Engine", printable(whole))
            .hint("write 'unix:///PATH' or 'tcp://HOST:PORT'");
    Host host;
    host.transport = scheme == "https" ? Host::Transport::tls : Host::Transport::tcp;
    host.address = url->host;
    host.port = names_port(text) ? url->port : host.transport == Host::Transport::tls ? 2376 : 2375;
    host.base_path = url->target == "/" ? "" : url->target;
    while (host.base_path.ends_with('/'))
        host.base_path.pop_back();
    return host;
}

/// What becomes an argument of ssh must not look like an option of it.
bool is_word_for_ssh(std::string_view word)
{
    return !word.empty() && word.front() != '-' && word.find_first_of(" \t\n'\"\\$`;&|<>()") == word.npos;
}

Host parse_ssh_host(std::string_view rest, std::string_view whole)
{
    const auto invalid = [whole](std::string_view why) {
        return Error(ErrorKind::invalid, "'{}' is not an address of a Docker Engine: {}", printable(whole), why)
            .hint("write 'ssh://USER@HOST' or 'ssh://USER@HOST:PORT'");
    };
    const auto url = http::find_url("http://" + std::string(rest));
    if (!url || !is_word_for_ssh(url->host))
        throw invalid("there is no host in it");
    if (url->target != "/")
        throw invalid("a path has no meaning here");
    if (url->user_info.find(':') != std::string::npos)
        throw invalid("a password does not belong there; ssh asks for it, or takes a key");
    if (!url->user_info.empty() && !is_word_for_ssh(url->user_info))
        throw invalid("that is no user");
    Host host;
    host.transport = Host::Transport::ssh;
    host.address = url->host;
    host.user = url->user_info;
    host.port = names_port(rest) ? url->port : 0;
    return host;
}

/// The flags and variables that say TLS for an address that came from --host or DOCKER_HOST.
Host with_environment_tls(Host host, std::string_view text, const Environment& environment)
{
    const bool verify = !variable(environment, "DOCKER_TLS_VERIFY").empty();
    const bool wanted = verify || !variable(environment, "DOCKER_TLS").empty();
    if (!wanted || !host.is_on_network())
        return host;
    const bool has_port =
        text.find("://") == std::string_view::npos ? names_port(text) : names_port(text.substr(text.find("://") + 3));
    host.turn_tls_on();
    if (!has_port)
        host.port = 2376;
    host.verify = verify;
    const std::string path = variable(environment, "DOCKER_CERT_PATH");
    const Path directory = path.empty() ? configuration_directory(environment) : Path(path);
    host.take_files(directory);
    if (verify && host.trust.empty() && !path.empty())
        throw Error(ErrorKind::not_found, "cannot verify the Docker Engine's certificate: there is no '{}'",
                    (directory / "ca.pem").string())
            .hint("put the authority's certificate there, or set DOCKER_CERT_PATH");
    return host;
}

Host choose(const std::optional<std::string>& given_host, const std::optional<std::string>& given_context,
            const Environment& environment)
{
    const std::string named = variable(environment, "DOCKER_HOST");
    if (given_host && given_context)
        throw Error(ErrorKind::usage, "--host and --context exclude each other");
    if (given_host || (!given_context && !named.empty())) {
        const std::string& text = given_host ? *given_host : named;
        Host host = with_environment_tls(parse_host(text), text, environment);
        host.origin = given_host ? "--host" : "DOCKER_HOST";
        return host;
    }
    std::string context = given_context.value_or(variable(environment, "DOCKER_CONTEXT"));
    std::string warning;
    if (context.empty())
        context = configured_context(environment, warning);
    if (!context.empty() && context != "default")
        return context_host(context, environment);
    Host host = named.empty() ? Host() : with_environment_tls(parse_host(named), named, environment);
    host.origin = "default";
    host.warning = std::move(warning);
    return host;
}

} // namespace

std::string Host::text() const
{
    if (transport == Transport::unix_socket)
        return "unix://" + socket.string();
    const std::string name = address.find(':') != std::string::npos ? "[" + address + "]" : address;
    if (transport == Transport::ssh)
        return "ssh://" + (user.empty() ? "" : user + "@") + name + (port == 0 ? "" : ":" + std::to_string(port));
    return "tcp://" + name + ":" + std::to_string(port) + base_path;
}

void Host::turn_tls_on()
{
    if (transport == Transport::tcp)
        transport = Transport::tls;
}

void Host::take_files(const std::filesystem::path& directory)
{
    const auto take = [&](Path& into, const char* name) {
        std::error_code ignored;
        if (std::filesystem::exists(directory / name, ignored))
            into = directory / name;
    };
    take(trust, "ca.pem");
    take(certificate, "cert.pem");
    take(key, "key.pem");
}

std::string variable(const Environment& environment, const char* name)
{
    const char* const value = environment ? environment(name) : std::getenv(name);
    return value == nullptr ? "" : value;
}

Host parse_host(std::string_view text)
{
    const std::string_view trimmed = trim(text);
    const std::size_t mark = trimmed.find("://");
    const std::string scheme = mark == std::string_view::npos ? "" : to_lower(trimmed.substr(0, mark));
    const std::string_view rest = mark == std::string_view::npos ? trimmed : trimmed.substr(mark + 3);
    if (scheme == "unix" || (scheme.empty() && rest.starts_with('/'))) {
        Host host;
        if (!rest.empty())
            host.socket = std::string(rest);
        return host;
    }
    if (scheme == "tcp" || scheme == "http" || scheme == "https" || (scheme.empty() && !rest.empty()))
        return parse_network_host(scheme, rest, text);
    if (scheme == "ssh")
        return parse_ssh_host(rest, text);
    throw Error(ErrorKind::invalid, "'{}' is not an address of a Docker Engine", printable(text))
        .hint("write 'unix:///PATH' or 'tcp://HOST:PORT'");
}

std::filesystem::path configuration_directory(const Environment& environment)
{
    if (const std::string given = variable(environment, "DOCKER_CONFIG"); !given.empty())
        return given;
    std::string home = variable(environment, "HOME");
    if (home.empty())
        if (const auto user = os::find_user(os::user_name(::geteuid())))
            home = user->home.string();
    return Path(home.empty() ? "/" : home) / ".docker";
}

Host find_host(const std::optional<std::string>& host, const std::optional<std::string>& context,
               const Environment& environment)
{
    Host found = choose(host, context, environment);
    found.api_version = variable(environment, "DOCKER_API_VERSION");
    if (found.api_version.starts_with('v'))
        found.api_version.erase(0, 1);
    for (const char c : found.api_version)
        if (c != '.' && (c < '0' || c > '9'))
            throw Error(ErrorKind::invalid, "DOCKER_API_VERSION is no version: '{}'", printable(found.api_version));
    return found;
}

} // namespace dfriends::engine
