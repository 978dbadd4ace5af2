// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace dfriends::cli {

/// Colours for one output; every function returns the text unchanged where colours are off.
class Colour {
  public:
    enum class When { automatic, always, never };
    /// Automatic: on for a terminal, unless NO_COLOR is set or TERM is "dumb".
    Colour(When when, int descriptor);
    std::string red(std::string_view text) const { return paint("31", text); }
    std::string green(std::string_view text) const { return paint("32", text); }
    std::string yellow(std::string_view text) const { return paint("33", text); }
    std::string blue(std::string_view text) const { return paint("34", text); }
    std::string bold(std::string_view text) const { return paint("1", text); }
    std::string dim(std::string_view text) const { return paint("2", text); }
    bool is_on() const { return on_; }

  private:
    std::string paint(std::string_view code, std::string_view text) const;
    bool on_;
};

} // namespace dfriends::cli
