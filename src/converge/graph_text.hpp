// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/resource.hpp"

#include <string>

namespace dfriends::converge {

/// The catalog in Graphviz's language: an arrow from what comes first to what requires it, a dashed one from who
/// changes to whom that is told.
std::string render_graph(const Catalog& catalog);

} // namespace dfriends::converge
