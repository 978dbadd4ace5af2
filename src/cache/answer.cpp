// SPDX-License-Identifier: Apache-2.0
#include "cache/answer.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "http/byte_range.hpp"

namespace dfriends::cache {

namespace {

std::string quoted(const std::string& sha256)
{
    return "\"" + sha256 + "\"";
}

void describe(http::Response& response, const Representation& about, const std::string& sha256, Verdict verdict)
{
    response.headers.set("Content-Type", about.content_type);
    if (!about.last_modified.empty())
        response.headers.set("Last-Modified", about.last_modified);
    if (!sha256.empty())
        response.headers.set("ETag", quoted(sha256));
    response.headers.set("Accept-Ranges", "bytes");
    response.headers.set("X-Cache", std::string(name(verdict)));
    if (verdict == Verdict::stale)
        response.headers.set("Warning", "110 - \"Response is Stale\"");
}

/// apt keeps the lists it has on 304, so only exactly the date that we would send earns one.
bool is_unmodified(const http::Request& request, const Representation& about, const std::string& sha256)
{
    if (request.headers.has("If-None-Match"))
        return !sha256.empty() && (request.headers.has_token("If-None-Match", quoted(sha256)) ||
                                   trim(request.headers.get("If-None-Match")) == "*");
    return !about.last_modified.empty() && request.headers.get("If-Modified-Since") == about.last_modified;
}

http::ByteRange range_of(const http::Request& request, const Representation& about, const std::string& sha256,
                         std::uint64_t size, bool ranges)
{
    const http::ByteRange whole{http::ByteRange::Kind::whole, 0, size};
    if (!ranges || request.method != "GET" || !request.headers.has("Range"))
        return whole;
    if (const auto condition = request.headers.find("If-Range")) {
        const bool same = (!about.last_modified.empty() && *condition == about.last_modified) ||
                          (!sha256.empty() && *condition == quoted(sha256));
        if (!same)
            return whole;
    }
    return http::parse_byte_range(request.headers.get("Range"), size);
}

/// Sets status and range headers; false where there is no body to send.
bool frame(http::Response& response, const http::ByteRange& range, std::uint64_t size)
{
    if (range.kind == http::ByteRange::Kind::unsatisfiable) {
        response.status = 416;
        response.headers.set("Content-Range", "bytes */" + std::to_string(size));
        return false;
    }
    if (range.kind == http::ByteRange::Kind::part) {
        response.status = 206;
        response.headers.set("Content-Range", "bytes " + std::to_string(range.offset) + "-" +
                                                  std::to_string(range.offset + range.length - 1) + "/" +
                                                  std::to_string(size));
    }
    return true;
}

} // namespace

bool wants_check(const http::Request& request)
{
    return request.headers.has_token("Cache-Control", "no-cache");
}

bool has_credentials(const http::Request& request)
{
    return request.headers.has("Authorization") || request.headers.has("Cookie");
}

std::string via_of(const http::Headers& headers)
{
    constexpr std::size_t longest = 2048;
    std::string via;
    for (const auto& [name, value] : headers)
        if (equal_ignoring_case(name, "Via"))
            via += (via.empty() ? "" : ", ") + value;
    if (via.size() > longest)
        throw Error(ErrorKind::invalid, "the request came through too many proxies");
    return via;
}

std::string_view name(Verdict verdict)
{
    switch (verdict) {
    case Verdict::hit:
        return "HIT";
    case Verdict::miss:
        return "MISS";
    case Verdict::join:
        return "JOIN";
    case Verdict::stale:
        return "STALE";
    case Verdict::pass:
        return "PASS";
    case Verdict::tunnel:
        return "TUNNEL";
    case Verdict::local:
        return "LOCAL";
    case Verdict::error:
        return "ERROR";
    }
    return "ERROR";
}

http::Response answer_blob(const http::Request& request, const BlobPointer& blob, const Representation& about,
                           Verdict verdict, bool ranges)
{
    http::Response response;
    describe(response, about, blob->sha256, verdict);
    if (!request.headers.has("Range") && is_unmodified(request, about, blob->sha256)) {
        response.status = 304;
        return response;
    }
    const auto range = range_of(request, about, blob->sha256, blob->size, ranges);
    if (frame(response, range, blob->size))
        response.body = http::FileSlice{blob, blob->descriptor.number(), range.offset, range.length};
    return response;
}

http::Response answer_fill(const http::Request& request, const FillPointer& fill, const Representation& about,
                           Verdict verdict, bool ranges)
{
    const auto sha256 = fill->order().expected.sha256().value_or("");
    http::Response response;
    describe(response, about, sha256, verdict);
    const auto size = fill->size();
    const auto range = size ? range_of(request, about, sha256, *size, ranges) : http::ByteRange{};
    if (size && !frame(response, range, *size))
        return response;
    if (size)
        response.headers.set("Content-Length", std::to_string(range.length));
    const auto length = size ? std::optional(range.length) : std::nullopt;
    response.body = http::Producer([fill, offset = range.offset, length](http::BodyWriter& out) {
        return stream_fill(fill, offset, length, out);
    });
    return response;
}

http::Response hard_error(int status)
{
    http::Response response;
    response.status = status;
    response.headers.set("X-Cache", std::string(name(Verdict::error)));
    return response;
}

std::string content_type_of(std::string_view key)
{
    const auto ends = [key](std::string_view suffix) { return key.ends_with(suffix); };
    if (ends(".deb") || ends(".udeb") || ends(".ddeb"))
        return "application/vnd.debian.binary-package";
    if (ends(".gz"))
        return "application/gzip";
    if (ends(".xz"))
        return "application/x-xz";
    if (ends("Release") || ends("Packages") || ends("Sources") || ends(".gpg"))
        return "text/plain";
    return "application/octet-stream";
}

std::string date_of(const http::Headers& head)
{
    const auto date = head.get("Last-Modified");
    return parse_http_date(date) ? std::string(date) : std::string();
}

std::string type_of(const http::Headers& head, std::string_view key)
{
    const auto type = head.get("Content-Type");
    return type.empty() ? content_type_of(key) : std::string(type);
}

} // namespace dfriends::cache
