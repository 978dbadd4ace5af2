// SPDX-License-Identifier: Apache-2.0
#include "engine/exec.hpp"

#include "base/encoding.hpp"
#include "engine/wire.hpp"

#include <algorithm>

namespace dfriends::engine {

net::Task<std::string> Exec::create(std::string container, ExecSpec spec)
{
    const std::string path = "/containers/" + encode_percent(container) + "/exec";
    co_return decode_created(co_await connection_.fetch({.method = "POST", .path = path, .body = encode_exec(spec)}))
        .id;
}

net::Task<Attachment> Exec::start(std::string id, bool tty)
{
    co_return Attachment(co_await connection_.hijack({.method = "POST",
                                                      .path = "/exec/" + encode_percent(id) + "/start",
                                                      .body = encode_exec_start(false, tty)}),
                         tty);
}

net::Task<> Exec::start_detached(std::string id, bool tty)
{
    co_await connection_.fetch({.method = "POST",
                                .path = "/exec/" + encode_percent(id) + "/start",
                                .body = encode_exec_start(true, tty),
                                .waits_long = true});
}

net::Task<ExecDetails> Exec::inspect(std::string id)
{
    co_return decode_exec(co_await connection_.fetch({.path = "/exec/" + encode_percent(id) + "/json"}));
}

net::Task<> Exec::resize(std::string id, unsigned columns, unsigned rows)
{
    const std::string query = Query().add("h", std::int64_t{rows}).add("w", std::int64_t{columns}).text();
    co_await connection_.fetch({.method = "POST", .path = "/exec/" + encode_percent(id) + "/resize" + query});
}

net::Task<Exec::Result> Exec::run(std::string container, ExecSpec spec, std::size_t limit)
{
    const bool tty = spec.tty;
    const std::string id = co_await create(std::move(container), std::move(spec));
    Attachment attachment = co_await start(id, tty);
    Result result;
    const OnOutput keep = [&](Channel channel, std::string_view bytes) {
        std::string& kept = channel == Channel::error ? result.error : result.output;
        kept.append(bytes.substr(0, limit - std::min(limit, kept.size())));
    };
    while (co_await attachment.read(keep)) {
    }
    result.exit_code = (co_await inspect(id)).exit_code;
    co_return result;
}

} // namespace dfriends::engine
