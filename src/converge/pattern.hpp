// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>
#include <vector>

namespace dfriends::converge {

/// A regular expression of a recipe or manifest: literals, classes, groups, alternatives, * + ?, anchors and \d \w \s.
/// It is run as an automaton, in time that grows with text times expression whatever they are.
class Automaton {
  public:
    /// Throws Error(invalid), without a position, on what is not understood.
    Automaton(std::string_view expression, bool ignore_case);

    /// Whether it is found anywhere in the text.
    bool found_in(std::string_view text) const;

    std::size_t size() const { return program_.size(); }

    struct Instruction {
        enum class Kind { byte, split, jump, line_start, line_end, text_start, text_end, match } kind;
        std::bitset<256> bytes;
        int first = 0;  ///< of split and jump: relative to this instruction
        int second = 0; ///< of split
    };

  private:
    void follow(std::vector<std::size_t>& reached, std::vector<bool>& seen, std::size_t from, std::string_view text,
                std::size_t at) const;

    std::vector<Instruction> program_;
};

} // namespace dfriends::converge
