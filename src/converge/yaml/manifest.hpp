// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/facts.hpp"
#include "converge/resource.hpp"

#include <string>
#include <string_view>

namespace dfriends::converge {

/// Reads the native manifest, and the files that it includes:
///
///     vars: {port: 8000}
///     containers:                         # sections in Compose's words; `yaml/words` has them all
///       web:
///         image: busybox
///         ports: ["${vars.port}:80"]
///         for_each: [a, b]                # ${each}; and when: EXPRESSION
///     resources:                          # any type, in the schema's own words
///       - docker_image: busybox           # TYPE: NAME stands first
///       - docker_container: web
///         image: busybox                  # the type's attributes; one that is called as the type is TYPE_name
///         action: run                     # or a list
///         requires: docker_image[busybox] # or a list
///         notifies:
///           - exec[reload]                # refreshed after us
///           - {resource: 'exec[warm]', action: run, immediately: true}
///         only_if: test -d /srv           # not_if likewise, or lists
///
/// Throws Error(invalid) at the place of what is not of that shape, with a suggestion for a mistyped word.
Catalog read_yaml_manifest(std::string_view text, const std::string& file, const Facts& facts = {});

/// The key of an attribute: one that is called as its type (the package of a package) would be the same key twice.
std::string yaml_key(std::string_view type, std::string_view attribute);

/// Writes a catalog as such a manifest; read_yaml_manifest() of it yields the same resources.
std::string render_yaml_manifest(const Catalog& catalog);

} // namespace dfriends::converge
