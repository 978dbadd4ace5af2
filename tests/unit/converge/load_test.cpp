// SPDX-License-Identifier: Apache-2.0
#include "converge/load.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

TEST_CASE("load: two that write the engine's configuration would undo each other's work")
{
    const Folder folder;
    const auto error_of = [&](std::string_view text) {
        folder.write("m.yaml", text);
        try {
            load({folder.at("m.yaml")}, debian_machine());
        } catch (const Error& error) {
            return error.message();
        }
        return std::string("none");
    };
    const std::string engine = "resources:\n  - docker_engine: docker\n    daemon: {data-root: /a, dns: [192.0.2.1]}\n";
    CHECK(error_of(engine + "  - docker_engine: tools\n    daemon: {data-root: /b}\n") ==
          "the engine's 'data-root' is declared in two ways");
    CHECK(error_of(engine + "  - docker_engine: tools\n    daemon: {data-root: /a, bip: 192.0.2.1/24}\n") == "none");
    CHECK(error_of(engine + "  - file: config\n    path: /etc/docker/daemon.json\n    content: x\n") ==
          "'file[config]' writes /etc/docker/daemon.json, and so does 'docker_engine[docker]' with the options of the "
          "engine");
    CHECK(error_of("resources:\n  - docker_engine: docker\n  - file: /etc/docker/daemon.json\n    content: x\n") ==
          "none");
}
