// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::engine {

/// The patterns of a .dockerignore file: the last one that fits decides, '!' takes back.
class IgnoreList {
  public:
    IgnoreList() = default;
    /// Throws Error(invalid) for a malformed pattern.
    explicit IgnoreList(std::string_view text);
    /// `path` is relative to the context, with '/'.
    bool ignores(std::string_view path) const;
    bool has_exceptions() const { return exceptions_; }

    /// A step of a compiled pattern, for the file that compiles them.
    struct Step {
        enum class Kind { literal, any_character, name_part, anything, folders, one_of };
        Kind kind = Kind::literal;
        char character = 0;
        bool inverted = false;
        std::vector<std::pair<char, char>> ranges = {};
    };

  private:
    struct Pattern {
        std::vector<Step> steps;
        bool negated = false;
    };
    std::vector<Pattern> patterns_;
    bool exceptions_ = false;
};

/// What a build sends to the engine.
struct BuildContext {
    http::Producer tar;
    std::string dockerfile; ///< its name inside the archive
};

/// A folder as the context of a build, less what its .dockerignore names; packed while it is sent. `dockerfile` is a
/// path on disk (empty: DIRECTORY/Dockerfile); one outside the folder is sent beside it under a name of its own. Throws
/// Error(not_found), Error(invalid).
BuildContext read_context(const std::filesystem::path& directory, const std::filesystem::path& dockerfile = {});
/// The same with a Dockerfile of this text.
BuildContext read_context_with(const std::filesystem::path& directory, std::string dockerfile);
/// A digest of what read_context() would send: names, modes and contents, but no times, as the classic builder compares
/// them.
std::string digest_context(const std::filesystem::path& directory, const std::filesystem::path& dockerfile = {});
/// A context that holds nothing but a Dockerfile of this text.
BuildContext dockerfile_context(std::string dockerfile);
/// Whether a file that begins so is a tar archive, perhaps compressed, as docker tells it from a Dockerfile. The first
/// 512 bytes suffice.
bool is_archive(std::string_view head);

} // namespace dfriends::engine
