// SPDX-License-Identifier: Apache-2.0
#include "cache/registry.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "net/loop.hpp"

#include <exception>

namespace dfriends::cache {

namespace {

constexpr std::size_t largest_manifest = 4U << 20U;
constexpr std::chrono::seconds tag_burst{1};
constexpr const char* manifest_types =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

http::Url without_user_info(http::Url url)
{
    url.user_info.clear();
    return url;
}

} // namespace

std::optional<http::Url> read_registry(std::string_view text)
{
    if (text.empty())
        return std::nullopt;
    auto url = http::find_url(text);
    if (url && url->target == "/" && url->port != 0)
        return url;
    throw Error(ErrorKind::invalid, "cannot use '{}' as a registry",
                printable(text.substr(text.rfind('@') == std::string_view::npos ? 0 : text.rfind('@') + 1)))
        .hint("write http or https, the host and nothing behind it: https://registry.example");
}

bool is_manifest_type(std::string_view content_type)
{
    const auto type = trim(split_once(content_type, ';').first);
    return type.starts_with("application/vnd.oci.image.") || type.starts_with("application/vnd.docker.distribution.");
}

struct Registry::Question {
    std::optional<Resolution> answer;
    std::optional<Error> failure;
    net::Event answered;
};

Registry::Registry(http::Url url, Upstream& upstream, Clock clock)
    : url_(without_user_info(url)), upstream_(upstream), tokens_(std::move(url), upstream, std::move(clock))
{
}

http::Url Registry::source(const RegistryRequest& asked) const
{
    auto url = url_;
    url.target = asked.target;
    return url;
}

Sender Registry::sender(const RegistryRequest& asked)
{
    const bool is_manifest = asked.kind == RegistryRequest::Kind::manifest || asked.kind == RegistryRequest::Kind::tag;
    return [self = shared_from_this(), scope = "repository:" + asked.name + ":pull",
            is_manifest](std::string method, http::Url url, http::Headers headers) {
        if (is_manifest)
            headers.set("Accept", manifest_types);
        return self->send(std::move(method), scope, std::move(url), std::move(headers));
    };
}

net::Task<http::Reply> Registry::send(std::string method, std::string scope, http::Url url, http::Headers headers)
{
    const auto self = shared_from_this();
    auto authorization = tokens_.find(scope);
    for (bool is_first = true;; is_first = false) {
        if (!authorization.empty())
            headers.set("Authorization", authorization);
        auto reply = co_await upstream_.send(method, url, headers, {});
        if (reply.status() != 401 || !is_first)
            co_return reply;
        if (!co_await tokens_.renew(scope, reply.headers()))
            co_return reply;
        authorization = tokens_.find(scope);
    }
}

net::Task<Registry::Resolution> Registry::resolve(RegistryRequest asked, bool anew)
{
    const auto found = questions_.find(asked.target);
    const bool joins = found != questions_.end() && !(anew && found->second->answer);
    auto question = joins ? found->second : std::make_shared<Question>();
    if (!joins) {
        questions_[asked.target] = question;
        net::spawn(ask(std::move(asked), question));
    }
    while (!question->answer && !question->failure)
        co_await question->answered.wait();
    if (question->failure)
        throw *question->failure;
    co_return *question->answer;
}

net::Task<> Registry::ask(RegistryRequest asked, std::shared_ptr<Question> question)
{
    const auto self = shared_from_this();
    const auto target = asked.target;
    try {
        question->answer = co_await head(std::move(asked));
    } catch (const Error& error) {
        question->failure = error;
    } catch (const std::exception& error) {
        question->failure = Error(ErrorKind::internal, "cannot ask what '{}' stands for: {}", target, error.what());
    }
    question->answered.notify_all();
    // The rest of a burst of clients comes before the index knows the answer.
    if (question->answer && question->answer->status == 200)
        co_await net::sleep(tag_burst);
    if (const auto found = questions_.find(target); found != questions_.end() && found->second == question)
        questions_.erase(found);
}

net::Task<Registry::Resolution> Registry::head(RegistryRequest asked)
{
    // Registries that limit pulls count GET, not HEAD.
    auto reply = co_await sender(asked)("HEAD", source(asked), {});
    const int status = reply.status();
    std::string sha256(sha256_of_digest(trim(reply.headers().get("Docker-Content-Digest"))));
    co_await reply.read_all(0);
    if (status == 405 || (status == 200 && sha256.empty()))
        co_return co_await digest_of_body(std::move(asked));
    co_return Resolution{status, std::move(sha256)};
}

/// The header with the digest is optional.
net::Task<Registry::Resolution> Registry::digest_of_body(RegistryRequest asked)
{
    auto reply = co_await sender(asked)("GET", source(asked), {});
    if (reply.status() != 200)
        co_return Resolution{reply.status(), {}};
    const auto body = co_await reply.read_all(largest_manifest);
    crypto::Hash hash(crypto::Algorithm::sha256);
    hash.update(body);
    co_return Resolution{200, hash.finish_hex()};
}

} // namespace dfriends::cache
