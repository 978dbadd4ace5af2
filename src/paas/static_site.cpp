// SPDX-License-Identifier: Apache-2.0
#include "paas/static_site.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "http/byte_range.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>

namespace dfriends::paas {

/// An open file or folder.
struct StaticSite::File {
    os::Descriptor descriptor;
    struct stat about{};

    bool is_regular() const { return S_ISREG(about.st_mode); }
    bool is_folder() const { return S_ISDIR(about.st_mode); }
    std::uint64_t size() const { return static_cast<std::uint64_t>(about.st_size); }
    TimePoint modified() const { return TimePoint(std::chrono::seconds(about.st_mtim.tv_sec)); }
};

/// A path, decoded and cut into its parts.
struct StaticSite::Path {
    std::vector<std::string> parts;
    bool is_folder = false; ///< ends with a slash

    std::string text() const { return "/" + join(parts, "/") + (is_folder && !parts.empty() ? "/" : ""); }
    std::string name() const { return parts.empty() ? std::string() : parts.back(); }
    Path below(std::string name) const
    {
        Path path{parts, false};
        path.parts.push_back(std::move(name));
        return path;
    }
    Path with_ending(std::string_view ending) const
    {
        Path path{parts, false};
        path.parts.back() += ending;
        return path;
    }
};

namespace {

struct Type {
    std::string_view ending;
    std::string_view type;
};

constexpr std::array<Type, 46> types{{
    {"7z", "application/x-7z-compressed"},
    {"atom", "application/atom+xml"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"eot", "application/vnd.ms-fontobject"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonld", "application/ld+json"},
    {"map", "application/json"},
    {"md", "text/markdown; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"rss", "application/rss+xml"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"xz", "application/x-xz"},
    {"zip", "application/zip"},
}};

/// Decoded once. Throws Error(invalid) for what no path can be.
StaticSite::Path parse_path(std::string_view raw)
{
    const auto text = raw.starts_with('/') ? decode_percent(raw) : std::nullopt;
    if (!text || text->find('\0') != text->npos)
        throw Error(ErrorKind::invalid, "the path of the request is damaged");
    StaticSite::Path path{{}, text->ends_with('/')};
    for (const std::string_view part : split(*text, '/'))
        if (!part.empty())
            path.parts.emplace_back(part);
    return path;
}

StaticSite::Path path_below_root(std::string_view text)
{
    return parse_path("/" + encode_percent(text, "/"));
}

bool accepts_gzip(const http::Request& request)
{
    for (const std::string_view part : split(request.headers.get("Accept-Encoding"), ',')) {
        const auto [coding, weight] = split_once(part, ';');
        const std::string_view value = trim(split_once(weight, '=').second);
        if (equal_ignoring_case(trim(coding), "gzip"))
            return value.empty() || value.find_first_of("123456789") != value.npos; // q=0 is a no
    }
    return false;
}

bool is_unmodified(const http::Request& request, const std::string& etag, TimePoint modified)
{
    if (request.headers.has("If-None-Match"))
        return request.headers.has_token("If-None-Match", etag) ||
               request.headers.has_token("If-None-Match", "W/" + etag) ||
               trim(request.headers.get("If-None-Match")) == "*";
    const auto since = parse_http_date(request.headers.get("If-Modified-Since"));
    return since && modified <= *since;
}

http::ByteRange range_of(const http::Request& request, const http::Response& response, std::uint64_t size)
{
    const auto condition = request.headers.find("If-Range");
    const bool same =
        !condition || *condition == response.headers.get("ETag") || *condition == response.headers.get("Last-Modified");
    return http::parse_byte_range(same ? request.headers.get("Range") : std::string_view(), size);
}

http::Response redirect(int status, std::string url)
{
    http::Response response = http::text_response(status, "see " + url + "\n");
    response.headers.set("Location", std::move(url));
    return response;
}

std::string query_of(const http::Request& request)
{
    return request.query().empty() ? std::string() : "?" + std::string(request.query());
}

/// The same page by https. Throws Error(invalid) for a Host that is none.
std::string secure_url(const http::Request& request)
{
    const auto here = http::find_url("http://" + std::string(request.headers.get("Host")));
    if (!here)
        throw Error(ErrorKind::invalid, "the request has no usable Host header");
    const std::string host = here->host.find(':') == std::string::npos ? here->host : "[" + here->host + "]";
    return "https://" + host + request.target;
}

os::Descriptor open_below(int folder, const std::string& name, int flags)
{
    // Without O_NONBLOCK a pipe among the files would hold everything up.
    return os::Descriptor(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags));
}

} // namespace

bool matches_path(std::string_view pattern, std::string_view path)
{
    // reach[i]: what stands of the pattern so far fits the first i characters. Time is pattern × path, whatever they
    // are.
    std::vector<char> reach(path.size() + 1, 0);
    reach[0] = 1;
    for (std::size_t place = 0; place < pattern.size(); ++place) {
        const bool star = pattern[place] == '*';
        const bool deep = star && pattern.substr(place).starts_with("**");
        std::vector<char> next(path.size() + 1, 0);
        for (std::size_t i = 0; i <= path.size(); ++i) {
            if (star)
                next[i] = reach[i] || (i > 0 && next[i - 1] && (deep || path[i - 1] != '/'));
            else
                next[i] = i > 0 && reach[i - 1] && path[i - 1] == pattern[place];
        }
        reach = std::move(next);
        place += deep ? 1 : 0;
    }
    return reach.back() != 0;
}

std::string_view content_type_of(std::string_view name)
{
    const auto dot = name.rfind('.');
    if (dot == name.npos)
        return "application/octet-stream";
    const std::string ending = to_lower(name.substr(dot + 1));
    const auto found = std::ranges::lower_bound(types, std::string_view(ending), {}, &Type::ending);
    return found != types.end() && found->ending == ending ? found->type : "application/octet-stream";
}

StaticSite::StaticSite(StaticSiteOptions options) : options_(std::move(options))
{
    if (options_.root.empty())
        options_.root = std::filesystem::is_directory(options_.folder / "public_html") ? "public_html" : ".";
    root_ = os::open_file(options_.folder / options_.root, O_RDONLY | O_DIRECTORY);
}

net::Task<http::Response> StaticSite::operator()(http::Request& request) const
{
    if (request.method != "GET" && request.method != "HEAD") {
        http::Response response = http::text_response(405, "method not allowed\n");
        response.headers.set("Allow", "GET, HEAD");
        co_return response;
    }
    const Path path = parse_path(request.path());
    http::Response response = answer(request, path);
    const std::string text = path.text();
    for (const auto& [pattern, headers] : options_.headers)
        if (matches_path(pattern, text))
            for (const auto& [name, value] : headers)
                response.headers.set(name, value);
    co_return response;
}

http::Response StaticSite::answer(const http::Request& request, const Path& path) const
{
    // Without the header nobody stands before us, so that nobody could serve https: a check of our health.
    const auto protocol = request.headers.find("X-Forwarded-Proto");
    if (options_.https_only && protocol && !equal_ignoring_case(*protocol, "https"))
        return redirect(301, secure_url(request));
    if (const auto found = options_.redirects.find(path.text()); found != options_.redirects.end())
        return redirect(found->second.status, found->second.url);
    return find(request, path);
}

/// The file itself, with ".html" behind it, as a folder, by a route: in this order.
http::Response StaticSite::find(const http::Request& request, const Path& path) const
{
    const Path index = path.below("index.html");
    const auto file = path.is_folder ? open(index) : open(path);
    if (file && file->is_regular())
        return send(request, file, path.is_folder ? index : path);
    if (options_.clean_urls && !path.is_folder && !path.parts.empty()) {
        const Path page = path.with_ending(".html");
        if (const auto clean = open(page); clean && clean->is_regular())
            return send(request, clean, page);
    }
    if (file && file->is_folder() && !path.is_folder) {
        if (const auto inside = open(index); inside && inside->is_regular()) {
            // Made from the parts, so that it never begins with two slashes, which would name another host.
            const std::string place = "/" + encode_percent(join(path.parts, "/"), "/") + "/";
            return redirect(301, place + query_of(request));
        }
    }
    for (const auto& [pattern, name] : options_.routes) {
        if (!matches_path(pattern, path.text()))
            continue;
        const Path target = path_below_root(name);
        const auto routed = open(target);
        return routed && routed->is_regular() ? send(request, routed, target) : miss();
    }
    return miss();
}

http::Response StaticSite::send(const http::Request& request, std::shared_ptr<const File> file, const Path& path) const
{
    http::Response response;
    response.headers.set("Content-Type", std::string(content_type_of(path.name())));
    if (const auto packed = open(path.with_ending(".gz")); packed && packed->is_regular()) {
        response.headers.set("Vary", "Accept-Encoding");
        if (accepts_gzip(request)) {
            response.headers.set("Content-Encoding", "gzip");
            file = packed;
        }
    }
    const std::string etag =
        fmt::format("\"{}{}{:x}-{:x}{}\"", encode_percent(options_.release), options_.release.empty() ? "" : "-",
                    file->about.st_mtim.tv_sec, file->size(), response.headers.has("Content-Encoding") ? "-gz" : "");
    response.headers.set("ETag", etag);
    response.headers.set("Last-Modified", render_http_date(file->modified()));
    response.headers.set("Accept-Ranges", "bytes");
    if (is_unmodified(request, etag, file->modified())) {
        response.status = 304;
        return response;
    }
    const http::ByteRange range = range_of(request, response, file->size());
    if (range.kind == http::ByteRange::Kind::unsatisfiable) {
        response = http::text_response(416, "no such range\n");
        response.headers.set("Content-Range", fmt::format("bytes */{}", file->size()));
        return response;
    }
    if (range.kind == http::ByteRange::Kind::part) {
        response.status = 206;
        response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                          range.offset + range.length - 1, file->size()));
    }
    response.body = http::FileSlice{file, file->descriptor.number(), range.offset, range.length};
    return response;
}

http::Response StaticSite::miss() const
{
    const auto page = options_.error_page.empty() ? nullptr : open(path_below_root(options_.error_page));
    if (!page || !page->is_regular())
        return http::text_response(404, "not found\n");
    http::Response response;
    response.status = 404;
    response.headers.set("Content-Type", std::string(content_type_of(options_.error_page)));
    response.body = http::FileSlice{page, page->descriptor.number(), 0, page->size()};
    return response;
}

/// Part by part and never through a link: a folder that is replaced meanwhile cannot lead outside. Null where there is
/// nothing to serve.
std::shared_ptr<const StaticSite::File> StaticSite::open(const Path& path) const
{
    auto file = std::make_shared<File>();
    int folder = root_.number();
    for (std::size_t index = 0; index < path.parts.size(); ++index) {
        const bool last = index + 1 == path.parts.size();
        if (path.parts[index].starts_with('.'))
            return nullptr;
        file->descriptor = open_below(folder, path.parts[index], last ? 0 : O_DIRECTORY);
        if (!file->descriptor)
            return nullptr;
        folder = file->descriptor.number();
    }
    if (::fstat(folder, &file->about) != 0)
        return nullptr;
    return file;
}

} // namespace dfriends::paas
