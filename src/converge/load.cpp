// SPDX-License-Identifier: Apache-2.0
#include "converge/load.hpp"

#include "converge/attributes.hpp"
#include "converge/chef/recipe.hpp"
#include "converge/container_spec.hpp"
#include "converge/daemon_config.hpp"
#include "converge/puppet/manifest.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"
#include "converge/web.hpp"
#include "converge/yaml/manifest.hpp"
#include "engine/reference.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace dfriends::converge {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_manifest = 8ULL << 20U;
constexpr std::array<std::string_view, 4> suffixes{".yaml", ".yml", ".rb", ".pp"};

bool has_known_suffix(const fs::path& path)
{
    return std::ranges::find(suffixes, path.extension().string()) != suffixes.end();
}

/// The manifests in a folder; of a cookbook its default recipe, of a Puppet environment what its manifests/ holds.
std::vector<fs::path> manifests_of(const fs::path& folder)
{
    if (const fs::path recipe = folder / "recipes" / "default.rb"; fs::exists(recipe))
        return {recipe};
    if (fs::exists(folder / "manifests" / "site.pp"))
        return manifests_of(folder / "manifests");
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && has_known_suffix(entry.path()) && entry.path().filename() != "hiera.yaml")
            files.push_back(entry.path());
    if (files.empty())
        throw Error(ErrorKind::invalid, "there is no manifest in '{}'", folder.string())
            .hint(fs::exists(folder / "recipes") ? "name a recipe in its recipes/"
                                                 : "manifests end with .yaml, .rb (Chef) or .pp (Puppet)");
    std::ranges::sort(files);
    return files;
}

/// A recipe stops where a resource fails.
void chain(Catalog& catalog)
{
    for (std::size_t at = 1; at < catalog.resources.size(); ++at) {
        const Resource& previous = catalog.resources[at - 1];
        const Reference reference{
            .type = previous.type, .name = previous.name, .position = catalog.resources[at].position};
        catalog.resources[at].ends_with_recipe = true;
        auto& required = catalog.resources[at].requires_;
        if (std::ranges::find(required, reference) == required.end())
            required.push_back(reference);
    }
}

bool is_recipe(const fs::path& file)
{
    return file.extension() == ".rb";
}

/// Recipes are one list, as Chef runs it: they notify each other, and all end where one fails.
Catalog read_recipes(const std::vector<fs::path>& files, const Facts& facts)
{
    std::vector<Recipe> recipes;
    for (const fs::path& file : files)
        if (is_recipe(file))
            recipes.push_back({file.string(), read_manifest(file)});
    Catalog catalog = read_chef(recipes, facts);
    chain(catalog);
    catalog.names = {""};
    return catalog;
}

Catalog read(const fs::path& file, const Facts& facts)
{
    const std::string text = read_manifest(file);
    if (file.extension() != ".pp")
        return read_yaml_manifest(text, file.string(), facts);
    Catalog catalog = read_puppet(text, file.string(), facts);
    catalog.names = {""};
    return catalog;
}

/// Options that docker run does not know are mistakes of the file. What they name on disk may still be made by the run
/// itself.
void check_containers(const Catalog& catalog)
{
    for (const Resource& resource : catalog.resources) {
        if (resource.type != "docker_container" || find_attribute(resource, "image") == nullptr)
            continue;
        try {
            container_spec(resource);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::not_found && resource.sensitive)
                throw Error(ErrorKind::invalid, resource.position,
                            "'{}' is wrong; why is not told of a sensitive resource", address(resource));
            if (error.kind() != ErrorKind::not_found)
                throw;
        }
    }
}

/// So are images whose names are none.
void check_images(const Catalog& catalog)
{
    for (const Resource& resource : catalog.resources) {
        if (resource.type != "docker_container" && resource.type != "docker_image")
            continue;
        const Value* named = find_attribute(resource, "image");
        const std::string tag = resource.type == "docker_image" ? text_or(resource, "tag", "") : "";
        try {
            if (named != nullptr || resource.type == "docker_image")
                engine::parse_reference(text_or_name(resource, "image") + (tag.empty() ? "" : ":" + tag));
        } catch (const Error& error) {
            const bool is_hidden = resource.sensitive;
            throw Error(ErrorKind::invalid, named == nullptr ? resource.position : named->position, "{}",
                        is_hidden ? "the name of the image is none" : error.message())
                .hint(is_hidden ? "" : error.hint());
        }
    }
}

/// Two that write the engine's configuration would undo each other's work in every run.
void check_engine(const Catalog& catalog)
{
    std::map<std::string, std::string> keys;
    const Resource* with_keys = nullptr;
    for (const Resource& resource : catalog.resources) {
        const Value* daemon = resource.type == "docker_engine" ? find_attribute(resource, "daemon") : nullptr;
        if (daemon == nullptr)
            continue;
        with_keys = &resource;
        for (const auto& [key, value] : std::get<Value::Map>(daemon->content))
            if (const auto [row, is_new] = keys.try_emplace(key, scalar_text(value));
                !is_new && row->second != scalar_text(value))
                throw Error(ErrorKind::invalid, value.position, "the engine's '{}' is declared in two ways", key)
                    .hint("there is one engine here; leave one of them out");
    }
    for (const Resource& resource : catalog.resources)
        if (with_keys != nullptr && resource.type == "file" && text_or_name(resource, "path") == daemon_config_path)
            throw Error(ErrorKind::invalid, resource.position,
                        "'{}' writes {}, and so does '{}' with the options of "
                        "the engine",
                        address(resource), daemon_config_path, address(*with_keys))
                .hint("say all of it at one of them");
}

/// So are sources that are no URLs.
void check_sources(const Catalog& catalog)
{
    for (const Resource& resource : catalog.resources)
        if (resource.type == "remote_file")
            for (const std::string& url : list_of(resource, "source"))
                try {
                    check_web_url(url);
                } catch (const Error& error) {
                    throw Error(ErrorKind::invalid, find_attribute(resource, "source")->position, "{}",
                                error.message());
                }
}

} // namespace

std::vector<fs::path> find_manifests(const std::vector<std::string>& words)
{
    std::vector<fs::path> files;
    for (const std::string& word : words) {
        std::error_code code;
        const auto status = fs::status(word, code);
        if (!fs::exists(status))
            throw Error(ErrorKind::not_found, "there is no '{}'", word);
        if (fs::is_directory(status)) {
            for (fs::path& file : manifests_of(word))
                files.push_back(std::move(file));
            continue;
        }
        if (!has_known_suffix(word))
            throw Error(ErrorKind::invalid, "'{}' is in no known language", word)
                .hint("manifests end with .yaml, .rb (Chef) or .pp (Puppet)");
        files.emplace_back(word);
    }
    return files;
}

std::string read_manifest(const fs::path& file)
{
    return os::read_file(file, largest_manifest);
}

Catalog load(const std::vector<fs::path>& files, const Facts& facts)
{
    Catalog catalog;
    bool has_recipes = false;
    for (const fs::path& file : files) {
        if (is_recipe(file) && std::exchange(has_recipes, true))
            continue;
        Catalog part = is_recipe(file) ? read_recipes(files, facts) : read(file, facts);
        for (Resource& resource : part.resources)
            catalog.resources.push_back(std::move(resource));
        catalog.names.insert(catalog.names.end(), part.names.begin(), part.names.end());
        std::ranges::move(part.messages, std::back_inserter(catalog.messages));
    }
    check(catalog);
    check_engine(catalog);
    check_images(catalog);
    check_containers(catalog);
    check_sources(catalog);
    order_resources(catalog); // for its complaints
    return catalog;
}

} // namespace dfriends::converge
