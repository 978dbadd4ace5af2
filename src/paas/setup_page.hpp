// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "http/message.hpp"
#include "paas/ssh_keys.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::paas {

/// What the page's form was filled in with, checked.
struct SetupRequest {
    PublicKey key;        ///< of the admin
    std::string hostname; ///< lower case; without virtual hosts it may be an address
    bool virtual_hosts = false;
};

/// Throws Error(invalid) for a form whose fields `key`, `hostname` and `vhost` do not make sense.
SetupRequest parse_setup_form(std::string_view form);

struct SetupOptions {
    std::string token;                               ///< one-time; whoever sends it may finish the setup
    std::string hostname, key;                       ///< what the fields begin with
    std::string user = "dokku";                      ///< the account that git pushes to
    std::string version;                             ///< of dfriends, in small type
    std::uint16_t port = 80;                         ///< where apps are served
    std::function<void(const SetupRequest&)> finish; ///< does it; what it throws is shown, and the form stays open
    Clock now = system_now;
};

/// dokku's installer page of 2014: GET / shows the form, POST /setup finishes once. Unlike dokku's it wants a token,
/// since whoever finishes owns the machine.
class SetupPage {
  public:
    /// A fault (Error internal) without a token: an empty one would let everybody in.
    explicit SetupPage(SetupOptions options);

    net::Task<http::Response> operator()(http::Request& request);
    /// True once the setup went through; from then on GET / shows how to deploy, and all else is 410.
    bool is_finished() const { return finished_.has_value(); }

  private:
    net::Task<http::Response> answer(http::Request& request);
    bool has_token(std::string_view query) const;
    /// The key that the page begins with is for whoever has the token.
    http::Response show(bool with_key) const;
    net::Task<http::Response> take(http::Request& request);
    void check_token(std::string_view token);

    SetupOptions options_;
    std::optional<SetupRequest> finished_;
    unsigned wrong_tokens_ = 0;
    TimePoint locked_until_;
};

} // namespace dfriends::paas
