// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/docker/copy_path.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "archive/reader.hpp"
#include "archive/tar_writer.hpp"
#include "archive/unpack.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/byte_pipe.hpp"
#include "engine/client.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <filesystem>
#include <future>
#include <sys/socket.h>
#include <unistd.h>

namespace dfriends::applets::docker {

namespace {

using Path = std::filesystem::path;

/// Absolute, and with the '/' or "." at its end, which say more than the path.
std::string absolute_path(const std::string& path)
{
    return path.starts_with('/') ? path : (std::filesystem::current_path() / path).string();
}

bool is_link(const Path& path)
{
    std::error_code ignored;
    return std::filesystem::is_symlink(path, ignored);
}

/// Unpacks on a thread of its own what the loop hands over, so that the archive is never in memory as a whole.
class UnpackPipe {
  public:
    UnpackPipe(Path folder, CopyPlan plan)
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw Error(ErrorKind::unavailable, "cannot make a socket pair: {}", describe_errno(errno));
        ours_ = os::Descriptor(ends[0]);
        unpacked_ = std::async(std::launch::async, [end = os::Descriptor(ends[1]), folder = std::move(folder),
                                                    plan = std::move(plan)]() mutable {
            const os::Descriptor reading = std::move(end); // closed when this ends, so that nobody writes in vain
            archive::Reader reader = archive::Reader::from_descriptor(reading.number());
            archive::Unpacked result =
                archive::unpack(reader, folder, [&plan](std::string_view name) { return plan.rename(name); });
            char rest[4096];
            while (::read(reading.number(), rest, sizeof rest) > 0) // the archive's padding
                ;
            return result;
        });
    }

    /// False where the unpacking has ended already.
    bool write(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t count = ::send(ours_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    /// Throws what went wrong.
    archive::Unpacked finish()
    {
        ours_.close();
        return unpacked_.get();
    }

  private:
    std::future<archive::Unpacked> unpacked_; // waits when it goes, so our end must go before it
    os::Descriptor ours_;
};

/// Follows links to what is written in the end; what is not there needs a folder that is.
CopyTarget find_local_target(std::string path)
{
    constexpr int most_links = 40;
    for (int links = 0; is_link(split_path(path).folder + "/" + split_path(path).name); ++links) {
        if (links == most_links)
            throw Error(ErrorKind::invalid, "cannot copy to '{}': too many links", path);
        path = follow_path(
                   path, std::filesystem::read_symlink(split_path(path).folder + "/" + split_path(path).name).string())
                   .path;
    }
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (std::filesystem::is_directory(status) || std::filesystem::is_regular_file(status))
        return {path, true, std::filesystem::is_directory(status)};
    if (std::filesystem::exists(status))
        throw Error(ErrorKind::invalid, "cannot copy to '{}': it is neither a folder nor a regular file", path);
    const std::string parent = split_path(path).folder;
    if (!std::filesystem::is_directory(parent, code))
        throw Error(ErrorKind::not_found, "invalid output path: directory '{}' does not exist", parent);
    return {path};
}

/// A link is copied as a link unless -L, or a '/' at its end, says to follow it.
CopySource find_local_source(const std::string& path, bool follows)
{
    CopySource source{path};
    std::error_code code;
    if ((follows || path.ends_with('/')) && is_link(split_path(path).folder + "/" + split_path(path).name)) {
        const FollowedPath followed = follow_path(path, std::filesystem::canonical(path, code).string());
        source = {followed.path, false, followed.name};
    }
    const auto status = code ? std::filesystem::file_status() : std::filesystem::symlink_status(source.path, code);
    if (code || !std::filesystem::exists(status))
        throw Error(ErrorKind::not_found, "cannot copy '{}': no such file or directory", path);
    source.is_folder = std::filesystem::is_directory(status);
    return source;
}

net::Task<CopySource> find_container_source(engine::Client& engine, CopyPlace from, bool follows)
{
    const auto stat = co_await engine.containers().stat(from.container, from.path);
    if (!stat)
        throw Error(ErrorKind::not_found, "could not find the file '{}' in container {}", from.path, from.container);
    CopySource source{from.path, stat->is_directory()};
    if (follows && stat->is_link()) {
        const FollowedPath followed = follow_path(from.path, stat->link_target);
        const auto target = co_await engine.containers().stat(from.container, followed.path);
        source = {followed.path, target && target->is_directory(), followed.name};
    }
    co_return source;
}

net::Task<CopyTarget> find_container_target(engine::Client& engine, CopyPlace to)
{
    CopyTarget target{to.path};
    auto stat = co_await engine.containers().stat(to.container, to.path);
    if (stat && stat->is_link()) {
        target.path = follow_path(to.path, stat->link_target).path;
        stat = co_await engine.containers().stat(to.container, target.path);
    }
    if (stat && stat->is_special())
        throw Error(ErrorKind::invalid, "destination '{}:{}' must be a directory or a regular file", to.container,
                    to.path);
    target.exists = stat.has_value();
    target.is_folder = stat && stat->is_directory();
    co_return target;
}

void report_copy(Context& context, std::uint64_t bytes, const std::string& where)
{
    if (!context.settings.flag("quiet"))
        context.say(
            fmt::format("Successfully copied {} to {}", render_decimal_size(static_cast<std::int64_t>(bytes)), where));
}

net::Task<> copy_out(Context& context, CopyPlace from, std::string to)
{
    engine::Client& engine = context.engine();
    std::optional<CopyTarget> target;
    if (to != "-")
        target = find_local_target(absolute_path(to));
    const CopySource source = co_await find_container_source(engine, from, context.settings.flag("follow-link"));
    if (!target) {
        co_await engine.containers().copy_from(from.container, source.path,
                                               [&](engine::Channel, std::string_view bytes) { context.write(bytes); });
        co_return;
    }
    const CopyPlan plan = plan_copy(source, *target);
    UnpackPipe pipe(plan.folder, plan);
    std::uint64_t copied = 0;
    bool is_cut_off = false;
    try {
        co_await engine.containers().copy_from(from.container, source.path,
                                               [&](engine::Channel, std::string_view bytes) {
                                                   copied += bytes.size();
                                                   if (!pipe.write(bytes)) {
                                                       is_cut_off = true;
                                                       throw Error(ErrorKind::failed, "the copy cannot be unpacked");
                                                   }
                                               });
    } catch (const Error&) {
        if (!is_cut_off) // else the pipe knows why
            throw;
    }
    const archive::Unpacked unpacked = pipe.finish();
    if (!unpacked.left_out.empty())
        throw Error(ErrorKind::failed, "devices and pipes are not copied: '{}'; all else is",
                    printable(join(unpacked.left_out, "', '")));
    report_copy(context, copied, to);
}

/// The source's archive, packed while it is sent.
http::Producer send_tree(CopySource source, std::string name, std::shared_ptr<std::uint64_t> copied)
{
    return [source = std::move(source), name = std::move(name), copied](http::BodyWriter& writer) -> net::Task<> {
        engine::BytePipe pipe([path = source.path, name](const engine::BytePipe::Sink& sink) {
            archive::TarWriter tar(sink);
            tar.add_tree(path, name);
            tar.finish();
        });
        std::vector<char> piece(128UL * 1024);
        while (const std::size_t count = co_await pipe.read_some(piece)) {
            *copied += count;
            co_await writer.write({piece.data(), count});
        }
    };
}

net::Task<> copy_in(Context& context, std::string from, CopyPlace to)
{
    engine::Client& engine = context.engine();
    const bool as_user = context.settings.flag("archive");
    const auto copied = std::make_shared<std::uint64_t>(0);
    const CopyTarget target = co_await find_container_target(engine, to);
    if (from == "-") {
        if (!target.is_folder)
            throw Error(ErrorKind::invalid, "destination '{}:{}' must be a directory", to.container, to.path);
        co_await engine.containers().copy_to(to.container, target.path, send_file("/dev/stdin"), as_user);
        co_return;
    }
    const CopySource source = find_local_source(absolute_path(from), context.settings.flag("follow-link"));
    const CopyPlan plan = plan_copy(source, target);
    const std::string name = plan.new_name == "/" ? "." : plan.new_name; // the whole file system into a folder
    co_await engine.containers().copy_to(to.container, plan.folder, send_tree(source, name, copied), as_user);
    report_copy(context, *copied, to.container + ":" + to.path);
}

} // namespace

int cp(Context& context)
{
    context.expect_arguments(2, 2);
    const CopyPlace from = parse_copy_place(context.arguments[0]);
    const CopyPlace to = parse_copy_place(context.arguments[1]);
    if (from.path.empty() || to.path.empty())
        throw Error(ErrorKind::usage, "source and destination of a copy cannot be empty");
    if (!from.container.empty() && !to.container.empty())
        throw Error(ErrorKind::usage, "copying between containers is not supported")
            .hint("copy to '-' and from '-', with a pipe between both");
    if (from.container.empty() && to.container.empty())
        throw Error(ErrorKind::usage, "neither '{}' nor '{}' is in a container", from.path, to.path)
            .hint("write CONTAINER:PATH for one of them");
    net::run(to.container.empty() ? copy_out(context, from, to.path) : copy_in(context, from.path, to));
    return 0;
}

} // namespace dfriends::applets::docker
