// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/url.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::cache {

/// Names that stand for mirrors: a request for /debian/x goes to the mirrors of "debian", and whichever of a name's
/// mirrors a client asks for, the file is the same one.
class Remap {
  public:
    Remap() = default;
    /// Each text is NAME=URL[,URL...]. Throws Error(invalid).
    explicit Remap(const std::vector<std::string>& texts);

    /// The mirrors of a name, each ending in '/'; null where there is no such name.
    const std::vector<http::Url>* find(std::string_view name) const;

    struct Match {
        const std::vector<http::Url>* mirrors;
        std::string rest; ///< what follows the mirror's path, as the client spelt it
    };
    /// The name whose mirror a URL lies under.
    std::optional<Match> match(const http::Url& url) const;

    const std::map<std::string, std::vector<http::Url>, std::less<>>& names() const { return names_; }

  private:
    std::map<std::string, std::vector<http::Url>, std::less<>> names_;
};

/// A mirror's URL with more path.
http::Url under(const http::Url& mirror, std::string_view rest);

} // namespace dfriends::cache
