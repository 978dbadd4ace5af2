// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "http/serve.hpp"
#include "net/loop.hpp"
#include "paas/setup_page.hpp"
#include "support/scripted_stream.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::paas;

namespace {

const std::string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ admin@laptop";

std::string form(const std::string& hostname, const std::string& vhost, const std::string& token,
                 const std::string& public_key = key)
{
    return "key=" + encode_percent(public_key) + "&hostname=" + encode_percent(hostname) + "&vhost=" + vhost +
           "&token=" + token;
}

struct Served {
    TimePoint now{};
    std::vector<SetupRequest> taken;
    SetupPage page;

    Served() : Served(SetupOptions{}) {}
    explicit Served(SetupOptions options) : page(prepared(std::move(options))) {}

    SetupOptions prepared(SetupOptions options)
    {
        options.token = "s3cret";
        options.now = [this] { return now; };
        if (!options.finish)
            options.finish = [this](const SetupRequest& request) { taken.push_back(request); };
        return options;
    }

    /// The whole answer to one request.
    std::string ask(const std::string& line, const std::string& body = {}, const std::string& more_headers = {})
    {
        ScriptedStream stream(line + " HTTP/1.1\r\nHost: setup.example:2000\r\nConnection: close\r\n" + more_headers +
                                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
                              4096);
        const http::Handler handler = [this](http::Request& request) { return page(request); };
        const http::ServeOptions options;
        net::run(http::serve(stream, handler, options));
        return stream.said;
    }
    /// "403 the setup token is wrong"
    std::string post(const std::string& body, const std::string& more_headers = {})
    {
        const std::string answer = ask("POST /setup", body, more_headers);
        std::string said = answer.substr(9, 3) + " " + answer.substr(answer.find("\r\n\r\n") + 4);
        said.pop_back(); // the line's end, or the blank of an empty body
        return said;
    }
};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("SetupPage: a good form finishes once, and then the page says how to deploy")
{
    Served served;
    CHECK(served.post(form("Apps.Example", "true", "s3cret")) == "200");
    REQUIRE(served.taken.size() == 1);
    CHECK(served.taken[0].hostname == "apps.example");
    CHECK(served.taken[0].virtual_hosts);
    CHECK(served.taken[0].key.comment == "admin@laptop");
    CHECK(served.page.is_finished());
    CHECK(served.post(form("apps.example", "true", "s3cret")) == "410 this host is set up already");
    CHECK(served.ask("GET /favicon.ico").starts_with("HTTP/1.1 410 "));
    const std::string page = served.ask("GET /");
    CHECK(page.starts_with("HTTP/1.1 200 "));
    CHECK(contains(page, "data-state=\"finished\" data-hostname=\"apps.example\" data-vhost=\"true\""));
    CHECK(served.taken.size() == 1);
}

TEST_CASE("SetupPage: the page is prefilled, escaped, and may run nothing but its own script")
{
    Served served({.hostname = "a\"><script>", .key = "</textarea>{{nonce}} & co", .version = "0.1.0", .port = 8080});
    const std::string page = served.ask("GET /?token=s3cret");
    CHECK(contains(page, "data-port=\"8080\" data-state=\"open\""));
    CHECK(contains(page, "value=\"a&quot;&gt;&lt;script&gt;\""));
    CHECK(contains(page, ">&lt;/textarea&gt;{{nonce}} &amp; co</textarea>"));
    CHECK(contains(page, "\r\nX-Frame-Options: DENY\r\n"));
    CHECK(contains(page, "\r\nReferrer-Policy: no-referrer\r\n"));
    CHECK(contains(page, "\r\nCache-Control: no-store\r\n"));
    const auto place = page.find("script-src 'nonce-");
    REQUIRE(place != page.npos);
    const std::string nonce = page.substr(place + 18, 32);
    CHECK(contains(page, "<script nonce=\"" + nonce + "\">"));
    CHECK_FALSE(contains(page, "s3cret"));
    CHECK_FALSE(contains(served.ask("GET /"), nonce));
    CHECK(served.ask("HEAD /").ends_with("\r\n\r\n"));
}

TEST_CASE("SetupPage: ten wrong tokens lock it for a minute, also for the right one")
{
    Served served;
    CHECK(served.post(form("a.example", "true", "")) == "403 the setup token is missing");
    for (int i = 0; i < 9; ++i)
        CHECK(served.post(form("a.example", "true", "s3creT")) == "403 the setup token is wrong");
    CHECK(served.post(form("a.example", "true", "s3cret")) == "429 too many wrong tokens: wait a minute");
    served.now += std::chrono::seconds(59);
    CHECK(served.post(form("a.example", "true", "s3cret")).starts_with("429 "));
    served.now += std::chrono::seconds(1);
    CHECK(served.post(form("a.example", "true", "s3cret")) == "200");
}

TEST_CASE("SetupPage: a form of another site is refused before its token counts")
{
    Served served;
    const std::string good = form("a.example", "true", "s3cret");
    for (const char* origin : {"http://evil.example", "http://setup.example", "http://setup.example:2001", "null"})
        CHECK(served.post(good, "Origin: " + std::string(origin) + "\r\n") == "403 the form comes from another site");
    CHECK(served.post(good, "Origin: http://SETUP.example:2000\r\n") == "200");
}

TEST_CASE("SetupPage: what makes no sense is refused with one sentence, and the form stays open")
{
    Served served;
    const auto answer = [&](const std::string& hostname, const std::string& vhost, const std::string& public_key) {
        return served.post(form(hostname, vhost, "s3cret", public_key));
    };
    CHECK(answer("a.example", "true", " \n") == "400 your admin public key cannot be blank");
    CHECK(answer("a.example", "true", "ssh-rsa nonsense").starts_with("400 Invalid ssh public key: "));
    CHECK(answer("a.example", "true", key + "\n" + key).starts_with("400 Too many keys provided"));
    CHECK(answer(" ", "true", key) == "400 your hostname cannot be blank");
    CHECK(answer("a b", "true", key) == "400 'a b' is no host name");
    CHECK(answer("-a.example", "false", key) == "400 '-a.example' is no host name");
    CHECK(answer("10.0.0.1", "true", key) == "400 to use virtualhost naming, the hostname must not be an IP");
    CHECK(answer("[::1]", "true", key) == "400 to use virtualhost naming, the hostname must not be an IP");
    CHECK(answer("10.0.0.256", "false", key) == "400 '10.0.0.256' is no host name and no IP address");
    CHECK(answer("a.example", "yes", key) == "400 'vhost' is either true or false");
    CHECK(served.post(std::string(65 * 1024, 'x')).starts_with("400 "));
    CHECK_FALSE(served.page.is_finished());
    CHECK(answer("[FE80::1]", "false", key) == "200");
    CHECK(served.taken.at(0).hostname == "fe80::1");
}

TEST_CASE("SetupPage: what goes wrong while it is done is told, and it can be tried again")
{
    bool broken = true;
    SetupOptions options;
    options.finish = [&broken](const SetupRequest&) {
        if (broken)
            throw Error(ErrorKind::unavailable, "the disk is full");
    };
    Served served(std::move(options));
    CHECK(served.post(form("10.0.0.1", "false", "s3cret")) == "503 the disk is full");
    CHECK_FALSE(served.page.is_finished());
    broken = false;
    CHECK(served.post(form("10.0.0.1", "false", "s3cret")) == "200");
    CHECK(contains(served.ask("GET /"), "data-vhost=\"false\""));
}

TEST_CASE("SetupPage: only GET / and POST /setup are there; without a token there is no page")
{
    Served served;
    CHECK(served.ask("GET /setup").starts_with("HTTP/1.1 405 "));
    CHECK(served.ask("POST /").starts_with("HTTP/1.1 405 "));
    CHECK(served.ask("GET /favicon.ico").starts_with("HTTP/1.1 404 "));
    CHECK_THROWS_AS(SetupPage(SetupOptions{}), Error);
}
