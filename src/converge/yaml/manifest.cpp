// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/manifest.hpp"

#include "converge/declared_state.hpp"
#include "converge/yaml/conflicts.hpp"
#include "converge/yaml/documents.hpp"
#include "converge/yaml/relations.hpp"
#include "converge/yaml/sections.hpp"

#include <algorithm>
#include <array>

namespace dfriends::converge {

namespace {

/// What a manifest with a name makes has it as a label.
void label(Resource& resource, const std::string& name)
{
    static constexpr std::array<std::string_view, 3> labelled{"docker_container", "docker_network", "docker_volume"};
    if (std::ranges::find(labelled, resource.type) == labelled.end())
        return;
    Value& labels = resource.attributes["labels"];
    if (labels.is_null())
        labels = {.content = Value::Map{}, .position = resource.position};
    if (auto* map = std::get_if<Value::Map>(&labels.content)) {
        std::erase_if(*map, [](const Member& member) { return member.name == name_label; });
        map->push_back({name_label, Value{.content = name, .position = labels.position}});
    }
}

} // namespace

Catalog read_yaml_manifest(std::string_view text, const std::string& file, const Facts& facts)
{
    yaml::Variables variables(facts);
    const auto documents = yaml::read_documents(text, file, variables);
    yaml::Declared declared;
    yaml::declare_all(documents, variables, declared);
    yaml::relate(declared);
    Catalog catalog = std::move(declared.catalog);
    yaml::refuse_conflicts(catalog);
    catalog.names = {variables.name()};
    if (!variables.name().empty())
        for (Resource& resource : catalog.resources)
            label(resource, variables.name());
    return catalog;
}

} // namespace dfriends::converge
