// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::http {

/// A table from method and path to handler.
class Endpoints {
  public:
    /// `path` is exact, or a prefix where it ends with '*'. The most specific entry wins. GET serves HEAD too.
    Endpoints& on(std::string method, std::string path, Handler handler);
    /// Answers 404, or 405 with Allow, where nothing fits.
    net::Task<Response> operator()(Request& request) const;

  private:
    struct Entry {
        std::string method;
        std::string path;
        bool prefix;
        Handler handler;
    };
    std::vector<Entry> entries_;
};

} // namespace dfriends::http
