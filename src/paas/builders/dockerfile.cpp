// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "paas/builder.hpp"
#include "paas/workshop.hpp"

namespace dfriends::paas {

namespace {

bool has_dockerfile(const BuildRequest& request)
{
    return request.repository.find_file(request.commit, "Dockerfile").has_value();
}

net::Task<Slug> build_dockerfile(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    if (request.repository.find_file(request.commit, "Procfile"))
        banner.detail("There is a Procfile too: its lines start the image that the Dockerfile makes");
    const ArchiveFile context(
        [&request](archive::TarWriter& tar) { add_source(tar, request.repository, request.commit, ""); });
    std::string rest;
    const std::string image = co_await engine.images().build(
        context.producer(), {.labels = labels_of(request.app), .force_remove = true},
        [&](const engine::Progress& progress) {
            rest += progress.stream;
            for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos; rest.erase(0, end + 1))
                if (end != 0)
                    banner.detail(printable(rest.substr(0, end)));
        });
    co_return Slug{image, {{"web", ""}}};
}

} // namespace

constinit const Builder dockerfile_builder{"dockerfile", "Dockerfile", has_dockerfile, build_dockerfile};

} // namespace dfriends::paas
