// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dfriends::converge::puppet {

struct ModuleFile {
    std::string path;
    std::string text;
};

/// The folders around a manifest where modules are, with their templates and manifests.
class Modules {
  public:
    explicit Modules(const std::string& manifest);

    /// «MODULE/x.erb» is MODULE/templates/x.erb of the manifest's own module, of modules/ beside the manifest or beside
    /// its manifests/, or of a folder MODULE there; else templates/MODULE/x.erb beside the manifest. A path from the
    /// root is taken as it is. Throws Error(invalid), without a position, where there is none.
    ModuleFile template_file(const std::string& name) const;

    /// What «puppet:///modules/MODULE/x» names: MODULE/files/x in the same places; «puppet:///files/x» is files/x
    /// beside the manifest. Nothing where there is no such file or folder; throws Error(invalid) for another URL.
    std::optional<std::string> find_source(const std::string& url) const;

    /// Where the class or defined type «module::x::y» stands by its name: MODULE/manifests/x/y.pp, or MODULE/manifests/
    /// init.pp of «module», in the same modules. Nothing where there is no such file.
    std::optional<ModuleFile> definition_file(const std::string& name) const;

    /// MODULE's own hiera.yaml, in the same modules. Nothing where it has none.
    std::optional<std::filesystem::path> data_configuration(const std::string& module) const;

  private:
    /// Where `rest` of a module's folder («templates») may be.
    std::vector<std::filesystem::path> places(const std::string& module, const char* folder,
                                              const std::filesystem::path& rest) const;

    std::filesystem::path folder_;
};

} // namespace dfriends::converge::puppet
