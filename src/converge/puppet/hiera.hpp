// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "converge/puppet/datum.hpp"
#include "converge/puppet/modules.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::puppet {

/// How the values that several levels have for a key become one.
struct Merge {
    enum class Kind { first, unique, hash, deep };
    Kind kind = Kind::first;
    std::string knockout; ///< deep: an item or key with this in front takes the one of lower levels away
    bool sorted = false;  ///< deep: lists are sorted
};

/// «first», or {'strategy' => 'deep', 'knockout_prefix' => '--'}. Throws Error(invalid), without a position.
Merge merge_of(const Datum& written);
/// The higher level's value and the lower one's. Throws Error(invalid), without a position, where they cannot be
/// merged.
Datum merge_values(const Merge& merge, const Datum& higher, const Datum& lower);

/// The parts of 'a.b.'c.d'': between dots, but for those in quotes.
std::vector<std::string> key_parts(std::string_view key);
/// What a value has at the parts from `first` on; nothing where it has none.
std::optional<Datum> dig_parts(Datum value, const std::vector<std::string>& parts, std::size_t first);

/// YAML as Puppet reads it.
Datum datum_of(const config::Node& node);

/// Gives an error that knows no place this one.
template <class Function>
auto placed(const SourcePosition& place, Function function)
{
    try {
        return function();
    } catch (const Error& error) {
        if (error.position().line != 0)
            throw;
        Error told(error.kind(), place, "{}", error.message());
        throw error.hint().empty() ? told : std::move(told).hint(error.hint());
    }
}

/// What Hiera wants of the manifest.
struct HieraContext {
    std::function<std::optional<Datum>(const std::string&)> variable; ///< by its name, with :: or not
    std::function<void(std::size_t)> spend;                           ///< bounds the work; throws
};

/// The data of a manifest: a hiera.yaml of version 5 (or 3) beside it or beside
/// its manifests/, and the YAML and JSON files of its levels; below them, for a
/// key such as MODULE::x, those of the module's own hiera.yaml. Files are read
/// once. Throws Error(invalid) at the place of what is wrong in them.
class Hiera {
  public:
    Hiera(const std::string& manifest, const Modules& modules);

    /// The value of a key such as a::b or a::b.port; the merge of the data's lookup_options where none is given.
    std::optional<Datum> find(const std::string& key, const std::optional<Merge>& merge, const HieraContext& context);

    /// Whether a file of version 3 says that hashes are merged with all that is in them.
    bool merges_deeper();

  private:
    struct Level {
        std::filesystem::path folder;
        std::vector<std::string> paths;
        std::vector<std::string> globs;
        std::vector<std::string> mapped; ///< a variable, the name that its items get, and a path for each of them
        SourcePosition position;
    };
    using Levels = std::vector<Level>;
    struct Options {
        std::optional<Merge> merge;
        Datum convert;
    };

    const Levels& manifest_levels();
    const Levels& module_levels(const std::string& module);
    static Levels read_levels(const config::Node& root, const std::filesystem::path& place);
    static Levels read_older_levels(const config::Node& root, const std::filesystem::path& place);
    static Level read_level(const config::Node& node, const std::filesystem::path& folder);
    /// The files of all levels, the highest first, and then the module's; not all of them need be there.
    std::vector<std::filesystem::path> files(const std::string& module, const HieraContext& context);
    void add_files(std::vector<std::filesystem::path>& all, const Levels& levels, const HieraContext& context);
    static std::vector<std::string> mapped_paths(const Level& level, const HieraContext& context);
    const std::vector<std::filesystem::path>& matches(const Level& level, const std::string& pattern);
    const config::Node* data(const std::filesystem::path& path);
    std::optional<Datum> gather(const std::string& root, const std::string& module, const Merge& merge,
                                const HieraContext& context);
    Options options(const std::string& root, const std::string& module, const HieraContext& context);

    Datum value_of(const config::Node& node, const HieraContext& context);
    Datum fill(const std::string& text, const config::Node& place, const HieraContext& context);
    Datum fill_one(std::string_view inside, bool is_whole, const config::Node& place, const HieraContext& context);
    static std::string fill_path(const std::string& text, const SourcePosition& place, const HieraContext& context);

    std::filesystem::path folder_; ///< of the manifest
    const Modules& modules_;
    std::optional<Levels> levels_;
    bool merges_deeper_ = false;
    std::map<std::string, Levels> module_levels_;
    std::map<std::filesystem::path, std::optional<config::Node>> data_;
    std::map<std::string, std::vector<std::filesystem::path>> matched_;
    std::vector<std::string> open_; ///< keys that are being looked up
};

} // namespace dfriends::converge::puppet
