// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/grpc.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "etcd/v3/protobuf.hpp"
#include "kv/v3/methods.hpp"
#include "net/loop.hpp"

#include <charconv>

namespace dfriends::kv::v3 {

namespace {

constexpr std::size_t largest_grpc_message = 2U << 20U; // etcd's --max-request-bytes and its overhead
constexpr std::size_t frame_head = 5;                   ///< a flag and four bytes of length

/// "100m": up to eight digits and a unit. Nothing where it is not that.
std::optional<std::chrono::milliseconds> parse_timeout(std::string_view text)
{
    if (text.size() < 2 || text.size() > 9)
        return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, number);
    if (error != std::errc() || end != text.data() + text.size() - 1)
        return std::nullopt;
    switch (text.back()) {
    case 'H':
        return std::chrono::hours(number);
    case 'M':
        return std::chrono::minutes(number);
    case 'S':
        return std::chrono::seconds(number);
    case 'm':
        return std::chrono::milliseconds(number);
    case 'u':
        return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(number));
    case 'n':
        return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(number));
    default:
        return std::nullopt;
    }
}

/// grpc-message: printable ASCII but '%' stays, the rest is percent-encoded.
std::string encode_message(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '%')
            out += c;
        else
            out += fmt::format("%{:02X}", byte);
    }
    return out;
}

} // namespace

/// A call over HTTP/2: its time, its end, and its messages' frames.
class GrpcCall final : public Call {
  public:
    GrpcCall(http2::Exchange& exchange, bool secure) : exchange_(exchange), deadline_([this] { wake(); })
    {
        token = exchange.header("token");
        if (token.empty())
            token = exchange.header("authorization");
        authority = exchange.authority;
        is_secure = secure;
        if (const auto timeout = parse_timeout(exchange.header("grpc-timeout")))
            deadline_.expire_after(*timeout);
        exchange_.on_reset([this] { wake(); });
    }
    ~GrpcCall() override { exchange_.on_reset({}); }
    GrpcCall(const GrpcCall&) = delete;
    GrpcCall& operator=(const GrpcCall&) = delete;

    bool is_cancelled() override { return exchange_.is_reset() || deadline_.has_expired(); }
    void on_cancel(std::function<void()> wake) override { wake_ = std::move(wake); }
    bool is_too_late() const { return deadline_.has_expired(); }

    /// The bytes of the next message; nothing at the end of the request.
    net::Task<std::optional<std::string>> next()
    {
        while (received_.size() < frame_head || received_.size() < frame_head + length())
            if (!co_await exchange_.read(received_)) {
                if (received_.empty())
                    co_return std::nullopt;
                throw Status(Code::internal, "unexpected EOF");
            }
        if (received_[0] != 0)
            throw Status(Code::unsupported, "grpc: Decompressor is not installed for grpc-encoding \"" +
                                                std::string(exchange_.header("grpc-encoding")) + "\"");
        std::string message = received_.substr(frame_head, length());
        received_.erase(0, frame_head + message.size());
        co_return message;
    }

    net::Task<> send(std::string message)
    {
        begin();
        const auto size = static_cast<std::uint32_t>(message.size());
        std::string head(1, '\0');
        for (int shift = 24; shift >= 0; shift -= 8)
            head += static_cast<char>(size >> static_cast<unsigned>(shift));
        co_await exchange_.write(head + message);
    }

    /// Streams tell that they are open before there is a message.
    void begin()
    {
        if (!std::exchange(begun_, true))
            exchange_.send_headers(200, {{"content-type", "application/grpc"}});
    }

    void finish(const Status& status)
    {
        http2::Fields trailers;
        if (!begun_)
            trailers.emplace_back("content-type", "application/grpc");
        trailers.emplace_back("grpc-status", std::to_string(static_cast<int>(status.code())));
        trailers.emplace_back("grpc-message", encode_message(status.message()));
        exchange_.finish(trailers);
    }

  private:
    /// Of the message that the bytes begin with; checked, so that no more is gathered than is allowed.
    std::size_t length() const
    {
        std::size_t size = 0;
        for (std::size_t i = 1; i < frame_head; ++i)
            size = size << 8U | static_cast<unsigned char>(received_[i]);
        if (size > largest_grpc_message)
            throw Status(Code::resource_exhausted,
                         fmt::format("grpc: received message larger than max ({} vs. {})", size, largest_grpc_message));
        return size;
    }
    void wake()
    {
        if (wake_)
            wake_();
    }

    http2::Exchange& exchange_;
    net::Deadline deadline_;
    std::function<void()> wake_;
    std::string received_;
    bool begun_ = false;
};

namespace {

template <class M>
class GrpcSource final : public Source<M> {
  public:
    explicit GrpcSource(GrpcCall& call) : call_(call) {}
    net::Task<std::optional<M>> next() override
    {
        if (const auto bytes = co_await call_.next())
            co_return decode_protobuf<M>(*bytes);
        co_return std::nullopt;
    }

  private:
    GrpcCall& call_;
};

template <class M>
class GrpcSink final : public Sink<M> {
  public:
    explicit GrpcSink(GrpcCall& call) : call_(call) {}
    net::Task<> send(const M& message) override { return call_.send(encode_protobuf(message)); }

  private:
    GrpcCall& call_;
};

template <class Request>
net::Task<Request> only_request(GrpcCall& call)
{
    const auto bytes = co_await call.next();
    if (!bytes)
        throw Status(Code::internal, "a request without a message");
    co_return decode_protobuf<Request>(*bytes);
}

Status grpc_status_of(const std::exception_ptr& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const Status& status) {
        return status;
    } catch (const Error& error) {
        return {error.kind() == ErrorKind::invalid ? Code::internal : Code::unknown, error.message()};
    }
}

} // namespace

struct Grpc::Table {
    Service& service;
    std::map<std::string, Method, std::less<>>& methods;

    template <class Request, class Answer>
    void unary(std::string_view path, std::string_view, net::Task<Answer> (Service::*method)(Request, Call&))
    {
        methods.emplace("/" + std::string(path), [&service = service, method](GrpcCall& call) -> net::Task<> {
            auto request = co_await only_request<Request>(call);
            co_await call.send(encode_protobuf(co_await (service.*method)(std::move(request), call)));
        });
    }
    template <class Request, class Answer>
    void server_stream(std::string_view path, std::string_view,
                       net::Task<> (Service::*method)(Request, Sink<Answer>&, Call&))
    {
        methods.emplace("/" + std::string(path), [&service = service, method](GrpcCall& call) -> net::Task<> {
            auto request = co_await only_request<Request>(call);
            GrpcSink<Answer> sink(call);
            co_await (service.*method)(std::move(request), sink, call);
        });
    }
    template <class Request, class Answer>
    void stream(std::string_view path, std::string_view,
                net::Task<> (Service::*method)(Source<Request>&, Sink<Answer>&, Call&))
    {
        methods.emplace("/" + std::string(path), [&service = service, method](GrpcCall& call) -> net::Task<> {
            GrpcSource<Request> source(call);
            GrpcSink<Answer> sink(call);
            co_await (service.*method)(source, sink, call);
        });
    }
};

Grpc::Grpc(Service& service, bool is_secure) : is_secure_(is_secure)
{
    visit_methods(Table{service, methods_});
}

net::Task<> Grpc::operator()(http2::Exchange& exchange) const
{
    if (exchange.method != "POST" || !exchange.header("content-type").starts_with("application/grpc")) {
        exchange.send_headers(415, {});
        exchange.finish({});
        co_return;
    }
    GrpcCall call(exchange, is_secure_);
    const auto found = methods_.find(exchange.path);
    if (found == methods_.end()) {
        const auto [service, method] = split_once(std::string_view(exchange.path).substr(1), '/');
        call.finish({Code::unsupported, fmt::format("unknown method {} for service {}", method, service)});
        co_return;
    }
    std::optional<Status> status;
    try {
        co_await found->second(call);
        status = Status(Code::ok, "");
    } catch (const Status&) {
        status = grpc_status_of(std::current_exception());
    } catch (const Error&) {
        status = grpc_status_of(std::current_exception());
    }
    if (call.is_too_late() && status->code() != Code::ok)
        status = Status(Code::deadline_exceeded, "context deadline exceeded");
    call.finish(*status);
}

} // namespace dfriends::kv::v3
