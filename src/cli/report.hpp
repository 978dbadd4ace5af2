// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "cli/colour.hpp"

#include <string>

namespace dfriends::cli {

/// The one table from error kinds to exit codes.
int exit_code(ErrorKind kind);

/// "dfriends: sentence", «  while …» and "hint: …" lines; for a file's error the line itself with a caret under the
/// column. Ends with a line end. Control characters of outside texts are shown as \xNN.
std::string render_error(const std::string& program, const Error& error, const Colour& colour);

} // namespace dfriends::cli
