// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/cache_index.hpp"
#include "http/url.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dfriends::cache {

/// A suite to look for packages in.
struct WarmSuite {
    std::string directory;            ///< canonical URL of what holds the Release file, ending in '/'
    std::string document;             ///< its name there: "InRelease" or "Release"; empty: whichever is there
    std::vector<std::string> indices; ///< to fetch; empty: every Packages of the architecture
};

/// Packages that an image will install.
struct WarmWish {
    std::vector<std::string> packages;
    bool recommends = true;
    std::string image; ///< that it is made from, such as "debian:bookworm"; empty for any
};

struct WarmReport {
    struct Failure {
        std::string what;
        std::string why;
    };
    std::size_t packages = 0;         ///< that are in the cache now
    std::uint64_t bytes = 0;          ///< of them
    std::size_t present = 0;          ///< of them, were there before
    std::vector<Failure> failures;    ///< suites and packages
    std::vector<std::string> missing; ///< dependencies that no suite has; a base image may
};

struct WarmOptions {
    http::Url proxy;
    std::string architecture; ///< Debian's word
    std::function<void(std::size_t packages, std::uint64_t bytes)> on_plan;
};

/// Asks a running cache for what a build with these wishes will ask it for: the Release files and indices of the
/// suites, and the newest versions of the packages with what they depend on, except what every image has (Essential and
/// required). Suites of one distribution release ("bookworm", "bookworm-security") are looked at together. Throws where
/// no suite answers, and Error(invalid) for sizes that no package has.
net::Task<WarmReport> warm(std::vector<WarmSuite> suites, std::vector<WarmWish> wishes, WarmOptions options);

/// The suites that a cache has adopted, with the indices that its clients used in the last 30 days.
std::vector<WarmSuite> adopted_suites(CacheIndex& index, std::int64_t now);

/// "http://mirror.example/debian/dists/bookworm-security/" → "bookworm": by this name suites belong together.
std::string distribution_of(std::string_view directory);

/// Whether packages of a distribution release may be installed in an image: not where the image's name says that it is
/// another one.
bool image_takes(std::string_view image, std::string_view distribution);

} // namespace dfriends::cache
