// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/build_context.hpp"
#include "engine/buildkit.hpp"
#include "engine/client.hpp"
#include "engine/run_flags.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

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

/// The options that limit the containers of RUN, as words of run.
std::vector<std::string> limit_words(const config::Settings& settings)
{
    std::vector<std::string> words;
    for (const char* name : {"cgroup-parent", "cpu-period", "cpu-quota", "cpu-shares", "cpuset-cpus", "cpuset-mems",
                             "memory", "memory-swap", "shm-size"})
        if (settings.is_given(name))
            words.push_back("--" + std::string(name) + "=" + settings.text(name));
    for (const char* name : {"ulimit", "security-opt"})
        for (const std::string& value : settings.list(name))
            words.push_back("--" + std::string(name) + "=" + value);
    return words;
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
    engine::RunRequest limits; // run's grammar reads their values
    engine::apply_run_flags(limits, limit_words(settings));
    options.limits = limits.spec;
    options.shm_size = limits.spec.shm_size;
    options.cgroup_parent = limits.spec.cgroup_parent;
    options.ulimits = limits.spec.ulimits;
    options.security_options = limits.spec.security_options;
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

/// What the engine fetches by itself, as the docker client knows it: an archive, a Dockerfile or a git repository.
bool is_url(std::string_view place)
{
    return std::ranges::any_of(std::array{"http://", "https://", "git://", "git@", "github.com/"},
                               [place](const char* start) { return place.starts_with(start); });
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
    build.context = place == "-" || is_url(place) ? place : std::filesystem::absolute(place).string();
    const auto add = [&build](std::string_view name, const std::string& value) {
        if (!value.empty())
            build.options.insert(build.options.end(), {"--" + std::string(name), value});
    };
    for (const char* name :
         {"tag", "build-arg", "label", "add-host", "cache-from", "cache-to", "output", "secret", "ssh"})
        for (const std::string& value : settings.list(name))
            add(name, value);
    for (const std::string& word : limit_words(settings))
        build.options.push_back(word);
    for (const char* name : {"file", "target", "network", "platform", "progress"})
        add(name, settings.text(name));
    for (const char* name : {"no-cache", "pull", "quiet"})
        if (settings.flag(name))
            build.options.push_back("--" + std::string(name));
    return build;
}

/// What stdin and the arguments say of a build.
struct Source {
    std::string place;      ///< a folder, "-", or a URL
    std::string file;       ///< of --file
    std::string dockerfile; ///< its text; empty where it lies in an archive
    std::string archive;    ///< the first bytes of an archive on stdin
};

std::string read_stdin(std::size_t most)
{
    std::string bytes(most, '\0');
    std::size_t size = 0;
    while (size < most) {
        const ssize_t count = ::read(STDIN_FILENO, bytes.data() + size, most - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw Error(ErrorKind::unavailable, "cannot read stdin: {}", describe_errno(errno));
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    bytes.resize(size);
    return bytes;
}

/// The rest of a Dockerfile on stdin.
std::string read_dockerfile_from_stdin(std::string head)
{
    constexpr std::size_t largest = 4UL << 20U;
    head += read_stdin(largest + 1 - head.size());
    if (head.size() > largest)
        throw Error(ErrorKind::invalid, "the Dockerfile on stdin has more than {} bytes", largest);
    if (trim(head).empty())
        throw Error(ErrorKind::invalid, "the Dockerfile on stdin is empty");
    return head;
}

Source find_source(Context& context)
{
    Source source{
        .place = context.arguments.front(), .file = context.settings.text("file"), .dockerfile = {}, .archive = {}};
    if (is_url(source.place) && source.file == "-")
        throw Error(ErrorKind::failed, "a Dockerfile on stdin does not go with a URL")
            .hint("name one that lies at the URL, or fetch that first");
    if (is_url(source.place))
        return source;
    if (source.place == "-" && source.file == "-")
        throw Error(ErrorKind::failed, "invalid argument: can't use stdin for both build context and dockerfile");
    if (source.place == "-") {
        constexpr std::size_t head = 512;
        std::string bytes = read_stdin(head);
        if (engine::is_archive(bytes))
            source.archive = std::move(bytes);
        else
            source.dockerfile = read_dockerfile_from_stdin(std::move(bytes));
    } else {
        source.dockerfile =
            source.file == "-" ? read_dockerfile_from_stdin({}) : engine::read_dockerfile(source.place, source.file);
    }
    return source;
}

/// An archive on stdin, of which the first bytes have been read.
http::Producer send_stdin(std::string head)
{
    return [head = std::move(head)](http::BodyWriter& writer) -> net::Task<> {
        co_await writer.write(head);
        co_await send_file("/dev/stdin")(writer);
    };
}

engine::BuildContext context_of(Source source)
{
    if (is_url(source.place))
        return {{}, source.file.empty() ? "Dockerfile" : source.file};
    if (!source.archive.empty())
        return {send_stdin(std::move(source.archive)), source.file.empty() ? "Dockerfile" : source.file};
    if (source.place == "-")
        return engine::dockerfile_context(std::move(source.dockerfile));
    if (source.file == "-")
        return engine::read_context_with(source.place, std::move(source.dockerfile));
    return engine::read_context(source.place, source.file);
}

/// By the engine's own builder.
void build_classic(Context& context, Source source)
{
    engine::BuildOptions options = build_options(context.settings);
    if (is_url(source.place))
        options.remote = source.place;
    engine::BuildContext sent = context_of(std::move(source));
    options.dockerfile = sent.dockerfile;
    const bool quiet = options.quiet;
    const std::string id_file = context.settings.text("iidfile");
    if (!id_file.empty())
        std::filesystem::remove(id_file); // that of an older build would tell a lie
    const std::string id = net::run(context.engine().images().build(
        std::move(sent.tar), std::move(options), quiet ? engine::OnProgress() : print_progress(context)));
    if (!id_file.empty())
        os::write_file(id_file, id, 0644);
    if (quiet)
        context.print("{}\n", id);
}

} // namespace

int build(Context& context)
{
    context.expect_arguments(1, 1);
    Source source = find_source(context);
    try {
        if (!takes_buildkit(context.settings, source.dockerfile)) {
            build_classic(context, std::move(source));
            return 0;
        }
        if (!source.archive.empty() || source.file == "-" || !context.settings.text("iidfile").empty())
            throw Error(ErrorKind::invalid, "a build with BuildKit wants a folder, or a Dockerfile on stdin, and knows "
                                            "no --iidfile here")
                .hint("unpack the archive, or leave '--builder buildkit' out");
        engine::build_with_buildkit(context.engine().host(),
                                    buildkit_build(context.settings, source.place, std::move(source.dockerfile)));
        return 0;
    } catch (const engine::BuildError& error) {
        context.write_error(std::string(error.what()) + "\n");
        return error.exit_code() != 0 ? error.exit_code() : 1;
    }
}

} // namespace dfriends::applets::docker
