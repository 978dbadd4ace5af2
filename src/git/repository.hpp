// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dfriends::git {

/// A file of a commit.
struct File {
    enum class Kind { regular, executable, link, submodule };
    std::string path; ///< "lib/a.js": never absolute, never with ".."
    Kind kind = Kind::regular;
    std::string_view content; ///< of a link its target; of a submodule nothing. Valid during the call
};

/// A bare repository, for reading. Throws Error(not_found) or Error(invalid) with libgit2's reason.
class Repository {
  public:
    /// Inside a pre-receive hook the objects that are being pushed are found too (GIT_QUARANTINE_PATH, githooks(5)).
    explicit Repository(const os::Path& path);
    ~Repository();
    Repository(const Repository&) = delete;
    Repository& operator=(const Repository&) = delete;

    /// Makes an empty bare repository.
    static void initialize(const os::Path& path);

    /// The commit that a revision ("master", 40 digits) names, as 40 digits.
    std::string find_commit(const std::string& revision) const;
    /// Calls with each file of a commit, in the order of their paths. More than `limit` bytes in all is Error(invalid).
    void for_each_file(const std::string& commit, std::uint64_t limit,
                       const std::function<void(const File&)>& on_file) const;
    /// One file's content, at most 8 MiB; nothing where the commit has none of that path.
    std::optional<std::string> find_file(const std::string& commit, const std::string& path) const;

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

} // namespace dfriends::git
