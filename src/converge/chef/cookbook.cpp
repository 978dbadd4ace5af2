// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/cookbook.hpp"

#include "base/text.hpp"
#include "os/file.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_cookbook_file = 1ULL << 20U;
constexpr std::size_t most_attribute_files = 100;
constexpr std::size_t most_items = 10'000;
constexpr std::size_t longest_name = 200;

bool is_plain_name(std::string_view name)
{
    return !name.empty() && name.size() <= longest_name && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

/// What metadata.rb says after «name».
std::string name_in_metadata(const fs::path& folder)
{
    const std::string text = os::find_file(folder / "metadata.rb", largest_cookbook_file).value_or("");
    for (const std::string_view line : lines(text))
        if (const auto parts = words(line); parts.size() >= 2 && parts[0] == "name" && parts[1].size() > 2)
            return std::string(parts[1].substr(1, parts[1].size() - 2));
    return {};
}

} // namespace

Cookbook::Cookbook(const std::string& recipe_path)
{
    std::error_code code;
    beside_ = fs::path(recipe_path).parent_path();
    const fs::path folder = fs::absolute(recipe_path, code).lexically_normal().parent_path();
    if (code || folder.filename() != "recipes")
        return;
    // Paths stay as the user wrote them where that can be.
    const fs::path given = fs::path(recipe_path).parent_path();
    folder_ = given.filename() == "recipes" ? given.parent_path() : folder.parent_path();
    beside_ = folder_;
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
        files.push_back({path.string(), os::read_file(path, largest_cookbook_file)});
    return files;
}

CookbookFile Cookbook::template_file(const std::string& name) const
{
    const fs::path relative = fs::path(name).lexically_normal();
    if (relative.empty() || relative.is_absolute() || *relative.begin() == ".." || name.size() > longest_name ||
        name.find('\0') != std::string::npos)
        throw Error(ErrorKind::invalid, "the template '{}' is outside the cookbook", printable(name));
    for (const fs::path& path : {beside_ / "templates" / "default" / relative, beside_ / "templates" / relative})
        if (auto text = os::find_file(path, largest_cookbook_file))
            return {path.string(), std::move(*text)};
    throw Error(ErrorKind::invalid, "there is no template '{}'", printable(name))
        .hint("it is looked for in " + (beside_ / "templates" / "default").string());
}

fs::path Cookbook::bag_folder(const std::string& name) const
{
    if (!is_plain_name(name))
        throw Error(ErrorKind::invalid, "'{}' is no name of a data bag", printable(name));
    std::error_code code;
    const fs::path own = beside_ / "data_bags" / name;
    for (const fs::path& folder : {own, beside_ / ".." / ".." / "data_bags" / name})
        if (fs::is_directory(folder, code))
            return folder;
    throw Error(ErrorKind::invalid, "there is no data bag '{}'", name).hint("it is looked for in " + own.string());
}

std::vector<std::string> Cookbook::data_bag(const std::string& name) const
{
    std::vector<std::string> items;
    std::error_code code;
    for (fs::directory_iterator entry(bag_folder(name), code), end; !code && entry != end; entry.increment(code))
        if (entry->path().extension() == ".json" && items.size() < most_items)
            items.push_back(entry->path().stem().string());
    std::ranges::sort(items);
    return items;
}

CookbookFile Cookbook::data_bag_item(const std::string& bag, const std::string& item) const
{
    const fs::path folder = bag_folder(bag);
    const fs::path path = folder / (item + ".json");
    auto text = is_plain_name(item) ? os::find_file(path, largest_cookbook_file) : std::nullopt;
    if (!text)
        throw Error(ErrorKind::invalid, "the data bag '{}' has no item '{}'", bag, printable(item))
            .hint("it is looked for as " + path.string());
    return {path.string(), std::move(*text)};
}

std::optional<CookbookFile> Cookbook::attribute_file(std::string_view name) const
{
    return file_in("attributes", name);
}

std::optional<CookbookFile> Cookbook::recipe(std::string_view name) const
{
    return file_in("recipes", name);
}

std::optional<CookbookFile> Cookbook::file_in(const char* folder, std::string_view name) const
{
    const std::size_t colons = name.find("::");
    const std::string_view cookbook = name.substr(0, colons);
    const std::string_view file = colons == std::string_view::npos ? "default" : name.substr(colons + 2);
    const bool plain = !file.empty() && file.find_first_of("/\\.:") == std::string_view::npos;
    // «::file» is this cookbook's, too.
    const bool own = cookbook.empty() || std::ranges::find(names_, cookbook) != names_.end();
    if (names_.empty() || !plain || !own)
        return std::nullopt;
    const fs::path path = folder_ / folder / (std::string(file) + ".rb");
    auto text = os::find_file(path, largest_cookbook_file);
    return text ? std::optional(CookbookFile{path.string(), std::move(*text)}) : std::nullopt;
}

} // namespace dfriends::converge::chef
