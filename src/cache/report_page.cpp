// SPDX-License-Identifier: Apache-2.0
#include "cache/report_page.hpp"

#include "base/size.hpp"
#include "base/text.hpp"
#include "cache/client_config.hpp"

#include <fmt/format.h>

namespace dfriends::cache {

namespace {

std::string escaped(std::string text)
{
    text = replace_all(text, "&", "&amp;");
    text = replace_all(text, "<", "&lt;");
    return replace_all(text, "\"", "&quot;");
}

} // namespace

std::string render_report(const Report& report)
{
    const auto size = [](std::uint64_t bytes) { return render_size(bytes); };
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>dfriends cache</title>\n"
        "<style>body{{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}}"
        "pre{{background:#eee;padding:1em;overflow:auto}}td{{padding-right:2em}}</style></head><body>\n"
        "<h1>dfriends cache</h1>\n<p>This is a cache for package downloads{}.</p>\n"
        "<h2>Usage Information</h2>\n<p>In a Dockerfile, before the first <code>apt-get</code>:</p>\n<pre>{}</pre>\n"
        "<p>On a machine, in <code>/etc/apt/apt.conf.d/01proxy</code>:</p>\n<pre>{}</pre>\n"
        "<p>Or in <code>sources.list</code>: <code>deb {}/mirror.example/debian …</code></p>\n"
        "<h2>State</h2>\n<table>\n"
        "<tr><td>Kept</td><td>{} files, {}</td></tr>\n<tr><td>Suites</td><td>{}</td></tr>\n"
        "<tr><td>Answered from the cache</td><td>{} requests</td></tr>\n<tr><td>Fetched</td><td>{} requests, "
        "{}</td></tr>\n"
        "<tr><td>Sent</td><td>{}</td></tr>\n</table>\n</body></html>\n",
        report.offline ? ", offline at present" : "", escaped(dockerfile_line(report.proxy)),
        escaped(apt_line(report.proxy)), escaped(report.proxy), report.files,
        size(static_cast<std::uint64_t>(report.bytes)), report.suites, report.hits, report.misses, size(report.fetched),
        size(report.sent));
}

} // namespace dfriends::cache
