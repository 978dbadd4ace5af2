// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/recipe.hpp"

#include "converge/chef/evaluate.hpp"
#include "converge/chef/resources.hpp"

#include <algorithm>
#include <iterator>

namespace dfriends::converge {

Catalog read_chef(std::string_view text, const std::string& file, const Facts& facts)
{
    return read_chef(std::vector<Recipe>{{file, std::string(text)}}, facts);
}

Catalog read_chef(const std::vector<Recipe>& recipes, const Facts& facts)
{
    chef::Evaluation evaluation = chef::evaluate(recipes, facts);
    Catalog catalog = chef::translate(evaluation.recipes);
    std::ranges::move(evaluation.messages, std::back_inserter(catalog.messages));
    return catalog;
}

} // namespace dfriends::converge
