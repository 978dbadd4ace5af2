// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfriends::converge {

/// A regular expression of a recipe or manifest: literals, classes, groups, alternatives, * + ? {2,5} and the
/// lazy ones, (?i:…), anchors, \d \w \s and [:digit:] and its like.
/// It is run as an automaton, in time that grows with text times expression whatever they are.
class Automaton {
  public:
    /// Throws Error(invalid), without a position, on what is not understood.
    Automaton(std::string_view expression, bool ignore_case);

    /// Whether it is found anywhere in the text.
    bool found_in(std::string_view text) const;

    /// Where something begins and ends in a text; nothing: the group took no part.
    using Span = std::optional<std::pair<std::size_t, std::size_t>>;
    /// The leftmost match from `start` on, with its groups behind it. Nothing where there is none. Throws
    /// Error(invalid) where the steps that are left run out.
    std::optional<std::vector<Span>> search(std::string_view text, std::size_t start, std::size_t& steps_left) const;
    std::optional<std::vector<Span>> search(std::string_view text) const;

    /// Puts `replacement` where it is found, the first time or each; \\1 in it is the first group, \\0 all that was
    /// found. Throws Error(invalid) for a text that is longer than is searched so.
    std::string replace(std::string_view text, std::string_view replacement, bool everywhere) const;

    std::size_t size() const { return program_.size(); }

    struct Instruction {
        enum class Kind { byte, split, jump, line_start, line_end, text_start, text_end, save, match } kind;
        std::bitset<256> bytes;
        int first = 0;  ///< of split and jump: relative to this instruction; of save: which end of which group
        int second = 0; ///< of split
    };

  private:
    void follow(std::vector<std::size_t>& reached, std::vector<bool>& seen, std::size_t from, std::string_view text,
                std::size_t at) const;

    struct Thread;
    void advance(std::vector<Thread>& threads, std::vector<bool>& seen, Thread from, std::string_view text,
                 std::size_t at) const;

    std::vector<Instruction> program_;
    std::size_t groups_ = 0;
};

} // namespace dfriends::converge
