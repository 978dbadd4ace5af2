// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "converge/puppet/declaration.hpp"
#include "converge/puppet/words.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dfriends::converge::puppet {

/// A resource while it is made of a declaration: what all types share in resources.cpp, those of the docker module in
/// docker_types.cpp, those of Puppet itself in system_types.cpp.
class Translation {
  public:
    explicit Translation(const Declaration& declaration);

    void run(const TypeRow& row);

    Resource resource;

  private:
    const Attribute* given(std::string_view name) const;
    std::string text(std::string_view name) const;
    bool is_true(std::string_view name) const;
    bool is_absent() const;
    void check_flag(std::string_view name) const;
    [[noreturn]] void refuse_word(std::string_view name, std::string_view choices) const;

    void set(std::string_view name, Datum value, const SourcePosition& position);
    void set_daemon(std::string_view key, Datum value, const SourcePosition& position);
    void put(const TypeRow& row, const std::string& name, const Attribute& attribute);
    void convert(const ParameterRow& row, const Attribute& attribute);
    static std::vector<Datum> flat(const Datum& datum);
    static Datum map_of(const Attribute& attribute);

    void drop_false();
    void finish_engine();
    void set_listeners();
    void set_engine_environment();
    void set_engine_options();
    void finish_image();
    void set_dockerfile();
    void finish_container();
    void set_command();
    static void refuse_shell(const std::string& command, const SourcePosition& position);
    void set_network();
    void set_life();
    void finish_docker_exec();
    void finish_plugin();
    void finish_file();
    void set_source();
    void set_remote_source(const std::vector<Datum>& sources);
    std::string find_local_source(const std::vector<Datum>& sources) const;
    void finish_directory();
    void finish_package();
    void finish_service();
    void finish_exec();
    void finish_cron();
    void finish_account();
    void finish_mount();

    Declaration from_; ///< with what its secrets hide
};

} // namespace dfriends::converge::puppet
