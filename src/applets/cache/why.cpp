// SPDX-License-Identifier: Apache-2.0
#include "cache/why.hpp"

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

room::ProxyRequest read_request(const std::string& url, const room::Remap& remap)
{
    std::optional<room::ProxyRequest> asked;
    try {
        asked = room::map_request("GET", url, remap);
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, "{}", error.message())
            .hint(error.hint().empty() ? "write http://HOST/path, https://HOST/path, or /HOST/path as clients may"
                                       : error.hint());
    }
    if (asked->kind != room::ProxyRequest::Kind::file)
        throw Error(ErrorKind::usage, "'{}' names a page of the cache itself, no file", printable(url));
    return *std::move(asked);
}

/// Who says what the file must be.
std::string words_of(room::Explanation::Source source)
{
    switch (source) {
    case room::Explanation::Source::document:
        return "itself: it heads an adopted set";
    case room::Explanation::Source::member:
        return "an adopted release";
    case room::Explanation::Source::package:
        return "a package index";
    case room::Explanation::Source::name:
        return "nobody; it was kept under its name";
    case room::Explanation::Source::nothing:
        break;
    }
    return "nobody; no adopted release and no package index lists it";
}

std::string words_of(room::Explanation::Content content)
{
    switch (content) {
    case room::Explanation::Content::sound:
        return "in the store, and its bytes are right";
    case room::Explanation::Content::rotten:
        return "in the store, but its bytes are not what they were";
    case room::Explanation::Content::missing:
        return "gone from the store";
    case room::Explanation::Content::none:
        break;
    }
    return "not in the store";
}

std::string words_of(const room::Explanation& told)
{
    using Verdict = room::Explanation::Verdict;
    if (told.verdict == Verdict::hit)
        return "HIT, without asking upstream";
    if (told.verdict == Verdict::checked)
        return "HIT after upstream was asked whether it changed, STALE where that does not answer";
    return told.source == room::Explanation::Source::nothing
               ? "MISS: it is fetched, and kept under its name only"
               : "MISS: it is fetched, and given out only if it is what is listed";
}

std::string at(std::int64_t seconds)
{
    return render_rfc3339(TimePoint(std::chrono::seconds(seconds)));
}

using Rows = std::vector<std::pair<std::string_view, std::string>>;

Rows rows_of(const room::Explanation& told)
{
    Rows rows{{"url", printable(told.key)}, {"vouched for by", words_of(told.source)}};
    const auto add = [&rows](std::string_view name, std::string value) {
        if (!value.empty())
            rows.emplace_back(name, std::move(value));
    };
    const bool has_generation = told.generation != 0;
    add(has_generation ? "release" : "index", printable(told.listed_by));
    add("generation", has_generation ? std::to_string(told.generation) : std::string());
    add(has_generation ? "adopted" : "read", told.adopted != 0 ? at(told.adopted) : std::string());
    add("valid until", told.valid_until ? render_rfc3339(*told.valid_until) : std::string());
    add("path", printable(told.path));
    add("digest", told.digest == "sha256:" + told.sha256 ? std::string() : told.digest);
    add("sha256", told.sha256);
    add("size", told.size ? fmt::format("{} ({} bytes)", render_size(*told.size), *told.size) : std::string());
    add("content", words_of(told.content));
    add("used", told.used ? at(*told.used / 1000) : std::string());
    add("fresh until", told.fresh_until != 0 ? at(told.fresh_until) : std::string());
    add("verdict", words_of(told));
    for (const auto& url : told.fetched_from)
        add(told.verdict == room::Explanation::Verdict::miss ? "fetched from" : "asked", printable(url));
    return rows;
}

} // namespace

int why(Context& context)
{
    context.expect_arguments(1, 1);
    const room::Remap remap(context.settings.list("remap"));
    const auto asked = read_request(context.arguments.front(), remap);
    room::Knowledge knowledge(content_directory(context.settings), room::CacheStore::Role::look, context.store());
    const auto told = room::explain(asked, knowledge, system_now());
    if (context.global.json) {
        context.print("{}\n", encode_explanation(told));
        return 0;
    }
    for (const auto& [name, value] : rows_of(told))
        context.print("{:<16}{}\n", fmt::format("{}:", name), value);
    return 0;
}

} // namespace dfriends::applets::cache
