// SPDX-License-Identifier: Apache-2.0
// version, info and inspect.
#include "applets/context.hpp"
#include "applets/docker/each.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/docker/wire.hpp"
#include "base/error.hpp"
#include "base/size.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"

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

} // namespace

int print_documents(Context& context, const std::vector<std::string>& documents)
{
    const auto format = context.settings.find("format");
    if (!format || format->empty())
        context.write(encode_documents(documents));
    else
        for (const std::string& document : documents)
            context.print("{}\n", render_template(*format, document));
    return 0;
}

int version(Context& context)
{
    context.expect_arguments(0, 0);
    const auto found = net::run(context.engine().version());
    if (const auto format = context.settings.find("format")) {
        context.print("{}\n", render_template(*format, version_document(DFRIENDS_VERSION, found.document)));
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
    const auto found = net::run(context.engine().info());
    if (const auto format = context.settings.find("format")) {
        context.print("{}\n", render_template(*format, found.document));
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

int inspect(Context& context)
{
    context.expect_arguments(1);
    std::vector<std::string> documents;
    for (const std::string& name : context.arguments)
        documents.push_back(net::run(find_document(context.engine(), name, context.settings.text("type"))));
    return print_documents(context, documents);
}

} // namespace dfriends::applets::docker
