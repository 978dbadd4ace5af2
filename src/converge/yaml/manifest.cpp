// SPDX-License-Identifier: Apache-2.0
#include "converge/yaml/manifest.hpp"

#include "converge/yaml/documents.hpp"
#include "converge/yaml/relations.hpp"
#include "converge/yaml/sections.hpp"

namespace dfriends::converge {

Catalog read_yaml_manifest(std::string_view text, const std::string& file, const Facts& facts)
{
    yaml::Variables variables(facts);
    const auto documents = yaml::read_documents(text, file, variables);
    yaml::Declared declared;
    yaml::declare_all(documents, variables, declared);
    yaml::relate(declared);
    return std::move(declared.catalog);
}

} // namespace dfriends::converge
