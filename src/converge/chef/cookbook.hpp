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

    /// The cookbook's folder; empty where there is none.
    const std::filesystem::path& folder() const { return folder_; }

    /// Where there are several, default.rb comes first and the others in the order of their names.
    std::vector<CookbookFile> attributes() const;

    /// «name::file» or «name», if that is this cookbook's own name.
    std::optional<CookbookFile> attribute_file(std::string_view name) const;

    /// «name::recipe» or «name», if that is this cookbook's own name.
    std::optional<CookbookFile> recipe(std::string_view name) const;

    /// Of templates/default or templates; those of a recipe without a cookbook stand beside it. Throws Error(invalid)
    /// for a name that leaves that folder, and where there is none.
    CookbookFile template_file(const std::string& name) const;

    /// The items of a data bag, ITEM.json in data_bags/NAME: of the cookbook, or of the repository whose cookbooks/
    /// it stands in.
    std::vector<std::string> data_bag(const std::string& name) const;
    CookbookFile data_bag_item(const std::string& bag, const std::string& item) const;

  private:
    std::optional<CookbookFile> file_in(const char* folder, std::string_view name) const;
    std::filesystem::path bag_folder(const std::string& name) const;

    std::filesystem::path folder_; ///< empty: none
    std::filesystem::path beside_; ///< where templates and data bags are looked for
    std::vector<std::string> names_;
};

} // namespace dfriends::converge::chef
