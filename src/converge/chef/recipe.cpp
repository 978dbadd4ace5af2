// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/recipe.hpp"

#include "converge/chef/evaluate.hpp"
#include "converge/chef/parser.hpp"
#include "converge/chef/resources.hpp"

namespace dfriends::converge {

Catalog read_chef(std::string_view text, const std::string& file, const Facts& facts)
{
    return read_chef(std::vector<Recipe>{{file, std::string(text)}}, facts);
}

Catalog read_chef(const std::vector<Recipe>& recipes, const Facts& facts)
{
    std::vector<std::vector<chef::Declaration>> declared;
    for (const Recipe& recipe : recipes) {
        std::string_view text = recipe.text;
        if (text.starts_with("\xef\xbb\xbf"))
            text.remove_prefix(3);
        const Source source(text, recipe.file);
        declared.push_back(chef::evaluate(source, chef::parse(source), facts, chef::Cookbook(recipe.file)));
    }
    return chef::translate(declared);
}

} // namespace dfriends::converge
