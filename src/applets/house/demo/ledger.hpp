// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/file.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfriends::applets::house::demo {

/// What the demo has made or is about to make, and what stood there before: a file of lines, each on disk before the
/// deed. Containers, images and processes need no line of their own: they carry mark() as a label, or in their
/// environment.
class Ledger {
  public:
    enum class Kind {
        image,    ///< a name that the demo gives to an image; before: the id that it had
        volume,   ///< of the engine
        tree,     ///< a file or folder outside the ledger's own
        machines, ///< of the cluster
        user,     ///< whose pushes are taken
        process,  ///< a service; before: when it started, and since which boot
        address,  ///< to open; before: what is there
        finished, ///< all steps are done
    };
    struct Line {
        Kind kind;
        std::string name;
        std::string before;
    };

    /// `folder` holds all of the demo's own files.
    explicit Ledger(os::Path folder);

    void note(Kind kind, std::string_view name, std::string_view before = {});
    std::vector<Line> lines(std::optional<Kind> kind = std::nullopt) const;
    /// True where a demo has begun, be it that nothing is noted yet.
    bool exists() const;
    bool is_finished() const;

    const os::Path& folder() const { return folder_; }
    os::Path file() const { return folder_ / "ledger"; }
    os::Path lock() const { return folder_ / "demo.lock"; }
    os::Path state() const { return folder_ / "state"; } ///< the state directory of what runs
    os::Path work() const { return folder_ / "work"; }
    os::Path logs() const { return folder_ / "log"; }
    os::Path programs() const { return folder_ / "bin"; }
    os::Path temporary() const { return folder_ / "tmp"; }
    os::Path shared() const { return folder_ / "shared"; } ///< programs for the user of pushes
    /// The value of the label and the variable that tell the demo's own from all else.
    std::string mark() const { return folder_.string(); }

  private:
    os::Path folder_;
    std::mutex mutex_;
};

inline constexpr std::string_view label = "dfriends.demo";
inline constexpr const char* variable = "DFRIENDS_DEMO";

} // namespace dfriends::applets::house::demo
