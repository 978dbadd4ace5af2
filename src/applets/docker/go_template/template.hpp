// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applets/docker/go_template/syntax.hpp"
#include "applets/docker/go_template/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::docker::go_template {

/// A template of Go's text/template with the functions that docker adds; all but {{template}}, {{define}} and
/// {{block}}. What it may compute is bounded.
class Template {
  public:
    /// Throws Error(invalid) in Go's words.
    explicit Template(std::string_view text) : text_(text), statements_(parse(text_)) {}

    /// Throws Error(invalid) in Go's words, with the place: "template: :1:2: executing "" at <.Foo>: …".
    std::string render(const Value& data) const;
    /// The line of headings above rows by this template: functions that change a text leave a heading as it is, and a
    /// label's heading is the last part of its name.
    std::string render_headings(const Value& headings) const;

  private:
    std::string text_;
    std::vector<Statement> statements_;
};

} // namespace dfriends::applets::docker::go_template
