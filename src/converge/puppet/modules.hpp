// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfriends::converge::puppet {

struct ModuleFile {
    std::string path;
    std::string text;
};

/// The folders around a manifest where modules and their templates are.
class Modules {
  public:
    explicit Modules(const std::string& manifest);

    /// «MODULE/x.erb» is MODULE/templates/x.erb of the manifest's own module, of modules/ beside the manifest or beside
    /// its manifests/, or of a folder MODULE there; else templates/MODULE/x.erb beside the manifest. A path from the
    /// root is taken as it is. Throws Error(invalid), without a position, where there is none.
    ModuleFile template_file(const std::string& name) const;

  private:
    std::vector<std::filesystem::path> places(const std::string& module, const std::filesystem::path& rest) const;

    std::filesystem::path folder_;
};

} // namespace dfriends::converge::puppet
