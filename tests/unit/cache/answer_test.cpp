// SPDX-License-Identifier: Apache-2.0
#include "cache/answer.hpp"
#include "cache/freshness.hpp"
#include "os/file.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

using namespace dfriends;
using namespace dfriends::cache;

namespace {

const std::string date = "Sat, 01 Aug 2026 10:00:00 GMT";

http::Response answer(http::Headers headers, bool ranges = true)
{
    http::Request request;
    request.method = "GET";
    request.headers = std::move(headers);
    auto blob = std::make_shared<Blob>();
    blob->size = 1000;
    blob->sha256 = std::string(64, 'a');
    return answer_blob(request, blob, {"text/plain", date}, Verdict::hit, ranges);
}

} // namespace

TEST_CASE("answer_blob: a part only for its own validator")
{
    CHECK(answer({{"Range", "bytes=10-19"}}).status == 206);
    CHECK(answer({{"Range", "bytes=10-19"}}).headers.get("Content-Range") == "bytes 10-19/1000");
    CHECK(answer({{"Range", "bytes=10-"}, {"If-Range", date}}).status == 206);
    CHECK(answer({{"Range", "bytes=10-"}, {"If-Range", "\"" + std::string(64, 'a') + "\""}}).status == 206);
    CHECK(answer({{"Range", "bytes=10-"}, {"If-Range", "Sat, 01 Aug 2026 10:00:01 GMT"}}).status == 200);
    CHECK(answer({{"Range", "bytes=10-"}}, false).status == 200);
    CHECK(answer({{"Range", "bytes=1000-"}}).status == 416);
    CHECK(answer({{"Range", "bytes=1000-"}}).headers.get("Content-Range") == "bytes */1000");
}

TEST_CASE("answer_blob: not modified only for exactly our date or tag")
{
    CHECK(answer({{"If-Modified-Since", date}}).status == 304);
    CHECK(answer({{"If-Modified-Since", "Sat, 01 Aug 2026 10:00:01 GMT"}}).status == 200);
    CHECK(answer({{"If-None-Match", "\"" + std::string(64, 'a') + "\""}}).status == 304);
    CHECK(answer({{"If-None-Match", "\"x\""}, {"If-Modified-Since", date}}).status == 200);
}

TEST_CASE("hard_error: has no body, so that apt takes it for final")
{
    const auto response = hard_error(503);
    CHECK(response.status == 503);
    REQUIRE(std::holds_alternative<std::string>(response.body));
    CHECK(std::get<std::string>(response.body).empty());
}

TEST_CASE("freshness: what upstream says, up to a day; files that do not change for an hour")
{
    CHECK(fresh_seconds("http://x/a", {{"Cache-Control", "public, max-age=30"}}) == 30);
    CHECK(fresh_seconds("http://x/a", {{"Cache-Control", "s-maxage=5, max-age=30"}}) == 5);
    CHECK(fresh_seconds("http://x/a", {{"Cache-Control", "max-age=99999999"}}) == 86400);
    CHECK(fresh_seconds("http://x/a.deb", {{"Cache-Control", "no-cache"}}) == 0);
    CHECK(fresh_seconds("http://x/a.deb", {}) == 3600);
    CHECK(fresh_seconds("http://x/a?b.deb", {}) == 0);
    CHECK(fresh_seconds("http://x/tool-1-r0.apk", {}) == 3600);
    CHECK(fresh_seconds("http://x/pool/a_b/a_1.orig.tar.gz", {}) == 3600);
    CHECK(fresh_seconds("http://x/x86_64/APKINDEX.tar.gz", {}) == 0);
    CHECK(fresh_seconds("http://x/a_1/main.tar.gz", {}) == 0);
    CHECK(!is_storable({{"Cache-Control", "no-store"}}));
    CHECK(!is_storable({{"Set-Cookie", "a=b"}}));
    CHECK(is_storable({}));
    const TimePoint ten(std::chrono::seconds(1'785'578'400)); // the date above
    CHECK(!is_strong_date(date, ten + std::chrono::seconds(59)));
    CHECK(is_strong_date(date, ten + std::chrono::seconds(60)));
    CHECK(!is_strong_date("yesterday", ten));
}

TEST_CASE("is_plausible: login pages and archives that end elsewhere are no packages")
{
    const os::TemporaryDirectory directory;
    const auto check = [&](const std::string& key, const std::string& content, const http::Headers& head = {}) {
        os::write_file(directory.path() / "f", content);
        const auto descriptor = os::open_file(directory.path() / "f", O_RDONLY);
        return is_plausible(key, head, descriptor.number(), content.size());
    };
    const auto member = [](const std::string& content) {
        return fmt::format("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n{}", "debian-binary", 0, 0, 0, "100644", content.size(),
                           content) +
               (content.size() % 2 == 1 ? "\n" : "");
    };
    const auto package = "!<arch>\n" + member("2.0\n") + member("odd");
    CHECK(check("http://x/a.deb", package));
    CHECK(!check("http://x/a.deb", package.substr(0, package.size() - 2)));
    CHECK(!check("http://x/a.deb", package + "more"));
    CHECK(!check("http://x/a.deb", " <html>please log in</html>"));
    CHECK(!check("http://x/a.tar.gz", "anything", {{"Content-Type", "text/html; charset=utf-8"}}));
    CHECK(check("http://x/index.html", "<html>", {{"Content-Type", "text/html"}}));
}
