// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/client.hpp"
#include "git/repository.hpp"
#include "paas/apps.hpp"
#include "paas/banner.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::paas {

/// What is built, and what the build may know.
struct BuildRequest {
    const git::Repository& repository;
    std::string app;
    std::string commit;
    Config config;       ///< the build's programs see it; the image does not hold it
    std::string ca_file; ///< certificates to trust beside the usual ones; may be empty
};

/// What a build leaves.
struct Built {
    std::string image; ///< id
    Commands commands; ///< of the Procfile, or what the builder says
    Checks checks;
    std::vector<std::pair<std::string, std::int64_t>> formation; ///< of app.json
    std::string predeploy, postdeploy;                           ///< of app.json
};

/// What a builder makes of a commit.
struct Slug {
    std::string image;
    Commands commands; ///< where no Procfile says it
};

/// One kind of app.
struct Builder {
    std::string_view name;      ///< "node"
    std::string_view framework; ///< as "-----> … app detected" says it
    bool (*detects)(const BuildRequest&);
    net::Task<Slug> (*build)(engine::Client&, const BuildRequest&, Banner);
};

/// In the order in which they are asked: the first that detects its kind builds.
std::vector<Builder> builders();

/// Builds a commit and reads its Procfile, app.json and CHECKS. Prints as it goes; throws Error(failed) where the build
/// breaks, Error(invalid) where nothing knows how to build it or a file is wrong.
net::Task<Built> build(engine::Client& engine, const BuildRequest& request, Banner banner);

// The builders, a file each.
extern const Builder buildpack_builder;  ///< BUILDPACK_URL, .buildpacks
extern const Builder dockerfile_builder; ///< Dockerfile
extern const Builder node_builder;       ///< package.json
extern const Builder static_builder;     ///< .static, static.json, index.html
extern const Builder procfile_builder;   ///< Procfile only

/// The image below apps without a Dockerfile; made where it is not there yet.
net::Task<std::string> require_stack(engine::Client& engine, Banner banner);
/// The same with npm, which is half as large again: for apps that have dependencies.
net::Task<std::string> require_npm_stack(engine::Client& engine, Banner banner);

/// Starts a command line as Heroku's slugs are started: .profile.d first. Stands in images of the stack as /start.
extern const std::string_view start_script;
/// The end of a build on the stack: WORKDIR, ENTRYPOINT and so on.
std::vector<std::string> start_changes();

} // namespace dfriends::paas
