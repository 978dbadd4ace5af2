// SPDX-License-Identifier: Apache-2.0
#include "http/serve.hpp"
#include "kv/discovery.hpp"
#include "kv/v2/api.hpp"
#include "support/scripted_stream.hpp"
#include "unit/kv/kept_keyspace.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::kv;

namespace {

struct Served : v2::KeptKeyspace {
    v2::Auth auth{store};
    v2::Api api{*keyspace, auth, [this] { return now; }, "solo"};
    Discovery discovery{*keyspace, api};

    /// The whole answer to one request.
    std::string ask(const std::string& line, const std::string& form = {}, const std::string& more_headers = {})
    {
        ScriptedStream stream(line + " HTTP/1.1\r\nHost: kv.example:2379\r\nConnection: close\r\n" + more_headers +
                                  (form.empty()
                                       ? ""
                                       : "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                                             std::to_string(form.size()) + "\r\n") +
                                  "\r\n" + form,
                              4096);
        const http::Handler handler = [this](http::Request& request) -> net::Task<http::Response> {
            return Discovery::serves(request.path()) ? discovery(request) : api(request);
        };
        const http::ServeOptions options;
        net::run(http::serve(stream, handler, options));
        return stream.said;
    }
    std::string body(const std::string& line, const std::string& form = {})
    {
        const std::string answer = ask(line, form);
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }
};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("Api: status, index and body of a change")
{
    Served served;
    const std::string created = served.ask("PUT /v2/keys/a", "value=1");
    CHECK(created.starts_with("HTTP/1.1 201 "));
    CHECK(contains(created, "\r\nX-Etcd-Index: 4\r\n"));
    CHECK(contains(created, "\r\nAccess-Control-Allow-Origin: *\r\n"));
    CHECK(created.ends_with("\r\n\r\n{\"action\":\"set\",\"node\":{\"key\":\"/"
                            "a\",\"value\":\"1\",\"modifiedIndex\":4,\"createdIndex\":4}}\n"));
    CHECK(served.ask("PUT /v2/keys/a", "value=2").starts_with("HTTP/1.1 200 "));
    CHECK(served.body("PUT /v2/keys/a?noValueOnSuccess=true", "value=3") == "{\"action\":\"set\"}\n");
    const std::string missing = served.ask("GET /v2/keys/none");
    CHECK(missing.starts_with("HTTP/1.1 404 "));
    CHECK(contains(missing, "\r\nX-Etcd-Index: 6\r\n"));
}

TEST_CASE("Api: a body that is no form is not read")
{
    Served served;
    CHECK(contains(served.ask("PUT /v2/keys/a", "", "Content-Type: application/json\r\nContent-Length: 0\r\n"),
                   "\"value\":\"\""));
    CHECK(contains(served.body("PUT /v2/keys/a?value=query"), "\"value\":\"query\""));
}

TEST_CASE("Api: watches serve the past, and refuse what has been forgotten")
{
    Served served;
    served.set("/a", "1");
    served.set("/b", "2");
    const std::string answer = served.ask("GET /v2/keys/?wait=true&recursive=true&waitIndex=1");
    CHECK(contains(answer, "\r\nTransfer-Encoding: chunked\r\n"));
    CHECK(contains(answer, "\"key\":\"/a\""));
    CHECK(contains(served.ask("GET /v2/keys/b?wait=true&waitIndex=4"), "\"key\":\"/b\""));
    // As after many changes: the first events are gone from disk.
    served.sql("delete from kv_event where number = 4");
    served.restart();
    v2::Api api(*served.keyspace, served.auth, [] { return TimePoint(); }, "solo");
    ScriptedStream stream("GET /v2/keys/b?wait=true&waitIndex=4 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
                          4096);
    const http::Handler handler = [&api](http::Request& request) { return api(request); };
    const http::ServeOptions options;
    net::run(http::serve(stream, handler, options));
    CHECK(stream.said.starts_with("HTTP/1.1 400 "));
    CHECK(stream.said.ends_with("{\"errorCode\":401,\"message\":\"The event in requested index is outdated and "
                                "cleared\",\"cause\":\"the requested history "
                                "has been cleared [5/4]\",\"index\":5}\n"));
}

TEST_CASE("Api: unclean paths are sent to their clean form; keys have bounds")
{
    Served served;
    const std::string redirect = served.ask("GET /v2/keys/a//b/../%2e/c%20d");
    CHECK(redirect.starts_with("HTTP/1.1 301 "));
    CHECK(contains(redirect, "\r\nLocation: /v2/keys/a/c%20d\r\n"));
    CHECK(served.ask("GET /v2/keys/%zz").starts_with("HTTP/1.1 400 "));
    CHECK(contains(served.ask("PUT /v2/keys/" + std::string(9000, 'k') + "?value=x"), "\"errorCode\":209"));
    std::string deep;
    for (int i = 0; i < 200; ++i)
        deep += "/d";
    CHECK(contains(served.ask("PUT /v2/keys" + deep + "?value=x"), "\"errorCode\":209"));
    CHECK(served.ask("PATCH /v2/keys/a").starts_with("HTTP/1.1 405 "));
    CHECK(served.ask("OPTIONS /anything").starts_with("HTTP/1.1 200 "));
    CHECK(served.ask("GET /v2").starts_with("HTTP/1.1 404 "));
}

TEST_CASE("Api: members are told by the address that the client used")
{
    Served served;
    const std::string members = served.body("GET /v2/members");
    CHECK(contains(members,
                   R"("name":"solo","peerURLs":["http://kv.example:2379"],"clientURLs":["http://kv.example:2379"])"));
    CHECK(served.body("GET /v2/machines") == "http://kv.example:2379");
    CHECK(served.body("GET /health") == R"({"health":"true"})");
    CHECK(contains(served.body("GET /v2/stats/store"), "\"getsSuccess\":0,"));
    CHECK(served.ask("DELETE /v2/members").starts_with("HTTP/1.1 405 "));
}

TEST_CASE("Discovery: a token is a hidden directory, and its keys are reached by it alone")
{
    Served served;
    const std::string url = served.body("GET /new?size=3");
    REQUIRE(url.starts_with("http://kv.example:2379/"));
    const std::string token = url.substr(22);
    CHECK(token.size() == 33);
    CHECK(contains(served.body("GET " + token + "/_config/size"), "\"value\":\"3\""));
    CHECK(contains(served.body("PUT " + token + "/0123?prevExist=false", "value=n1%3Dhttp://p:1"),
                   "\"key\":\"/_etcd/registry" + token + "/0123\""));
    CHECK(served.ask("PUT " + token + "/0123?prevExist=false", "value=x").starts_with("HTTP/1.1 412 "));
    CHECK(contains(served.body("GET " + token + "/0123?wait=true&waitIndex=5"), "n1=http://p:1"));
    CHECK(contains(served.body("GET " + token), "/0123"));
    CHECK(!contains(served.body("GET " + token), "_config"));
    CHECK(served.read("/") == R"({"dir":true})");
    CHECK(served.ask("GET " + token + "/../../../secret").starts_with("HTTP/1.1 400 "));
    CHECK(served.ask("GET " + token + "/%2e%2e/%2e%2e/secret").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("Discovery: sizes are numbers, hosts are hosts")
{
    Served served;
    for (const char* size : {"0", "-1", "x", "1001", "%33", ""})
        CHECK(served.ask(std::string("GET /new?size=") + size)
                  .starts_with(std::string_view(size) == "%33" ? "HTTP/1.1 200 " : "HTTP/1.1 400 "));
    CHECK(served.ask("DELETE /new").starts_with("HTTP/1.1 405 "));
    CHECK(contains(served.body("GET " + served.body("PUT /new").substr(22) + "/_config/size"), "\"value\":\"3\""));
    CHECK(!Discovery::serves("/0123"));
    CHECK(!Discovery::serves("/0123456789abcdef0123456789abcdeF"));
    CHECK(!Discovery::serves("/0123456789abcdef0123456789abcdef0"));
    CHECK(Discovery::serves("/0123456789abcdef0123456789abcdef"));
    CHECK(Discovery::serves("/0123456789abcdef0123456789abcdef/x"));
}
