// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/facts.hpp"
#include "converge/resource.hpp"

#include <string>
#include <string_view>

namespace dfriends::converge {

/// The resources of a Puppet manifest, in its order, with those of classes and of the manifest's defined types. Facts
/// are what $facts and top-scope variables find. Throws Error(invalid) at the place of what is wrong, and of what is
/// outside the supported part of the language.
Catalog read_puppet(std::string_view text, const std::string& file, const Facts& facts);

} // namespace dfriends::converge
