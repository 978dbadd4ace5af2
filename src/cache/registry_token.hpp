// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cache/upstream.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// One way to authenticate that a WWW-Authenticate field offers (RFC 9110 section 11.6.1).
struct Challenge {
    std::string scheme;                            ///< lower case
    std::map<std::string, std::string> parameters; ///< names in lower case
};

/// None where the field is malformed or beyond all measure.
std::vector<Challenge> parse_challenges(std::string_view field);

/// Where a Bearer challenge of a registry says that a token for a scope is to be had. Throws Error(invalid) where it
/// names no URL, Error(denied) where the registry is asked over https and the realm would be over http.
http::Url token_url(const http::Url& registry, const Challenge& bearer, std::string_view scope);

/// What a registry wants to see in Authorization, by scope and for as long as it holds.
class RegistryTokens {
  public:
    /// `registry`: with the user info that is shown to it and to its token server.
    RegistryTokens(http::Url registry, Upstream& upstream, Clock clock);

    /// Empty where there is none yet.
    std::string find(const std::string& scope);
    /// Gets a new one after a 401; false where its challenge cannot be met. Throws where the token server fails.
    net::Task<bool> renew(std::string scope, http::Headers refusal);

  private:
    struct Held {
        std::string authorization;
        TimePoint until;
    };
    net::Task<> fetch(std::string scope, http::Url url);
    void hold(const std::string& scope, Held held);

    http::Url registry_;
    Upstream& upstream_;
    Clock clock_;
    std::map<std::string, Held> held_;
};

} // namespace dfriends::cache
