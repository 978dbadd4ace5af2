// SPDX-License-Identifier: Apache-2.0
#include "converge/container_comparison.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/container_attributes.hpp"
#include "converge/container_spec.hpp"
#include "engine/reference.hpp"

#include <algorithm>
#include <optional>

namespace dfriends::converge {

namespace {

using Texts = std::vector<std::string>;

/// What is declared, what there is, and what of that the image gives.
struct ContainerSpecs {
    const engine::ContainerSpec& wanted;
    const engine::ContainerSpec& found;
    const engine::ContainerSpec& image;
};

/// How far an attribute of a container is as declared; nothing where it is.
std::optional<Change> compare_attribute(const ContainerAttribute& row, CompareMode mode, bool is_declared,
                                        const ContainerSpecs& specs)
{
    const auto wanted = comparable_values(row, specs.wanted);
    const bool is_strict = mode == CompareMode::strict && row.shape != Shape::scalar;
    if (!is_declared && wanted.empty() && !is_strict)
        return std::nullopt;
    auto found = comparable_values(row, specs.found);
    if (is_strict)
        found = without(std::move(found), without(comparable_values(row, specs.image), wanted));
    const bool same = row.shape == Shape::set && !is_strict ? without(wanted, found).empty() : found == wanted;
    if (same)
        return std::nullopt;
    return Change{.attribute = std::string(row.name),
                  .from = shown_value(row.name, join(found, "\n")),
                  .to = shown_value(row.name, join(wanted, "\n"))};
}

/// What a container has of an attribute where nothing is declared: from its image, or from the engine.
Texts usual_values(const ContainerAttribute& row, const engine::ContainerSpec& image)
{
    auto values = comparable_values(row, image);
    return values.empty() ? comparable_values(row, values_of_engine()) : values;
}

/// "DB_PASSWORD=hmac:..." says no more than that there was one.
bool is_kept_secret(const std::string& line, const Texts& others)
{
    const auto name_of = [](const std::string& pair) { return split_once(pair, '=').first; };
    return is_secret_name(name_of(line)) && std::ranges::find(others, name_of(line), name_of) != others.end();
}

/// Whether a change of the declaration changes nothing of a container.
bool is_so_already(const ContainerAttribute& row, const Texts& before, const Texts& now, const ContainerSpecs& specs)
{
    const Texts usual = usual_values(row, specs.image);
    const Texts found = comparable_values(row, specs.found);
    const Texts wanted = comparable_values(row, specs.wanted);
    if ((!before.empty() && is_sealed(before[0])) || (!now.empty() && is_sealed(now[0])))
        return !now.empty() && (row.shape == Shape::set ? without(found, without(usual, wanted)) : found) == wanted;
    if (row.shape != Shape::set)
        return now.empty() ? before == usual : found == wanted;
    Texts removed = without(without(before, now), usual);
    std::erase_if(removed, [&](const std::string& line) { return is_kept_secret(line, now); });
    return removed.empty() && without(wanted, found).empty();
}

bool is_same_image(const std::string& a, const std::string& b)
{
    try {
        return engine::parse_reference(a).familiar() == engine::parse_reference(b).familiar();
    } catch (const Error&) {
        return false; // an id
    }
}

/// The same of what is no flag of docker run.
bool is_so_already(std::string_view attribute, const DeclaredState& before, const DeclaredState& now,
                   const ContainerSpecs& specs)
{
    const std::string key(attribute);
    if (attribute == "image")
        return before.contains(key) &&
               is_same_image(is_sealed(before.at(key)) ? specs.found.image : before.at(key), specs.wanted.image);
    const auto words = [&](const engine::ContainerSpec& spec) {
        return attribute == "command" ? spec.command : spec.entrypoint.value_or(Texts{});
    };
    return now.contains(key) ? words(specs.found) == words(specs.wanted)
                             : before.at(key) == join(words(specs.image), " ");
}

} // namespace

std::vector<Change> compare_container(const Resource& resource, const engine::ContainerDetails& actual,
                                      const std::string& image_id, const engine::ContainerSpec& image)
{
    const engine::ContainerSpec wanted = container_spec(resource);
    const engine::ContainerSpec& found = actual.spec;
    std::vector<Change> changes;
    const auto compare = [&](const char* name, bool same, const std::string& from, const std::string& to) {
        if (!same && compare_mode(resource, name) != CompareMode::ignore)
            changes.push_back({name, from, to});
    };
    const auto is_declared = [&](std::string_view name) { return find_attribute(resource, name) != nullptr; };
    compare("image", !image_id.empty() && image_id == actual.image_id, found.image, wanted.image);
    if (is_declared("command"))
        compare("command", found.command == wanted.command, join(found.command, " "), join(wanted.command, " "));
    if (is_declared("entrypoint"))
        compare("entrypoint", found.entrypoint.value_or(Texts{""}) == *wanted.entrypoint,
                join(found.entrypoint.value_or(Texts{}), " "), join(*wanted.entrypoint, " "));
    for (const ContainerAttribute& row : container_attributes()) {
        const CompareMode mode = compare_mode(resource, row.name);
        if (mode == CompareMode::ignore || row.name == "networks")
            continue;
        if (auto change = compare_attribute(row, mode, is_declared(row.name), {wanted, found, image}))
            changes.push_back(std::move(*change));
    }
    return changes;
}

std::vector<Change> compare_declarations(const Resource& resource, const DeclaredState& before,
                                         const DeclaredState& now, const engine::ContainerSpec& actual,
                                         const std::function<engine::ContainerSpec()>& image)
{
    std::vector<Change> changes = compare_states(before, now);
    if (changes.empty())
        return changes;
    const engine::ContainerSpec wanted = container_spec(resource);
    const engine::ContainerSpec usual = image();
    const ContainerSpecs specs{wanted, actual, usual};
    std::erase_if(changes, [&](const Change& change) {
        const std::string& name = change.attribute;
        if (compare_mode(resource, name) == CompareMode::ignore)
            return true;
        const ContainerAttribute* row = find_container_attribute(name);
        return row == nullptr ? is_so_already(name, before, now, specs)
                              : row->values != nullptr &&
                                    is_so_already(*row, values_in(before, name), values_in(now, name), specs);
    });
    return changes;
}

} // namespace dfriends::converge
