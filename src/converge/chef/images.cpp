// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/images.hpp"

#include "base/text.hpp"
#include "converge/attributes.hpp"
#include "converge/chef/dialect.hpp"

#include <algorithm>

namespace dfriends::converge::chef {

namespace {

bool does(const Declaration& from, std::string_view action)
{
    return std::ranges::find(from.actions, action) != from.actions.end();
}

/// A hash, or the JSON text of one.
void set_build_arguments(Resource& resource, const Value& given)
{
    Value value = given;
    if (const auto* text = std::get_if<std::string>(&given.content)) {
        try {
            value.content = parse_build_arguments(*text);
        } catch (const Error& error) {
            throw Error(ErrorKind::invalid, given.position, "'buildargs': {}", error.message())
                .hint("write a hash: 'NAME' => 'value'");
        }
    }
    resource.attributes["build_args"] = std::move(value);
}

/// An import reads a file of this machine.
void set_imported_file(Resource& resource, const Declaration& from)
{
    const Value* file = from.find("source") != nullptr ? from.find("source") : from.find("image_url");
    if (file == nullptr || resource.attributes.contains("archive"))
        return;
    const std::string path = scalar_text(*file);
    if (path.find("://") != std::string::npos)
        throw Error(ErrorKind::invalid, file->position, "an import from '{}' is outside the supported subset",
                    printable(path))
            .hint("fetch it with remote_file, and import that file");
    resource.attributes["archive"] = *file;
    resource.attributes.erase("source");
}

} // namespace

void translate_image(Resource& resource, const Declaration& from)
{
    if (const Value* arguments = from.find("buildargs"))
        set_build_arguments(resource, *arguments);
    // In 2014 it was another word for source.
    if (const Value* dockerfile = from.find("dockerfile"))
        resource.attributes[from.find("source") != nullptr ? "dockerfile" : "source"] = *dockerfile;
    if (does(from, "import"))
        set_imported_file(resource, from);
    const Value* repository = from.find("repository");
    if (does(from, "tag")) {
        if (repository == nullptr)
            throw Error(ErrorKind::invalid, from.position, "the action tag of 'docker_image[{}]' wants 'repository'",
                        printable(from.name));
        const Value* tag = from.find("tag");
        resource.attributes["tag_as"] = {scalar_text(*repository) + ":" + (tag ? scalar_text(*tag) : "latest"),
                                         repository->position};
        resource.attributes.erase("tag");
    } else if (repository != nullptr) {
        resource.attributes["image"] = *repository;
    }
    // A digest stands in the place of a tag.
    if (const Value* tag = from.find("tag"); tag != nullptr && scalar_text(*tag).starts_with("sha256:")) {
        resource.attributes["image"] = {with_tag(text_or_name(resource, "image"), scalar_text(*tag)), tag->position};
        resource.attributes.erase("tag");
    }
    if (const Value* registry = from.find("registry"))
        resource.attributes["image"] = {scalar_text(*registry) + "/" + text_or_name(resource, "image"),
                                        registry->position};
}

void translate_docker_tag(Resource& resource, const Declaration& from)
{
    const Value* repository = from.find("to_repo");
    const Value* tag = from.find("to_tag");
    if (repository == nullptr || tag == nullptr)
        throw Error(ErrorKind::invalid, from.position, "'docker_tag[{}]' wants 'to_repo' and 'to_tag'",
                    printable(from.name));
    resource.attributes["tag_as"] = {scalar_text(*repository) + ":" + scalar_text(*tag), repository->position};
    if (resource.actions.empty())
        resource.actions = {"tag"};
}

} // namespace dfriends::converge::chef
