// SPDX-License-Identifier: Apache-2.0
#include "paas/builder.hpp"
#include "paas/debian/stack.hpp"
#include "paas/package_cache.hpp"

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

} // namespace dfriends::paas
