// SPDX-License-Identifier: Apache-2.0
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "converge/yaml/words.hpp"
#include "json/json.hpp"

namespace dfriends::converge {

namespace {

Json one_or_more(Json item)
{
    return {{"oneOf", Json::array({item, {{"type", "array"}, {"items", item}}})}};
}

constexpr auto expression = "\\$\\{";

/// A value of some types, or a text with an expression that may come to one.
Json or_expression(Json types)
{
    types.push_back("string");
    return {{"type", std::move(types)}, {"pattern", expression}};
}

/// What `for_each` and `when` are everywhere.
Json control_properties()
{
    return {
        {"for_each",
         {{"type", {"array", "string"}}, {"description", "Values to repeat it with, which are ${each} in it"}}},
        {"when",
         {{"type", {"string", "boolean"}}, {"description", "An expression; where it does not hold, it is left out"}}}};
}

Json type_of(AttributeType type)
{
    const Json scalar{{"type", {"string", "number"}}};
    switch (type) {
    case AttributeType::text:
        return {{"type", {"string", "number", "null"}}};
    case AttributeType::number:
        return or_expression(Json::array({"integer", "null"}));
    case AttributeType::flag:
        return or_expression(Json::array({"boolean", "null"}));
    case AttributeType::text_list:
        return one_or_more(scalar);
    case AttributeType::text_map:
        return {{"type", {"object", "string"}}, {"pattern", expression}, {"additionalProperties", scalar}};
    case AttributeType::document:
        return or_expression(Json::array({"object"}));
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
            {"noop", {{"type", "boolean"}}},
            {"retries", {{"type", "integer"}, {"minimum", 0}, {"maximum", 1000}}},
            {"retry_delay", {{"type", "integer"}, {"minimum", 0}, {"maximum", 86400}}},
            {"sensitive", {{"type", "boolean"}}},
            {"subscribes", told}};
}

Json resource_schema(const ResourceType& type)
{
    Json properties = common_properties();
    properties.update(control_properties());
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

/// What a key's value may look like.
Json form_of(const yaml::Word& word, const ResourceType& type)
{
    const Json scalar{{"type", {"string", "number", "boolean", "null"}}};
    switch (word.form) {
    case yaml::Form::attribute:
        for (const Attribute& attribute : type.attributes)
            if (attribute.name == word.attribute)
                return type_of(attribute.type);
        return Json::object();
    case yaml::Form::text:
        return {{"type", {"string", "number", "null"}}};
    case yaml::Form::flag:
        return or_expression(Json::array({"boolean"}));
    case yaml::Form::texts:
        return one_or_more({{"type", {"string", "number"}}});
    case yaml::Form::map:
        return {{"type", {"object", "array", "string"}},
                {"additionalProperties", {{"type", {"string", "number", "boolean", "null", "array"}}}},
                {"items", scalar}};
    case yaml::Form::any:
        return Json::object();
    }
    return {};
}

std::string_view help_of(const yaml::Word& word, const ResourceType& type)
{
    if (!word.help.empty())
        return word.help;
    for (const Attribute& attribute : type.attributes)
        if (attribute.name == word.attribute)
            return attribute.help;
    return {};
}

Json item_schema(const yaml::Section& section)
{
    Json properties = Json::object();
    for (const auto words : {section.words, yaml::words_of_all()})
        for (const yaml::Word& word : words) {
            Json form = form_of(word, *find_resource_type(section.type));
            form["description"] = help_of(word, *find_resource_type(section.type));
            properties[std::string(word.key)] = std::move(form);
        }
    const Json common = common_properties();
    for (const char* key : {"ignore_failure", "noop", "retries", "retry_delay", "sensitive"})
        properties[key] = common[key];
    properties.update(control_properties());
    return {{"type", section.type == "package" ? Json{"object", "string"} : Json{"object", "null"}},
            {"properties", std::move(properties)},
            {"patternProperties", {{"^x-", Json::object()}}},
            {"additionalProperties", false}};
}

Json section_schema(const yaml::Section& section)
{
    Json item = item_schema(section);
    Json schema;
    if (section.shape == yaml::Shape::one)
        schema = std::move(item);
    else if (section.shape == yaml::Shape::list)
        schema = {{"type", {"array", "null"}}, {"items", std::move(item)}};
    else
        schema = {{"type", {"object", "null"}}, {"additionalProperties", std::move(item)}};
    schema["description"] = section.help;
    return schema;
}

Json top_properties()
{
    const Json text{{"type", "string"}};
    const Json secret{{"type", "object"},
                      {"properties", {{"file", text}, {"env", text}, {"kv", text}}},
                      {"minProperties", 1},
                      {"maxProperties", 1},
                      {"additionalProperties", false}};
    Json types = Json::array();
    for (const ResourceType& type : resource_types())
        types.push_back(resource_schema(type));
    Json properties{{"dfriends", {{"const", 1}}},
                    {"include", one_or_more(text)},
                    {"name", text},
                    {"resources", {{"type", {"array", "null"}}, {"items", {{"oneOf", std::move(types)}}}}},
                    {"secrets", {{"type", "object"}, {"additionalProperties", secret}}},
                    {"var_files", one_or_more(text)},
                    {"vars", {{"type", {"object", "null"}}}}};
    for (const yaml::TopWord& word : yaml::top_words())
        properties[std::string(word.key)]["description"] = word.help;
    for (const yaml::Section& section : yaml::sections())
        properties[std::string(section.name)] = section_schema(section);
    return properties;
}

} // namespace

std::string render_json_schema()
{
    const Json document{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", "Manifest of dfriends converge"},
                        {"type", "object"},
                        {"properties", top_properties()},
                        {"patternProperties", {{"^x-", Json::object()}}},
                        {"additionalProperties", false}};
    return dump_json(document, 1) + "\n";
}

} // namespace dfriends::converge
