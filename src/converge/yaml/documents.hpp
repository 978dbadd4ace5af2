// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/node.hpp"
#include "converge/yaml/variables.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::yaml {

/// The files of a manifest: what a file includes stands before it, each once. Their names, variables and secrets are
/// added to the others. Throws Error(invalid) for what is not there, for files that include each other, and for words
/// that no manifest has at its top.
std::vector<config::Node> read_documents(std::string_view text, const std::string& file, Variables& variables);

} // namespace dfriends::converge::yaml
