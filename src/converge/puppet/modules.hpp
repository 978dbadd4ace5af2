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
    /// An environment.conf in a folder around the manifest may name further ones, as «modulepath».
    explicit Modules(const std::string& manifest);

    /// The module whose manifests/ a manifest stands in, at any depth; else nothing.
    static std::string own_module(const std::string& manifest);

    /// «MODULE/x.erb» is MODULE/templates/x.erb of the manifest's own module, of modules/ beside the manifest or beside
    /// its manifests/, of a folder MODULE there, or of the modulepath; else templates/MODULE/x.erb beside the manifest.
    /// A path from the root is taken as it is. Throws Error(invalid), without a position, where there is none.
    ModuleFile template_file(const std::string& name) const;

    /// What «puppet:///modules/MODULE/x» names: MODULE/files/x in the same places; «puppet:///files/x» is files/x
    /// beside the manifest. Nothing where there is no such file or folder; throws Error(invalid) for another URL.
    std::optional<std::string> find_source(const std::string& url) const;

    /// «MODULE/x» is MODULE/files/x in the same places; a path from the root is taken as it is.
    std::optional<ModuleFile> data_file(const std::string& name) const;

    /// Where the class or defined type «module::x::y» stands by its name: MODULE/manifests/x/y.pp, or MODULE/manifests/
    /// init.pp of «module», in the same modules. Nothing where there is no such file.
    std::optional<ModuleFile> definition_file(const std::string& name) const;

    /// The same for the alias of a type: MODULE/types/x/y.pp.
    std::optional<ModuleFile> type_file(const std::string& name) const;
    /// A function's, of MODULE/functions/.
    std::optional<ModuleFile> function_file(const std::string& name) const;

    /// MODULE's own hiera.yaml, in the same modules. Nothing where it has none.
    std::optional<std::filesystem::path> data_configuration(const std::string& module) const;

  private:
    std::optional<ModuleFile> named_file(const std::string& name, const char* folder) const;
    /// Where `rest` of a module's folder («templates») may be.
    std::vector<std::filesystem::path> places(const std::string& module, const char* folder,
                                              const std::filesystem::path& rest) const;

    std::filesystem::path folder_;
    std::string own_;                          ///< the module that the manifest is part of; may be empty
    std::filesystem::path own_folder_;         ///< that of it
    std::vector<std::filesystem::path> roots_; ///< folders of modules
};

} // namespace dfriends::converge::puppet
