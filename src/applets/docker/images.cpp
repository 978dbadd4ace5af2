// SPDX-License-Identifier: Apache-2.0
#include "applets/docker/each.hpp"
#include "applets/docker/format.hpp"
#include "applets/docker/session.hpp"
#include "applets/docker/verbs.hpp"
#include "applets/docker/wire.hpp"
#include "base/clock.hpp"
#include "base/timestamp.hpp"
#include "cli/table_output.hpp"
#include "engine/client.hpp"
#include "engine/reference.hpp"
#include "net/loop.hpp"
#include "os/file.hpp"
#include "os/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace dfriends::applets::docker {

namespace {

constexpr std::string_view none = "<none>";

/// The rows of one image: one a tag, or one of its digests, or nothing but its id.
std::vector<std::pair<std::string, std::string>> names_of(const engine::ImageSummary& image)
{
    std::vector<std::pair<std::string, std::string>> names;
    for (const std::string& tag : image.tags)
        if (const std::size_t at = tag.rfind(':'); at != tag.npos && tag != "<none>:<none>")
            names.emplace_back(tag.substr(0, at), tag.substr(at + 1));
    if (names.empty() && !image.digests.empty())
        names.emplace_back(image.digests.front().substr(0, image.digests.front().find('@')), none);
    if (names.empty())
        names.emplace_back(none, none);
    return names;
}

Fields fields_of(const engine::ImageSummary& image, const std::pair<std::string, std::string>& name, bool whole)
{
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(system_now().time_since_epoch());
    return {{"Repository", name.first},
            {"Tag", name.second},
            {"ID", whole ? image.id : short_id(image.id)},
            {"CreatedSince", render_age(now - std::chrono::seconds(image.created))},
            {"Size", render_decimal_size(image.size)}};
}

const Fields image_headings{
    {"Repository", "REPOSITORY"}, {"Tag", "TAG"}, {"ID", "IMAGE ID"}, {"CreatedSince", "CREATED"}, {"Size", "SIZE"}};

/// An archive replaces a regular file, and nothing else: renamed over a device or a pipe, it would take its place.
void expect_replaceable(const os::Path& path)
{
    std::error_code code;
    const auto status = std::filesystem::symlink_status(path, code);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw Error(ErrorKind::invalid, "cannot save to '{}': it is no regular file", path.string())
            .hint("redirect the output to write into a pipe or a device");
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
    if (const auto format = settings.find("format"); format && !settings.flag("quiet")) {
        std::vector<Fields> fields;
        for (const auto& image : rows)
            for (const auto& name : names_of(image))
                fields.push_back(fields_of(image, name, settings.flag("no-trunc")));
        context.write(render_list(*format, fields, image_headings));
        return 0;
    }
    cli::TableOutput table({"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"}, 3, 10);
    for (const auto& image : rows)
        for (const auto& name : names_of(image)) {
            const Fields fields = fields_of(image, name, settings.flag("no-trunc"));
            if (settings.flag("quiet"))
                context.print("{}\n", fields.at("ID"));
            else
                table.row({fields.at("Repository"), fields.at("Tag"), fields.at("ID"), fields.at("CreatedSince"),
                           fields.at("Size")});
        }
    if (!settings.flag("quiet"))
        context.write(table.render());
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

int tag(Context& context)
{
    context.expect_arguments(2, 2);
    net::run(context.engine().images().tag(context.arguments[0], context.arguments[1]));
    return 0;
}

int save(Context& context)
{
    context.expect_arguments(1);
    const std::string path = context.settings.text("output");
    if (path.empty() && os::is_terminal(STDOUT_FILENO))
        throw Error(ErrorKind::usage, "an archive is nothing for a terminal")
            .hint("name a file with --output FILE, or redirect the output");
    if (!path.empty())
        expect_replaceable(path);
    os::Descriptor file;
    const os::Path temporary = path + ".dfriends-part";
    if (!path.empty())
        file = os::open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    try {
        net::run(context.engine().images().save(context.arguments, [&](engine::Channel, std::string_view bytes) {
            if (path.empty())
                context.write(bytes);
            else
                os::write_all(file.number(), bytes, temporary);
        }));
    } catch (const Error&) {
        if (!path.empty())
            ::unlink(temporary.c_str());
        throw;
    }
    if (!path.empty())
        std::filesystem::rename(temporary, path);
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
