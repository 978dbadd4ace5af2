// SPDX-License-Identifier: Apache-2.0
#include "paas/builder.hpp"
#include "paas/workshop.hpp"

namespace dfriends::paas {

namespace {

bool has_procfile(const BuildRequest& request)
{
    return request.repository.find_file(request.commit, "Procfile").has_value();
}

/// Nothing is compiled: what the Procfile starts comes with the app or with the stack (python3, bash, ...).
net::Task<Slug> build_procfile(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    Assembly assembly{.app = request.app, .base = co_await require_stack(engine, banner)};
    assembly.files = [&request](archive::TarWriter& tar) {
        add_source(tar, request.repository, request.commit, "app/");
        tar.add_file("start", start_script, 0755);
    };
    assembly.changes = start_changes();
    co_return Slug{(co_await assemble(engine, std::move(assembly), banner)).image, {}};
}

} // namespace

constinit const Builder procfile_builder{"procfile", "Procfile", has_procfile, build_procfile};

} // namespace dfriends::paas
