// SPDX-License-Identifier: Apache-2.0
// gc, purge and verify: what changes the content, whether the service runs or not. It takes what is gone for a miss.
#include "applets/cache/directory.hpp"
#include "applets/cache/verbs.hpp"
#include "applets/cache/wire.hpp"
#include "applets/context.hpp"
#include "base/clock.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "cache/cache_store.hpp"
#include "cache/hot_answers.hpp"
#include "cache/inventory.hpp"
#include "cli/table_output.hpp"
#include "net/loop.hpp"
#include "state/store.hpp"

namespace dfriends::applets::cache {

namespace {

namespace room = dfriends::cache;

/// A service that runs beside us answers for a moment longer with what it just answered with.
void wait_until_let_go()
{
    net::run(net::sleep(room::hot_time));
}

std::uint64_t remove_blobs(const os::Path& directory, const std::vector<room::BlobRow>& blobs)
{
    std::uint64_t bytes = 0;
    for (const auto& blob : blobs) {
        room::remove_content(directory, blob.sha256);
        bytes += blob.size;
    }
    if (!blobs.empty())
        wait_until_let_go();
    return bytes;
}

void print_removed(Context& context, std::size_t files, std::uint64_t bytes)
{
    if (context.global.json)
        context.print("{}\n", encode_removed(files, bytes));
    else
        context.print("Removed {} {}, {}\n", files, files == 1 ? "file" : "files", render_size(bytes));
}

} // namespace

int gc(Context& context)
{
    context.expect_arguments(0, 0);
    const os::Path directory = content_directory(context.settings);
    room::CacheIndex index(context.store());
    auto gone = net::run(index.forget_unnamed());
    if (context.settings.find("max-size")) {
        const auto total = index.content_bytes();
        const auto limit = static_cast<std::int64_t>(context.settings.size("max-size"));
        if (total > limit)
            for (auto& blob : net::run(index.evict(total - limit)))
                gone.push_back(std::move(blob));
    }
    const std::uint64_t bytes = remove_blobs(directory, gone) + room::remove_strays(directory, index, system_now());
    print_removed(context, gone.size(), bytes);
    return 0;
}

int purge(Context& context)
{
    context.expect_arguments(1, 1);
    const os::Path directory = content_directory(context.settings);
    room::CacheIndex index(context.store());
    std::vector<std::string> urls;
    for (auto& row : index.list(context.arguments.front()))
        urls.push_back(std::move(row.name));
    if (urls.empty())
        throw Error(ErrorKind::not_found, "the cache keeps nothing that '{}' fits",
                    printable(context.arguments.front()))
            .hint("the pattern is of whole URLs, such as '*/nginx_*.deb'; 'dfriends cache list' shows them");
    if (context.settings.flag("dry-run")) {
        for (const auto& url : urls)
            context.print("{}\n", printable(url));
        return 0;
    }
    net::run(index.forget_names(std::move(urls)));
    const auto gone = net::run(index.forget_unnamed());
    print_removed(context, gone.size(), remove_blobs(directory, gone));
    return 0;
}

int verify(Context& context)
{
    context.expect_arguments(0, 0);
    const os::Path directory = content_directory(context.settings);
    const bool repair = context.settings.flag("repair");
    room::CacheIndex index(context.store());
    const auto findings = room::verify_content(directory, index);
    std::vector<VerifyRow> rows;
    for (const auto& finding : findings)
        rows.push_back({finding, index.urls(finding.sha256)});
    if (repair)
        for (const auto& finding : findings) {
            room::remove_content(directory, finding.sha256);
            net::run(index.forget_blob(finding.sha256));
        }
    if (repair && !findings.empty())
        wait_until_let_go();
    if (context.global.json) {
        context.print("{}\n", encode_verify(rows));
    } else if (rows.empty()) {
        context.print("All content is sound\n");
    } else {
        cli::TableOutput table({"FOUND", "SIZE", "SHA256", "URL"});
        for (const auto& [finding, urls] : rows)
            table.row({std::string(room::name_of(finding.kind)), render_size(finding.size), finding.sha256,
                       urls.empty() ? "-" : printable(urls.front())});
        context.write(table.render());
        if (repair)
            context.print("Removed; it is fetched again when it is asked for\n");
    }
    return rows.empty() || repair ? 0 : 1;
}

} // namespace dfriends::applets::cache
