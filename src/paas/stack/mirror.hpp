// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "debian/packages.hpp"
#include "debian/release_file.hpp"
#include "http/client.hpp"
#include "os/file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::paas {

/// A file of the mirror, and where it goes on disk.
struct Download {
    std::string path; ///< below the mirror's root
    std::uint64_t size = 0;
    std::string sha256;
    os::Path target;
};

/// A mirror of Debian's archive. Whatever comes from it is bounded and, but for InRelease itself, checked against what
/// InRelease says.
class Mirror {
  public:
    /// `proxy` is the URL of an HTTP proxy; empty: none. Throws Error(invalid) for URLs that are none.
    Mirror(const std::string& url, const std::string& proxy);

    struct Suite {
        debian::ReleaseFile release;
        bool verified = false; ///< the signature is one of Debian's; without gpgv and its keyring nobody has looked
    };
    /// InRelease of a suite. Throws Error(denied) for a signature that is not Debian's.
    net::Task<Suite> suite(std::string name);
    /// The index of component main.
    net::Task<debian::Packages> packages(std::string suite, debian::ReleaseFile release, std::string architecture);
    /// Several at once; each is tried twice.
    net::Task<> download(std::vector<Download> files);

    /// The URL as it was given, without '/' at its end.
    const std::string& url() const { return text_; }

  private:
    net::Task<http::Reply> get(std::string path);
    net::Task<> fetch(const Download& file);
    net::Task<> fetch_once(const Download& file);
    struct Batch;
    net::Task<> work(std::shared_ptr<Batch> batch);

    std::string text_;
    http::Url url_;
    http::Client client_;
};

} // namespace dfriends::paas
