// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/hiera.hpp"

#include "base/glob.hpp"
#include "base/scope_exit.hpp"
#include "base/text.hpp"
#include "config/yaml.hpp"
#include "converge/pattern.hpp"
#include "converge/puppet/functions.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace dfriends::converge::puppet {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_data_file = 4ULL << 20U;
constexpr std::size_t most_levels = 100;
constexpr std::size_t most_files = 1'000;   ///< that one pattern matches
constexpr std::size_t most_walked = 20'000; ///< files that are looked at for it
constexpr int deepest_folder = 10;
constexpr std::size_t deepest_lookup = 20;

/// YAML's merge keys: «<<» has maps whose keys count where the map itself has
/// none of that name.
config::Node merged(const config::Node& node)
{
    if (node.kind() == config::NodeKind::list) {
        std::vector<config::Node> items;
        for (const config::Node& item : node.items())
            items.push_back(merged(item));
        return config::Node::make_list(std::move(items), node.position());
    }
    if (node.kind() != config::NodeKind::map)
        return node;
    std::vector<config::Node::Member> own;
    std::vector<config::Node::Member> below;
    std::set<std::string> names;
    for (const auto& [key, value] : node.members()) {
        if (key.kind() != config::NodeKind::scalar || key.text() != "<<" || key.is_quoted()) {
            own.emplace_back(key, merged(value));
            names.insert(key.kind() == config::NodeKind::scalar ? key.text() : "");
            continue;
        }
        for (const config::Node& map : value.kind() == config::NodeKind::map ? std::vector{value} : value.items()) {
            const config::Node whole = merged(map);
            below.insert(below.end(), whole.members().begin(), whole.members().end());
        }
    }
    for (config::Node::Member& member : below)
        if (names.insert(member.first.kind() == config::NodeKind::scalar ? member.first.text() : "").second)
            own.push_back(std::move(member));
    return config::Node::make_map(std::move(own), node.position());
}

/// The file as a tree; nothing where there is none.
std::optional<config::Node> read_tree(const fs::path& path)
{
    std::error_code code;
    if (!fs::is_regular_file(path, code))
        return std::nullopt;
    const auto text = os::find_file(path, largest_data_file);
    return text ? std::optional(merged(config::parse_yaml(*text, path.string()))) : std::nullopt;
}

std::vector<std::string> texts_of(const config::Node& node)
{
    std::vector<std::string> texts;
    for (const config::Node& item : node.items_or_one())
        texts.push_back(item.text());
    return texts;
}

/// The part of a pattern's path before its first wildcard.
fs::path fixed_part(const fs::path& pattern)
{
    fs::path fixed;
    for (const fs::path& part : pattern) {
        if (part.string().find_first_of("*?[\\") != std::string::npos)
            break;
        fixed /= part;
    }
    return fixed;
}

/// A star stays in its folder, unless there are two.
bool fits(const std::string& pattern, const std::string& path)
{
    return glob_match(pattern, path) && (pattern.find("**") != std::string::npos ||
                                         std::ranges::count(pattern, '/') == std::ranges::count(path, '/'));
}

constexpr std::string_view known_places = "write path, paths, glob, globs or mapped_paths of YAML or JSON files";

/// What eyaml has not encrypted is plain YAML; no other function that looks keys up is known.
void expect_eyaml(const config::Node& function)
{
    if (function.text() != "eyaml_lookup_key")
        throw function.error("'lookup_key' is outside the supported part of Hiera").hint(std::string(known_places));
}

} // namespace

Hiera::Hiera(const std::string& manifest, const Modules& modules)
    : folder_(fs::path(manifest).parent_path()), modules_(modules)
{
}

const Hiera::Levels& Hiera::manifest_levels()
{
    if (levels_)
        return *levels_;
    fs::path place = folder_;
    auto root = read_tree(place / "hiera.yaml");
    if (!root && folder_.filename() == "manifests") {
        place = folder_.parent_path();
        root = read_tree(place / "hiera.yaml");
    }
    levels_ = root ? read_levels(*root, place) : Levels{};
    const config::Node* older = root ? root->find(":merge_behavior") : nullptr;
    merges_deeper_ = older != nullptr && older->text() == "deeper";
    return *levels_;
}

bool Hiera::merges_deeper()
{
    manifest_levels();
    return merges_deeper_;
}

const Hiera::Levels& Hiera::module_levels(const std::string& module)
{
    const auto [row, is_new] = module_levels_.try_emplace(module);
    if (!is_new)
        return row->second;
    const auto file = modules_.data_configuration(module);
    const bool is_manifests =
        file && (file->parent_path() == folder_ ||
                 (folder_.filename() == "manifests" && file->parent_path() == folder_.parent_path()));
    if (file && !is_manifests)
        if (const auto root = read_tree(*file))
            row->second = read_levels(*root, file->parent_path());
    return row->second;
}

Hiera::Levels Hiera::read_levels(const config::Node& root, const fs::path& place)
{
    const config::Node* version = root.find("version");
    if (version == nullptr && (root.find(":hierarchy") != nullptr || root.find(":backends") != nullptr))
        return read_older_levels(root, place);
    if (version == nullptr || version->text() != "5")
        throw(version == nullptr ? root : *version)
            .error("only version 5 of hiera.yaml is understood")
            .hint("write version: 5 and a hierarchy with name and path");
    root.allow_only({"defaults", "default_hierarchy", "hierarchy", "version"});
    if (const config::Node* below = root.find("default_hierarchy"))
        throw below->error("'default_hierarchy' is outside the supported part of Hiera")
            .hint("write its levels at the end of 'hierarchy'");
    fs::path folder = place / "data";
    if (const config::Node* defaults = root.find("defaults")) {
        defaults->allow_only({"data_hash", "datadir", "lookup_key", "options"});
        if (const config::Node* function = defaults->find("lookup_key"))
            expect_eyaml(*function);
        if (const config::Node* named = defaults->find("datadir"))
            folder = place / named->text();
    }
    const config::Node* hierarchy = root.find("hierarchy");
    if (hierarchy == nullptr)
        return {{folder, {"common.yaml"}, {}, {}, root.position()}};
    Levels levels;
    for (const config::Node& level : hierarchy->items()) {
        if (levels.size() >= most_levels)
            throw level.error(fmt::format("there are more than {} levels", most_levels));
        const config::Node* named = level.find("datadir");
        levels.push_back(read_level(level, named == nullptr ? folder : place / named->text()));
    }
    return levels;
}

/// A file of version 3, of the time when data were Puppet 3's: names of YAML
/// and JSON files below a folder each.
Hiera::Levels Hiera::read_older_levels(const config::Node& root, const fs::path& place)
{
    root.allow_only({":backends", ":hierarchy", ":yaml", ":json", ":logger", ":merge_behavior"});
    if (const config::Node* merge = root.find(":merge_behavior");
        merge != nullptr && merge->text() != "native" && merge->text() != "deeper")
        throw merge
            ->error("the merge behavior '" + printable(merge->text()) + "' is outside the supported part of Hiera")
            .hint("write a hiera.yaml of version 5, with lookup_options in its data");
    const config::Node* named = root.find(":backends");
    const auto backends = named == nullptr ? std::vector<std::string>{"yaml"} : texts_of(*named);
    const config::Node* hierarchy = root.find(":hierarchy");
    const auto names = hierarchy == nullptr ? std::vector<std::string>{"common"} : texts_of(*hierarchy);
    Levels levels;
    for (const std::string& backend : backends) {
        if (backend != "yaml" && backend != "json")
            throw named->error("the backend '" + printable(backend) + "' is outside the supported part of Hiera")
                .hint("yaml and json are read");
        const config::Node* options = root.find(":" + backend);
        const config::Node* folder = options == nullptr || options->is_null() ? nullptr : options->find(":datadir");
        Level level{place, {}, {}, {}, hierarchy == nullptr ? root.position() : hierarchy->position()};
        for (const std::string& name : names)
            level.paths.push_back(
                (fs::path(folder == nullptr ? "data" : folder->text()) / (name + "." + backend)).string());
        levels.push_back(std::move(level));
    }
    return levels;
}

Hiera::Level Hiera::read_level(const config::Node& node, const fs::path& folder)
{
    if (const config::Node* function = node.find("lookup_key"))
        expect_eyaml(*function);
    for (const char* word : {"data_dig", "hiera3_backend", "uri", "uris"})
        if (const config::Node* found = node.find(word))
            throw found->error(fmt::format("'{}' is outside the supported part of Hiera", word))
                .hint(std::string(known_places));
    node.allow_only(
        {"data_hash", "datadir", "glob", "globs", "lookup_key", "mapped_paths", "name", "options", "path", "paths"});
    if (const config::Node* reader = node.find("data_hash");
        reader != nullptr && reader->text() != "yaml_data" && reader->text() != "json_data")
        throw reader->error("'" + printable(reader->text()) + "' is outside the supported part of Hiera")
            .hint("yaml_data and json_data are read");
    Level level{folder, {}, {}, {}, node.position()};
    for (const char* word : {"path", "paths"})
        if (const config::Node* found = node.find(word))
            level.paths = texts_of(*found);
    for (const char* word : {"glob", "globs"})
        if (const config::Node* found = node.find(word))
            level.globs = texts_of(*found);
    if (const config::Node* found = node.find("mapped_paths")) {
        level.mapped = texts_of(*found);
        if (level.mapped.size() != 3)
            throw found->error("'mapped_paths' wants a variable, a name for its items, and a path");
    }
    if (level.paths.empty() && level.globs.empty() && level.mapped.empty())
        level.paths.emplace_back("common.yaml");
    return level;
}

std::vector<fs::path> Hiera::files(const std::string& module, const HieraContext& context)
{
    std::vector<fs::path> all;
    add_files(all, manifest_levels(), context);
    if (!module.empty())
        add_files(all, module_levels(module), context);
    context.spend(1 + all.size());
    return all;
}

void Hiera::add_files(std::vector<fs::path>& all, const Levels& levels, const HieraContext& context)
{
    for (const Level& level : levels) {
        for (const std::string& path : level.paths)
            all.push_back(level.folder / fill_path(path, level.position, context));
        for (const std::string& path : mapped_paths(level, context))
            all.push_back(level.folder / path);
        for (const std::string& pattern : level.globs)
            for (const fs::path& path : matches(level, fill_path(pattern, level.position, context)))
                all.push_back(path);
    }
}

const std::vector<fs::path>& Hiera::matches(const Level& level, const std::string& pattern)
{
    const fs::path whole = (level.folder / pattern).lexically_normal();
    const auto [row, is_new] = matched_.emplace(whole.string(), std::vector<fs::path>{});
    if (!is_new)
        return row->second;
    std::error_code code;
    std::size_t walked = 0;
    const fs::path start = fixed_part(whole);
    for (fs::recursive_directory_iterator entry(start.empty() ? "." : start, code), end; !code && entry != end;
         entry.increment(code)) {
        if (++walked > most_walked || row->second.size() > most_files)
            throw Error(ErrorKind::invalid, level.position, "there are too many files where '{}' looks",
                        printable(pattern));
        if (entry.depth() >= deepest_folder)
            entry.disable_recursion_pending();
        if (entry->is_regular_file(code) && fits(whole.string(), entry->path().lexically_normal().string()))
            row->second.push_back(entry->path());
    }
    std::ranges::sort(row->second);
    return row->second;
}

/// A file's hash; null where there is no file or nothing in it.
const config::Node* Hiera::data(const fs::path& path)
{
    auto row = data_.find(path);
    if (row == data_.end()) {
        row = data_.emplace(path, read_tree(path)).first;
        if (row->second && !row->second->is_null() && row->second->kind() != config::NodeKind::map)
            throw row->second->error("a file of data is a hash of keys and values");
    }
    return row->second && row->second->kind() == config::NodeKind::map ? &*row->second : nullptr;
}

std::optional<Datum> Hiera::gather(const std::string& root, const std::string& module, const Merge& merge,
                                   const HieraContext& context)
{
    std::optional<Datum> all;
    for (const fs::path& path : files(module, context)) {
        const config::Node* file = data(path);
        const config::Node* found = file == nullptr ? nullptr : file->find(root);
        if (found == nullptr)
            continue;
        Datum value = value_of(*found, context);
        if (merge.kind == Merge::Kind::first)
            return value;
        all = placed(found->position(), [&] {
            context.spend(weight(value) + (all ? weight(*all) : 0));
            // A list by itself is flattened and made unique, too.
            const bool merges = all || merge.kind == Merge::Kind::unique;
            return merges ? merge_values(merge, all ? *all : make_list({}), value) : std::move(value);
        });
    }
    return all;
}

/// What the data's own lookup_options say of a key: by its name, else by a pattern that begins with ^.
Hiera::Options Hiera::options(const std::string& root, const std::string& module, const HieraContext& context)
{
    const auto all = gather("lookup_options", module, {Merge::Kind::hash, {}, false}, context);
    const auto* table = all ? all->as<Hash>() : nullptr;
    if (table == nullptr)
        return {};
    const Datum* row = (*table)->find(root);
    for (const auto& [key, value] : (*table)->entries)
        if (const std::string pattern = to_text(key); row == nullptr && pattern.starts_with('^')) {
            context.spend(128 * pattern.size() * (1 + root.size() / 64));
            if (Automaton(pattern, false).search(root))
                row = &value;
        }
    const auto* said = row == nullptr ? nullptr : row->as<Hash>();
    if (said == nullptr)
        return {};
    Options options;
    if (const Datum* merge = (*said)->find(std::string("merge")))
        options.merge = merge_of(*merge);
    if (const Datum* convert = (*said)->find(std::string("convert_to")))
        options.convert = *convert;
    return options;
}

std::optional<Datum> Hiera::find(const std::string& key, const std::optional<Merge>& merge, const HieraContext& context)
{
    const auto parts = key_parts(key.starts_with("::") ? key.substr(2) : key);
    const std::size_t end = parts[0].find("::");
    const std::string module = end == std::string::npos ? "" : parts[0].substr(0, end);
    if (manifest_levels().empty() && (module.empty() || module_levels(module).empty()))
        return std::nullopt;
    if (parts[0] == "lookup_options")
        throw Error(ErrorKind::invalid, "'lookup_options' says how keys are looked up, and is none itself");
    if (std::ranges::find(open_, key) != open_.end() || open_.size() >= deepest_lookup)
        throw Error(ErrorKind::invalid, "the data for '{}' needs itself", printable(key));
    open_.push_back(key);
    const ScopeExit leave([this] { open_.pop_back(); });
    const Options said = options(parts[0], module, context);
    auto found = gather(parts[0], module, merge ? *merge : said.merge.value_or(Merge{}), context);
    if (found && !said.convert.is_undef()) {
        const std::string type = to_lower(to_text(to_items(said.convert).at(0)));
        static constexpr auto known =
            std::to_array<std::string_view>({"array", "boolean", "integer", "sensitive", "string"});
        const bool is_known = std::ranges::find(known, type) != known.end();
        auto converted = is_known ? call_function(type, std::vector<Datum>{*found}) : std::nullopt;
        if (!converted)
            throw Error(ErrorKind::invalid, "the data for '{}' cannot be made a '{}'", printable(key), printable(type))
                .hint("convert_to understands Array, Boolean, Integer, Sensitive and String");
        found = std::move(converted);
    }
    return found ? dig_parts(std::move(*found), parts, 1) : std::nullopt;
}

} // namespace dfriends::converge::puppet
