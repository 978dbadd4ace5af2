// SPDX-License-Identifier: Apache-2.0
#include "applets/context.hpp"
#include "applets/house/verbs.hpp"
#include "applets/house/wire.hpp"
#include "base/error.hpp"
#include "cli/table_output.hpp"
#include "os/file.hpp"

namespace dfriends::applets::house {

namespace {

namespace fs = std::filesystem;

bool is_same_file(const fs::path& a, const fs::path& b)
{
    std::error_code ignored;
    return fs::equivalent(a, b, ignored);
}

void make_link(const fs::path& executable, const fs::path& link, bool symbolic, bool force)
{
    std::error_code code;
    if (fs::exists(fs::symlink_status(link, code))) {
        if (is_same_file(link, executable) && fs::is_symlink(link) == symbolic)
            return;
        if (!is_same_file(link, executable) && !force)
            throw Error(ErrorKind::conflict, "'{}' exists and is something else", link.string())
                .hint("choose another directory, or replace it with --force");
        fs::remove(link, code);
    }
    if (symbolic)
        fs::create_symlink(executable, link, code);
    else
        fs::create_hard_link(executable, link, code);
    if (code)
        throw Error(kind_of_errno(code.value()), "cannot link '{}': {}", link.string(), describe_errno(code.value()))
            .hint(symbolic ? "" : "hard links stay within one file system: try --symbolic");
}

} // namespace

int install_links(Context& context)
{
    context.expect_arguments(1, 1);
    const fs::path directory = context.arguments[0];
    const fs::path executable = fs::read_symlink("/proc/self/exe");
    os::make_directories(directory);
    for (const Applet& applet : table()) {
        if (applet.alias.empty())
            continue;
        const fs::path link = directory / applet.alias;
        make_link(executable, link, context.settings.flag("symbolic"), context.settings.flag("force"));
        context.print("{}\n", link.string());
    }
    return 0;
}

int list_applets(Context& context)
{
    context.expect_arguments(0, 0);
    if (context.global.json) {
        context.write(encode_table(table()));
        return 0;
    }
    cli::TableOutput rows({"APPLET", "CALLED AS", "WHAT IT DOES"});
    for (const Applet& applet : table())
        if (!applet.name.empty())
            rows.row({std::string(applet.name), applet.alias.empty() ? "-" : std::string(applet.alias),
                      std::string(applet.synopsis)});
    context.write(rows.render());
    return 0;
}

int print_table(Context& context)
{
    context.write(encode_table(table()));
    return 0;
}

} // namespace dfriends::applets::house
