// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace dfriends::paas {

/// Where the lines of a deploy go: the laptop's terminal, by way of git. dokku's shapes.
class Banner {
  public:
    explicit Banner(std::function<void(std::string_view line)> write) : write_(std::move(write)) {}

    void step(std::string_view text) const { line("-----> ", text); }
    void section(std::string_view text) const { line("=====> ", text); }
    void detail(std::string_view text) const { line("       ", text); }
    void warning(std::string_view text) const { line(" !     ", text); }
    void raw(std::string_view text) const { line("", text); }
    void blank() const { write_("\n"); }

  private:
    void line(std::string_view head, std::string_view text) const
    {
        write_(std::string(head) + std::string(text) + "\n");
    }
    std::function<void(std::string_view)> write_;
};

} // namespace dfriends::paas
