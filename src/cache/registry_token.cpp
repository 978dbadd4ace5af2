// SPDX-License-Identifier: Apache-2.0
#include "cache/registry_token.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/registry_wire.hpp"

#include <algorithm>
#include <optional>

namespace dfriends::cache {

namespace {

constexpr std::size_t longest_challenge = 8 * 1024;
constexpr std::size_t most_challenges = 16;
constexpr std::size_t most_parameters = 64;
constexpr std::size_t most_held = 4096;
constexpr std::size_t largest_token_answer = 256 * 1024;
constexpr std::chrono::hours basic_lifetime{1};

/// Reads a WWW-Authenticate field from left to right.
class ChallengeReader {
  public:
    explicit ChallengeReader(std::string_view text) : rest_(text) {}

    /// Everything, or nothing where it is malformed.
    std::vector<Challenge> read()
    {
        std::vector<Challenge> challenges;
        std::size_t parameters = 0;
        for (skip(" \t,"); !rest_.empty(); skip(" \t,")) {
            const auto word = token();
            if (word.empty())
                return {};
            const bool had_blank = skip(" \t");
            if (!challenges.empty() && rest_.starts_with('=')) {
                rest_.remove_prefix(1);
                auto value = this->value();
                if (!value || ++parameters > most_parameters)
                    return {};
                challenges.back().parameters.emplace(to_lower(word), *std::move(value));
            } else {
                if (challenges.size() == most_challenges || (!had_blank && !rest_.empty() && rest_.front() != ','))
                    return {};
                challenges.push_back({to_lower(word), {}});
                skip_token68();
                continue;
            }
            // A parameter ends at a comma, or the field ends.
            skip(" \t");
            if (!rest_.empty() && rest_.front() != ',')
                return {};
        }
        return challenges;
    }

  private:
    bool skip(std::string_view characters)
    {
        const auto count = std::min(rest_.find_first_not_of(characters), rest_.size());
        rest_.remove_prefix(count);
        return count != 0;
    }

    static bool is_token_character(unsigned char c)
    {
        return std::isalnum(c) != 0 ||
               std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
    }

    std::string_view token()
    {
        const auto end = std::ranges::find_if_not(rest_, is_token_character);
        const auto word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(word.size());
        return word;
    }

    std::optional<std::string> value()
    {
        skip(" \t");
        if (rest_.starts_with('"'))
            return quoted_string();
        const auto word = token();
        return word.empty() ? std::nullopt : std::optional(std::string(word));
    }

    std::optional<std::string> quoted_string()
    {
        std::string value;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            char c = rest_[i];
            if (c == '"') {
                rest_.remove_prefix(i + 1);
                return value;
            }
            if (c == '\\' && ++i < rest_.size())
                c = rest_[i];
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
                return std::nullopt;
            value += c;
        }
        return std::nullopt;
    }

    /// "Negotiate YII=": one text instead of parameters.
    void skip_token68()
    {
        const auto is_part = [](unsigned char c) {
            return std::isalnum(c) != 0 ||
                   std::string_view("-._~+/").find(static_cast<char>(c)) != std::string_view::npos;
        };
        const auto text = rest_.substr(0, rest_.find(','));
        auto body = trim(text);
        body = body.substr(0, body.find_last_not_of('=') + 1);
        if (!body.empty() && std::ranges::all_of(body, is_part))
            rest_.remove_prefix(text.size());
    }

    std::string_view rest_;
};

std::string basic_authorization(const std::string& user_info)
{
    return "Basic " + encode_base64(decode_percent(user_info).value_or(user_info));
}

} // namespace

std::vector<Challenge> parse_challenges(std::string_view field)
{
    if (field.size() > longest_challenge)
        return {};
    return ChallengeReader(field).read();
}

http::Url token_url(const http::Url& registry, const Challenge& bearer, std::string_view scope)
{
    const auto realm = bearer.parameters.find("realm");
    auto url = realm == bearer.parameters.end() ? std::nullopt : http::find_url(realm->second);
    if (!url)
        throw Error(ErrorKind::invalid, "the registry '{}' names no token server", registry.authority())
            .hint("its WWW-Authenticate has to have an http or https URL as realm");
    if (registry.scheme == "https" && url->scheme == "http")
        throw Error(ErrorKind::denied, "the registry '{}' sends from https to a token server over http, '{}'",
                    registry.authority(), url->authority())
            .hint("tokens are asked for over https only");
    url->user_info.clear();
    url->target = url->target.substr(0, url->target.find('#'));
    std::string query;
    if (const auto service = bearer.parameters.find("service"); service != bearer.parameters.end())
        query = "service=" + encode_percent(service->second) + "&";
    query += "scope=" + encode_percent(scope, ":/");
    url->target += (url->target.find('?') == std::string::npos ? "?" : "&") + query;
    return *std::move(url);
}

RegistryTokens::RegistryTokens(http::Url registry, Upstream& upstream, Clock clock)
    : registry_(std::move(registry)), upstream_(upstream), clock_(std::move(clock))
{
}

std::string RegistryTokens::find(const std::string& scope)
{
    const auto found = held_.find(scope);
    if (found == held_.end())
        return {};
    if (clock_() < found->second.until)
        return found->second.authorization;
    held_.erase(found);
    return {};
}

void RegistryTokens::hold(const std::string& scope, Held held)
{
    // Scopes come from clients' requests, so their number has to have an end.
    if (held_.size() >= most_held)
        held_.clear();
    held_[scope] = std::move(held);
}

net::Task<bool> RegistryTokens::renew(std::string scope, http::Headers refusal)
{
    held_.erase(scope);
    bool takes_basic = false;
    for (const auto& [field, value] : refusal) {
        if (!equal_ignoring_case(field, "WWW-Authenticate"))
            continue;
        for (const auto& challenge : parse_challenges(value)) {
            takes_basic = takes_basic || challenge.scheme == "basic";
            if (challenge.scheme != "bearer")
                continue;
            co_await fetch(scope, token_url(registry_, challenge, scope));
            co_return true;
        }
    }
    if (!takes_basic || registry_.user_info.empty())
        co_return false;
    hold(scope, {basic_authorization(registry_.user_info), clock_() + basic_lifetime});
    co_return true;
}

net::Task<> RegistryTokens::fetch(std::string scope, http::Url url)
{
    url.user_info = registry_.user_info;
    http::Headers headers;
    headers.set("Accept", "application/json");
    const auto server = url.authority();
    auto reply = co_await upstream_.send("GET", std::move(url), std::move(headers), {});
    const int status = reply.status();
    if (status >= 400 && status < 500 && status != 408 && status != 429)
        throw Error(ErrorKind::denied, "the token server '{}' answers {} for '{}'", server, status, scope)
            .hint("check user and password in --registry");
    if (status != 200)
        throw Error(ErrorKind::unavailable, "the token server '{}' answers {} for '{}'", server, status, scope);
    auto answer = decode_token(co_await reply.read_all(largest_token_answer));
    hold(scope, {"Bearer " + answer.token, clock_() + answer.lifetime});
}

} // namespace dfriends::cache
