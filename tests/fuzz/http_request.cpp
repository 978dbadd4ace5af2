// SPDX-License-Identifier: Apache-2.0
// A whole server session over hostile bytes: heads, bodies in both framings, pipelining. No answer may be anything but
// HTTP.
#include "http/serve.hpp"
#include "net/loop.hpp"
#include "support/scripted_stream.hpp"

#include <cstdlib>

using namespace dfriends;

namespace {

net::Task<http::Response> echo(http::Request& request)
{
    std::string body = co_await request.body->read_all(4096);
    co_return http::text_response(200, request.method + " " + request.target + "\n" + body);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    // The first byte says how many arrive at a time, so that every cut of a message is met.
    ScriptedStream stream(std::string(reinterpret_cast<const char*>(data) + 1, size - 1), 1 + data[0] % 64);
    const http::Handler handler = echo;
    http::ServeOptions options;
    options.head_limit = 2048;
    net::run(http::serve(stream, handler, options));
    if (!stream.said.empty() && !stream.said.starts_with("HTTP/1.1 "))
        std::abort();
    return 0;
}
