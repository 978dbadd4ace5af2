// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/cookbook.hpp"

#include "base/text.hpp"
#include "os/file.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_file = 1ULL << 20U;
constexpr std::size_t most_attribute_files = 100;

/// What metadata.rb says after «name».
std::string name_in_metadata(const fs::path& folder)
{
    const std::string text = os::find_file(folder / "metadata.rb", largest_file).value_or("");
    for (const std::string_view line : lines(text))
        if (const auto parts = words(line); parts.size() >= 2 && parts[0] == "name" && parts[1].size() > 2)
            return std::string(parts[1].substr(1, parts[1].size() - 2));
    return {};
}

} // namespace

Cookbook::Cookbook(const std::string& recipe_path)
{
    std::error_code code;
    const fs::path folder = fs::absolute(recipe_path, code).lexically_normal().parent_path();
    if (code || folder.filename() != "recipes")
        return;
    // Paths stay as the user wrote them where that can be.
    const fs::path given = fs::path(recipe_path).parent_path();
    folder_ = given.filename() == "recipes" ? given.parent_path() : folder.parent_path();
    names_ = {folder.parent_path().filename().string(), name_in_metadata(folder.parent_path())};
}

std::vector<CookbookFile> Cookbook::attributes() const
{
    std::vector<CookbookFile> files;
    if (names_.empty())
        return files;
    std::vector<fs::path> paths;
    std::error_code code;
    for (fs::directory_iterator entry(folder_ / "attributes", code), end; !code && entry != end; entry.increment(code))
        if (entry->path().extension() == ".rb" && paths.size() < most_attribute_files)
            paths.push_back(entry->path());
    std::ranges::sort(paths, {}, [](const fs::path& path) { return std::pair(path.filename() != "default.rb", path); });
    for (const fs::path& path : paths)
        files.push_back({path.string(), os::read_file(path, largest_file)});
    return files;
}

std::optional<CookbookFile> Cookbook::recipe(std::string_view name) const
{
    const std::size_t colons = name.find("::");
    const std::string_view cookbook = name.substr(0, colons);
    const std::string_view recipe = colons == std::string_view::npos ? "default" : name.substr(colons + 2);
    const bool plain = !recipe.empty() && recipe.find_first_of("/\\.:") == std::string_view::npos;
    // «::recipe» is this cookbook's, too.
    const bool own = cookbook.empty() || std::ranges::find(names_, cookbook) != names_.end();
    if (names_.empty() || !plain || !own)
        return std::nullopt;
    const fs::path path = folder_ / "recipes" / (std::string(recipe) + ".rb");
    auto text = os::find_file(path, largest_file);
    return text ? std::optional(CookbookFile{path.string(), std::move(*text)}) : std::nullopt;
}

} // namespace dfriends::converge::chef
