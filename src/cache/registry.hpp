// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/registry_request.hpp"
#include "cache/registry_token.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::cache {

/// The registry that a text of --registry names; nothing for an empty one. Throws Error(invalid), which shows no
/// password.
std::optional<http::Url> read_registry(std::string_view text);

/// True for the types of what names an image's parts.
bool is_manifest_type(std::string_view content_type);

/// A registry for images (OCI distribution specification) as upstream: what it wants of credentials, and what its tags
/// stand for just now. Fetches under way keep it alive.
class Registry : public std::enable_shared_from_this<Registry> {
  public:
    Registry(http::Url url, Upstream& upstream, Clock clock);

    /// Where a request's answer comes from, without credentials.
    http::Url source(const RegistryRequest& asked) const;
    /// Sends requests about a repository, with what the registry wants to see of credentials.
    Sender sender(const RegistryRequest& asked);

    /// What a tag stands for.
    struct Resolution {
        int status = 0;     ///< 200, or what the registry refused with
        std::string sha256; ///< of the manifest, with 200
    };
    /// Asks the registry; whoever asks for the same tag meanwhile, or within a second unless `anew`, gets the same
    /// answer. Throws where it does not answer.
    net::Task<Resolution> resolve(RegistryRequest asked, bool anew);

  private:
    struct Question;
    net::Task<http::Reply> send(std::string method, std::string scope, http::Url url, http::Headers headers);
    net::Task<> ask(RegistryRequest asked, std::shared_ptr<Question> question);
    net::Task<Resolution> head(RegistryRequest asked);
    net::Task<Resolution> digest_of_body(RegistryRequest asked);

    http::Url url_; ///< without credentials
    Upstream& upstream_;
    RegistryTokens tokens_;
    std::map<std::string, std::shared_ptr<Question>> questions_;
};

using RegistryPointer = std::shared_ptr<Registry>;

} // namespace dfriends::cache
