// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive/tar_writer.hpp"
#include "engine/client.hpp"
#include "git/repository.hpp"
#include "os/file.hpp"
#include "paas/banner.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dfriends::paas {

/// An image made without a Dockerfile: files are put over a base image, a script may run there, and what stands then is
/// the image. Variables that the script sees never reach the image.
struct Assembly {
    std::string app;  ///< empty: the image belongs to none
    std::string base; ///< reference or id
    std::function<void(archive::TarWriter&)> files;
    std::string script;                             ///< for bash; empty: nothing runs
    std::map<std::string, std::string> environment; ///< of the script
    std::string ca_file;              ///< certificates that the script's programs trust; empty: the base's
    bool exports = true;              ///< the script's environment has them; else only /tmp/dfriends/env
    bool with_cache = false;          ///< a volume of the app's own at /tmp/cache
    std::string result;               ///< a file that is handed back, as the script left it
    std::vector<std::string> changes; ///< "CMD [\"a\"]" and the like, of Dockerfiles
};

struct Assembled {
    std::string image;  ///< id
    std::string result; ///< content of that file; empty where there is none
};

/// Throws Error(failed) where the script ends with another code than 0. Nothing is left of a
/// failed one.
net::Task<Assembled> assemble(engine::Client& engine, Assembly assembly, Banner banner);

/// The volume at /tmp/cache.
std::string cache_volume(const std::string& app);

/// Puts a commit's files below a folder ("app/") of an archive.
void add_source(archive::TarWriter& tar, const git::Repository& repository, const std::string& commit,
                const std::string& folder);

/// Writes an archive to a file first, since the engine takes it slower than it is made, and hands the file on as a
/// body.
class ArchiveFile {
  public:
    explicit ArchiveFile(const std::function<void(archive::TarWriter&)>& write);
    /// Valid as long as this object.
    http::Producer producer() const;

  private:
    os::TemporaryDirectory directory_;
    os::Descriptor file_;
};

/// Labels that every container and image of an app has.
engine::Labels labels_of(const std::string& app);

} // namespace dfriends::paas
