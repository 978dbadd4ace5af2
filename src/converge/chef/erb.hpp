// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/chef/object.hpp"
#include "converge/facts.hpp"
#include "converge/template_tags.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::chef {

/// What the functions of a template's program are called; no recipe can name them, for they are known in templates
/// only.
constexpr std::string_view erb_text = "erb_text";
constexpr std::string_view erb_value = "erb_value";

/// A template as a program in Ruby: its text becomes calls of erb_text, <%= … %> calls of erb_value, and <% … %> stands
/// as it is. The stretches say where in the template the program's pieces come from.
struct ErbProgram {
    std::string text;
    std::vector<Stretch> stretches;
};

/// Throws Error(invalid) for a tag that is not closed.
ErbProgram erb_program(const Source& source, TagTrim trim);

/// The variable of a manifest, by its name without @; nothing where there is none.
using FindVariable = std::function<std::optional<Object>(std::string_view name)>;

struct ErbOutput {
    std::string text;
    std::size_t steps = 0; ///< what it took, for the manifest's account
};

/// Runs a template of a Puppet manifest, which sees its variables as @NAME and scope['NAME']. Throws Error(invalid) at
/// the template's place.
ErbOutput run_erb(const Source& source, const Facts& facts, const FindVariable& find);

} // namespace dfriends::converge::chef
