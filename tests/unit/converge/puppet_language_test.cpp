// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/container_spec.hpp"
#include "converge/puppet/manifest.hpp"
#include "converge/resource_graph.hpp"
#include "converge/schema.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Facts machine()
{
    Facts facts;
    facts.hostname = "web1";
    facts.fqdn = "web1.example";
    facts.ipaddress = "192.0.2.7";
    facts.os_family = "debian";
    facts.distribution = "debian";
    facts.distribution_version = "12";
    return facts;
}

/// The catalog, which must also pass the check against the table, and have an order.
Catalog read(std::string_view text)
{
    Catalog catalog = read_puppet(text, "site.pp", machine());
    check(catalog);
    order_resources(catalog);
    return catalog;
}

Resource one(std::string_view text)
{
    Catalog catalog = read(text);
    REQUIRE(catalog.resources.size() == 1);
    return catalog.resources[0];
}

const Resource& find(const Catalog& catalog, std::string_view wanted)
{
    for (const Resource& resource : catalog.resources)
        if (address(resource) == wanted)
            return resource;
    FAIL("there is no " << std::string(wanted));
    return catalog.resources.front();
}

std::string value(const Resource& resource, std::string_view attribute)
{
    const Value* found = find_attribute(resource, attribute);
    return found == nullptr ? "(none)" : scalar_text(*found);
}

/// What a manifest's notify resources say, in the order of application.
std::string said(std::string_view text)
{
    const Catalog catalog = read(text);
    std::string all;
    for (const std::size_t at : order_resources(catalog).order)
        all += (all.empty() ? "" : "|") + text_or_name(catalog.resources[at], "message");
    return all;
}

Error error_of(std::string_view text)
{
    try {
        read(text);
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorKind::internal, "no error");
}

/// "line:column message".
std::string complaint(std::string_view text)
{
    const Error error = error_of(text);
    return fmt::format("{}:{} {}", error.position().line, error.position().column, error.message());
}

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

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
    const Resource& container = catalog.resources[2];
    CHECK(address(container) == "docker_container[code.it-puppet]");
    CHECK(value(container, "image") == "shrikrishna/code.it");
    CHECK(value(container, "ports") == "8000");
    CHECK(value(container, "volumes") == "/var/log/code.it");
    CHECK(value(container, "restart") == "unless-stopped");
}

TEST_CASE("puppet: strings, numbers and interpolation")
{
    CHECK(said(R"($a = 'x' notify { "${a}y $a-z \$a \"q\" \u0041": })") == R"(xy x-z $a "q" A)");
    CHECK(said(R"(notify { 'it\'s $plain \n \\': })") == R"(it's $plain \n \)");
    CHECK(said(R"($l = ['a', 'b'] notify { "${l[1]} ${l[-1]}": })") == "b b");
    CHECK(said(R"($h = {'k' => {'n' => 7}} notify { "${h['k']['n']}": })") == "7");
    CHECK(said("notify { \"${010} ${0x1F} ${7 / 2} ${7 % 4} ${2 * 3 + 1}\": }") == "8 31 3 3 7");
    CHECK(said("$v = @(\"END\"/L)\n   one ${facts['hostname']}\n  two\n  | END\nnotify { $v: }\n") ==
          " one web1\ntwo\n");
}

TEST_CASE("puppet: facts in every spelling")
{
    CHECK(
        said(
            R"(notify { "${facts['os']['family']} ${facts['networking']['ip']} $::hostname ${::fqdn} $osfamily": })") ==
        "Debian 192.0.2.7 web1 web1.example Debian");
}

TEST_CASE("puppet: conditions")
{
    CHECK(said("if $facts['os']['family'] == 'debian' { notify { 'same': } } else { notify { 'other': } }") == "same");
    CHECK(said("unless 'a' in ['A'] { notify { 'x': } } else { notify { 'y': } }") == "y");
    CHECK(said("case $::osfamily { 'RedHat', 'Suse': { notify { 'r': } } /^Deb.*$/: { notify { 'd': } } default: { "
               "notify { 'o': } } }") == "d");
    CHECK(said("$x = $::osfamily ? { 'Debian' => 'apt', default => 'yum' } notify { $x: }") == "apt");
    CHECK(said("if '' { notify { 'true': } } if undef { notify { 'u': } } if 0 { notify { 'zero': } }") == "true|zero");
    CHECK(said("if 'abc' =~ /B/ { notify { 'x': } } elsif !('abc' !~ /b/) and (1 < 2 or false) { notify { 'y': } }") ==
          "y");
}

TEST_CASE("puppet: classes with parameters, defines, and their scopes")
{
    CHECK(said("class a($x = 'd', String $y = \"${x}!\") { notify { \"$x$y\": } }\nclass { 'a': x => 'v' }") == "vv!");
    CHECK(said("class a { $v = 'in' notify { \"$v ${a::v}\": } } include a, ::a") == "in in");
    CHECK(said("define d($w) { notify { \"$title $name $w\": } } d { ['p', 'q']: w => 1; 'r': w => 2 }") ==
          "p p 1|q q 1|r r 2");
    CHECK(said("class a::b inherits a::c { notify { \"b $x\": } } class a::c { $x = 1 } include a::b") == "b 1");
    CHECK(said("node 'other' { notify { 'o': } } node /^web/ { notify { 'w': } } node default { notify { 'd': } }") ==
          "w");
}

TEST_CASE("puppet: iteration, functions, defaults and splat")
{
    CHECK(said("[1, 2, 3].filter |$i| { $i > 1 }.each |$n, $v| { notify { \"$n=$v\": } }") == "0=2|1=3");
    CHECK(said("{'a' => 1}.each |$k, $v| { notify { \"$k$v\": } }") == "a1");
    CHECK(said("$m = ['x', 'y'].map |$e| { upcase($e) } notify { join($m, '-'): }") == "X-Y");
    CHECK(said("$s = [1, 2, 3].reduce |$a, $b| { $a + $b } notify { \"$s\": }") == "6");
    CHECK(said("$o = {'message' => 'splat'} notify { 'n': * => $o }") == "splat");
    CHECK(said("Notify { message => 'by default' } notify { 'n': }") == "by default");
    CHECK(said("create_resources('notify', {'a' => {'message' => 'm'}, 'b' => {}})") == "m|b");
    CHECK(said("$a = split('a,b', ',') + ['c'] notify { join(concat($a, 'd'), ''): }") == "abcd");
}

TEST_CASE("puppet: relationships make the order")
{
    CHECK(said("notify { 'a': require => Notify['b'] } notify { 'b': }") == "b|a");
    CHECK(said("notify { ['a', 'b']: } Notify['b'] -> Notify['a']") == "b|a");
    CHECK(said("notify { 'late': } -> notify { 'later': } notify { 'first': before => Notify['late'] }") ==
          "first|late|later");
    CHECK(said("class x { notify { 'in x': } } notify { 'out': require => Class['x'] } include x") == "in x|out");
    const Catalog catalog = read("file { '/etc/a': content => 'x', notify => Exec['reload'] } exec { 'reload': command "
                                 "=> '/bin/true', refreshonly => true }");
    CHECK(find(catalog, "file[/etc/a]").notifications.size() == 1);
}

TEST_CASE("puppet: virtual resources, realize and collectors")
{
    CHECK(said("@notify { 'v': } notify { 'n': }") == "n");
    CHECK(said("@notify { 'v': } realize(Notify['v'])") == "v");
    CHECK(said("@notify { 'v': } @notify { 'w': } Notify <| title == 'v' |>") == "v");
}

TEST_CASE("puppet: docker::run's parameters")
{
    const Resource run = one(
        "docker::run { 'my@app': image => 'app:1', ports => ['80:80'], env => ['A=1', 'B=2'], net => 'front', username "
        "=> 'u', hostname => 'h', "
        "memory_limit => '64m', privileged => true, extra_parameters => ['--restart=always', '--cap-add NET_ADMIN'], "
        "dns => '192.0.2.1', command => 'sh -c \"a b\"' }");
    CHECK(run.name == "my-app");
    CHECK(value(run, "image") == "app:1");
    CHECK(value(run, "network") == "front");
    CHECK(value(run, "user") == "u");
    CHECK(value(run, "hostname") == "h");
    CHECK(value(run, "privileged") == "true");
    CHECK(container_spec(run).restart.name == "always");
    CHECK(address(one("docker::run { 'gone': ensure => absent, image => 'x' }")) == "docker_container[gone]");
}

TEST_CASE("puppet: docker's other types")
{
    CHECK(address(one("docker_network { 'front': driver => 'bridge', subnet => '10.0.0.0/24' }")) ==
          "docker_network[front]");
    CHECK(address(one("docker_volume { 'data': }")) == "docker_volume[data]");
    const Resource image = one("docker::image { 'debian': image_tag => '12' }");
    CHECK(address(image) == "docker_image[debian]");
    CHECK(value(image, "tag") == "12");
    const Catalog ordered = read("docker::run { 'web': image => 'app' } docker::image { 'app': } include docker");
    const auto order = order_resources(ordered).order;
    CHECK(ordered.resources[order.front()].type == "docker_engine");
    CHECK(ordered.resources[order.back()].type == "docker_container");
}

TEST_CASE("puppet: the core types")
{
    CHECK(address(one("package { 'curl': ensure => installed }")) == "package[curl]");
    CHECK(address(one("service { 'cron': ensure => running, enable => true }")) == "service[cron]");
    CHECK(address(one("user { 'app': uid => 1500, home => '/srv/app' }")) == "user[app]");
    const Resource file = one("file { '/srv/a': ensure => file, mode => '0640', content => \"x\\n\" }");
    CHECK(value(file, "mode") == "0640");
    CHECK(address(one("file { '/srv/d': ensure => directory }")) == "directory[/srv/d]");
    CHECK(address(one("file { '/srv/l': ensure => link, target => '/srv/d' }")) == "link[/srv/l]");
}

TEST_CASE("puppet: what is wrong is said at its place")
{
    CHECK(complaint("notify { 'a':\n  message => 'x'\n  loglevel => 'y' }").starts_with("3:"));
    CHECK(complaint("$a = 'open").starts_with("1:6 "));
    CHECK(complaint("notify { 'a': ").starts_with("1:"));
    CHECK(complaint("$a = 1\n$a = 2").starts_with("2:"));
    CHECK(complaint("notify { 'a': }\nnotify { 'a': }") == "2:10 'Notify[a]' is declared already, in line 1");
    CHECK(complaint("notify { 'a': require => Notify['b'] }") == "1:26 'Notify[b]' is not declared");
    CHECK(error_of("notfy { 'a': }").hint() == "did you mean 'notify'?");
    CHECK(contains(error_of("docker::run { 'a': image => 'x', port => '1' }").hint(), "ports"));
    CHECK(contains(error_of("include dockr").hint(), "docker"));
    CHECK(contains(complaint("$a = 'abc' if $a =~ /a(.)/ { notify { $1: } }"), "'$1' has no value"));
}

TEST_CASE("puppet: a dependency cycle is shown with its path")
{
    const std::string text =
        error_of("notify { 'a': require => Notify['b'] } notify { 'b': require => Notify['a'] }").message();
    CHECK(contains(text, "a"));
    CHECK(contains(text, "->"));
}

TEST_CASE("puppet: hostile manifests end soon")
{
    CHECK(error_of(std::string(100'000, '[')).kind() == ErrorKind::invalid);
    CHECK(error_of("$a = " + std::string(100'000, '(')).kind() == ErrorKind::invalid);
    CHECK(error_of("define d() { d { \"${title}x\": } } d { 'a': }").kind() == ErrorKind::invalid);
    CHECK(error_of("range(1, 1000000000).each |$i| { notify { \"$i\": } }").kind() == ErrorKind::invalid);
    CHECK(error_of("$a = 'xxxxxxxxxxxxxxxx' $b = \"$a$a$a$a$a$a$a$a\" $c = \"$b$b$b$b$b$b$b$b\" $d = "
                   "\"$c$c$c$c$c$c$c$c\" $e = \"$d$d$d$d$d$d$d$d\" "
                   "$f = \"$e$e$e$e$e$e$e$e\" $g = \"$f$f$f$f$f$f$f$f\" $h = \"$g$g$g$g$g$g$g$g\" $i = "
                   "\"$h$h$h$h$h$h$h$h\" notify { $i: }")
              .kind() == ErrorKind::invalid);
}
