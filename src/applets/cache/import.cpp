// SPDX-License-Identifier: Apache-2.0
#include "cache/import.hpp"

#include "applets/cache/directory.hpp"
#include "applets/cache/verbs.hpp"
#include "applets/cache/wire.hpp"
#include "applets/context.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "state/store.hpp"

namespace dfriends::applets::cache {

namespace {

namespace room = dfriends::cache;

}

int import(Context& context)
{
    context.expect_arguments(1, 1);
    const bool dry_run = context.settings.flag("dry-run");
    room::Knowledge knowledge(content_directory(context.settings),
                              dry_run ? room::CacheStore::Role::look : room::CacheStore::Role::import, context.store());
    const auto report = room::import_directory(context.arguments.front(), dry_run, knowledge, system_now());
    if (context.global.json) {
        context.print("{}\n", encode_import(report));
        return 0;
    }
    for (const auto& [file, url] : report.dropped)
        context.say(fmt::format("dropped '{}': the index of '{}' lists other bytes", printable(file), printable(url)));
    context.print("{} {} {}, {}; {} already there, {} skipped\n", dry_run ? "Would import" : "Imported",
                  report.imported, report.imported == 1 ? "file" : "files", render_size(report.bytes), report.present,
                  report.skipped);
    return 0;
}

} // namespace dfriends::applets::cache
