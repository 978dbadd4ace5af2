// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace dfriends::os {

bool is_terminal(int descriptor) noexcept;
/// Columns of the terminal behind a descriptor; `fallback` where it has none.
std::size_t terminal_width(int descriptor, std::size_t fallback = 80) noexcept;

/// Puts the terminal behind stdin into raw mode while the object lives; does nothing where stdin is none.
class RawMode {
  public:
    RawMode();
    ~RawMode();
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;

  private:
    struct Saved;
    Saved* saved_ = nullptr;
};

/// What is typed at the terminal behind stdin does not appear while the object lives.
class HiddenInput {
  public:
    HiddenInput();
    ~HiddenInput();
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

  private:
    bool is_hidden_ = false;
};

} // namespace dfriends::os
