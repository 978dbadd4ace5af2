// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/declaration.hpp"

#include <string>
#include <vector>

namespace dfriends::converge::chef {

/// Whose rules name containers: those of the docker cookbook of 2014, or those from version 1.0 (2015) on. The
/// properties of both are understood in either.
enum class Dialect { cookbook_2014, modern };

/// 2014 where the recipe «docker» is included, or where nothing of later and something of then is used.
Dialect dialect_of(const std::vector<Declaration>& declarations);

/// 'debian' and '12' as 'debian:12'; a digest stands behind '@'.
std::string with_tag(const std::string& image, const std::string& tag);

/// The container's name, image and restart policy.
///
/// In 2014 the resource's name was an image, and the container was called by its last part: 'shrikrishna/code.it' is
/// 'code.it'. A detached container was also given to the init system, which kept it running; the engine's policy
/// unless-stopped does so here. With «init_type false» it was given no name, and was known again by image and command:
/// then the name is made from these.
void translate_container(Resource& resource, const Declaration& from, Dialect dialect);

} // namespace dfriends::converge::chef
