// SPDX-License-Identifier: Apache-2.0
#include "engine/buildkit.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/images.hpp"
#include "json/lines.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <unistd.h>

namespace dfriends::engine {

namespace {

using Path = std::filesystem::path;

constexpr std::uint64_t largest_dockerfile = 4U << 20U;

/// "NAME=VALUE" of a comment at the top, before anything else stands there.
std::optional<std::pair<std::string, std::string>> parse_directive(std::string_view line)
{
    line = trim(line);
    if (!line.starts_with('#') || line.find('=') == line.npos)
        return std::nullopt;
    const auto [name, value] = split_once(line.substr(1), '=');
    const std::string_view word = trim(name);
    if (word.empty() || word.find(' ') != word.npos)
        return std::nullopt;
    return std::pair(to_lower(word), std::string(trim(value)));
}

/// "<<EOF", "<<-'EOF'", "3<<EOF"; not "<<<text".
bool is_here_document(std::string_view word)
{
    while (!word.empty() && std::isdigit(static_cast<unsigned char>(word.front())) != 0)
        word.remove_prefix(1);
    if (!word.starts_with("<<"))
        return false;
    word.remove_prefix(2);
    if (word.starts_with('-'))
        word.remove_prefix(1);
    if (word.starts_with('"') || word.starts_with('\''))
        word.remove_prefix(1);
    return !word.empty() && (std::isalnum(static_cast<unsigned char>(word.front())) != 0 || word.front() == '_');
}

bool is_newer_flag(std::string_view instruction, std::string_view flag)
{
    const std::string_view name = flag.substr(0, flag.find('='));
    if (instruction == "RUN")
        return name == "--mount" || name == "--network" || name == "--security";
    return name == "--link" || name == "--chmod" || name == "--parents" || name == "--exclude" ||
           name == "--checksum" || name == "--keep-git-dir";
}

/// Of one instruction with its further lines.
std::optional<std::string> find_in_instruction(std::string_view text)
{
    const auto parts = words(text);
    constexpr std::array<std::string_view, 3> known{"ADD", "COPY", "RUN"};
    const auto found = std::ranges::find_if(
        known, [&parts](std::string_view name) { return !parts.empty() && equal_ignoring_case(name, parts.front()); });
    if (found == known.end())
        return std::nullopt;
    const std::string instruction(*found);
    bool among_flags = true;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        among_flags = among_flags && parts[i].starts_with("--");
        if (among_flags && is_newer_flag(instruction, parts[i]))
            return instruction + " " + std::string(parts[i].substr(0, parts[i].find('=')));
        if (is_here_document(parts[i]))
            return instruction + " with a here-document";
    }
    return std::nullopt;
}

/// Links by the name docker may lead to ourselves, who have no BuildKit.
bool is_ourselves(const Path& program)
{
    std::error_code ignored;
    return std::filesystem::equivalent(program, "/proc/self/exe", ignored);
}

std::optional<Path> find_docker_client()
{
    const char* const path = std::getenv("PATH");
    for (const std::string_view directory : split(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path, ':')) {
        const Path candidate = Path(directory) / "docker";
        if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0 && !is_ourselves(candidate))
            return candidate;
    }
    return std::nullopt;
}

os::Command client_command(const Path& client, const Host& host, std::vector<std::string> arguments)
{
    os::Command command{.environment = client_environment(host), .clear_environment = true};
    command.words = {client.string()};
    command.words.insert(command.words.end(), arguments.begin(), arguments.end());
    return command;
}

/// The words that begin a build: those of buildx, or of an older client that has BuildKit in itself.
std::vector<std::string> build_words(const Path& client, const Host& host, bool exports)
{
    constexpr std::uint64_t first_without_own = 23; // of the client's versions: it leaves all to buildx
    if (os::run(client_command(client, host, {"buildx", "version"})).ok()) {
        std::vector<std::string> words{"buildx", "build", "--builder", "default"};
        if (!exports)
            words.emplace_back("--load");
        return words;
    }
    const std::string version =
        os::run(client_command(client, host, {"--version"})).output; // "Docker version 20.10.24"
    const auto parts = words(version);
    const auto major = parts.size() < 3 ? std::nullopt : parse_unsigned(parts[2].substr(0, parts[2].find('.')));
    const bool is_copy_of_us = version.find("dfriends") != std::string::npos; // which would ask us in its turn
    if (major && *major < first_without_own && !is_copy_of_us)
        return {"build"};
    throw Error(ErrorKind::unavailable, "cannot build with BuildKit: the docker client '{}' has no buildx",
                client.string())
        .hint("install docker-buildx (docker-buildx-plugin of Docker's own packages)");
}

/// BuildKit's last "ERROR: …" tells what broke; what else it says is progress.
std::string reason_of(const os::Outcome& outcome)
{
    std::string reason;
    for (const std::string_view line : lines(outcome.error))
        if (const std::size_t at = line.find("ERROR: "); at != line.npos)
            reason = printable(trim(line.substr(at + 7)));
    if (reason.empty() && !trim(outcome.error).empty())
        reason = printable(lines(trim(outcome.error)).back());
    return reason.empty() ? fmt::format("the docker client ended with {}", outcome.status) : reason;
}

} // namespace

Builder parse_builder(std::string_view text)
{
    if (text == "classic")
        return Builder::classic;
    if (text == "buildkit")
        return Builder::buildkit;
    if (text == "auto" || text.empty())
        return Builder::automatic;
    throw Error(ErrorKind::invalid, "there is no builder '{}'", printable(text))
        .hint("it is classic, buildkit or auto");
}

std::optional<std::string> find_buildkit_syntax(std::string_view dockerfile)
{
    char escape = '\\';
    bool at_top = true;
    std::string instruction;
    for (std::string_view line : lines(dockerfile)) {
        const auto directive = at_top ? parse_directive(line) : std::nullopt;
        at_top = directive.has_value();
        if (directive && directive->first == "syntax")
            return "# syntax=";
        if (directive && directive->first == "escape" && directive->second == "`")
            escape = '`';
        line = trim(line);
        if (line.empty() || line.starts_with('#'))
            continue;
        const bool goes_on = line.ends_with(escape);
        instruction += std::string(goes_on ? line.substr(0, line.size() - 1) : line) + " ";
        if (goes_on)
            continue;
        if (auto found = find_in_instruction(instruction))
            return found;
        instruction.clear();
    }
    return find_in_instruction(instruction);
}

std::string read_dockerfile(const Path& directory, const Path& dockerfile)
{
    return os::find_file(dockerfile.empty() ? directory / "Dockerfile" : dockerfile, largest_dockerfile).value_or("");
}

std::map<std::string, std::string> client_environment(const Host& host)
{
    std::map<std::string, std::string> environment{{"DOCKER_BUILDKIT", "1"}, {"DOCKER_HOST", host.text()}};
    for (const char* name : {"PATH", "HOME", "TMPDIR", "TERM", "NO_COLOR", "DOCKER_CONFIG", "SSH_AUTH_SOCK"})
        if (const char* const value = std::getenv(name))
            environment[name] = value;
    if (!host.api_version.empty())
        environment["DOCKER_API_VERSION"] = host.api_version;
    if (host.transport == Host::Transport::tls) {
        environment[host.verify ? "DOCKER_TLS_VERIFY" : "DOCKER_TLS"] = "1";
        if (const Path& file = host.trust.empty() ? host.certificate : host.trust; !file.empty())
            environment["DOCKER_CERT_PATH"] = file.parent_path().string();
    }
    return environment;
}

void build_with_buildkit(const Host& host, const BuildKitBuild& build)
{
    const auto client = find_docker_client();
    if (!client)
        throw Error(ErrorKind::unavailable, "cannot build with BuildKit: there is no docker client on this host")
            .hint("install docker-cli and docker-buildx (of Docker's own packages docker-ce-cli and "
                  "docker-buildx-plugin)");
    std::vector<std::string> arguments = build_words(*client, host, build.exports);
    arguments.insert(arguments.end(), build.options.begin(), build.options.end());
    arguments.emplace_back("--");
    arguments.push_back(build.context);
    os::Command command = client_command(*client, host, std::move(arguments));
    for (const std::string& name : build.variables)
        if (const char* const value = std::getenv(name.c_str()))
            command.environment[name] = value;
    command.input = build.dockerfile;
    command.inherit_output = build.shows_progress;
    json::LineSplitter splitter;
    if (build.on_line)
        command.on_output = [&](std::string_view piece) { splitter.feed(piece, build.on_line); };
    const os::Outcome outcome = os::run(command);
    if (build.shows_progress && !outcome.ok()) // why, stands above
        throw BuildError(fmt::format("the build with BuildKit failed (status {})", outcome.status), outcome.status);
    if (!outcome.ok())
        throw BuildError("the build with BuildKit failed: " + reason_of(outcome), outcome.status);
}

} // namespace dfriends::engine
