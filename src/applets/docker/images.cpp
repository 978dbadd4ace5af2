// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/list.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/docker/wire.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "engine/client.hpp"
#include "engine/reference.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"
#include "os/terminal.hpp"

#include <array>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

namespace dfriends::applets::docker {

namespace {

constexpr std::string_view none = "<none>";

struct ImageName {
    std::string repository;
    std::string tag;
    std::string digest;
};

/// The rows of one image: one a tag, each again for every digest of its repository where those are asked for; one of
/// its digests where there is no tag; or nothing but its id.
std::vector<ImageName> names_of(const engine::ImageSummary& image, bool with_digests)
{
    std::vector<ImageName> names;
    const auto add_digests = [&](const std::string& repository, const std::string& tag) {
        const std::size_t before = names.size();
        for (const std::string& digest : image.digests)
            if (with_digests && digest.starts_with(repository + "@"))
                names.push_back({repository, tag, digest.substr(repository.size() + 1)});
        if (names.size() == before)
            names.push_back({repository, tag, std::string(none)});
    };
    for (const std::string& tag : image.tags)
        if (const std::size_t at = tag.rfind(':'); at != tag.npos && tag != "<none>:<none>")
            add_digests(tag.substr(0, at), tag.substr(at + 1));
    if (names.empty() && !image.digests.empty())
        add_digests(image.digests.front().substr(0, image.digests.front().find('@')), std::string(none));
    if (names.empty())
        names.push_back({std::string(none), std::string(none), std::string(none)});
    return names;
}

Fields fields_of(const engine::ImageSummary& image, const ImageName& name, bool whole)
{
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(system_now().time_since_epoch());
    return {{"Repository", name.repository},
            {"Tag", name.tag},
            {"Digest", name.digest},
            {"ID", whole ? image.id : short_id(image.id)},
            {"Containers", image.containers < 0 ? "N/A" : std::to_string(image.containers)},
            {"CreatedAt", render_moment_of(image.created)},
            {"CreatedSince", render_age(now - std::chrono::seconds(image.created))},
            {"SharedSize", "N/A"},
            {"UniqueSize", "N/A"},
            {"VirtualSize", render_decimal_size(image.size, 4)},
            {"Size", render_decimal_size(image.size)}};
}

const Fields search_headings{{"Name", "NAME"},
                             {"Description", "DESCRIPTION"},
                             {"StarCount", "STARS"},
                             {"IsOfficial", "OFFICIAL"},
                             {"IsAutomated", "AUTOMATED"}};

const Fields image_headings{{"Repository", "REPOSITORY"},
                            {"Tag", "TAG"},
                            {"Digest", "DIGEST"},
                            {"ID", "IMAGE ID"},
                            {"Containers", "CONTAINERS"},
                            {"CreatedAt", "CREATED AT"},
                            {"CreatedSince", "CREATED"},
                            {"SharedSize", "SHARED SIZE"},
                            {"UniqueSize", "UNIQUE SIZE"},
                            {"VirtualSize", "SIZE"},
                            {"Size", "SIZE"}};

constexpr std::string_view image_table = "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
constexpr std::string_view digests_table =
    "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";

/// An archive replaces a regular file, and nothing else: renamed over a device or a pipe, it would take its place.
void expect_replaceable(const os::Path& path)
{
    std::error_code code;
    const auto status = std::filesystem::symlink_status(path, code);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw Error(ErrorKind::invalid, "cannot save to '{}': it is no regular file", path.string())
            .hint("redirect the output to write into a pipe or a device");
}

/// Puts what `send` hands over into the file of --output, or on stdout. The file is whole or not there.
void write_archive(Context& context, const std::function<net::Task<>(const engine::OnOutput&)>& send)
{
    const std::string path = context.settings.text("output");
    if (path.empty() && os::is_terminal(STDOUT_FILENO))
        throw Error(ErrorKind::usage, "an archive is nothing for a terminal")
            .hint("name a file with --output FILE, or redirect the output");
    if (path.empty()) {
        net::run(send([&context](engine::Channel, std::string_view bytes) { context.write(bytes); }));
        return;
    }
    expect_replaceable(path);
    const os::Path temporary = path + ".dfriends-part";
    const os::Descriptor file = os::open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    try {
        net::run(
            send([&](engine::Channel, std::string_view bytes) { os::write_all(file.number(), bytes, temporary); }));
    } catch (const Error&) {
        ::unlink(temporary.c_str());
        throw;
    }
    std::filesystem::rename(temporary, path);
}

} // namespace

int images(Context& context)
{
    context.expect_arguments(0, 1);
    const auto& settings = context.settings;
    engine::Filters filters = parse_filters(settings.list("filter"));
    if (!context.arguments.empty())
        filters["reference"] = {context.arguments.front()};
    const auto rows = net::run(context.engine().images().list(settings.flag("all"), filters));
    if (context.global.json) {
        context.write(encode_images(rows));
        return 0;
    }
    List list{.type = "*formatter.imageContext",
              .table = settings.flag("digests") ? digests_table : image_table,
              .headings = image_headings};
    const bool with_digests = settings.flag("digests") || settings.text("format").find(".Digest") != std::string::npos;
    for (const auto& image : rows)
        for (const auto& name : names_of(image, with_digests))
            list.rows.push_back(fields_of(image, name, settings.flag("no-trunc")));
    print_list(context, list, "ID");
    return 0;
}

int pull(Context& context)
{
    context.expect_arguments(1, 1);
    const bool quiet = context.settings.flag("quiet");
    const std::string name = engine::parse_reference(context.arguments.front()).familiar();
    net::run(context.engine().images().pull(context.arguments.front(),
                                            quiet ? engine::OnProgress() : print_progress(context),
                                            context.settings.text("platform")));
    context.print("{}\n", name);
    return 0;
}

int push(Context& context)
{
    context.expect_arguments(1, 1);
    const engine::Reference reference = engine::parse_reference(context.arguments.front());
    const bool quiet = context.settings.flag("quiet");
    if (!quiet && reference.tag.empty() && reference.digest.empty())
        context.print("Using default tag: latest\n");
    net::run(context.engine().images().push(context.arguments.front(),
                                            quiet ? engine::OnProgress() : print_progress(context)));
    if (quiet)
        context.print("{}\n", reference.familiar());
    return 0;
}

int rmi(Context& context)
{
    context.expect_arguments(1);
    int code = 0;
    for (const std::string& image : context.arguments) {
        try {
            for (const auto& removed : net::run(context.engine().images().remove(image, context.settings.flag("force"),
                                                                                 context.settings.flag("no-prune"))))
                context.print("{}\n", removed.untagged.empty() ? "Deleted: " + removed.deleted
                                                               : "Untagged: " + removed.untagged);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::unavailable)
                throw;
            if (context.settings.flag("force") && error.kind() == ErrorKind::not_found)
                continue;
            context.write_error("Error: " + printable(error.what()) + "\n");
            code = 1;
        }
    }
    return code;
}

int search(Context& context)
{
    context.expect_arguments(1, 1);
    const auto& settings = context.settings;
    const auto found = net::run(context.engine().images().search(context.arguments.front(), settings.number("limit"),
                                                                 parse_filters(settings.list("filter"))));
    constexpr std::size_t widest = 45;
    List list{.type = "*formatter.searchContext",
              .table = "table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}",
              .headings = search_headings,
              .rows = {}};
    for (const auto& image : found) {
        const std::string description = replace_all(replace_all(image.description, "\n", " "), "\r", " ");
        list.rows.push_back({{"Name", image.name},
                             {"Description", settings.flag("no-trunc") ? description : shortened(description, widest)},
                             {"StarCount", std::to_string(image.stars)},
                             {"IsOfficial", image.is_official ? "[OK]" : ""},
                             {"IsAutomated", image.is_automated ? "[OK]" : ""}});
    }
    print_list(context, list, "");
    return 0;
}

int tag(Context& context)
{
    context.expect_arguments(2, 2);
    net::run(context.engine().images().tag(context.arguments[0], context.arguments[1]));
    return 0;
}

int save(Context& context)
{
    context.expect_arguments(1);
    write_archive(context, [&context](const engine::OnOutput& write) -> net::Task<> {
        co_await context.engine().images().save(context.arguments, write);
    });
    return 0;
}

int export_container(Context& context)
{
    context.expect_arguments(1, 1);
    write_archive(context, [&context](const engine::OnOutput& write) -> net::Task<> {
        http::Reply reply = co_await context.engine().containers().export_files(context.arguments.front());
        std::array<char, 64UL * 1024> piece;
        while (const std::size_t count = co_await reply.read_some(piece))
            write(engine::Channel::output, {piece.data(), count});
    });
    return 0;
}

int import_image(Context& context)
{
    context.expect_arguments(1, 2);
    const std::string& source = context.arguments.front();
    const bool is_url = source.starts_with("http://") || source.starts_with("https://");
    if (source != "-" && !is_url)
        os::open_file(source, O_RDONLY); // a missing file is told before the engine is asked
    const engine::ImageChanges changes{.reference = context.arguments.size() > 1 ? context.arguments[1] : "",
                                       .lines = context.settings.list("change"),
                                       .message = context.settings.text("message")};
    auto& images = context.engine().images();
    context.print("{}\n",
                  net::run(is_url ? images.import_url(source, changes, print_progress(context))
                                  : images.import_files(send_file(source == "-" ? "/dev/stdin" : source), changes)));
    return 0;
}

int load(Context& context)
{
    context.expect_arguments(0, 0);
    const std::string path = context.settings.text("input");
    if (path.empty() && os::is_terminal(STDIN_FILENO))
        throw Error(ErrorKind::usage, "an archive does not come from a terminal")
            .hint("name a file with --input FILE, or redirect the input");
    const bool quiet = context.settings.flag("quiet");
    net::run(
        context.engine().images().load(send_file(path.empty() ? "/dev/stdin" : path), print_progress(context), quiet));
    return 0;
}

} // namespace dfriends::applets::docker
