// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/puppet/manifest.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Catalog read(std::string_view text)
{
    return checked(read_puppet(text, "m.pp", debian_machine()));
}

Resource one(std::string_view text)
{
    Catalog catalog = read(text);
    REQUIRE(catalog.resources.size() == 1);
    return catalog.resources[0];
}

Resource container(const std::string& parameters)
{
    return one("docker::run { 'web': image => 'x', " + parameters + " }");
}

using Texts = std::vector<std::string>;

/// What a manifest's notify resources say, in order.
std::string said(std::string_view text)
{
    return messages_of(read(text));
}

/// One expression as a string holds it.
std::string shown(const std::string& expression)
{
    return said("$shown = " + expression + "\nnotify { \"<${shown}>\": }");
}

/// The addresses in the order of a run.
std::string order(std::string_view text)
{
    const Catalog catalog = read(text);
    std::string all;
    for (const std::size_t at : order_resources(catalog).order)
        all += (all.empty() ? "" : " ") + catalog.resources[at].name;
    return all;
}

Error error_of(std::string_view text)
{
    return caught([&] { order_resources(read(text)); });
}

} // namespace

TEST_CASE("puppet: classes and defined types come from the files of modules, by their names")
{
    const Folder folder;
    folder.write(
        "modules/web/manifests/init.pp",
        "class web($port = 80) inherits web::params {\n  include web::log\n  web::site { 'a': port => $port }\n}\n");
    folder.write("modules/web/manifests/params.pp", "class web::params { $root = '/srv' }\n");
    folder.write("modules/web/manifests/log.pp", "class web::log { notify { \"log ${web::params::root}\": } }\n");
    folder.write(
        "modules/web/manifests/site.pp",
        "define web::site($port, $name2 = \"${title}2\") { notify { \"site ${title} ${port} ${name2}\": } }\n");
    folder.write("modules/bad/manifests/init.pp", "class bad {\n  notify { 'x': mesage => 'y' }\n}\n");
    folder.write("modules/other/manifests/init.pp", "class another { }\n");
    folder.write("modules/loose/manifests/init.pp", "class loose { }\nnotify { 'x': }\n");
    const std::string main = folder.at("site.pp");
    const auto read_main = [&](std::string_view text) { return read_puppet(text, main, debian_machine()); };
    CHECK(messages_of(read_main("class { 'web': port => 81 }")) == "log /srv|site a 81 a2");
    CHECK(messages_of(read_main("web::site { 'b': port => 1 }\ninclude web::params, web::log, ::web::log")) ==
          "site b 1 b2|log /srv");
    const auto error_of_main = [&](std::string_view text) { return caught([&] { read_main(text); }); };
    const Error inside = error_of_main("include bad");
    CHECK(inside.position().file == folder.at("modules/bad/manifests/init.pp"));
    CHECK(inside.position().line == 2);
    const Error missing = error_of_main("notify { 'x': }\nweb::site { 'b': }");
    CHECK(missing.position().file == main);
    CHECK(missing.position().line == 2);
    CHECK(error_of_main("include other").message() == "this file should define 'other'");
    CHECK(error_of_main("include loose").message() == "a file of a module holds classes and defined types only");
    CHECK(error_of_main("include nowhere").message() == "there is no class 'nowhere'");
    CHECK(error_of_main("include '../web'").message().find("there is no class") == 0);
    folder.write("modules/web/functions/url.pp", "function web::url($host) {\n  \"http://${web::host($host)}/\"\n}\n");
    folder.write("modules/web/functions/host.pp",
                 "function web::host($host) { $host ? { '' => 'x', default => $host } }\n");
    folder.write("modules/web/functions/bad.pp", "function web::other() { }\n");
    CHECK(messages_of(read_main("notify { web::url('a'): }\nnotify { web::url(''): }")) == "http://a/|http://x/");
    CHECK(error_of_main("$x = web::bad()").position().file == folder.at("modules/web/functions/bad.pp"));
    CHECK(error_of_main("$x = web::nothing()").message().find("there is no function 'web::nothing'") == 0);
}

TEST_CASE("puppet: fail without a text is an error with one")
{
    CHECK(error_of("fail('')").message() == "the manifest says 'fail', and not why");
    CHECK(error_of("fail('no', 'way')").message() == "no way");
}

TEST_CASE("puppet: what is sensitive is shown nowhere, and its resource neither")
{
    const Resource file = one("file { '/k': content => Sensitive('hush'), mode => '0600' }");
    CHECK(file.sensitive);
    CHECK(value(file, "content") == "hush");
    CHECK_FALSE(one("file { '/k': content => 'plain' }").sensitive);
    const Resource container = one("docker::run { 'a': image => 'x', env => ['A=1', Sensitive.new('B=hush')] }");
    CHECK(container.sensitive);
    CHECK(list_of(container, "env") == Texts{"A=1", "B=hush"});
    CHECK(messages_of(
              read("$s = Sensitive(Sensitive('hush'))\nnotify { \"a ${s}\": }\nnotify { 'b': message => $s.unwrap }"
                   "\nnotify { \"c ${unwrap($s) == 'hush'}\": }")) == "a Sensitive [value redacted]|hush|c true");
    CHECK(read("class k(Sensitive[String] $p) { file { '/k': content => $p } }\nclass { 'k': p => Sensitive('x') }")
              .resources.back()
              .sensitive);
    CHECK(error_of("class k(Sensitive[String] $p) { }\nclass { 'k': p => 'x' }").message().find("Sensitive") !=
          std::string::npos);
    CHECK(messages_of(read("notify { \"${Integer.new('7') + 1}\": }")) == "8");
}

TEST_CASE("puppet: the book's manifest")
{
    const Catalog catalog = read("# Installation\n"
                                 "include 'docker'\n"
                                 "# Download image\n"
                                 "docker::image {'shrikrishna/code.it':}\n"
                                 "# Run a container\n"
                                 "docker::run { 'code.it-puppet':\n"
                                 "  image   => 'shrikrishna/code.it',\n"
                                 "  command => 'node /srv/app.js',\n"
                                 "  ports   => '8000',\n"
                                 "  volumes => '/var/log/code.it'\n"
                                 "}\n");
    REQUIRE(catalog.resources.size() == 3);
    CHECK(address(catalog.resources[0]) == "docker_engine[docker]");
    CHECK(address(catalog.resources[1]) == "docker_image[shrikrishna/code.it]");
    CHECK(catalog.resources[1].actions == Texts{"pull_if_missing"});
    const Resource& run = catalog.resources[2];
    CHECK(address(run) == "docker_container[code.it-puppet]");
    CHECK(run.actions == Texts{"run"});
    CHECK(value(run, "image") == "shrikrishna/code.it");
    CHECK(value(run, "command") == "node /srv/app.js");
    CHECK(list_of(run, "ports") == Texts{"8000"});
    CHECK(list_of(run, "volumes") == Texts{"/var/log/code.it"});
    CHECK(value(run, "restart") == "unless-stopped");
    CHECK(run.position.line == 6);
    // The engine comes first, then the image, whatever the manifest's order is.
    REQUIRE(run.requires_.size() == 2);
    CHECK(address(run.requires_[0]) == "docker_engine[docker]");
    CHECK(address(run.requires_[1]) == "docker_image[shrikrishna/code.it]");
}

TEST_CASE("puppet: containers")
{
    CHECK(one("docker::run { 'a/b c'[0,3]: image => 'x' }").name == "a-b");
    CHECK(one("docker::run { 'web:1@x_y': image => 'x' }").name == "web-1-x_y");
    CHECK(list_of(container("ports => 8000"), "ports") == Texts{"8000"});
    CHECK(list_of(container("ports => ['80:80', 443]"), "ports") == Texts{"80:80", "443"});
    CHECK(list_of(container("env => 'A=1'"), "env") == Texts{"A=1"});
    CHECK(list_of(container("env => ['A=1', ['B=2']]"), "env") == Texts{"A=1", "B=2"});
    CHECK(value(container("net => 'back'"), "network") == "back");
    CHECK(value(container("disable_network => true"), "network") == "none");
    CHECK(value(container("restart => 'on-failure:3'"), "restart") == "on-failure:3");
    CHECK(value(container("memory_limit => '10m'"), "memory") == "10m");
    CHECK(value(container("memory_limit => 10485760"), "memory") == "10485760");
    CHECK(value(container("memory_limit => '0b'"), "memory") == "(none)");
    CHECK(value(container("hostname => 'h', username => 'u', tty => true, privileged => false"), "user") == "u");
    CHECK(value(container("stop_wait_time => '5'"), "stop_timeout") == "5");
    CHECK(value(container("command => undef"), "command") == "(none)");
    CHECK(list_of(container("command => ['sh', '-c', 'a && b']"), "command") == Texts{"sh", "-c", "a && b"});
    CHECK(value(container("command => \"sh -c 'a && b'\""), "command") == "sh -c 'a && b'");
    CHECK(map_of(container("labels => ['role=web', 'a:b']"), "labels") ==
          std::vector<std::pair<std::string, std::string>>{{"role", "web"}, {"a", "b"}});
    CHECK(value(container("cpuset => ['0', '1']"), "cpuset_cpus") == "0,1");
    CHECK(list_of(container("hostentries => 'a:192.0.2.1'"), "extra_hosts") == Texts{"a:192.0.2.1"});
    CHECK(list_of(container("net => ['a', 'b']"), "networks") == Texts{"a", "b"});
    CHECK(list_of(container("extra_parameters => ['--init', '-P --cap-add=X']"), "extra_parameters") ==
          Texts{"--init", "-P --cap-add=X"});
    CHECK(one("docker::registry { 'registry.example': username => 'a', password => 'b' }").actions == Texts{"login"});
    CHECK(one("docker::registry { 'registry.example': ensure => absent }").actions == Texts{"logout"});
    CHECK(container("running => false").actions == Texts{"create", "stop"});
    CHECK(container("ensure => absent").actions == Texts{"remove"});
    CHECK(one("docker::run { 'gone': ensure => absent }").actions == Texts{"remove"});
    // What only an init system needs is passed over.
    CHECK(value(container("use_name => true, detach => true, service_prefix => 'x-', restart_service => true"),
                "detach") == "(none)");
    CHECK(error_of("docker::run { 'a': }").message().find("image") != std::string::npos);
    CHECK(error_of("docker::run { 'a b': image => 'x' }").hint() == "it names the container");
    CHECK(error_of("docker::run { 'a': image => 'x', command => 'a && b' }").message() ==
          "the command has '&' outside of quotes, which would be for the host's shell");
    CHECK(error_of("docker::run { 'a': image => 'x', command => 'a \"$(b)\"' }").kind() == ErrorKind::internal);
    CHECK(list_of(container("before_start => ['a b', 'c'], after_stop => false"), "before_start") == Texts{"a b", "c"});
    CHECK(value(container("after_stop => false"), "after_stop") == "(none)");
    CHECK(value(container("pull_on_start => true"), "pull_on_start") == "true");
    CHECK(value(container("restart_on_unhealthy => true"), "restart_unhealthy") == "true");
    CHECK(value(container("restart_service => false"), "replace_running") == "false");
    CHECK(value(container("systemd_restart => 'no'"), "restart") == "no");
    CHECK(value(container("systemd_restart => 'on-failure'"), "restart") == "unless-stopped");
    CHECK(value(container("remove_volume_on_start => true"), "keep_anonymous_volumes") == "false");
    CHECK(container("custom_unless => ['test -e /a', 'true']").guards.size() == 2);
    CHECK(error_of("docker::run { 'a': image => 'x', remove_volume_on_stop => true, remove_container_on_stop => "
                   "false }")
              .hint() == "leave remove_container_on_stop out");
    CHECK(error_of("docker::run { 'a': image => 'x', ensure => 'here' }").hint() == "it is present or absent");
}

TEST_CASE("puppet: images, networks, volumes and the engine")
{
    CHECK(value(one("docker::image { 'base': image => 'u/a', image_tag => '12.04' }"), "tag") == "12.04");
    CHECK(one("docker::image { 'a': ensure => latest }").actions == Texts{"pull"});
    CHECK(one("docker::image { 'a': ensure => 'absent', force => true }").actions == Texts{"remove"});
    CHECK(one("docker::image { 'a': docker_dir => '/src' }").actions == Texts{"build_if_missing"});
    CHECK(value(one("docker::image { 'a': docker_file => '/src/Dockerfile' }"), "source") == "/src");
    CHECK(value(one("docker::image { 'a': docker_file => '/src/Other' }"), "dockerfile") == "Other");
    CHECK(value(one("docker::image { 'a': docker_file => '/src/Other' }"), "source") == "/src");
    CHECK(value(one("docker::image { 'a': docker_file => '/d/F', docker_dir => '/src' }"), "dockerfile") == "/d/F");
    CHECK(error_of("docker::image { 'a': docker_file => 'Dockerfile' }").hint() ==
          "write docker_file => '/srv/app/Dockerfile'");
    CHECK(one("docker::image { 'a': docker_tar => '/a.tar' }").actions == Texts{"load"});
    CHECK(value(one("docker::image { 'a': image_digest => 'sha256:ab' }"), "image") == "a@sha256:ab");
    CHECK(error_of("docker::image { 'a': docker_dir => '/x', docker_tar => '/y' }").kind() == ErrorKind::invalid);
    CHECK(error_of("docker::image { 'a': ensure => 'old' }").hint() == "it is present, latest or absent");
    CHECK(value(one("docker_network { 'back': driver => 'bridge', subnet => '10.9.0.0/24' }"), "subnet") ==
          "10.9.0.0/24");
    CHECK(one("docker_network { 'back': ensure => absent }").actions == Texts{"delete"});
    CHECK(one("docker_volume { 'data': ensure => present }").actions == Texts{"create"});
    CHECK(value(one("class { 'docker': version => '20.10', tcp_bind => undef }"), "version") == "20.10");
    CHECK(one("class { 'docker': ensure => absent }").actions == Texts{"remove"});
    CHECK(one("include docker, '::docker'\nrequire docker\ncontain 'docker'").name == "docker");
    const Resource tuned = one("class { 'docker': bip => '192.0.2.1/24', dns => '192.0.2.53', mtu => '1400', "
                               "log_opt => ['max-size=1m'], selinux_enabled => false }");
    CHECK(render_yaml_manifest({{tuned}}).find(
              "daemon: {bip: \"192.0.2.1/24\", dns: [\"192.0.2.53\"], log-opts: {max-size: "
              "\"1m\"}, mtu: 1400, selinux-enabled: false}") != std::string::npos);
    const Catalog many = read("class { 'docker::images': images => { 'a' => { image_tag => '1' }, 'b' => {} } }\n"
                              "class { 'docker::run_instance': instance => { 'c' => { image => 'a' } } }\n"
                              "class { 'docker::networks': networks => { 'n' => { ensure => present } } }\n"
                              "class { 'docker::volumes': volumes => { 'v' => {} } }");
    REQUIRE(many.resources.size() == 5);
    CHECK(value(many.resources[0], "tag") == "1");
    CHECK(address(many.resources[2]) == "docker_container[c]");
    const Resource exec =
        one("docker::exec { 'migrate': container => 'web/1', command => 'rake x', tty => true, env => ['A=b c'], "
            "unless => 'test -e /x', onlyif => 'running' }");
    CHECK(value(exec, "command") == "docker exec --tty --env 'A=b c' web-1 rake x");
    REQUIRE(exec.guards.size() == 2);
    CHECK(exec.guards[0].command == "docker exec web-1 test -e /x");
    CHECK(exec.guards[1].command == "test \"$(docker inspect -f '{{.State.Running}}' web-1)\" = true");
}

TEST_CASE("puppet: plugins")
{
    const Resource plugin = one("docker::plugin { 'u/fs:1': }");
    CHECK(value(plugin, "remote") == "u/fs:1");
    CHECK(value(plugin, "grant_privileges") == "all");
    CHECK(plugin.actions == Texts{"install", "enable"});
    const Resource aliased = one("docker::plugin { 'files': plugin_name => 'u/fs:2', plugin_alias => 'fs', "
                                 "settings => ['MODE=fast', 'A=b=c'], timeout => '5', enabled => false, "
                                 "grant_all_permissions => false, disable_on_install => true }");
    CHECK(value(aliased, "plugin") == "fs");
    CHECK(value(aliased, "remote") == "u/fs:2");
    CHECK(value(aliased, "options") == "MODE=fast A=b=c");
    CHECK(value(aliased, "timeout") == "5");
    CHECK(value(aliased, "grant_privileges") == "(none)");
    CHECK(aliased.actions == Texts{"install", "disable"});
    CHECK(value(one("docker::plugin { 'files': plugin_name => 'u/fs' }"), "plugin") == "u/fs");
    const Resource gone = one("docker::plugin { 'fs': ensure => absent, force_remove => false }");
    CHECK(gone.actions == Texts{"remove"});
    CHECK_FALSE(flag_or(gone, "force", true));
    CHECK(flag_or(one("docker::plugin { 'fs': ensure => absent }"), "force", false));
    CHECK(error_of("docker::plugin { 'fs': disable_content_trust => false }").hint() ==
          "leave disable_content_trust out");
    CHECK(error_of("docker::plugin { 'fs': enabled => 'maybe' }").hint() == "it is true or false");
    const Catalog many = read("docker_volume { 'v': driver => 'fs' }\n"
                              "class { 'docker::plugins': plugins => { 'u/fs' => { plugin_alias => 'fs' } } }");
    REQUIRE(many.resources.size() == 2);
    REQUIRE(many.resources[0].requires_.size() == 1);
    CHECK(address(many.resources[0].requires_[0]) == "docker_plugin[u/fs]");
}

TEST_CASE("puppet: the other resources")
{
    CHECK(value(one("file { '/a': content => 'a', mode => 0644 }"), "mode") == "0644");
    CHECK(value(one("file { '/a': content => 'a', mode => 644 }"), "mode") == "644");
    CHECK(error_of("file { $facts['nope']: content => 'a' }").message() == "a title is undef");
    CHECK(value(one("file { '/etc/x/': content => 'a', mode => '0640' }"), "path") == "/etc/x");
    CHECK(one("file { '/a': ensure => file, replace => false }").actions == Texts{"create_if_missing"});
    CHECK(one("file { 'x': path => '/a', ensure => directory }").type == "directory");
    CHECK(value(one("file { '/a': ensure => link, target => '/b' }"), "to") == "/b");
    CHECK(value(one("file { '/a': ensure => '/b' }"), "to") == "/b");
    CHECK(one("file { '/a': ensure => absent }").actions == Texts{"delete"});
    CHECK(one("file { '/a': ensure => absent, force => true }").type == "directory");
    CHECK(value(one("file { '/a': source => 'file:///b' }"), "source") == "/b");
    CHECK(error_of("file { '/a': source => 'puppet:///x' }").hint() ==
          "write puppet:///modules/MODULE/FILE, which is MODULE/files/FILE");
    CHECK(error_of("file { '/a': source => 'here' }").message() == "the source 'here' is no path of this machine");
    CHECK(error_of("file { 'a': }").message() == "the path 'a' does not begin with /");
    CHECK(one("package { 'git': ensure => latest }").actions == Texts{"upgrade"});
    CHECK(one("package { 'git': ensure => purged }").actions == Texts{"purge"});
    CHECK(value(one("package { 'git': ensure => '1:2.3' }"), "version") == "1:2.3");
    CHECK(error_of("package { 'rake': provider => 'gem' }").message() == "packages of 'gem' cannot be had here");
    CHECK(one("service { 'x': ensure => running, enable => true }").actions == Texts{"enable", "start"});
    CHECK(one("service { 'x': }").actions == Texts{"nothing"});
    const Resource exec = one(
        "exec { 'ls -l': path => '/bin:/usr/bin', cwd => '/tmp', unless => ['a', 'b'], onlyif => 'c', "
        "environment => 'A=b', timeout => 5, creates => '/x', user => 'u', refreshonly => true, returns => [0, 2] }");
    CHECK(list_of(exec, "path") == Texts{"/bin", "/usr/bin"});
    CHECK(value(exec, "directory") == "/tmp");
    REQUIRE(exec.guards.size() == 3);
    CHECK(exec.guards[0].only_if);
    CHECK(exec.guards[0].command == "PATH='/bin:/usr/bin'; export PATH; cd '/tmp' && c");
    CHECK(value(one("user { 'app': uid => '500', gid => 'app', managehome => true }"), "id") == "500");
    const Resource group = one("group { 'app': gid => 5, members => ['a', 'b'] }");
    CHECK(value(group, "members") == "a b");
    CHECK(value(group, "append") == "false"); // Puppet's list is of all members
    CHECK(value(one("group { 'app': members => 'a', auth_membership => false }"), "append") == "true");
    CHECK(one("user { 'u': groups => ['a'], membership => minimum }").type == "user");
    CHECK(error_of("user { 'u': groups => ['a'], membership => inclusive }").message().find("inclusive") !=
          std::string::npos);
    CHECK(value(one("notify { 'a': message => 'b' }"), "message") == "b");
}

TEST_CASE("puppet: jobs and file systems")
{
    const Resource job = one("cron { 'nightly': command => '/bin/x', user => 'app', minute => [0, 30], hour => '*', "
                             "monthday => 1, weekday => 'absent', environment => 'A=b' }");
    CHECK(job.actions == Texts{"create"});
    CHECK(list_of(job, "minute") == Texts{"0", "30"});
    CHECK(value(job, "day") == "1");
    CHECK(value(job, "weekday") == "(none)");
    CHECK(one("cron { 'a': ensure => absent }").actions == Texts{"delete"});
    CHECK(error_of("cron { 'a': target => 'x', command => 'y' }").hint() == "jobs stand in /etc/cron.d here");
    const Resource data = one(
        "mount { '/data': ensure => mounted, device => 'LABEL=data', fstype => 'ext4', options => 'ro', pass => 2 }");
    CHECK(data.actions == Texts{"enable", "mount"});
    CHECK(value(data, "pass") == "2");
    CHECK(one("mount { '/data': ensure => absent }").actions == Texts{"unmount", "disable"});
    CHECK(error_of("mount { '/data': ensure => gone }").hint() == "it is mounted, unmounted, present or absent");
    const Resource made = one("exec { '/bin/make': group => 'app', umask => '027' }");
    CHECK(value(made, "group") == "app");
    CHECK(value(made, "umask") == "027");
}

TEST_CASE("puppet: files of servers and of modules, and folders of them")
{
    const Resource fetched = one("file { '/opt/app': source => 'https://mirror.example/app', mode => '0755', "
                                 "checksum => 'sha256', checksum_value => 'abc' }");
    CHECK(address(fetched) == "remote_file[/opt/app]");
    CHECK(value(fetched, "source") == "https://mirror.example/app");
    CHECK(value(fetched, "checksum") == "abc");
    CHECK(fetched.actions == Texts{"create"});
    CHECK(error_of("file { '/a': source => 'http://x', checksum => 'md5', checksum_value => 'a' }").hint() ==
          "give the file's SHA-256: checksum => 'sha256'");
    const Folder folder;
    folder.write("modules/web/files/conf.d/a.conf", "a");
    folder.write("modules/web/files/one", "1");
    const auto in_folder = [&](const std::string& text) {
        Catalog catalog = read_puppet(text, folder.at("m.pp"), debian_machine());
        check(catalog);
        return catalog.resources.at(0);
    };
    CHECK(value(in_folder("file { '/one': source => 'puppet:///modules/web/one' }"), "source") ==
          folder.at("modules/web/files/one"));
    CHECK(value(in_folder("file { '/one': source => ['puppet:///modules/web/none', 'puppet:///modules/web/one'] }"),
                "source") == folder.at("modules/web/files/one"));
    CHECK(error_of("file { '/one': source => 'puppet:///modules/web/none' }").message() ==
          "there is no source 'puppet:///modules/web/none'");
    CHECK_THROWS_AS(in_folder("file { '/one': source => 'puppet:///modules/web/../../../x' }"), Error);
    const Resource tree = in_folder("file { '/etc/web': ensure => directory, recurse => true, purge => true, "
                                    "source => 'puppet:///modules/web/conf.d', owner => 'app', mode => '0640' }");
    CHECK(address(tree) == "directory[/etc/web]");
    CHECK(value(tree, "source") == folder.at("modules/web/files/conf.d"));
    CHECK(value(tree, "mode") == "0750");
    CHECK(value(tree, "files_mode") == "0640");
    CHECK(value(tree, "files_owner") == "app");
    CHECK(flag_or(tree, "purge", false));
    CHECK(error_of("file { '/d': ensure => directory, purge => true, recurse => true }").message() ==
          "only a folder with a source can be purged here");
}

TEST_CASE("puppet: values")
{
    CHECK(
        said("notify { \"$hostname ${fqdn} ${::domain} ${facts['os']['family']} $::osfamily ${facts['kernel']}\": }") ==
        "web1 web1.example example Debian Debian Linux");
    CHECK(shown("$facts['processors']['count'] * 2") == "<8>");
    CHECK(shown("fact('os.release.major')") == "<12>");
    CHECK(shown("fact('no.such', 'd')") == "<d>");
    CHECK(shown("$trusted['certname']") == "<web1.example>");
    CHECK(shown("$::no_such_fact") == "<>");
    CHECK(shown("[1, 'a', { 'k' => [undef, true] }]") == "<[1, a, {k => [, true]}]>");
    CHECK(shown("'A' == 'a' and '10' != 10 and !('' == undef) and 1 == 1.0") == "<true>");
    CHECK(shown("'' ? { /^$/ => 'empty', default => 'not' }") == "<empty>");
    CHECK(shown("(-7 / 2) + (-7 % 3) * 100") == "<196>");
    CHECK(shown("7.5 / 2") == "<3.75>");
    CHECK(shown("'3' + 4") == "<7>");
    CHECK(shown("[1, 2] + [3] << 4") == "<[1, 2, 3, 4]>");
    CHECK(shown("{ 'a' => 1, 'b' => 2 } + { 'b' => 3 } - ['a']") == "<{b => 3}>");
    CHECK(shown("'b' in ['A', 'B'] and 'ell' in 'Hello' and /^h/ in ['x', 'h1'] and 'k' in { 'k' => 1 }") == "<true>");
    CHECK(shown("'web12' =~ /^web\\d+$/ and 'Web' !~ /^web/") == "<true>");
    CHECK(shown("'abc'[1] ") == "<b>");
    CHECK(shown("[1, 2, 3][-1]") == "<3>");
    CHECK(shown("[1, 2, 3, 4][1, 2]") == "<[2, 3]>");
    CHECK(shown("{ 'a' => 1 }['b']") == "<>");
    CHECK(shown("{ 1 => 'a', '1' => 'b' }['1']") == "<b>");
    CHECK(shown("'a' =~ String and 5 =~ Integer and [] =~ Array and !(5 =~ Boolean)") == "<true>");
    CHECK(shown("$facts['os']['family'] ? { /^(Debian|Ubuntu)$/ => 'apt', default => 'yum' }") == "<apt>");
    CHECK(said("[$a, $b] = ['x', 'y']\nnotify { \"$b$a\": }") == "yx");
    CHECK(said("$x = @(\"END\"/n)\n  a ${hostname}\\n\n  | END\nnotify { $x: }") == "a web1\n\n");
    CHECK(shown("Integer('0x1f') + Integer(\"7\")") == "<38>");
}

TEST_CASE("puppet: functions")
{
    CHECK(shown("join(['a', ['b', 1]], '-')") == "<a-b-1>");
    CHECK(shown("split('a,b,,', ',')") == "<[a, b]>");
    CHECK(shown("split('a.b', /\\./)") == "<[a, b]>");
    CHECK(shown("split('a1b', /\\d/)") == "<[a, b]>");
    CHECK(shown("split('a,  b,c', /,\\s*/)") == "<[a, b, c]>");
    CHECK(shown("split('abc', '')") == "<[a, b, c]>");
    CHECK(shown("[1, 5, 3].max") == "<5>");
    CHECK(shown("'/a' =~ Stdlib::Absolutepath") == "<true>");
    CHECK(shown("80 =~ Stdlib::Port") == "<true>");
    CHECK(shown("regsubst('aXbX', '^(.*?)X', '<\\1>')") == "<<a>bX>");
    CHECK(shown("regsubst('a12b', '[[:digit:]]+', '#')") == "<a#b>");
    CHECK(shown("unique(['a', 'b', 'a', 1, 1])") == "<[a, b, 1]>");
    CHECK(shown("sort([3, 1, 2])") == "<[1, 2, 3]>");
    CHECK(shown("merge({ 'a' => 1 }, { 'a' => 2, 'b' => 3 })") == "<{a => 2, b => 3}>");
    CHECK(shown("keys({ 'a' => 1 }) + values({ 'a' => 1 })") == "<[a, 1]>");
    CHECK(shown("prefix(['a', 'b'], 'x-')") == "<[x-a, x-b]>");
    CHECK(shown("flatten([1, [2, [3]]])") == "<[1, 2, 3]>");
    CHECK(shown("range(1, 3).map |$x| { $x * $x }") == "<[1, 4, 9]>");
    CHECK(shown("sprintf('%s is %03d, %d%%', 'a', 7, '8')") == "<a is 007, 8%>");
    CHECK(shown("versioncmp('1.10', '1.9')") == "<1>");
    CHECK(shown("pick(undef, '', 'c')") == "<c>");
    CHECK(shown("dig({ 'a' => [{ 'b' => 5 }] }, 'a', 0, 'b')") == "<5>");
    CHECK(shown("'  Abc '.strip.upcase.size") == "<3>");
    CHECK(shown("[basename('/a/b.c'), dirname('/a/b.c')]") == "<[b.c, /a]>");
    CHECK(shown("empty([]) and empty('') and empty({}) and !empty('a')") == "<true>");
    CHECK(shown("stdlib::shell_escape(\"it's\")") == "<'it'\\''s'>");
    CHECK(shown("str2bool('yes') and !str2bool('no')") == "<true>");
    CHECK(shown("delete(['a', 'b'], 'a')") == "<[b]>");
    CHECK(shown("any2array('a') + any2array(undef)") == "<[a]>");
    CHECK(shown("max(1, 3, 2) - min(4, 2)") == "<1>");
    CHECK(shown("lookup('a::b', String, 'first', 'fallback')") == "<fallback>");
    CHECK(shown("hiera('a', 'fallback')") == "<fallback>");
    const Catalog talking = read("notice('x')\nwarning \"y\"\ndebug('z')\n@@notify { 'b': }\nnotify { 'a': }");
    CHECK(messages_of(talking) == "a");
    REQUIRE(talking.messages.size() == 3);
    CHECK(talking.messages[0].level == Message::Level::notice);
    CHECK(talking.messages[0].text == "x");
    CHECK(talking.messages[1].level == Message::Level::warning);
    CHECK(talking.messages[1].position.line == 2);
    CHECK(talking.messages[2].text.starts_with("notify[b] is exported for other machines"));
    CHECK(error_of("$x = lookup('a')").message() == "there is no data for 'a'");
    CHECK(error_of("fail('no', 'way')").message() == "no way");
    CHECK(error_of("if true {\n  fail \"no\"\n}").position().line == 2);
    CHECK(error_of("$x = lenght('a')").hint() == "did you mean 'length'?");
    CHECK(error_of("$x = generate('/bin/date')").message() ==
          "the function 'generate' is outside the supported part of Puppet");
    CHECK(shown("regsubst('a.b.c', '\\.', '-')") == "<a-b.c>");
    CHECK(shown("regsubst('a.b.c', '\\.', '-', 'G')") == "<a-b-c>");
    CHECK(shown("regsubst('Key: value', '^key: *(.*)$', '\\1=\\1', 'I')") == "<value=value>");
    CHECK(shown("regsubst(['x1', 'y'], '\\d', '')") == "<[x, y]>");
    CHECK(shown("regsubst('aaa', 'x*', '-', 'G')") == "<-a-a-a->");
    CHECK(error_of("$x = regsubst('a', 'b', 'c', 'M')").hint() ==
          "G (everywhere) and I (whatever the case) are understood");
    CHECK(error_of("$x = join()").message() == "'join' wants 1 argument");
    CHECK(error_of("$x = size(5)").message() == "an integer has no size");
    CHECK(error_of("$x = range(9223372036854775800, 9223372036854775807)").kind() == ErrorKind::internal);
    CHECK(error_of("$x = range(-9223372036854775807, 9223372036854775807)").kind() == ErrorKind::invalid);
}

TEST_CASE("puppet: an exec's tries")
{
    const Resource tried = one("exec { '/bin/true': tries => 3, try_sleep => '4' }");
    CHECK(tried.retries == 2);
    CHECK(tried.retry_delay == 4);
    CHECK(one("exec { '/bin/true': }").retries == 0);
    CHECK(error_of("exec { '/bin/true': tries => 0 }").message() == "'tries' wants a whole number from 1 to 1000");
}

TEST_CASE("puppet: flow")
{
    CHECK(said("if false { notify { 'a': } } elsif undef { notify { 'b': } } else { notify { 'c': } }") == "c");
    CHECK(said("if '' { notify { 'a': } }") == "a");
    CHECK(said("unless $hostname == 'x' { notify { 'a': } } else { notify { 'b': } }") == "a");
    CHECK(said("case $facts['os']['name'] {\n default: { notify { 'd': } }\n 'ubuntu', 'DEBIAN': { notify { 'a': } "
               "}\n}") == "a");
    CHECK(said("case 'web3' { /^db/: { notify { 'a': } } /^web/: { notify { 'b': } } }") == "b");
    CHECK(said("['a', 'b', 'c'].each |$x| {\n if $x == 'b' { next() }\n notify { $x: }\n}") == "a|c");
    CHECK(said("each({ 'a' => 1, 'b' => 2 }) |$k, $v| { notify { \"$k$v\": } }") == "a1|b2");
    CHECK(said("['x', 'y'].each |$i, $x| { notify { \"$i$x\": } }") == "0x|1y");
    CHECK(said("3.each |$i| { notify { \"n$i\": } }") == "n0|n1|n2");
    CHECK(shown("[1, 2, 3, 4].filter |$x| { $x > 2 }.map |$x| { $x * 10 }") == "<[30, 40]>");
    CHECK(shown("{ 'a' => 1, 'b' => 2 }.filter |$k, $v| { $v > 1 }") == "<{b => 2}>");
    CHECK(shown("[1, 2, 3].reduce |$memo, $x| { $memo + $x }") == "<6>");
    CHECK(shown("[1, 2].reduce('n') |$memo, $x| { \"$memo$x\" }") == "<n12>");
    CHECK(shown("[1, 2].any |$x| { $x > 1 } and ![1, 2].all |$x| { $x > 1 }") == "<true>");
    CHECK(shown("with(1, 2) |$a, $b| { $a + $b }") == "<3>");
    CHECK(shown("undef.then |$x| { 5 }.lest || { 6 }") == "<6>");
    CHECK(said("[1, 2, 3].each |$x| { if $x == 2 { break() } notify { \"$x\": } }") == "1");
    CHECK(said("class a { notify { 'a': }\n return()\n notify { 'b': } }\ninclude a") == "a");
    CHECK(said("notify { 'a': }\nreturn()\nnotify { 'b': }") == "a");
    CHECK(error_of("next()").message() == "'next' stands outside of a lambda");
    CHECK(error_of("$x = 'a' ? { 'b' => 1 }").message() == "no case of this selector is 'a'");
    CHECK(error_of("['a'].each |$x, $y, $z| { }").message() == "the lambda wants a value for '$y'");
    CHECK(error_of("'abc'.each |$x| { }").message() == "a string has no items to go through");
}

TEST_CASE("puppet: variables and scope")
{
    CHECK(said("$x = 'top'\nclass a { $x = 'in'\n notify { \"$x $::x ${::x}\": } }\ninclude a\nnotify { $x: }") ==
          "in top top|top");
    CHECK(said("class a { $y = 'of a' }\ninclude a\nnotify { $a::y: }\nnotify { \"v ${a::y}\": }") == "of a|v of a");
    CHECK(said("$n = 1\n[5].each |$n| { notify { \"$n\": } }") == "5");
    CHECK(said("define d { notify { \"$title $name\": } }\nd { 'a': }") == "a a");
    const Error twice = error_of("$x = 1\n\n$x = 2");
    CHECK(twice.message() == "'$x' has a value already, since line 1");
    CHECK(twice.position().line == 3);
    CHECK(error_of("class a { $y = 1 }\nnotify { \"$a::y\": }").message() ==
          "'$a::y' belongs to the class 'a', which is not included before");
    CHECK(error_of("$count = 1\n$x = $cuont").hint() == "did you mean 'count'?");
    CHECK(error_of("define d { $z = 1 }\nd { 'a': }\n$x = $z").kind() == ErrorKind::invalid);
    CHECK(error_of("$a::b = 1").message() == "'$a::b' belongs to another class");
    CHECK(error_of("$facts = 1").message() == "'$facts' is Puppet's own");
    CHECK(said("if 'web12' =~ /^([a-z]+)(\\d)/ { notify { \"$0 $1 $2<$3>\": } }") == "web1 web 1<>");
    CHECK(said("case 'db7' { /web(.)/: { notify { \"w$1\": } } /db(.)/: { notify { \"d$1\": } } }") == "d7");
    CHECK(said("$x = 'eth0' ? { /(\\d+)$/ => \"n$1\", default => 'none' }\nnotify { $x: }") == "n0");
    CHECK(said("if 'a' =~ /(a)/ { if 'b' =~ /(b)/ { notify { \"$1\": } } notify { \"then $1\": } }") == "b|then a");
    CHECK(said("if 'a' =~ /(a)/ { }\nnotify { \"<$1>\": }") == "<>");
}

TEST_CASE("puppet: classes and defined types")
{
    const std::string app = "class app($port = 80, String $name_of = 'web', Optional[Integer] $more = undef) {\n"
                            "  notify { \"${name_of}:${port}${more}\": }\n}\n";
    CHECK(said(app + "include app") == "web:80");
    CHECK(said(app + "class { 'app': port => 90, more => 1 }\ninclude app") == "web:901");
    CHECK(said("class { '::a': }\nclass a { include a::b }\nclass a::b { notify { 'x': } }") == "x");
    CHECK(said("class a { class b { notify { 'x': } } }\ninclude a::b") == "x");
    CHECK(said("class p { $v = 'inherited' }\nclass a inherits p { notify { $v: } }\ninclude a") == "inherited");
    CHECK(said("define d($n, $m = \"${n}!\") { notify { \"$title $m\": } }\nd { ['a', 'b']: n => 1 }") == "a 1!|b 1!");
    CHECK(said("define d { notify { $title: } }\ncreate_resources('d', { 'a' => {}, 'b' => {} })") == "a|b");
    CHECK(said("node 'other' { notify { 'a': } }\nnode /^web/ { notify { 'b': } }\nnode default { notify { 'c': } }") ==
          "b");
    CHECK(said("node 'web1.example' { notify { 'a': } }\nnode /^web/ { notify { 'b': } }") == "a");
    CHECK(said("include stdlib\ninclude 'apt', 'concat'") == "");
    CHECK(said("if defined(Notify['a']) { notify { 'x': } }\nnotify { 'a': }\nif defined(Notify['a']) { notify { 'y': "
               "} }") == "a|y");
    CHECK(read("ensure_packages(['a', 'b'])\nensure_packages('a', { 'ensure' => 'latest' })").resources.size() == 2);
    CHECK(error_of(app + "class { 'app': prot => 1 }").hint() == "did you mean 'port'?");
    CHECK(error_of(app + "class { 'app': name_of => 5 }").message() ==
          "the parameter 'name_of' is String, not an integer");
    CHECK(error_of(app + "class { 'app': name_of => 5 }").position().line == 4);
    CHECK(error_of(app + "class { 'app': }\nclass { 'app': }").message() ==
          "'Class[app]' is declared already, in line 4");
    CHECK(error_of("define d($n) { }\nd { 'a': }").message() == "'d' wants a value for 'n'");
    CHECK(error_of("class a { }\nclass a { }").message() == "'a' is defined already, in line 1");
    CHECK(error_of("include nosuch").message() == "there is no class 'nosuch'");
    CHECK(error_of("class apps { }\ninclude app").hint() == "did you mean 'apps'?");
    CHECK(error_of("if true { class a { } }").message() ==
          "a definition stands at the top of a manifest or in a class only");
    CHECK(error_of("class a inherits b { }\nclass b inherits a { }\ninclude a").message() ==
          "the class 'a' inherits itself");
    CHECK(error_of("class a inherits a { }\ninclude a").message() == "the class 'a' inherits itself");
}

TEST_CASE("puppet: defaults, refinements, virtual resources and collectors")
{
    CHECK(value(one("File { mode => '0600', owner => 'root' }\nfile { '/a': mode => '0644' }"), "mode") == "0644");
    CHECK(value(one("file { '/a': }\nFile { owner => 'root' }"), "owner") == "root");
    CHECK(value(one("class a { File { owner => 'x' }\n include b }\nclass b { file { '/a': } }\ninclude a"), "owner") ==
          "x");
    CHECK(value(read("class a { File { owner => 'x' }\n file { '/b': } }\ninclude a\nfile { '/a': }").resources[1],
                "owner") == "(none)");
    CHECK(value(read("file { default: mode => '0600'; '/a': ; '/b': mode => '0644' }").resources[0], "mode") == "0600");
    CHECK(value(one("$h = { 'mode' => '0600', 'owner' => 'x' }\nfile { '/a': * => $h }"), "mode") == "0600");
    CHECK(value(one("file { '/a': }\nFile['/a'] { mode => '0600' }"), "mode") == "0600");
    CHECK(
        value(
            one("class a { file { '/a': mode => '1' } }\nclass b inherits a { File['/a'] { mode => '2' } }\ninclude b"),
            "mode") == "2");
    CHECK(list_of(read("class a { docker::run { 'x': image => 'i', env => 'A=1' } }\n"
                       "class b inherits a { Docker::Run['x'] { env +> ['B=2'] } }\ninclude b")
                      .resources[0],
                  "env") == Texts{"A=1", "B=2"});
    CHECK(said("@notify { 'a': }\n@notify { 'b': }\nrealize(Notify['b'])") == "b");
    CHECK(said("@notify { ['a', 'b']: }\nNotify <| title == 'a' |>") == "a");
    CHECK(said("Notify <| |>\n@notify { ['a', 'b']: }") == "a|b");
    CHECK(said("@notify { 'a': tag => ['x', 'y'] }\n@notify { 'b': tag => 'z' }\nNotify <| tag == 'x' or title == 'c' "
               "|>") == "a");
    CHECK(said("@notify { 'a': message => 'm' }\n@notify { 'b': message => 'n' }\nNotify <| message != 'm' |>") == "n");
    CHECK(said("class a::b { @notify { 'a': } }\ninclude a::b\n@notify { 'b': }\nNotify <| tag == 'b' and tag == 'a' "
               "|>") == "a");
    CHECK(value(one("file { '/a': mode => '1' }\nFile <| title == '/a' |> { mode => '2' }"), "mode") == "2");
    CHECK(error_of("file { '/a': mode => '1' }\nFile['/a'] { mode => '2' }").message() ==
          "'File[/a]' has the attribute 'mode' already");
    CHECK(error_of("File['/a'] { mode => '2' }").message() == "there is no File[/a] to refine before this line");
    CHECK(error_of("file { '/a': mode +> '2' }").message() == "'+>' adds to an attribute that is there");
    // Exported ones are virtual; a server that would keep those of other machines does not exist.
    CHECK(said("@@notify { 'a': }\nnotify { 'b': }\nNotify <<| tag == 'x' |>>") == "b");
    CHECK(said("@@notify { 'a': }\nNotify <<| |>> { message => 'm' }\nNotify <| |>") == "a");
    CHECK(said("define d { notify { $title: } }\n@@d { 'x': }\nnotify { 'b': }\nNotify <<| |>> -> Notify['b']") == "b");
}

TEST_CASE("puppet: relations")
{
    CHECK(order("notify { 'a': require => Notify['c'] }\nnotify { 'b': }\nnotify { 'c': }") == "b c a");
    CHECK(order("notify { 'a': }\nnotify { 'b': before => Notify['a'] }") == "b a");
    CHECK(order("notify { 'a': }\nnotify { 'b': }\nnotify { 'c': }\nNotify['c'] -> Notify['b'] -> Notify['a']") ==
          "c b a");
    CHECK(order("notify { 'a': }\nnotify { 'b': }\nNotify['a'] <- Notify['b']") == "b a");
    CHECK(order("notify { 'a': } -> notify { 'b': }\nnotify { 'c': before => [Notify['a'], Notify['b']] }") == "c a b");
    CHECK(order("notify { 'a': }\nnotify { 'b': }\n@notify { 'c': }\nNotify <| title == 'c' |> -> Notify['a']") ==
          "b c a");
    CHECK(order("class x { notify { 'a': }\n notify { 'b': } }\ninclude x\nnotify { 'c': before => Class['x'] }") ==
          "c a b");
    CHECK(order("class x { require y\n notify { 'a': } }\nclass y { notify { 'b': } }\ninclude x") == "b a");
    CHECK(order("define d { notify { \"$title-1\": } }\nnotify { 'a': require => D['x'] }\nd { 'x': }") == "x-1 a");
    CHECK(order("notify { ['a', 'b', 'c']: }\nNotify['c'] -> Notify[['a', 'b']]") == "c a b");
    // What Puppet adds unasked, where the manifest does not say the opposite.
    CHECK(order("file { '/a/b': }\nfile { '/a': ensure => directory }") == "/a /a/b");
    CHECK(order("file { '/a/b': before => File['/a'] }\nfile { '/a': ensure => directory }") == "/a/b /a");
    CHECK(order("file { '/x': owner => 'u', group => 'g' }\nuser { 'u': }\ngroup { 'g': }") == "u g /x");
    CHECK(order("docker::run { 'c': image => 'i:1', net => 'n' }\ndocker_network { 'n': }\n"
                "docker::image { 'i': image_tag => '1' }\ninclude docker") == "docker n i c");
    CHECK(order("docker::run { 'b': image => 'i', depends => 'a', after => 'nobody' }\ndocker::run { 'a': image => 'i' "
                "}") == "a b");

    const Catalog told = read("file { '/a': notify => Service['s'] }\nservice { 's': ensure => running, subscribe => "
                              "[File['/b'], File['/b']] }\n"
                              "file { '/b': }\nFile['/b'] ~> Docker::Run['w']\ndocker::run { 'w': image => 'i' "
                              "}\nnotify { 'n': subscribe => File['/a'] }");
    REQUIRE(told.resources[0].notifications.size() == 1);
    CHECK(address(told.resources[0].notifications[0].target) == "service[s]");
    CHECK(told.resources[0].notifications[0].action.empty());
    REQUIRE(told.resources[2].notifications.size() == 2);
    CHECK(address(told.resources[2].notifications[1].target) == "docker_container[w]");

    // What the docker module makes can be pointed at.
    const Catalog made =
        read("include docker\ndocker::run { 'a/b': image => 'i' }\n"
             "file { '/x': notify => [Service['docker-a-b'], Service['docker']], require => Package['docker'] }");
    REQUIRE(made.resources[2].notifications.size() == 2);
    CHECK(address(made.resources[2].notifications[0].target) == "docker_container[a-b]");
    CHECK(address(made.resources[2].notifications[1].target) == "docker_engine[docker]");

    CHECK(order("file { 'x': path => '/x', require => Package['vi'] }\nfile { '/y': before => File['/x'] }\n"
                "package { 'editor': name => 'vi', alias => ['e', 'f'] }\nnotify { 'n': before => Package['f'] }") ==
          "/y n editor x");
    CHECK(order("notify { 'n': subscribe => Service['app-w'] }\n"
                "docker::run { 'w': image => 'i', service_prefix => 'app-' }") == "w n");
    CHECK(error_of("notify { 'n': subscribe => Service['docker-w'] }\n"
                   "docker::run { 'w': image => 'i', service_prefix => 'app-' }")
              .message() == "'Service[docker-w]' is not declared");

    const Error missing = error_of("notify { 'a': }\nfile { '/a':\n  require => Notify['b'] }");
    CHECK(missing.message() == "'Notify[b]' is not declared");
    CHECK(missing.hint() == "did you mean 'Notify[a]'?");
    CHECK(missing.position().line == 3);
    CHECK(missing.position().column == 14);
    CHECK(error_of("notify { 'a': require => Notify['b'] }\nnotify { 'b': require => Notify['a'] }")
              .message()
              .find("the resources wait for each other") == 0);
    CHECK(error_of("notify { 'a': require => 'b' }").message() == "a string is no reference to a resource");
    CHECK(error_of("docker::run { 'b': image => 'i', depends => 'a' }").message() ==
          "there is no docker::run 'a' to depend on");
}

TEST_CASE("puppet: facts of the interfaces, and of what the machine runs in")
{
    Facts facts = debian_machine();
    facts.interfaces = {{"lo", "127.0.0.1", "255.0.0.0"},
                        {"eth0", facts.ipaddress, "255.255.255.0"},
                        {"eth0.7", "198.51.100.1", "255.255.255.0"}};
    facts.virtualization = "kvm";
    const auto told = [&](const std::string& text) {
        return messages_of(read_puppet("notify { \"" + text + "\": }", "m.pp", facts));
    };
    CHECK(told("${facts['networking']['interfaces']['eth0']['ip']} ${facts['networking']['primary']}") ==
          facts.ipaddress + " eth0");
    CHECK(told("${::ipaddress_lo} ${::netmask_eth0} ${::ipaddress_eth0_7} ${::interfaces}") ==
          "127.0.0.1 255.255.255.0 198.51.100.1 lo,eth0,eth0_7");
    CHECK(told("${facts['virtual']} ${::is_virtual}") == "kvm true");
}

TEST_CASE("puppet: functions that the manifest defines")
{
    const std::string url = "function url(String $host, Integer $port = 80, *$more) >> String {\n"
                            "  if $port == 443 { return(\"https://${host}\") }\n"
                            "  \"http://${host}:${port}${more}\"\n}\n";
    CHECK(said(url + "notify { url('a'): }\nnotify { url('b', 443): }\nnotify { url('c', 1, 2): }") ==
          "http://a:80[]|https://b|http://c:1[2]");
    CHECK(said("$top = 'x'\nnotify { own::f(): }\nfunction own::f { $top }") == "x"); // before it is defined, too
    CHECK(said("function f($n) { if $n > 0 { f($n - 1) } else { 'end' } }\nnotify { f(9): }") == "end");
    const auto message = [](const std::string& text) { return error_of(text).message(); };
    CHECK(message(url + "$x = url()") == "the function 'url' wants a value for '$host'");
    CHECK(message("function f($a) { }\n$x = f(1, 2)") == "the function 'f' takes 1 values, not 2");
    CHECK(message("function f($a) >> Integer { $a }\n$x = f('a')") ==
          "the value of the function 'f' is Integer, not a string");
    CHECK(message(url + "$x = url('a', 'b')").find("'port'") != std::string::npos);
    CHECK(message("function f() { f() }\n$x = f()").find("deep") != std::string::npos);
    CHECK(message("class k { $inner = 1\n notify { f(): } }\nfunction f() { $inner }\ninclude k").find("no value") !=
          std::string::npos);
    CHECK(message("function f() { }\nfunction f() { }").find("defined already") != std::string::npos);
}

TEST_CASE("puppet: what is noop is never acted on, nor is what stands in it")
{
    const Catalog catalog = read("class k { notify { 'a': }\n notify { 'b': noop => false } }\n"
                                 "class { 'k': noop => true }\nexec { '/bin/c': noop => true, unless => 'x' }\n"
                                 "notify { 'd': noop => false }");
    REQUIRE(catalog.resources.size() == 4);
    CHECK(catalog.resources[0].noop);
    CHECK_FALSE(catalog.resources[1].noop);
    CHECK(catalog.resources[2].noop);
    CHECK_FALSE(catalog.resources[3].noop);
}

TEST_CASE("puppet: the class docker knows all parameters of its module")
{
    CHECK(
        render_yaml_manifest({{one("class { 'docker': ipv6 => true, ipv6_cidr => '2001:db8::/64', tls_enable => false, "
                                   "repo_opt => 'x', docker_ce_channel => 'edge', service_state => running }")}})
            .find("daemon: {ipv6: true, fixed-cidr-v6: \"2001:db8::/64\", tls: false}") != std::string::npos);
    const auto hint = [&](const std::string& parameter) {
        return error_of("class { 'docker':\n  " + parameter + " }").hint();
    };
    CHECK(address(one("class { 'docker::registry_auth': registries => { 'registry.example' => { username => 'a', "
                      "password => 'b' } } }")) == "docker_registry[registry.example]");
    CHECK(hint("dm_fs => 'xfs'").find("overlay2") != std::string::npos);
    CHECK(hint("storage_devs => '/dev/x'").find("disk") != std::string::npos);
    CHECK(hint("service_state => 'stopped'") == "an engine that is wanted runs; stop it with an exec");
    CHECK(hint("service_enable => false").find("leave it out") != std::string::npos);
    CHECK(hint("socket_bind => 'unix:///x'").find("/var/run/docker.sock") != std::string::npos);
    CHECK(hint("shell_values => ['A=b']").find("drop-in") != std::string::npos);
    CHECK(error_of("class { 'docker':\n  docker_ee => true }").position().line == 2);
}

TEST_CASE("puppet: errors say what, where and what else")
{
    const Error parameter = error_of("docker::run { 'x':\n  image => 'y',\n  prots => '80',\n}");
    CHECK(parameter.kind() == ErrorKind::invalid);
    CHECK(parameter.position().file == "m.pp");
    CHECK(parameter.position().line == 3);
    CHECK(parameter.position().column == 3);
    CHECK(parameter.position().text == "  prots => '80',");
    CHECK(parameter.message() == "'docker::run' has no parameter 'prots'");
    CHECK(parameter.hint() == "did you mean 'ports'?");
    const Error type = error_of("file { '/a': }\ndocker::rnu { 'x': }");
    CHECK(type.message() == "there is no resource type 'docker::rnu'");
    CHECK(type.hint() == "did you mean 'docker::run'?");
    CHECK(type.position().line == 2);
    const Error twice = error_of("file { '/a': }\n\nfile { '/a': }");
    CHECK(twice.message() == "'File[/a]' is declared already, in line 1");
    CHECK(twice.position().line == 3);
    CHECK(error_of("file { '/a': mode => '1', mode => '2' }").message() == "the attribute 'mode' is given twice");
    CHECK(error_of("docker::swarm { 'x': }").hint() == "a swarm is outside of this; run containers with docker::run");
    CHECK(error_of("consul::service { 'x': }").hint().find("known are class, cron, docker::exec") != std::string::npos);
    CHECK(error_of("file { '': }").message() == "a title is empty");
    CHECK(error_of("file { 5: }").message() == "a title is a string, not an integer");
    CHECK(error_of("docker::run { 'a': image => 'x', privileged => 'maybe' }").position().column == 34);
    CHECK(error_of("$x = 1 + 'a'").message() == "'+' does not go with an integer and a string");
    CHECK(error_of("$x = 1 / 0").message() == "a division by zero");
    CHECK(error_of("$x = 9223372036854775807 + 1").message() == "the result of '+' does not fit into 64 bits");
    CHECK(error_of("file { '/a': * => 'x' }").message() == "behind '* =>' stands a hash, not a string");
    CHECK(error_of("class a { node 'x' { } }\ninclude a").kind() == ErrorKind::invalid);
}

TEST_CASE("puppet: hostile manifests end soon")
{
    const auto many = [](std::string_view part, int times) {
        std::string all;
        for (int done = 0; done < times; ++done)
            all += part;
        return all;
    };
    const std::string long_text = "$t = '" + std::string(900'000, 'x') + "'\n";
    for (const std::string& manifest : std::vector<std::string>{
             "define d { d { \"${title}x\": } }\nd { 'a': }",
             std::string("define d { d { \"${title}1\": }\n d { \"${title}2\": } }\nd { 'a': }"),
             std::string("$x = range(1, 999999999)"),
             std::string("999999999.each |$x| { }"),
             std::string("range(1, 9999).each |$x| { range(1, 9999).each |$y| { } }"),
             std::string("range(1, 9999).each |$x| { range(1, 9).each |$y| { notify { \"$x-$y\": } } }"),
             "$l0 = [1]\n$x = range(1, 9999).reduce($l0) |$m, $x| { [$m] }",
             "$x = range(1, 9999).reduce([1]) |$m, $x| { [$m, $m] }",
             "$x = range(1, 9999).reduce('a') |$m, $x| { \"$m$m\" }",
             "$x = range(1, 9999).reduce({}) |$m, $x| { $m + { $x => $m } }",
             long_text + "$x = range(1, 9999).map |$i| { \"$i$t\" }",
             long_text + "file { range(1, 9999).map |$i| { \"/a$i\" }: content => $t }",
             long_text + "File { content => $t }\nfile { range(1, 9999).map |$i| { \"/a$i\" }: }",
             long_text + "file { range(1, 9999).map |$i| { \"/a$i\" }: }\nFile <| |> { content => $t }",
             long_text + "$x = prefix(range(1, 9999), $t)",
             long_text + "$x = join(range(1, 9999), $t)",
             long_text + "range(1, 9999).each |$i| { if $t =~ /(x|xx)*(x|xx)*(x|xx)*y/ { } }",
             "$x = sprintf('" + many("%999s", 9'999) + "'" + many(", 1", 9'999) + ")",
             many("notify { 'a': }\n", 20'000),
             "class a { range(1, 9000).each |$i| { notify { \"a$i\": } } }\nclass b { range(1, 9000).each |$i| { "
             "notify { \"b$i\": } } }\n"
             "include a, b\nClass['a'] -> Class['b']",
             many("Notify <| |> -> Notify <| |>\n", 20'000) + "range(1, 9000).each |$i| { notify { \"a$i\": } }",
             many("Notify <| message == 'a' |>\n", 20'000) + "range(1, 9000).each |$i| { notify { \"a$i\": } }",
             "class a0 { }\n" + many("class a { include b }\nclass b { include a }\n", 1) + "include a, nosuch"}) {
        CAPTURE(manifest.substr(0, 60));
        CHECK(error_of(manifest).kind() == ErrorKind::invalid);
    }
}

TEST_CASE("puppet: large manifests are read")
{
    const Catalog catalog =
        read("range(1, 2000).each |$i| {\n  file { \"/srv/$i\": content => \"$i\", mode => '0644', require => "
             "File['/srv'] }\n"
             "  docker::run { \"web-$i\": image => 'x', ports => $i, env => [\"A=$i\"], volumes => ['/a', '/b'] }\n}\n"
             "file { '/srv': ensure => directory }\ninclude docker\ndocker::image { 'x': }");
    CHECK(catalog.resources.size() == 4003);
    CHECK(order_resources(catalog).order.size() == 4003);
}

TEST_CASE("puppet: a virtual instance of a defined type is made when it is realized, with what it is told then")
{
    const std::string define = "define p($a = 'none') { notify { \"${title} ${a}\": } }\n";
    CHECK(said(define + "@p { 'x': a => '1' }\n@p { 'y': }\n@p { 'z': }\nP <| title == 'x' |>\nrealize P['z']") ==
          "x 1|z none");
    CHECK(said(define + "@p { 'x': a => '1', tag => 't' }\nP <| tag == 't' |> { a => '2' }") == "x 2");
    CHECK(said("define q() { @p { \"in-${title}\": } }\n" + define + "@q { 'x': }\nP <| |>\nQ <| |>") == "in-x none");
    CHECK(
        order(define + "@p { 'x': require => Notify['first'] }\nP <| |> -> notify { 'last': }\nnotify { 'first': }") ==
        "first x none last");
    CHECK(said(define + "@@p { 'x': }\nP <<| |>>") == "");
}

TEST_CASE("puppet: a collector adds to attributes, too")
{
    const Catalog catalog =
        read("user { 'bob': groups => ['a'] }\n@user { 'ann': }\nUser <| title == 'bob' |> { groups +> 'docker' }\n"
             "User <| title == 'ann' |> { groups +> ['docker', 'b'] }");
    CHECK(list_of(catalog.resources[0], "groups") == Texts{"a", "docker"});
    CHECK(list_of(catalog.resources[1], "groups") == Texts{"docker", "b"});
}

TEST_CASE("puppet: the command of an exec may be its words")
{
    CHECK(value(one("exec { 'a': command => ['/bin/echo', 'two words', '$HOME'] }"), "command") ==
          "'/bin/echo' 'two words' '$HOME'");
}
