// SPDX-License-Identifier: Apache-2.0
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "json/json.hpp"

namespace dfriends::converge {

namespace {

Json one_or_more(Json item)
{
    return {{"oneOf", Json::array({item, {{"type", "array"}, {"items", item}}})}};
}

Json type_of(AttributeType type)
{
    const Json scalar{{"type", {"string", "number"}}};
    switch (type) {
    case AttributeType::text:
        return {{"type", {"string", "number", "null"}}};
    case AttributeType::number:
        return {{"type", {"integer", "null"}}};
    case AttributeType::flag:
        return {{"type", {"boolean", "null"}}};
    case AttributeType::text_list:
        return one_or_more(scalar);
    case AttributeType::text_map:
        return {{"type", "object"}, {"additionalProperties", scalar}};
    case AttributeType::document:
        return {{"type", "object"}};
    }
    return {};
}

/// What every resource may have beside its own attributes.
Json common_properties()
{
    const Json text{{"type", "string"}};
    const Json notice{{"type", "object"},
                      {"properties",
                       {{"resource", text},
                        {"action", text},
                        {"immediately", {{"type", "boolean"}}},
                        {"before", {{"type", "boolean"}}}}},
                      {"required", {"resource"}},
                      {"additionalProperties", false}};
    const Json told = one_or_more({{"oneOf", Json::array({text, notice})}});
    return {{"requires", one_or_more(text)},
            {"only_if", one_or_more(text)},
            {"not_if", one_or_more(text)},
            {"notifies", told},
            {"ignore_failure", {{"type", "boolean"}}},
            {"retries", {{"type", "integer"}, {"minimum", 0}, {"maximum", 1000}}},
            {"retry_delay", {{"type", "integer"}, {"minimum", 0}, {"maximum", 86400}}},
            {"sensitive", {{"type", "boolean"}}},
            {"subscribes", told}};
}

Json resource_schema(const ResourceType& type)
{
    Json properties = common_properties();
    Json required = Json::array({type.name});
    properties[std::string(type.name)] = {{"type", "string"}, {"description", "The resource's name"}};
    properties["action"] = one_or_more({{"enum", std::vector<std::string>(type.actions.begin(), type.actions.end())}});
    for (const Attribute& attribute : type.attributes) {
        const std::string key = yaml_key(type.name, attribute.name);
        properties[key] = type_of(attribute.type);
        properties[key]["description"] = attribute.help;
        if (attribute.required)
            required.push_back(key);
    }
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

} // namespace

std::string render_json_schema()
{
    Json types = Json::array();
    for (const ResourceType& type : resource_types())
        types.push_back(resource_schema(type));
    const Json document{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", "Manifest of dfriends converge"},
                        {"type", "object"},
                        {"properties", {{"resources", {{"type", "array"}, {"items", {{"oneOf", std::move(types)}}}}}}},
                        {"required", {"resources"}},
                        {"additionalProperties", false}};
    return dump_json(document, 1) + "\n";
}

} // namespace dfriends::converge
