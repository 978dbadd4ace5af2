// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "converge/yaml/declared.hpp"
#include "converge/yaml/variables.hpp"

#include <span>

namespace dfriends::converge::yaml {

/// What the files of a manifest declare: first their `resources`, then section after section, in each of them file
/// after file. Conditions and repetitions are seen to, expressions evaluated. Throws Error(invalid) at the place of
/// what is wrong; where a secret is in it, without saying why.
void declare_all(std::span<const config::Node> documents, Variables& variables, Declared& declared);

} // namespace dfriends::converge::yaml
