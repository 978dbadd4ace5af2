// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "os/file.hpp"
#include "paas/builder.hpp"
#include "paas/static_site.hpp"
#include "paas/workshop.hpp"

#include <sys/stat.h>

namespace dfriends::paas {

namespace {

bool is_static_site(const BuildRequest& request)
{
    const auto has = [&request](const char* file) {
        return request.repository.find_file(request.commit, file).has_value();
    };
    // What a Procfile starts needs a shell, which the image of a static site does not have.
    return has(".static") || has("static.json") || (has("index.html") && !has("Procfile"));
}

/// The image below every static site: nothing but this executable, which serves the files. Its tag changes with the
/// executable.
net::Task<std::string> require_server(engine::Client& engine)
{
    struct stat self{};
    ::stat("/proc/self/exe", &self);
    const std::string identity = fmt::format("{}.{}.{}", self.st_size, self.st_mtim.tv_sec, self.st_mtim.tv_nsec);
    const std::string image = "dfriends/static:" + crypto::hash_hex(crypto::Algorithm::sha256, identity).substr(0, 12);
    if (co_await engine.images().find(image))
        co_return image;
    const std::string executable = os::read_file("/proc/self/exe", 1ULL << 30U);
    (void)co_await engine.images().build(
        [&executable](http::BodyWriter& out) -> net::Task<> {
            std::string context;
            archive::TarWriter tar([&context](std::string_view bytes) { context += bytes; });
            tar.add_file("dfriends", executable, 0755);
            tar.add_file("Dockerfile", "FROM scratch\nCOPY dfriends /dfriends\n");
            tar.finish();
            co_await out.write(context);
        },
        {.tags = {image}, .labels = {{"dokku", ""}, {"com.dfriends.stack", "static"}}});
    co_return image;
}

net::Task<Slug> build_static(engine::Client& engine, const BuildRequest& request, Banner banner)
{
    if (const auto text = request.repository.find_file(request.commit, "static.json"))
        (void)parse_static_json(*text); // its mistakes are the push's, not the container's
    Assembly assembly{.app = request.app, .base = co_await require_server(engine)};
    assembly.files = [&request](archive::TarWriter& tar) {
        add_source(tar, request.repository, request.commit, "app/");
    };
    assembly.changes = {"WORKDIR /app", "ENTRYPOINT [\"/dfriends\", \"paas\", \"static\"]", "CMD [\"/app\"]"};
    co_return Slug{(co_await assemble(engine, std::move(assembly), banner)).image, {{"web", ""}}};
}

} // namespace

constinit const Builder static_builder{"static", "Static", is_static_site, build_static};

} // namespace dfriends::paas
