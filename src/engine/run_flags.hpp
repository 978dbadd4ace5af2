// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flags.hpp"
#include "engine/types.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::engine {

/// The flags of `docker run`, by name; those of `docker create` are the same less what only a start has.
std::span<const Flag> run_flags();

/// What a command line of `docker run` says.
struct RunRequest {
    ContainerSpec spec;
    bool detach = false;
    std::string pull = "missing"; ///< always, missing, never
    bool proxy_signals = true;
    bool quiet = false;
    std::string detach_keys;
    std::string id_file;               ///< --cidfile
    std::vector<std::string> attached; ///< -a: stdin, stdout, stderr
    bool wants_help = false;
};

struct RunSources {
    std::function<const char*(const char*)> environment;      ///< for "-e NAME"; empty: getenv
    std::function<std::string(const std::string&)> read_file; ///< for --env-file and --label-file; empty: the disk
};

/// Reads the words after `docker run`: flags, IMAGE, COMMAND, ARG... Throws Error(usage) with docker's manner of words
/// for what is not of the grammar; an image is required.
RunRequest parse_run(const std::vector<std::string>& words, const RunSources& sources = {});
/// Reads flags only (the extra parameters of a manifest); the request's spec is changed in place. Arguments are
/// Error(usage).
void apply_run_flags(RunRequest& request, const std::vector<std::string>& words, const RunSources& sources = {});

/// "8080:80", "127.0.0.1:53:53/udp", "8000-8002:80-82", "80", "[::1]::80": every form of --publish. Throws
/// Error(usage).
std::vector<PortBinding> parse_publish(std::string_view text);
/// "80", "80-82/udp": container ports of --expose as "80/tcp" keys.
std::vector<std::string> parse_expose(std::string_view text);
/// The value of --mount.
Mount parse_mount(std::string_view text);
/// The value of --restart: no, always, unless-stopped, on-failure[:N].
RestartPolicy parse_restart(std::string_view text);
/// "name=soft[:hard]", "/dev/a[:/dev/b][:rwm]", and NAME:ADDRESS of --add-host.
Ulimit parse_ulimit(std::string_view text);
Device parse_device(std::string_view text);
/// The value of --gpus: "all", a number, or "driver=…,count=…,device=…,capabilities=…,options=…".
DeviceRequest parse_gpus(std::string_view text);
std::string parse_extra_host(std::string_view text);
/// Adds the value of --volume: an anonymous volume, a named one or a bind. A relative host path starting with '.' is
/// made absolute.
void apply_volume(ContainerSpec& spec, std::string_view text);
/// The lines of an environment file: NAME=VALUE, or NAME taken from the environment; '#' begins a comment line.
std::vector<std::string> parse_environment_file(std::string_view text, const std::string& file,
                                                const RunSources& sources = {});

} // namespace dfriends::engine
