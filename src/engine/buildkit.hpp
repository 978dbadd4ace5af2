// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/host.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::engine {

enum class Builder { classic, buildkit, automatic };
/// "classic", "buildkit" or "auto". Throws Error(invalid).
Builder parse_builder(std::string_view text);

/// What in a Dockerfile only BuildKit understands: "# syntax=", "RUN --mount", a here-document. Nothing where the
/// classic builder knows it all.
std::optional<std::string> find_buildkit_syntax(std::string_view dockerfile);

/// The Dockerfile of a folder, or the given one, for find_buildkit_syntax(); empty where there is none to read: the
/// build tells.
std::string read_dockerfile(const std::filesystem::path& directory, const std::filesystem::path& dockerfile = {});

/// A build by the docker client's BuildKit, which speaks to the engine in a way of its own.
struct BuildKitBuild {
    std::vector<std::string> options;                        ///< of docker build: "--tag", "NAME"
    std::string context;                                     ///< a folder, or "-" for `dockerfile`
    std::string dockerfile;                                  ///< its text, where the context is "-"
    std::vector<std::string> variables;                      ///< of our environment, by name, for the build to read
    bool exports = false;                                    ///< to another place than the engine's images
    bool shows_progress = false;                             ///< on our stdout and stderr
    std::function<void(std::string_view line)> on_line = {}; ///< else: what it says
};
/// Runs it at that engine to its end (blocks). Throws Error(unavailable) where no docker client with BuildKit is there,
/// and BuildError where the build breaks.
void build_with_buildkit(const Host& host, const BuildKitBuild& build);

/// The variables that lead a docker client to the engine, and no others.
std::map<std::string, std::string> client_environment(const Host& host);

} // namespace dfriends::engine
