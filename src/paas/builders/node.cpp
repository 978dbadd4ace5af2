// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "paas/builder.hpp"
#include "paas/builders/node_wire.hpp"
#include "paas/workshop.hpp"

namespace dfriends::paas {

namespace {

// A registry that does not answer must fail within seconds, not after npm's usual minutes.
constexpr std::string_view npm_options = "--no-audit --no-fund --fetch-retries=1 --fetch-timeout=10000 "
                                         "--cache=/tmp/cache/npm --prefer-offline";

std::optional<std::string> file_of(const BuildRequest& request, const char* name)
{
    return request.repository.find_file(request.commit, name);
}

bool is_node_project(const BuildRequest& request)
{
    return file_of(request, "package.json").has_value();
}

Assembly begin(const BuildRequest& request, std::string base)
{
    Assembly assembly{.app = request.app, .base = std::move(base)};
    assembly.environment = request.config;
    assembly.ca_file = request.ca_file;
    assembly.with_cache = true;
    return assembly;
}

/// The stack with the app's node_modules, kept for as long as what they are made of stays the same: a push that changes
/// only code takes no time for them.
net::Task<std::string> install_dependencies(engine::Client& engine, const BuildRequest& request,
                                            const NodePackage& package, std::string stack, Banner banner)
{
    const bool with_development = !package.build.empty();
    const char* const names[] = {"package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"};
    std::string made_of = (co_await engine.images().inspect(stack)).id + (with_development ? " all" : " production");
    for (const char* name : names)
        made_of += "\n" + std::string(name) + "\n" + file_of(request, name).value_or("");
    if (package.needs_source)
        made_of += request.commit;
    const std::string tag = fmt::format("dokku/{}:modules-{}", request.app,
                                        crypto::hash_hex(crypto::Algorithm::sha256, made_of).substr(0, 16));
    if (co_await engine.images().find(tag)) {
        banner.step("Using the dependencies of the last build");
        co_return tag;
    }
    banner.step("Installing dependencies");
    Assembly assembly = begin(request, stack);
    assembly.files = [&request, &package, &names](archive::TarWriter& tar) {
        if (package.needs_source)
            return add_source(tar, request.repository, request.commit, "app/");
        for (const char* name : names)
            if (const auto text = file_of(request, name))
                tar.add_file("app/" + std::string(name), *text);
    };
    const bool locked = file_of(request, "package-lock.json") || file_of(request, "npm-shrinkwrap.json");
    assembly.script = fmt::format("cd /app\nnpm {} {} {}\n", locked ? "ci" : "install",
                                  with_development ? "--include=dev" : "--omit=dev", npm_options);
    const std::string image = (co_await assemble(engine, std::move(assembly), banner)).image;
    co_await engine.images().tag(image, tag);
    for (const engine::ImageSummary& old :
         co_await engine.images().list(false, {{"reference", {"dokku/" + request.app + ":modules-*"}}}))
        for (const std::string& name : old.tags)
            if (name != tag && name.starts_with("dokku/" + request.app + ":modules-"))
                try {
                    (void)co_await engine.images().remove(name);
                } catch (const Error&) { // in use
                }
    co_return tag;
}

net::Task<Slug> build_node(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    const NodePackage package = decode_node_package(*file_of(request, "package.json"));
    const bool has_modules =
        package.has_dependencies || (!package.build.empty() && package.has_development_dependencies);
    const bool needs_npm =
        has_modules || !package.build.empty() || (!package.start.empty() && package.start_directly.empty());
    std::string base = needs_npm ? co_await require_npm_stack(engine, banner) : co_await require_stack(engine, banner);
    if (has_modules)
        base = co_await install_dependencies(engine, request, package, base, banner);
    Assembly assembly = begin(request, base);
    assembly.files = [&request](archive::TarWriter& tar) {
        add_source(tar, request.repository, request.commit, "app/");
        tar.add_file("start", start_script, 0755);
    };
    if (!package.build.empty()) {
        banner.step("Running the build");
        assembly.script = fmt::format("cd /app\nnpm run {}\nif [ -d node_modules ]; then npm prune --omit=dev {}; fi\n",
                                      package.build, npm_options);
    }
    assembly.changes = start_changes();
    assembly.changes.emplace_back("ENV NODE_ENV=production");
    Slug slug{(co_await assemble(engine, std::move(assembly), banner)).image, {}};
    if (!package.start.empty())
        slug.commands = {{"web", package.start_directly.empty() ? "npm start" : package.start_directly}};
    else if (file_of(request, "server.js"))
        slug.commands = {{"web", "node server.js"}};
    co_return slug;
}

} // namespace

constinit const Builder node_builder{"node", "Node.js", is_node_project, build_node};

} // namespace dfriends::paas
