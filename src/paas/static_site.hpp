// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "os/file.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::paas {

/// What static.json says, by heroku-buildpack-static's keys, and where the app lies.
struct StaticSiteOptions {
    struct Redirect {
        std::string url;
        int status = 301;
    };

    os::Path folder = "/app";
    std::string release;    ///< becomes part of every ETag: builds may give all their files one date
    std::string root;       ///< below the folder; empty: public_html where it exists, else the folder itself
    std::string error_page; ///< below the root, as all files that follow
    bool clean_urls = false;
    bool https_only = false;                                    ///< where X-Forwarded-Proto is not "https"
    std::vector<std::pair<std::string, std::string>> routes;    ///< pattern → file; the first that fits
    std::map<std::string, Redirect> redirects;                  ///< by path
    std::vector<std::pair<std::string, http::Headers>> headers; ///< by pattern; all that fit
};

/// Throws Error(invalid) that names the key: also for basic_auth and proxies, since a site that needs them must not be
/// served without. Other keys that are not known are passed over.
StaticSiteOptions parse_static_json(std::string_view text);

/// A pattern of static.json: '*' stays within one part of a path, '**' does not.
bool matches_path(std::string_view pattern, std::string_view path);

/// "text/html; charset=utf-8" by a file's ending; application/octet-stream where it is not known.
std::string_view content_type_of(std::string_view name);

/// The files of a folder by HTTP: GET and HEAD, conditions, one range, neighbours packed by gzip. Never serves what
/// begins with a dot, what is a symbolic link, or what lies behind one.
class StaticSite {
  public:
    /// Throws Error(not_found) where the root is not there.
    explicit StaticSite(StaticSiteOptions options);

    net::Task<http::Response> operator()(http::Request& request) const;

    struct File;
    struct Path;

  private:
    http::Response answer(const http::Request& request, const Path& path) const;
    http::Response find(const http::Request& request, const Path& path) const;
    http::Response send(const http::Request& request, std::shared_ptr<const File> file, const Path& path) const;
    http::Response miss() const;
    std::shared_ptr<const File> open(const Path& path) const;

    StaticSiteOptions options_;
    os::Descriptor root_;
};

} // namespace dfriends::paas
