// SPDX-License-Identifier: Apache-2.0
// version, info, inspect, events and system dial-stdio.
#include "applets/context.hpp"
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/docker/wire.hpp"
#include "base/error.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

namespace dfriends::applets::docker {

namespace {

/// What is called so: a container, else an image, a network or a volume.
net::Task<std::string> find_document(engine::Client& client, std::string name, std::string type)
{
    if (type.empty() || type == "container")
        if (const auto found = co_await client.containers().find(name))
            co_return found->document;
    if (type.empty() || type == "image")
        if (const auto found = co_await client.images().find(name))
            co_return found->document;
    if (type.empty() || type == "network")
        if (const auto found = co_await client.networks().find(name))
            co_return found->document;
    if (type.empty() || type == "volume")
        if (const auto found = co_await client.volumes().find(name))
            co_return found->document;
    throw Error(ErrorKind::not_found, "No such {}: {}", type.empty() ? "object" : type, name);
}

std::optional<DocumentFormat> find_format(Context& context)
{
    const std::string& format = context.settings.text("format");
    if (format.empty() && context.global.json)
        return DocumentFormat("json");
    return format.empty() ? std::nullopt : std::optional<DocumentFormat>(format);
}

/// As the docker client writes a moment: local time, all nine decimals.
std::string render_event_time(std::int64_t nanoseconds)
{
    const TimePoint moment{std::chrono::nanoseconds(nanoseconds)};
    std::string zone = render_local(moment, "%z"); // "+0130"
    zone = zone == "+0000" ? "Z" : zone.substr(0, 3) + ":" + zone.substr(3);
    return fmt::format("{}.{:09}{}", render_local(moment, "%Y-%m-%dT%H:%M:%S"), nanoseconds % 1'000'000'000, zone);
}

std::string render_event(const engine::Event& event)
{
    std::string attributes;
    for (const auto& [name, value] : event.attributes)
        attributes += (attributes.empty() ? "" : ", ") + name + "=" + value;
    std::string line =
        fmt::format("{} {} {} {}", render_event_time(event.nanoseconds), event.type, event.action, event.id);
    if (!attributes.empty())
        line += " (" + attributes + ")";
    return printable(line);
}

/// Carries bytes both ways until the engine's side ends.
net::Task<> relay_streams(Context& context)
{
    const std::shared_ptr<net::Stream> stream = co_await context.engine().connection().dial();
    net::spawn([](std::shared_ptr<net::Stream> to) -> net::Task<> {
        Input input;
        for (std::string piece = co_await input.read(); !piece.empty(); piece = co_await input.read())
            co_await to->write_all(piece);
        co_await to->shutdown();
    }(stream));
    std::array<char, 64UL * 1024> piece;
    while (const std::size_t count = co_await stream->read_some(piece)) {
        context.write({piece.data(), count});
    }
}

} // namespace

int events(Context& context)
{
    context.expect_arguments(0, 0);
    const auto format = find_format(context);
    const auto print = [&](const engine::Event& event) {
        if (format)
            context.print("{}\n", format->render(event.document));
        else
            context.print("{}\n", render_event(event));
    };
    const auto moment = [&context](std::string_view name) {
        const std::string& text = context.settings.text(name);
        return text.empty() ? text : parse_moment(text);
    };
    net::run(context.engine().events(parse_filters(context.settings.list("filter")), moment("since"), moment("until"),
                                     print));
    return 0;
}

int system_dial_stdio(Context& context)
{
    context.expect_arguments(0, 0);
    net::run(relay_streams(context));
    return 0;
}

int inspect_each(Context& context, const std::function<std::string(const std::string& name)>& find_document)
{
    context.expect_arguments(1);
    const auto format = find_format(context);
    const std::string& text = context.settings.text("format");
    const bool as_list = text == "json" || (text.empty() && context.global.json);
    std::vector<std::string> documents;
    std::string failures;
    for (const std::string& name : context.arguments) {
        try {
            const std::string document = find_document(name);
            documents.push_back(format && !as_list ? format->render(document) : document);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::unavailable)
                throw; // the next would fare no better
            failures += "Error: " + printable(error.what()) + "\n";
        }
    }
    if (!format)
        context.write(encode_documents(documents));
    else if (as_list)
        context.print("{}\n", format->render("[" + join(documents, ",") + "]"));
    else
        for (const std::string& document : documents)
            context.print("{}\n", document);
    context.write_error(failures);
    return failures.empty() ? 0 : 1;
}

int version(Context& context)
{
    context.expect_arguments(0, 0);
    const auto format = find_format(context);
    const auto found = net::run(context.engine().version());
    if (format) {
        context.print("{}\n", format->render(version_document(net::run(context.engine().ping()), found.document)));
        return 0;
    }
    context.print("Client: dfriends " DFRIENDS_VERSION
                  "\n\nServer:\n Version:      {}\n API version:  {} (minimum version {})\n OS/Arch:      {}/{}\n",
                  found.version, found.api_version, found.minimum_api_version, found.os, found.architecture);
    return 0;
}

int info(Context& context)
{
    context.expect_arguments(0, 0);
    const auto format = find_format(context);
    const auto found = net::run(context.engine().info());
    if (format) {
        context.print("{}\n", format->render(info_document(net::run(context.engine().ping()), found.document)));
        return 0;
    }
    context.print("Containers: {}\n Running: {}\n Paused: {}\n Stopped: {}\nImages: {}\n", found.containers,
                  found.running, found.paused, found.stopped, found.images);
    context.print("Server Version: {}\nStorage Driver: {}\nLogging Driver: {}\nCgroup Driver: {}\n",
                  found.server_version, found.storage_driver, found.logging_driver, found.cgroup_driver);
    context.print("Kernel Version: {}\nOperating System: {}\nArchitecture: {}\nCPUs: {}\nTotal Memory: {}\nName: "
                  "{}\nDocker Root Dir: {}\n",
                  found.kernel, found.os, found.architecture, found.cpus,
                  render_size(static_cast<std::uint64_t>(found.memory)), found.name, found.root);
    for (const std::string& warning : found.warnings)
        context.say(warning);
    return 0;
}

namespace {

int inspect_type(Context& context, const std::string& type)
{
    return inspect_each(context, [&context, &type](const std::string& name) {
        return net::run(find_document(context.engine(), name, type));
    });
}

} // namespace

int inspect(Context& context)
{
    return inspect_type(context, context.settings.text("type"));
}

int container_inspect(Context& context)
{
    return inspect_type(context, "container");
}

int image_inspect(Context& context)
{
    return inspect_type(context, "image");
}

} // namespace dfriends::applets::docker
