// SPDX-License-Identifier: Apache-2.0
#include "kv/v3/grpc.hpp"

#include "base/error.hpp"
#include "etcd/quote.hpp"
#include "etcd/v3/protobuf.hpp"
#include "kv/v3/grpc_frames.hpp"
#include "kv/v3/methods.hpp"
#include "net/loop.hpp"

namespace dfriends::kv::v3 {

/// A call as the service sees it, and the answer as gRPC frames it.
class Grpc::Talk final : public Call {
  public:
    explicit Talk(http2::Call& stream) : stream_(stream), reader_(stream)
    {
        token = stream.header("token");
        if (token.empty())
            token = stream.header("authorization");
        authority = stream.authority;
        is_secure = stream.is_encrypted;
        read_timeout();
    }

    bool is_cancelled() override { return stream_.is_cancelled() || is_late(); }
    void on_cancel(std::function<void()> wake) override
    {
        wake_ = wake;
        stream_.on_cancel(std::move(wake));
        watch_time();
    }
    /// Ends the wait for further messages; the answer can still be finished.
    void stop_reading() { stream_.interrupt(); }
    bool is_late() const { return due_ && std::chrono::steady_clock::now() >= *due_; }

    /// What may wait for long is woken when its time is up; a single message needs no timer.
    void watch_time()
    {
        if (!due_ || timer_)
            return;
        timer_.emplace([this] {
            stream_.interrupt();
            if (wake_)
                wake_();
        });
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - std::chrono::steady_clock::now());
        timer_->expire_after(std::max(left, std::chrono::milliseconds(1)));
    }

    template <class M>
    net::Task<std::optional<M>> next()
    {
        const auto bytes = co_await reader_.next();
        if (!bytes)
            co_return std::nullopt;
        try {
            co_return decode_protobuf<M>(*bytes);
        } catch (const Error& error) {
            throw Status(Code::internal, "grpc: error unmarshalling request: " + error.message());
        }
    }

    template <class M>
    net::Task<M> only()
    {
        auto message = co_await next<M>();
        if (!message)
            throw Status(Code::internal, "the request has no message");
        co_return std::move(*message);
    }

    template <class M>
    void send(const M& message)
    {
        if (!started_)
            stream_.start(200, {{"content-type", "application/grpc"}});
        started_ = true;
        const std::size_t size = protobuf_size(message);
        std::string frame = grpc_frame(size);
        frame.reserve(frame.size() + size);
        append_protobuf(frame, message);
        stream_.send(std::move(frame));
    }

    net::Task<> wait_for_room() { return stream_.wait_for_room(); }

    void finish()
    {
        if (started_)
            stream_.finish({{"grpc-status", "0"}, {"grpc-message", ""}});
        else
            stream_.answer(200, {{"content-type", "application/grpc"}, {"grpc-status", "0"}});
    }

    void refuse(const Status& status)
    {
        http2::Fields fields{{"grpc-status", std::to_string(static_cast<int>(status.code()))},
                             {"grpc-message", escape_grpc_message(status.message())}};
        if (started_) {
            stream_.finish(std::move(fields));
            return;
        }
        fields.insert(fields.begin(), {"content-type", "application/grpc"});
        stream_.answer(200, fields);
    }

  private:
    void read_timeout()
    {
        const std::string_view text = stream_.header("grpc-timeout");
        if (text.empty())
            return;
        const auto timeout = parse_grpc_timeout(text);
        if (!timeout)
            throw Status(Code::internal, fmt::format("malformed time-out: {}", etcd::quote(text)));
        due_ = std::chrono::steady_clock::now() + *timeout;
    }

    http2::Call& stream_;
    GrpcReader reader_;
    std::optional<std::chrono::steady_clock::time_point> due_;
    std::function<void()> wake_;
    std::optional<net::Deadline> timer_;
    bool started_ = false;
};

struct Grpc::Table {
    template <class M>
    class GrpcSource final : public Source<M> {
      public:
        explicit GrpcSource(Talk& talk) : talk_(talk) {}
        net::Task<std::optional<M>> next() override { return talk_.template next<M>(); }
        void stop() override { talk_.stop_reading(); }

      private:
        Talk& talk_;
    };

    template <class M>
    class GrpcSink final : public Sink<M> {
      public:
        explicit GrpcSink(Talk& talk) : talk_(talk) {}
        using Sink<M>::send;
        net::Task<> send(std::span<const M> messages) override
        {
            for (const M& message : messages)
                talk_.send(message);
            return talk_.wait_for_room();
        }

      private:
        Talk& talk_;
    };

    Service& service;
    std::map<std::string, Method, std::less<>>& methods;

    template <class Request, class Answer>
    void unary(std::string_view path, std::string_view, net::Task<Answer> (Service::*method)(Request, Call&))
    {
        methods.emplace(path, [&service = service, method](Talk& talk) -> net::Task<> {
            auto request = co_await talk.only<Request>();
            talk.send(co_await (service.*method)(std::move(request), talk));
        });
    }
    template <class Request, class Answer>
    void server_stream(std::string_view path, std::string_view,
                       net::Task<> (Service::*method)(Request, Sink<Answer>&, Call&))
    {
        methods.emplace(path, [&service = service, method](Talk& talk) -> net::Task<> {
            talk.watch_time();
            auto request = co_await talk.only<Request>();
            GrpcSink<Answer> sink(talk);
            co_await (service.*method)(std::move(request), sink, talk);
        });
    }
    template <class Request, class Answer>
    void stream(std::string_view path, std::string_view,
                net::Task<> (Service::*method)(Source<Request>&, Sink<Answer>&, Call&))
    {
        methods.emplace(path, [&service = service, method](Talk& talk) -> net::Task<> {
            talk.watch_time();
            GrpcSource<Request> source(talk);
            GrpcSink<Answer> sink(talk);
            co_await (service.*method)(source, sink, talk);
        });
    }
};

Grpc::Grpc(Service& service)
{
    visit_methods(Table{service, methods_});
}

/// In grpc-go's words where there is none.
const Grpc::Method& Grpc::find(std::string_view path) const
{
    const std::size_t end = path.rfind('/');
    if (!path.starts_with('/') || end == 0)
        throw Status(Code::unsupported, fmt::format("malformed method name: {}", etcd::quote(path)));
    const auto found = methods_.find(path.substr(1));
    if (found != methods_.end())
        return found->second;
    const std::string_view service = path.substr(1, end - 1);
    const auto first = methods_.lower_bound(std::string(service) + "/");
    if (first != methods_.end() && first->first.starts_with(service) && first->first[service.size()] == '/')
        throw Status(Code::unsupported, fmt::format("unknown method {} for service {}", path.substr(end + 1), service));
    throw Status(Code::unsupported, fmt::format("unknown service {}", service));
}

net::Task<> Grpc::run(const Method& method, Talk& talk) const
{
    try {
        co_await method(talk);
        talk.finish();
    } catch (const Status& status) {
        talk.refuse(talk.is_late() ? Status(Code::deadline_exceeded, "context deadline exceeded") : status);
    } catch (const Error& error) {
        const Code code = error.kind() == ErrorKind::unavailable ? Code::unavailable : Code::unknown;
        talk.refuse(talk.is_late() ? Status(Code::deadline_exceeded, "context deadline exceeded")
                                   : Status(code, error.message()));
    }
}

net::Task<> Grpc::operator()(http2::Call& stream) const
{
    if (stream.method != "POST") {
        stream.answer(405, {{"allow", "POST"}});
        co_return;
    }
    if (!stream.header("content-type").starts_with("application/grpc")) {
        stream.answer(415, {});
        co_return;
    }
    try {
        Talk talk(stream);
        co_await run(find(stream.path), talk);
    } catch (const Status& status) {
        stream.answer(200, {{"content-type", "application/grpc"},
                            {"grpc-status", std::to_string(static_cast<int>(status.code()))},
                            {"grpc-message", escape_grpc_message(status.message())}});
    }
}

} // namespace dfriends::kv::v3
