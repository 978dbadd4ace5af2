// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/build_context.hpp"
#include "engine/buildkit.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

namespace dfriends::applets::docker {

namespace {

/// What only BuildKit has.
constexpr std::array<std::string_view, 4> buildkit_settings{"cache-to", "output", "secret", "ssh"};

/// NAME=VALUE, or NAME with the environment's value.
std::map<std::string, std::optional<std::string>> parse_arguments(const std::vector<std::string>& texts)
{
    std::map<std::string, std::optional<std::string>> arguments;
    for (const std::string& text : texts) {
        const auto [name, value] = split_once(text, '=');
        if (text.find('=') != text.npos)
            arguments[std::string(name)] = std::string(value);
        else if (const char* inherited = std::getenv(text.c_str()))
            arguments[text] = inherited;
        else
            arguments[text] = std::nullopt;
    }
    return arguments;
}

engine::BuildOptions build_options(const config::Settings& settings)
{
    engine::BuildOptions options{.tags = settings.list("tag"),
                                 .arguments = parse_arguments(settings.list("build-arg")),
                                 .target = settings.text("target"),
                                 .network = settings.text("network"),
                                 .platform = settings.text("platform"),
                                 .cache_from = settings.list("cache-from"),
                                 .extra_hosts = settings.list("add-host"),
                                 .no_cache = settings.flag("no-cache"),
                                 .pull = settings.flag("pull"),
                                 .remove_intermediate = settings.flag("rm"),
                                 .force_remove = settings.flag("force-rm"),
                                 .quiet = settings.flag("quiet")};
    for (const std::string& label : settings.list("label"))
        options.labels.emplace(split_once(label, '=').first, split_once(label, '=').second);
    return options;
}

/// Names what the classic builder cannot do of this build, if anything.
std::optional<std::string> find_buildkit_need(const config::Settings& settings, const std::string& dockerfile)
{
    for (const std::string_view name : buildkit_settings)
        if (!settings.list(name).empty())
            return "--" + std::string(name);
    for (const std::string& source : settings.list("cache-from"))
        if (source.find('=') != source.npos) // an image's name has none
            return "--cache-from " + source;
    return engine::find_buildkit_syntax(dockerfile);
}

bool takes_buildkit(const config::Settings& settings, const std::string& dockerfile)
{
    const engine::Builder builder = engine::parse_builder(settings.text("builder"));
    if (builder == engine::Builder::buildkit)
        return true;
    const auto need = find_buildkit_need(settings, dockerfile);
    if (need && builder == engine::Builder::classic)
        throw Error(ErrorKind::invalid, "the classic builder does not know {}", printable(*need))
            .hint("leave '--builder classic' out");
    return need.has_value();
}

/// The environment that the build asks for: ARG without a value, and secrets from a variable.
std::vector<std::string> variables_of(const config::Settings& settings)
{
    std::vector<std::string> names;
    for (const std::string& argument : settings.list("build-arg"))
        if (argument.find('=') == argument.npos)
            names.push_back(argument);
    for (const std::string& secret : settings.list("secret"))
        for (const std::string_view field : split(secret, ','))
            if (const auto [key, value] = split_once(field, '='); key == "env" || key == "id")
                names.emplace_back(value);
    return names;
}

engine::BuildKitBuild buildkit_build(const config::Settings& settings, const std::string& place, std::string dockerfile)
{
    engine::BuildKitBuild build{.dockerfile = place == "-" ? std::move(dockerfile) : "",
                                .variables = variables_of(settings),
                                .exports = !settings.list("output").empty(),
                                .shows_progress = true};
    // Absolute, so that no folder's name is taken for an address.
    build.context = place == "-" ? place : std::filesystem::absolute(place).string();
    const auto add = [&build](std::string_view name, const std::string& value) {
        if (!value.empty())
            build.options.insert(build.options.end(), {"--" + std::string(name), value});
    };
    for (const char* name :
         {"tag", "build-arg", "label", "add-host", "cache-from", "cache-to", "output", "secret", "ssh"})
        for (const std::string& value : settings.list(name))
            add(name, value);
    for (const char* name : {"file", "target", "network", "platform", "progress"})
        add(name, settings.text(name));
    for (const char* name : {"no-cache", "pull", "quiet"})
        if (settings.flag(name))
            build.options.push_back("--" + std::string(name));
    return build;
}

} // namespace

int build(Context& context)
{
    context.expect_arguments(1, 1);
    constexpr std::uint64_t largest_dockerfile = 4U << 20U;
    const std::string& place = context.arguments.front();
    const std::string file = context.settings.text("file");
    std::string dockerfile =
        place == "-" ? os::read_file("/dev/stdin", largest_dockerfile) : engine::read_dockerfile(place, file);
    try {
        if (takes_buildkit(context.settings, dockerfile)) {
            engine::build_with_buildkit(context.engine().host(),
                                        buildkit_build(context.settings, place, std::move(dockerfile)));
            return 0;
        }
        engine::BuildContext source =
            place == "-" ? engine::dockerfile_context(std::move(dockerfile)) : engine::read_context(place, file);
        engine::BuildOptions options = build_options(context.settings);
        options.dockerfile = source.dockerfile;
        const bool quiet = options.quiet;
        const std::string id = net::run(context.engine().images().build(
            std::move(source.tar), std::move(options), quiet ? engine::OnProgress() : print_progress(context)));
        if (quiet)
            context.print("{}\n", id);
        return 0;
    } catch (const engine::BuildError& error) {
        context.write_error(std::string(error.what()) + "\n");
        return error.exit_code() != 0 ? error.exit_code() : 1;
    }
}

} // namespace dfriends::applets::docker
