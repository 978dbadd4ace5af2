// SPDX-License-Identifier: Apache-2.0
#include "paas/builder.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "paas/procfile.hpp"

namespace dfriends::paas {

namespace {

Commands find_commands(const BuildRequest& request, const Builder& builder, Commands own, const Banner& banner)
{
    banner.step("Discovering process types");
    Commands commands;
    if (const auto text = request.repository.find_file(request.commit, "Procfile")) {
        commands = parse_procfile(*text);
        std::vector<std::string> types;
        for (const auto& [type, command] : commands)
            types.push_back(type);
        banner.detail("Procfile declares types -> " + (types.empty() ? "(none)" : join(types, ", ")));
    }
    std::vector<std::string> defaults;
    for (const auto& [type, command] : own)
        if (commands.emplace(type, command).second)
            defaults.push_back(type);
    if (!defaults.empty())
        banner.detail(fmt::format("Default process types for {} -> {}", builder.framework, join(defaults, ", ")));
    if (commands.empty())
        throw Error(ErrorKind::invalid, "nothing says how to start the app")
            .hint("add a Procfile with a line 'web: COMMAND'");
    return commands;
}

const Builder& detect(const BuildRequest& request)
{
    static const std::vector<Builder> all = builders();
    for (const Builder& builder : all)
        if (builder.detects(request))
            return builder;
    throw Error(ErrorKind::invalid, "Unable to select a buildpack")
        .hint("an app has a package.json, an index.html, a Procfile or a Dockerfile at its root, or a BUILDPACK_URL");
}

} // namespace

std::vector<Builder> builders()
{
    return {buildpack_builder, dockerfile_builder, node_builder, static_builder, procfile_builder};
}

net::Task<Built> build(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    banner.step("Building " + request.app + " ...");
    const Builder& builder = detect(request);
    if (!builder.framework.empty())
        banner.detail(fmt::format("{} app detected", builder.framework));
    Built built;
    if (const auto text = request.repository.find_file(request.commit, "app.json")) {
        AppJson app = parse_app_json(*text);
        built.checks = std::move(app.checks);
        built.formation = std::move(app.formation);
        built.predeploy = std::move(app.predeploy);
        built.postdeploy = std::move(app.postdeploy);
    }
    if (const auto text = request.repository.find_file(request.commit, "CHECKS"); text && built.checks.empty())
        built.checks = parse_checks_file(*text);
    Slug slug = co_await builder.build(engine, request, banner);
    built.image = std::move(slug.image);
    built.commands = find_commands(request, builder, std::move(slug.commands), banner);
    co_return built;
}

} // namespace dfriends::paas
