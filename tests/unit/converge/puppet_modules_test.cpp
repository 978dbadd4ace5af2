// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/puppet/manifest.hpp"
#include "converge/schema.hpp"
#include "os/file.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

/// What the notify resources of a manifest say that stands there.
std::string said(const Folder& folder, const std::string& manifest)
{
    Catalog catalog = read_puppet(os::read_file(folder.at(manifest)), folder.at(manifest), debian_machine());
    check(catalog);
    return messages_of(catalog);
}

} // namespace

TEST_CASE("puppet modules: environment.conf names the folders of modules, also for classes that stand in them")
{
    const Folder folder;
    folder.write("environment.conf", "# a control repository\nmodulepath = site:dist/modules:$basemodulepath\n");
    folder.write("manifests/site.pp", "include role::web\n");
    folder.write("site/role/manifests/web.pp", "class role::web { include profile::deep::web }\n");
    folder.write("site/profile/manifests/deep/web.pp",
                 "class profile::deep::web {\n  notify { template('profile/t.erb'): }\n  include other\n}\n");
    folder.write("site/profile/templates/t.erb", "<%= @fqdn %>");
    folder.write("dist/modules/other/manifests/init.pp", "class other { notify { 'o': } }\n");
    CHECK(said(folder, "manifests/site.pp") == "web1.example|o");
    // One that somebody else has put there is nobody's word.
    if (::geteuid() == 0) {
        REQUIRE(::chown(folder.at("environment.conf").c_str(), 65534, 65534) == 0);
        CHECK_THROWS_WITH_AS(said(folder, "manifests/site.pp"), doctest::Contains("there is no class 'role::web'"),
                             Error);
        REQUIRE(::chown(folder.at("manifests/site.pp").c_str(), 65534, 65534) == 0);
        CHECK_NOTHROW(said(folder, "manifests/site.pp"));
    }
}

TEST_CASE("puppet modules: a class at any depth has its module's files, and its name")
{
    const Folder folder;
    folder.write("modules/foo/files/a.txt", "a\n");
    folder.write("modules/foo/manifests/sub/x.pp",
                 "class foo::sub::x {\n  file { '/a': source => \"puppet:///modules/${module_name}/a.txt\" }\n"
                 "  foo::item { 'i': }\n}\n");
    folder.write("modules/foo/manifests/item.pp", "define foo::item() { notify { \"${module_name} ${name}\": } }\n");
    folder.write("site.pp", "include foo::sub::x\nnotify { \"<${module_name}>\": }\n");
    Catalog catalog = read_puppet(os::read_file(folder.at("site.pp")), folder.at("site.pp"), debian_machine());
    check(catalog);
    CHECK(messages_of(catalog) == "/a|foo i|<>");
    CHECK(value(catalog.resources[0], "source") == folder.at("modules/foo/files/a.txt"));
}

TEST_CASE("puppet modules: what another module of the name docker has, and this one not")
{
    const Folder folder;
    folder.write("modules/docker/manifests/own.pp", "class docker::own { notify { 'own': } }\n");
    folder.write("modules/docker/manifests/run.pp", "define docker::run($image) { fail('not this one') }\n");
    folder.write("site.pp", "include docker::own\ndocker::run { 'a': image => 'x' }\n");
    CHECK(said(folder, "site.pp") == "own|a");
}
