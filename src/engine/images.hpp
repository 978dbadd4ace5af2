// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "engine/connection.hpp"
#include "engine/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dfriends::engine {

/// A build that broke, with the engine's sentence.
class BuildError : public Error {
  public:
    BuildError(const std::string& sentence, int exit_code)
        : Error(ErrorKind::failed, "{}", sentence), exit_code_(exit_code)
    {
    }
    /// Of the command that failed; 0 where it was something else.
    int exit_code() const { return exit_code_; }

  private:
    int exit_code_;
};

/// The images of an engine. `image` is a reference (NAME, NAME:TAG, NAME@DIGEST) or an id.
class Images {
  public:
    explicit Images(Connection& connection) : connection_(connection) {}

    net::Task<ImageDetails> inspect(std::string image);
    /// Nothing where the engine has no such image.
    net::Task<std::optional<ImageDetails>> find(std::string image);
    net::Task<std::vector<ImageSummary>> list(bool all = false, Filters filters = {});

    /// Fetches an image from its registry with the login that config.json has for it. Without a tag or digest:
    /// "latest". A registry that does not answer is Error(unavailable), an image that it does not have or give
    /// Error(not_found) or Error(denied).
    net::Task<> pull(std::string image, OnProgress on_progress = {}, std::string platform = {});
    /// Sends an image to its registry, by the same rules.
    net::Task<> push(std::string image, OnProgress on_progress = {});
    /// What the registry has under the reference now, as "sha256:…", with the login that config.json has for it;
    /// nothing is fetched. From API 1.30 on.
    net::Task<std::string> remote_digest(std::string image);
    /// Builds with the classic builder; returns the image's id. A build that breaks is BuildError.
    net::Task<std::string> build(http::Producer context, BuildOptions options, OnProgress on_progress = {});
    /// Makes an image of one layer from the tar stream of a whole file system; returns its id.
    net::Task<std::string> import_files(http::Producer tar, ImageChanges changes);
    /// The same from an archive that the engine itself fetches from an http URL.
    net::Task<std::string> import_url(std::string url, ImageChanges changes, OnProgress on_progress = {});
    /// What a registry finds for "[REGISTRY/]TERM", at most `limit` images (1 to 100), with the login that config.json
    /// has for it.
    net::Task<std::vector<FoundImage>> search(std::string term, std::int64_t limit, Filters filters = {});
    net::Task<> tag(std::string image, std::string reference);

    struct Removed {
        std::string untagged;
        std::string deleted;
    };
    net::Task<std::vector<Removed>> remove(std::string image, bool force = false, bool no_prune = false);

    /// A tar archive of images, to `on_bytes`.
    net::Task<> save(std::vector<std::string> images, OnOutput on_bytes);
    net::Task<> load(http::Producer archive, OnProgress on_progress = {}, bool quiet = false);

  private:
    Connection& connection_;
};

} // namespace dfriends::engine
