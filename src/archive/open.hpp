// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the files of this room only.
#include <archive.h>

namespace dfriends::archive {

/// libarchive's reading handle with the filters we use. They are asked for by name: "all" would bring libxml2 and ICU
/// along.
class Opened {
  public:
    Opened();
    ~Opened();
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

    ::archive* get() const { return handle_; }
    /// Throws Error(invalid) with libarchive's reason unless the code is good or a mere warning.
    void check(int code) const;

  private:
    ::archive* handle_;
};

} // namespace dfriends::archive
