// SPDX-License-Identifier: Apache-2.0
#include "paas/builder.hpp"
#include "paas/package_cache.hpp"
#include "paas/stack/build.hpp"
#include "paas/workshop.hpp"

namespace dfriends::paas {

const std::string_view start_script = R"(#!/bin/bash
# Starts a command line as Heroku's slugs are started: what buildpacks left in .profile.d comes first.
cd /app && export HOME=/app
for file in .profile.d/*.sh .profile; do
  if [ -r "$file" ]; then . "$file"; fi
done
exec /bin/bash -c "$*"
)";

std::vector<std::string> start_changes()
{
    return {"WORKDIR /app", "ENV HOME=/app", "ENTRYPOINT [\"/start\"]", "CMD [\"bash\"]"};
}

net::Task<std::string> require_stack(engine::Client& engine, Banner banner)
{
    StackOptions options{.packages = stack_packages()};
    if (co_await engine.images().find(options.image))
        co_return options.image;
    banner.step("Making the stack, which is done once");
    options.proxy = co_await find_package_cache(engine);
    const std::string image = options.image;
    (void)co_await build_stack(engine, std::move(options), banner);
    co_return image;
}

net::Task<std::string> require_npm_stack(engine::Client& engine, Banner banner)
{
    constexpr const char* image = "dfriends/stack-npm";
    if (co_await engine.images().find(image))
        co_return image;
    Assembly assembly{.base = co_await require_stack(engine, banner)};
    banner.step("Adding npm to the stack, which is done once");
    const std::string proxy = co_await find_package_cache(engine);
    assembly.files = [](archive::TarWriter&) {};
    assembly.script =
        fmt::format("export DEBIAN_FRONTEND=noninteractive\n"
                    "apt-get -q -o Acquire::http::Proxy={0} update >/tmp/log 2>&1 || {{ tail /tmp/log; exit 1; }}\n"
                    "apt-get -q -o Acquire::http::Proxy={0} -o DPkg::Options::=--force-unsafe-io install -y "
                    "--no-install-recommends npm >/tmp/log 2>&1 || {{ tail /tmp/log; exit 1; }}\n"
                    "rm -rf /tmp/log /var/lib/apt/lists/* /var/cache/apt/archives/*.deb\n",
                    proxy.empty() ? "false" : proxy);
    assembly.changes = {"ENTRYPOINT []", "CMD [\"bash\"]"};
    const Assembled made = co_await assemble(engine, std::move(assembly), banner);
    co_await engine.images().tag(made.image, image);
    co_return image;
}

} // namespace dfriends::paas
