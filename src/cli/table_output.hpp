// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace dfriends::cli {

/// Columns aligned for people; the last one is not padded. Widths count UTF-8 characters.
class TableOutput {
  public:
    /// A column takes at least `least` characters, its gap included.
    explicit TableOutput(std::vector<std::string> headings, unsigned gap = 3, unsigned least = 0)
        : gap_(gap), least_(least)
    {
        rows_.push_back(std::move(headings));
    }
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    /// Without the headings where `headings` is false.
    std::string render(bool headings = true) const;

  private:
    unsigned gap_;
    unsigned least_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace dfriends::cli
