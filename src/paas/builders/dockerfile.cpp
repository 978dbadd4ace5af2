// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "base/text.hpp"
#include "os/file.hpp"
#include "paas/builder.hpp"
#include "paas/workshop.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace dfriends::paas {

namespace {

bool detects(const BuildRequest& request)
{
    return request.repository.find_file(request.commit, "Dockerfile").has_value();
}

net::Task<Slug> build_dockerfile(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    if (request.repository.find_file(request.commit, "Procfile"))
        banner.detail("There is a Procfile too: its lines start the image that the Dockerfile makes");
    const os::TemporaryDirectory directory;
    const os::Path context = directory.path() / "context.tar";
    {
        const os::Descriptor out = os::open_file(context, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        archive::TarWriter tar([&](std::string_view bytes) { os::write_all(out.number(), bytes, context); });
        add_source(tar, request.repository, request.commit, "");
        tar.finish();
    }
    const os::Descriptor file = os::open_file(context, O_RDONLY);
    std::string rest;
    const std::string image = co_await engine.images().build(
        [&file](http::BodyWriter& out) -> net::Task<> {
            std::vector<char> piece(256 * 1024);
            while (const ssize_t count = ::read(file.number(), piece.data(), piece.size())) {
                if (count < 0)
                    throw Error(ErrorKind::unavailable, "cannot read what is to be built");
                co_await out.write({piece.data(), static_cast<std::size_t>(count)});
            }
        },
        {.labels = labels_of(request.app), .force_remove = true},
        [&](const engine::Progress& progress) {
            rest += progress.stream;
            for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos; rest.erase(0, end + 1))
                if (end != 0)
                    banner.detail(printable(rest.substr(0, end)));
        });
    co_return Slug{image, {{"web", ""}}};
}

} // namespace

constinit const Builder dockerfile_builder{"dockerfile", "Dockerfile", detects, build_dockerfile};

} // namespace dfriends::paas
