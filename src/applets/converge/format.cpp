// SPDX-License-Identifier: Apache-2.0
#include "converge/format.hpp"

#include "applets/context.hpp"
#include "applets/converge/verbs.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"
#include "converge/load.hpp"
#include "converge/wire.hpp"
#include "os/file.hpp"

#include <optional>

namespace dfriends::applets::converge {

namespace {

namespace domain = dfriends::converge;

/// Formats one file, unless it shall only be looked at; nothing where it is as it should be.
std::optional<domain::FormattedFile> format_file(const std::filesystem::path& file, bool only_check)
{
    const std::string text = domain::read_manifest(file);
    const std::string formatted = domain::format(text, file);
    if (formatted == text)
        return std::nullopt;
    if (!only_check)
        os::rewrite_file(file, formatted);
    return domain::FormattedFile{file.string(), domain::render_format_diff(text, formatted, file.string())};
}

} // namespace

int format_files(Context& context)
{
    context.expect_arguments(1);
    const bool only_check = context.settings.flag("check");
    const auto files = domain::find_manifests(context.arguments);
    std::vector<domain::FormattedFile> changed;
    std::size_t failed = 0;
    int code = 0;
    for (const auto& file : files) {
        try {
            if (auto one = format_file(file, only_check))
                changed.push_back(std::move(*one));
            else
                continue;
        } catch (const Error& error) { // the others can be formatted all the same
            context.write_error(cli::render_error("dfriends", error, context.error_colour));
            code = failed++ == 0 ? cli::exit_code(error.kind()) : code;
            continue;
        }
        if (!context.global.json)
            context.write(context.settings.flag("diff") ? changed.back().diff : printable(file.string()) + "\n");
    }
    if (context.global.json)
        context.write(domain::encode_formatted(changed, files.size(), failed));
    return code != 0 ? code : only_check && !changed.empty() ? cli::exit_code(ErrorKind::failed) : 0;
}

} // namespace dfriends::applets::converge
