// SPDX-License-Identifier: Apache-2.0
#include "converge/chef/recipe.hpp"

#include "converge/chef/evaluate.hpp"
#include "converge/chef/parser.hpp"
#include "converge/chef/resources.hpp"

namespace dfriends::converge {

Catalog read_chef(std::string_view text, const std::string& file, const Facts& facts)
{
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    const Source source(text, file);
    return chef::translate(chef::evaluate(source, chef::parse(source), facts, chef::Cookbook(file)));
}

} // namespace dfriends::converge
