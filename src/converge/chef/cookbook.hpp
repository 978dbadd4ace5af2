// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

struct CookbookFile {
    std::string path;
    std::string text;
};

/// The cookbook around a recipe: a folder with recipes/, and perhaps attributes/ and metadata.rb. A recipe that stands
/// elsewhere has none: then nothing is found.
class Cookbook {
  public:
    explicit Cookbook(const std::string& recipe_path);

    /// Where there are several, default.rb comes first and the others in the order of their names.
    std::vector<CookbookFile> attributes() const;

    /// «name::recipe» or «name», if that is this cookbook's own name.
    std::optional<CookbookFile> recipe(std::string_view name) const;

  private:
    std::filesystem::path folder_; ///< empty: none
    std::vector<std::string> names_;
};

} // namespace dfriends::converge::chef
