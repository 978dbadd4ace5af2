// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/gateway.hpp"

#include "etcd/quote.hpp"
#include "etcd/v3/json.hpp"
#include "http/status.hpp"
#include "kv/v3/methods.hpp"

#include <array>

namespace dfriends::kv::v3 {

namespace {

constexpr std::size_t largest_message = 4U << 20U; // base64 of what etcd takes, and names
constexpr std::array<std::string_view, 3> prefixes{"/v3/", "/v3beta/", "/v3alpha/"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> aliases{{
    {"kv/lease/leases", "lease/leases"},
    {"kv/lease/revoke", "lease/revoke"},
    {"kv/lease/timetolive", "lease/timetolive"},
}};

class HttpCall final : public Call {
  public:
    explicit HttpCall(const http::Request& request) : connection_(request.connection)
    {
        token = request.headers.get("Authorization");
        if (token.starts_with("Bearer "))
            token.erase(0, 7);
        authority = request.headers.get("Host");
        is_secure = connection_ != nullptr && connection_->is_encrypted();
    }
    bool is_cancelled() override
    {
        // Whoever sends hears of it from the connection; who only waits asks seldom, and each look is a system call.
        const auto now = std::chrono::steady_clock::now();
        if (connection_ != nullptr && !is_gone_ && now >= next_look_) {
            is_gone_ = connection_->has_peer_closed();
            next_look_ = now + std::chrono::seconds(1);
        }
        return is_gone_;
    }
    void on_cancel(std::function<void()>) override {} // HTTP/1 does not tell

  private:
    net::Stream* connection_;
    bool is_gone_ = false;
    std::chrono::steady_clock::time_point next_look_;
};

/// Cuts a body into the JSON objects that stand in it one after the other, as they arrive.
class Objects {
  public:
    explicit Objects(http::BodyReader& body) : body_(body) {}

    /// Nothing at the end of the body.
    net::Task<std::optional<std::string>> next()
    {
        for (;;) {
            if (const std::size_t length = find_end(); length != 0) {
                std::string object = text_.substr(0, length);
                text_.erase(0, length);
                restart();
                co_return object;
            }
            if (text_.size() > largest_message)
                throw Error(ErrorKind::invalid, "a message is larger than {} bytes", largest_message);
            std::array<char, 16 * 1024> piece;
            const std::size_t read = co_await body_.read_some(piece);
            if (read == 0)
                break;
            text_.append(piece.data(), read);
        }
        if (text_.find_first_not_of(" \t\r\n") == std::string::npos)
            co_return std::nullopt;
        co_return std::exchange(text_, {}); // the reader of JSON says what is wrong with it
    }

  private:
    void restart()
    {
        at_ = 0;
        depth_ = 0;
        in_string_ = false;
    }

    /// Where the first object ends; 0 where it does not yet.
    std::size_t find_end()
    {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (in_string_) {
                if (c == '\\')
                    ++at_;
                else if (c == '"')
                    in_string_ = false;
            } else if (c == '"') {
                in_string_ = true;
            } else if (c == '{' || c == '[') {
                ++depth_;
            } else if ((c == '}' || c == ']') && (depth_ == 0 || --depth_ == 0)) {
                return ++at_;
            }
        }
        return 0;
    }

    http::BodyReader& body_;
    std::string text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool in_string_ = false;
};

template <class M>
class JsonSource final : public Source<M> {
  public:
    JsonSource(http::BodyReader& body, std::optional<M> first) : objects_(body), first_(std::move(first)) {}

    net::Task<std::optional<M>> next() override
    {
        if (first_)
            co_return std::exchange(first_, std::nullopt);
        if (const auto object = co_await objects_.next())
            co_return decode_json<M>(*object);
        co_return std::nullopt;
    }

    /// Reads the first one ahead, so that what is wrong with it can be told by the status.
    net::Task<> begin() { first_ = co_await next(); }

  private:
    Objects objects_;
    std::optional<M> first_;
};

template <class M>
class JsonSink final : public Sink<M> {
  public:
    explicit JsonSink(http::BodyWriter& writer) : writer_(writer) {}

    using Sink<M>::send;
    net::Task<> send(std::span<const M> messages) override
    {
        std::vector<std::string> lines;
        for (const M& message : messages) {
            std::string& line = lines.emplace_back("{\"result\":");
            JsonEncoder::write(line, message);
            line += "}\n";
        }
        co_await writer_.write_each(lines); // there are clients that take a chunk for a message
    }

  private:
    http::BodyWriter& writer_;
};

/// What went wrong, as a client is told.
Status status_of(const std::exception_ptr& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const Status& status) {
        return status;
    } catch (const Error& error) {
        const Code code = error.kind() == ErrorKind::invalid       ? Code::invalid_argument
                          : error.kind() == ErrorKind::unavailable ? Code::unavailable
                                                                   : Code::unknown;
        return {code, error.message()};
    }
}

http::Response json_answer(int status, std::string text)
{
    http::Response response = http::text_response(status, std::move(text), "application/json");
    response.headers.set("Grpc-Metadata-Content-Type", "application/grpc");
    return response;
}

http::Response refusal(const Status& status)
{
    const std::string message = etcd::quote(status.message());
    return json_answer(http_status_of(status.code()), fmt::format(R"({{"error":{0},"message":{0},"code":{1}}})",
                                                                  message, static_cast<int>(status.code())));
}

std::string refusal_in_stream(const Status& status)
{
    const int http_status = http_status_of(status.code());
    return fmt::format(R"({{"error":{{"grpc_code":{},"http_code":{},"message":{},"http_status":{}}}}})"
                       "\n",
                       static_cast<int>(status.code()), http_status, etcd::quote(status.message()),
                       etcd::quote(http::reason_of(http_status)));
}

template <class Request, class Answer>
net::Task<http::Response> run_unary(Service& service, net::Task<Answer> (Service::*method)(Request, Call&),
                                    http::Request& request)
{
    std::exception_ptr failure;
    try {
        HttpCall call(request);
        auto message = decode_json<Request>(co_await request.body->read_all(largest_message));
        co_return json_answer(200, encode_json(co_await (service.*method)(std::move(message), call)));
    } catch (const Status&) {
        failure = std::current_exception();
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_return refusal(status_of(failure));
}

/// Runs a stream's work as the body of the answer; what goes wrong is its last line.
template <class Work>
http::Response stream_answer(Work work)
{
    http::Response response = json_answer(200, {});
    response.body = http::Producer([work = std::move(work)](http::BodyWriter& writer) -> net::Task<> {
        std::exception_ptr failure;
        try {
            co_await work(writer);
        } catch (const Status&) {
            failure = std::current_exception();
        } catch (const Error&) {
            failure = std::current_exception();
        }
        if (failure)
            co_await writer.write(refusal_in_stream(status_of(failure)));
    });
    return response;
}

template <class Request, class Answer>
net::Task<http::Response> run_server_stream(Service& service,
                                            net::Task<> (Service::*method)(Request, Sink<Answer>&, Call&),
                                            http::Request& request)
{
    std::exception_ptr failure;
    try {
        const auto call = std::make_shared<HttpCall>(request);
        auto message = decode_json<Request>(co_await request.body->read_all(largest_message));
        co_return stream_answer(
            [&service, method, call, message = std::move(message)](http::BodyWriter& writer) -> net::Task<> {
                JsonSink<Answer> sink(writer);
                co_await (service.*method)(message, sink, *call);
            });
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_return refusal(status_of(failure));
}

template <class Request, class Answer>
net::Task<http::Response> run_stream(Service& service,
                                     net::Task<> (Service::*method)(Source<Request>&, Sink<Answer>&, Call&),
                                     http::Request& request)
{
    std::exception_ptr failure;
    try {
        const auto call = std::make_shared<HttpCall>(request);
        const auto source = std::make_shared<JsonSource<Request>>(*request.body, std::nullopt);
        co_await source->begin();
        co_return stream_answer([&service, method, call, source](http::BodyWriter& writer) -> net::Task<> {
            JsonSink<Answer> sink(writer);
            co_await (service.*method)(*source, sink, *call);
        });
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_return refusal(status_of(failure));
}

} // namespace

struct Gateway::Table {
    Service& service;
    std::map<std::string, Method, std::less<>>& methods;

    template <class Request, class Answer>
    void unary(std::string_view, std::string_view path, net::Task<Answer> (Service::*method)(Request, Call&))
    {
        methods.emplace(path, [&service = service, method](http::Request& request) {
            return run_unary<Request, Answer>(service, method, request);
        });
    }
    template <class Request, class Answer>
    void server_stream(std::string_view, std::string_view path,
                       net::Task<> (Service::*method)(Request, Sink<Answer>&, Call&))
    {
        methods.emplace(path, [&service = service, method](http::Request& request) {
            return run_server_stream<Request, Answer>(service, method, request);
        });
    }
    template <class Request, class Answer>
    void stream(std::string_view, std::string_view path,
                net::Task<> (Service::*method)(Source<Request>&, Sink<Answer>&, Call&))
    {
        methods.emplace(path, [&service = service, method](http::Request& request) {
            return run_stream<Request, Answer>(service, method, request);
        });
    }
};

Gateway::Gateway(Service& service)
{
    visit_methods(Table{service, methods_});
    for (const auto& [alias, path] : aliases)
        methods_.emplace(alias, methods_.at(std::string(path)));
}

bool Gateway::serves(std::string_view path)
{
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return path.starts_with(prefix); });
}

net::Task<http::Response> Gateway::operator()(http::Request& request) const
{
    std::string_view path = request.path();
    path.remove_prefix(path.find('/', 1) + 1);
    const auto found = methods_.find(path);
    if (found == methods_.end())
        co_return http::text_response(404, "Not Found\n");
    if (request.method != "POST")
        co_return http::text_response(405, "Method Not Allowed\n");
    co_return co_await found->second(request);
}

} // namespace dfriends::kv::v3
