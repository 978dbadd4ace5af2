// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"
#include "paas/static_site.hpp"
#include "support/scripted_stream.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <sys/stat.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

/// A site in a folder of its own.
struct Site {
    os::TemporaryDirectory app;

    void write(const std::string& name, const std::string& text) const
    {
        std::filesystem::create_directories((app.path() / name).parent_path());
        os::write_file(app.path() / name, text);
    }
    /// The whole answer to one request.
    std::string ask(const std::string& line, const std::string& headers = {}, const std::string& json = "{}") const
    {
        StaticSiteOptions site = parse_static_json(json);
        site.folder = app.path();
        site.release = "v1";
        const StaticSite server(site);
        ScriptedStream stream(line + " HTTP/1.1\r\nHost: site.example:5000\r\nConnection: close\r\n" + headers + "\r\n",
                              4096);
        const http::Handler handler = [&server](http::Request& request) { return server(request); };
        const http::ServeOptions options;
        net::run(http::serve(stream, handler, options));
        return stream.said;
    }
    /// "200 hello"; the place instead of a redirect's text.
    std::string get(const std::string& target, const std::string& json = "{}", const std::string& headers = {}) const
    {
        const std::string answer = ask("GET " + target, headers, json);
        const auto place = answer.find("\r\nLocation: ");
        if (place != answer.npos)
            return answer.substr(9, 3) + " " + answer.substr(place + 12, answer.find('\r', place + 12) - place - 12);
        return answer.substr(9, 3) + " " + answer.substr(answer.find("\r\n\r\n") + 4);
    }
};

/// The value of a header in an answer.
std::string value_of(const std::string& answer, const std::string& name)
{
    const auto place = answer.find("\r\n" + name + ": ");
    REQUIRE(place != answer.npos);
    const auto begin = place + name.size() + 4;
    return answer.substr(begin, answer.find('\r', begin) - begin);
}

std::string refusal_of(const std::string& json)
{
    try {
        (void)parse_static_json(json);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid);
        return error.message();
    }
    return {};
}

} // namespace

TEST_CASE("StaticSite: files, folders with an index, and public_html where there is one")
{
    const Site site;
    site.write("index.html", "home");
    site.write("docs/index.html", "docs");
    site.write("docs/a b.TXT", "blanks");
    CHECK(site.get("/") == "200 home");
    CHECK(site.get("/?x=/../y") == "200 home");
    CHECK(site.get("/docs?a=1") == "301 /docs/?a=1");
    CHECK(site.get("/docs/") == "200 docs");
    CHECK(site.get("//docs") == "301 /docs/");
    CHECK(site.get("/docs/a%20b.TXT") == "200 blanks");
    CHECK(site.get("/none") == "404 not found\n");
    CHECK(site.get("/index.html/") == "404 not found\n");
    CHECK(contains(site.ask("GET /docs/a%20b.TXT"), "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    const std::string head = site.ask("HEAD /");
    CHECK(contains(head, "\r\nContent-Length: 4\r\n"));
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(contains(site.ask("POST /", "Content-Length: 0\r\n"), "\r\nAllow: GET, HEAD\r\n"));
    site.write("public_html/index.html", "public");
    CHECK(site.get("/") == "200 public");
    CHECK(site.get("/docs/") == "404 not found\n");
    CHECK(site.get("/", R"({"root": "./docs/"})") == "200 docs");
}

TEST_CASE("StaticSite: nothing with a dot before it, behind a link or outside the root")
{
    const Site site;
    site.write("secret", "outside");
    site.write("public_html/.git/config", "dot");
    site.write("public_html/.env", "dot");
    site.write("public_html/index.html", "home");
    std::filesystem::create_symlink("../secret", site.app.path() / "public_html/file");
    std::filesystem::create_directory_symlink("..", site.app.path() / "public_html/folder");
    std::filesystem::create_symlink(".env", site.app.path() / "public_html/env");
    REQUIRE(::mkfifo((site.app.path() / "public_html/pipe").c_str(), 0600) == 0);
    for (const char* target : {"/.env", "/%2eenv", "/.git/config", "/../secret", "/%2e%2e/secret", "/..%2fsecret",
                               "/x/../../secret", "/file", "/folder/secret", "/folder/public_html/index.html", "/env",
                               "/pipe", "/%252e%252e/secret", "/./index.html"}) {
        INFO(std::string(target));
        CHECK(site.get(target) == "404 not found\n");
    }
    for (const char* target : {"/%", "/%zz", "/index.html%00.png", "/%2"})
        CHECK(site.get(target).starts_with("400 "));
    CHECK(site.get("//evil.example/%2e%2e") == "404 not found\n");
}

TEST_CASE("StaticSite: what a client has already is not sent again")
{
    const Site site;
    site.write("a.css", "body{}");
    const std::string answer = site.ask("GET /a.css");
    const std::string etag = value_of(answer, "ETag"), date = value_of(answer, "Last-Modified");
    CHECK(etag.starts_with("\"v1-"));
    const auto status = [&](const std::string& headers) { return site.ask("GET /a.css", headers).substr(9, 3); };
    CHECK(status("If-None-Match: \"x\", " + etag + "\r\n") == "304");
    CHECK(status("If-None-Match: W/" + etag + "\r\n") == "304");
    CHECK(status("If-None-Match: \"x\"\r\nIf-Modified-Since: " + date + "\r\n") == "200");
    CHECK(status("If-Modified-Since: " + date + "\r\n") == "304");
    CHECK(status("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n") == "200");
}

TEST_CASE("StaticSite: one range is sent, where the file is still the same")
{
    const Site site;
    site.write("a.txt", "0123456789");
    CHECK(site.get("/a.txt", "{}", "Range: bytes=2-4\r\n") == "206 234");
    CHECK(site.get("/a.txt", "{}", "Range: bytes=-3\r\n") == "206 789");
    CHECK(value_of(site.ask("GET /a.txt", "Range: bytes=8-\r\n"), "Content-Range") == "bytes 8-9/10");
    CHECK(site.get("/a.txt", "{}", "Range: bytes=1-2,4-5\r\n") == "200 0123456789");
    CHECK(value_of(site.ask("GET /a.txt", "Range: bytes=10-\r\n"), "Content-Range") == "bytes */10");
    CHECK(site.get("/a.txt", "{}", "Range: bytes=10-\r\n").starts_with("416 "));
    CHECK(site.get("/a.txt", "{}", "Range: bytes=2-4\r\nIf-Range: \"old\"\r\n") == "200 0123456789");
}

TEST_CASE("StaticSite: a packed neighbour goes to who takes it, with an ETag of its own")
{
    const Site site;
    site.write("a.js", "plain");
    site.write("a.js.gz", "packed");
    const std::string packed = site.ask("GET /a.js", "Accept-Encoding: br, gzip;q=0.8\r\n");
    CHECK(packed.ends_with("\r\n\r\npacked"));
    CHECK(value_of(packed, "Content-Encoding") == "gzip");
    CHECK(value_of(packed, "Content-Type") == "text/javascript; charset=utf-8");
    const std::string plain = site.ask("GET /a.js", "Accept-Encoding: gzip;q=0, br\r\n");
    CHECK(plain.ends_with("\r\n\r\nplain"));
    CHECK(value_of(plain, "Vary") == "Accept-Encoding");
    CHECK(value_of(plain, "ETag") != value_of(packed, "ETag"));
}

TEST_CASE("StaticSite: clean_urls, routes in their order, redirects and the error page")
{
    const Site site;
    site.write("index.html", "home");
    site.write("about.html", "about");
    site.write("assets/a.js", "script");
    site.write("errors/404.html", "lost");
    const std::string json = R"({"clean_urls": true, "error_page": "errors/404.html",
        "redirects": {"/old/": {"url": "/about"}, "/gone": {"url": "https://other.example/", "status": 302}},
        "routes": {"/assets/**": "/assets/", "/app/**": "index.html", "/x/*": "about.html"}})";
    CHECK(site.get("/about", json) == "200 about");
    CHECK(site.get("/about") == "404 not found\n");
    CHECK(site.get("/old/", json) == "301 /about");
    CHECK(site.get("/gone", json) == "302 https://other.example/");
    CHECK(site.get("/assets/a.js", json) == "200 script");
    CHECK(site.get("/assets/none.js", json) == "404 lost");
    CHECK(site.get("/app/a/b", json) == "200 home");
    CHECK(site.get("/x/1", json) == "200 about");
    CHECK(site.get("/x/1/2", json) == "404 lost");
    CHECK(site.get("/index.html", R"({"routes": {"/**": "about.html"}})") == "200 home");
}

TEST_CASE("StaticSite: headers by pattern, and https where the router says that it was http")
{
    const Site site;
    site.write("index.html", "home");
    site.write("assets/a.js", "script");
    const std::string json = R"({"https_only": true, "headers": {
        "/**": {"X-Frame-Options": "DENY", "Cache-Control": "no-cache"}, "/assets/*": {"Cache-Control": "max-age=9"}}})";
    CHECK(value_of(site.ask("GET /assets/a.js", "", json), "Cache-Control") == "max-age=9");
    CHECK(value_of(site.ask("GET /", "", json), "Cache-Control") == "no-cache");
    CHECK(value_of(site.ask("GET /none", "", json), "X-Frame-Options") == "DENY");
    CHECK(site.get("/a?b", json, "X-Forwarded-Proto: http\r\n") == "301 https://site.example/a?b");
    CHECK(site.get("/", json, "X-Forwarded-Proto: https\r\n") == "200 home");
}

TEST_CASE("parse_static_json: what would change who may see a site is refused, other keys are passed over")
{
    CHECK(refusal_of(R"({"canonical_host": "a.example", "whatever": 1})").empty());
    CHECK(contains(refusal_of(R"({"basic_auth": true})"), "'basic_auth'"));
    CHECK(contains(refusal_of(R"({"proxies": {}})"), "'proxies'"));
    CHECK(contains(refusal_of(R"({"root": "../etc"})"), "leads out of the app"));
    CHECK(contains(refusal_of(R"({"clean_urls": "yes"})"), "'clean_urls'"));
    CHECK(contains(refusal_of(R"({"routes": {"/**": 1}})"), "'/**' is not a text"));
    CHECK(contains(refusal_of(R"({"redirects": {"/a": {"url": "/b", "status": 200}}})"), "status"));
    CHECK(contains(refusal_of("{\"redirects\": {\"/a\": {\"url\": \"/b\\r\\nX: y\"}}}"), "control"));
    CHECK(contains(refusal_of(R"({"headers": {"/": {"Content-Length": "1"}}})"), "connection"));
    CHECK(contains(refusal_of(R"({"headers": {"/": {"A B": "1"}}})"), "no name"));
    CHECK_FALSE(refusal_of("[]").empty());
    CHECK_FALSE(refusal_of("{").empty());
}

TEST_CASE("matches_path: one star within a part, two across")
{
    CHECK(matches_path("/", "/"));
    CHECK(matches_path("/*.html", "/foo.html"));
    CHECK_FALSE(matches_path("/*.html", "/foo/bar.html"));
    CHECK(matches_path("/**", "/foo/bar.html"));
    CHECK(matches_path("/a/**/z", "/a/b/c/z"));
    CHECK_FALSE(matches_path("/a", "/a/"));
    CHECK_FALSE(matches_path("", "/"));
    CHECK_FALSE(matches_path("/" + std::string(40, '*') + "b", "/" + std::string(5000, 'a')));
}

TEST_CASE("content_type_of: by the ending, whatever its case")
{
    CHECK(content_type_of("a.HTML") == "text/html; charset=utf-8");
    CHECK(content_type_of("a.tar.xz") == "application/x-xz");
    CHECK(content_type_of("a.wasm") == "application/wasm");
    CHECK(content_type_of("a.7z") == "application/x-7z-compressed");
    CHECK(content_type_of("README") == "application/octet-stream");
    CHECK(content_type_of("a.") == "application/octet-stream");
}
