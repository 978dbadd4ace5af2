// SPDX-License-Identifier: Apache-2.0
#include "converge/puppet/manifest.hpp"

#include "converge/puppet/evaluate.hpp"
#include "converge/puppet/parser.hpp"
#include "converge/puppet/relations.hpp"

namespace dfriends::converge {

Catalog read_puppet(std::string_view text, const std::string& file, const Facts& facts)
{
    const Source source(text, file);
    const puppet::Node program = puppet::parse(source);
    return puppet::relate(puppet::evaluate(source, program, facts));
}

} // namespace dfriends::converge
