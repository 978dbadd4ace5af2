// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/declaration.hpp"

namespace dfriends::converge::puppet {

/// The declared resources in the house's words, with all that orders them: the metaparameters require, before, notify
/// and subscribe, arrows, the parameters depends and after of docker::run, and what Puppet adds unasked (the parent
/// folder of a file, the user of an exec, the engine and the image of a container). A relation to a class or an
/// instance of a defined type is one to all in it.
Catalog relate(const Evaluation& evaluation);

} // namespace dfriends::converge::puppet
