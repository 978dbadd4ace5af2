// SPDX-License-Identifier: Apache-2.0
#include "paas/workshop.hpp"

#include "archive/reader.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "os/file.hpp"

#include <fcntl.h>

namespace dfriends::paas {

namespace {

constexpr std::uint64_t largest_source = 1ULL << 30U;
constexpr std::size_t largest_result = 1U << 20U;
constexpr std::uint64_t largest_ca_file = 8ULL << 20U;

// Variables come by files, so that the image has none of them; those that would break the shell stay out.
constexpr std::string_view exports = R"(for file in /tmp/dfriends/env/*; do
  name=${file##*/}
  case $name in '*'|PATH|GIT_DIR|CPATH|CPPATH|LD_PRELOAD|LIBRARY_PATH|LD_LIBRARY_PATH|IFS|BASH_ENV|ENV|HOME) continue ;; esac
  value=$(cat "$file"; printf x)
  export "$name=${value%x}"
done
)";
constexpr std::string_view trust = R"(export HOME=/app
if [ -e /tmp/dfriends/ca.crt ]; then
  export SSL_CERT_FILE=/tmp/dfriends/ca.crt CURL_CA_BUNDLE=/tmp/dfriends/ca.crt GIT_SSL_CAINFO=/tmp/dfriends/ca.crt
  export NODE_EXTRA_CA_CERTS=/tmp/dfriends/ca.crt NPM_CONFIG_CAFILE=/tmp/dfriends/ca.crt PIP_CERT=/tmp/dfriends/ca.crt
fi
)";
// The script may not leave its tools behind, whatever it did.
constexpr std::string_view epilogue = "\nrm -rf /tmp/dfriends\n";

std::string script_of(const Assembly& assembly)
{
    std::string script = "set -e -o pipefail\n";
    if (assembly.exports)
        script += exports;
    script += trust;
    return script + assembly.script + std::string(epilogue);
}

/// The files of an assembly, and what its script needs.
void write_files(const Assembly& assembly, archive::TarWriter& tar)
{
    assembly.files(tar);
    if (!assembly.script.empty()) {
        tar.add_directory("tmp/dfriends", 0755);
        tar.add_file("tmp/dfriends/build", script_of(assembly), 0755);
        for (const auto& [name, value] : assembly.environment)
            tar.add_file("tmp/dfriends/env/" + name, value, 0644);
        if (!assembly.ca_file.empty())
            tar.add_file("tmp/dfriends/ca.crt", os::read_file(assembly.ca_file, largest_ca_file), 0644);
    }
}

/// buildstep's manner: headings stand at the left, all else is indented.
void print_line(const Banner& banner, std::string_view line)
{
    const std::string shown = printable(line.substr(line.rfind('\r') + 1));
    if (shown.starts_with("-----> ") || shown.starts_with("=====> "))
        banner.raw(shown);
    else
        banner.detail(shown);
}

net::Task<> run_script(engine::Client& engine, std::string container, Banner banner)
{
    auto waiting = co_await engine.containers().begin_wait(container, "next-exit");
    (void)co_await engine.containers().start(container);
    std::string rest;
    co_await engine.containers().logs(
        container, {.follow = true, .tail = "all"}, [&](engine::Channel, std::string_view bytes) {
            rest += bytes;
            for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos; rest.erase(0, end + 1))
                print_line(banner, rest.substr(0, end));
        });
    if (!rest.empty())
        print_line(banner, rest);
    const int code =
        waiting ? co_await waiting->exit_code() : co_await engine.containers().wait(container, "not-running");
    if (code == 0)
        co_return;
    const engine::ContainerDetails details = co_await engine.containers().inspect(container);
    if (details.state.oom_killed)
        throw Error(ErrorKind::failed, "the build was killed: it took more memory than it may");
    throw Error(ErrorKind::failed, "the build ended with {}", code);
}

/// A file of a container; empty where there is none.
net::Task<std::string> read_result(engine::Client& engine, std::string container, std::string path)
{
    std::string tar;
    try {
        co_await engine.containers().copy_from(container, path, [&tar](engine::Channel, std::string_view bytes) {
            if (tar.size() < largest_result)
                tar += bytes;
        });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found)
            throw;
        co_return std::string();
    }
    archive::Reader reader = archive::Reader::from_memory(tar);
    co_return reader.next() ? reader.content(largest_result) : std::string();
}

net::Task<Assembled> work(engine::Client& engine, const Assembly& assembly, std::string container, Banner banner)
{
    const ArchiveFile archive([&assembly](archive::TarWriter& tar) { write_files(assembly, tar); });
    co_await engine.containers().copy_to(container, "/", archive.producer());
    if (!assembly.script.empty())
        co_await run_script(engine, container, banner);
    std::vector<std::string> changes = assembly.changes;
    if (!assembly.app.empty())
        changes.push_back("LABEL dokku=\"\" com.dokku.app-name=\"" + assembly.app +
                          "\" com.dokku.image-stage=\"release\"");
    Assembled made;
    if (!assembly.result.empty())
        made.result = co_await read_result(engine, container, assembly.result);
    made.image = co_await engine.containers().commit(container, {.lines = std::move(changes)});
    co_return made;
}

} // namespace

ArchiveFile::ArchiveFile(const std::function<void(archive::TarWriter&)>& write)
{
    const os::Path path = directory_.path() / "files.tar";
    file_ = os::open_file(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    archive::TarWriter tar([&](std::string_view bytes) { os::write_all(file_.number(), bytes, path); });
    write(tar);
    tar.finish();
}

http::Producer ArchiveFile::producer() const
{
    return [this](http::BodyWriter& out) -> net::Task<> {
        const auto size = std::filesystem::file_size(directory_.path() / "files.tar");
        co_await out.send_file(file_.number(), 0, size);
    };
}

net::Task<Assembled> assemble(engine::Client& engine, Assembly assembly, Banner banner)
{
    engine::ContainerSpec spec{
        .name = fmt::format("{}.build-{}", assembly.app.empty() ? "stack" : assembly.app, crypto::random_hex(4)),
        .image = assembly.base};
    spec.entrypoint = {"/bin/bash"};
    spec.command = {"/tmp/dfriends/build"};
    spec.labels = assembly.app.empty() ? engine::Labels{{"dokku", ""}} : labels_of(assembly.app);
    spec.labels["com.dokku.container-type"] = "build";
    spec.security_options = {"no-new-privileges"};
    spec.pids_limit = 4096;
    if (assembly.with_cache)
        spec.binds = {cache_volume(assembly.app) + ":/tmp/cache"};
    const engine::Created created = co_await engine.containers().create(spec);
    std::exception_ptr failure;
    Assembled made;
    try {
        made = co_await work(engine, assembly, created.id, banner);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    try {
        co_await engine.containers().remove(created.id, true);
    } catch (const Error&) { // what matters is the image, or why there is none; the next deploy sweeps
    }
    if (failure)
        std::rethrow_exception(failure);
    co_return made;
}

std::string cache_volume(const std::string& app)
{
    return "dokku-cache-" + app;
}

void add_source(archive::TarWriter& tar, const git::Repository& repository, const std::string& commit,
                const std::string& folder)
{
    repository.for_each_file(commit, largest_source, [&](const git::File& one) {
        switch (one.kind) {
        case git::File::Kind::regular:
            return tar.add_file(folder + one.path, one.content, 0644);
        case git::File::Kind::executable:
            return tar.add_file(folder + one.path, one.content, 0755);
        case git::File::Kind::link:
            return tar.add_link(folder + one.path, std::string(one.content));
        case git::File::Kind::submodule:
            throw Error(ErrorKind::invalid, "the app has a submodule at '{}', which is not fetched", one.path)
                .hint("commit its files instead");
        }
    });
}

engine::Labels labels_of(const std::string& app)
{
    return {{"dokku", ""}, {"com.dokku.app-name", app}};
}

} // namespace dfriends::paas
