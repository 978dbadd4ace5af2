// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/puppet/manifest.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

/// A manifest with a hierarchy: the node's own data, that of its kind of system, and what is common.
class Site {
  public:
    Site()
    {
        folder.write("hiera.yaml",
                     "version: 5\nhierarchy:\n"
                     "  - name: node\n    path: 'nodes/%{trusted.certname}.yaml'\n"
                     "  - name: system\n    paths: ['os/%{facts.os.family}.yaml', 'none/%{::none}.yaml']\n"
                     "  - name: common\n    path: common.yaml\n");
    }
    void node(std::string_view text) const { folder.write("data/nodes/web1.example.yaml", text); }
    void system(std::string_view text) const { folder.write("data/os/Debian.yaml", text); }
    void common(std::string_view text) const { folder.write("data/common.yaml", text); }

    std::string said(std::string_view text) const
    {
        return messages_of(read_puppet(text, folder.at("site.pp"), debian_machine()));
    }
    std::string shown(const std::string& expression) const
    {
        return said("$shown = " + expression + "\nnotify { \"${shown}\": }");
    }
    Error error_of(std::string_view text) const
    {
        return caught([&] { read_puppet(text, folder.at("site.pp"), debian_machine()); });
    }

    Folder folder;
};

} // namespace

TEST_CASE("hiera: the highest level that has a key says what it is")
{
    const Site site;
    site.node("port: 81\n");
    site.system("port: 82\nkind: debian\n");
    site.common("port: 83\nkind: any\nlast: 'yes'\nflag: yes\nnothing: ~\nversion: 1.2.3\nmode: '0644'\nsize: 0x10\n");
    CHECK(site.shown("lookup('port') + 1") == "82");
    CHECK(site.shown("lookup('kind')") == "debian");
    CHECK(site.shown("[lookup('last'), lookup('flag'), lookup('version'), lookup('mode'), lookup('size')]") ==
          "[yes, true, 1.2.3, 0644, 16]");
    CHECK(site.shown("lookup('nothing') =~ Undef") == "true");
    CHECK(site.shown("lookup('none', String, 'first', 'fallback')") == "fallback");
    CHECK(site.shown("lookup(['none', 'kind'])") == "debian");
    CHECK(site.shown("lookup('none') |$k| { \"no ${k}\" }") == "no none");
    const Error missing = site.error_of("\n$x = lookup('none')");
    CHECK(missing.message() == "there is no data for 'none'");
    CHECK(missing.position().line == 2);
}

TEST_CASE("hiera: a dotted key finds what is inside, and quotes keep a dot")
{
    const Site site;
    site.common("web:\n  port: 80\n  hosts: [a, {name: b}]\na.b: dotted\n");
    CHECK(site.shown("lookup('web.port')") == "80");
    CHECK(site.shown("lookup('web.hosts.1.name')") == "b");
    CHECK(site.shown("lookup(\"'a.b'\")") == "dotted");
    CHECK(site.shown("lookup('web.none', undef, undef, 'd')") == "d");
    CHECK(site.error_of("$x = lookup('a..b')").message() == "'a..b' is no key");
}

TEST_CASE("hiera: values are merged as the call or the data's lookup_options say")
{
    const Site site;
    site.node(
        "list: [c, a]\nmap: {a: 1, in: {x: [1]}}\nown: {a: 1}\npat_x: [1]\nlookup_options: {own: {merge: hash}}\n");
    site.common("list: [b, [a]]\nmap: {b: 2, a: 3, in: {y: 2, x: [0, 1]}}\nown: {b: 2}\npat_x: [2]\n"
                "lookup_options:\n  '^pat_': {merge: {strategy: unique}}\n  own: {merge: first}\n"
                "  number: {convert_to: Integer}\n  bad: {convert_to: Regexp}\n  key: {convert_to: Sensitive}\nnumber: "
                "'5'\nbad: x\nkey: hush\n");
    CHECK(site.shown("lookup('list')") == "[c, a]");
    CHECK(site.shown("lookup('list', Array, 'unique')") == "[c, a, b]");
    CHECK(site.shown("lookup('map', Hash, 'hash')") == "{b => 2, a => 1, in => {x => [1]}}");
    CHECK(site.shown("lookup('map', {merge => 'deep'})") == "{b => 2, a => 1, in => {y => 2, x => [0, 1]}}");
    CHECK(site.shown("lookup('map.in.x', {'merge' => {'strategy' => 'deep'}})") == "[0, 1]");
    CHECK(site.shown("lookup('own')") == "{b => 2, a => 1}");
    CHECK(site.shown("lookup('pat_x')") == "[1, 2]");
    CHECK(site.shown("lookup('number') + 1") == "6");
    CHECK(site.error_of("$x = lookup('bad')").hint() ==
          "convert_to understands Array, Boolean, Integer, Sensitive and String");
    CHECK(site.shown("lookup('key')") == "Sensitive [value redacted]");
    CHECK(site.shown("unwrap(lookup('key'))") == "hush");
    CHECK(site.error_of("$x = lookup('list', Array, 'uniqe')").hint() == "did you mean 'unique'?");
    const Error mixed = site.error_of("$x = lookup('list', Hash, 'hash')");
    CHECK(mixed.message().find("is no hash") != std::string::npos);
    CHECK(mixed.position().file == site.folder.at("data/common.yaml"));
    CHECK(site.error_of("$x = lookup('map', Array, 'unique')").hint() == "merge by 'hash' or 'deep'");
    CHECK(site.error_of("$x = lookup('lookup_options')").kind() == ErrorKind::invalid);
}

TEST_CASE("hiera: deep merges know a prefix that takes away, and sort")
{
    const Site site;
    site.node("list: [c, '--a']\nmap: {'--b': , a: 1}\n");
    site.common("list: [b, a]\nmap: {b: 2, c: 3}\n");
    CHECK(site.shown("lookup('list', {merge => {strategy => deep, knockout_prefix => '--'}})") == "[b, c]");
    CHECK(site.shown("lookup('map', {merge => {strategy => deep, knockout_prefix => '--'}})") == "{c => 3, a => 1}");
    CHECK(site.shown("lookup('list', {merge => {strategy => deep, sort_merged_arrays => true}})") == "[--a, a, b, c]");
    CHECK(site.error_of("$x = lookup('list', {merge => {strategy => deep, merge_hash_arrays => true}})").message() ==
          "'merge_hash_arrays' of a merge is outside the supported part of Hiera");
}

TEST_CASE("hiera: lookup() takes its arguments by name, too")
{
    const Site site;
    site.common("port: 80\n");
    CHECK(site.shown("lookup({name => 'port', value_type => Integer})") == "80");
    CHECK(site.shown("lookup('none', {default_value => 1})") == "1");
    CHECK(site.shown("lookup({name => ['none', 'other'], default_values_hash => {other => 2}})") == "2");
    CHECK(site.shown("lookup('port', {override => {port => 3}})") == "3");
    CHECK(site.error_of("$x = lookup('port', {defaut_value => 1})").message() ==
          "'lookup' has no option 'defaut_value'");
    CHECK(site.error_of("$x = lookup('port', String)").message() == "the data for 'port' is an integer, not String");
    CHECK(site.error_of("$x = lookup()").kind() == ErrorKind::invalid);
}

TEST_CASE("hiera: what stands in %{…} is filled in")
{
    const Site site;
    site.common("a: 'h=%{facts.hostname} %{::hostname} %{lookup(\"b\")} 100%{literal(\"%\")}{x} %{none}.'\nb: [1, 2]\n"
                "c: \"%{alias('b')}\"\nd: {'%{hostname}': \"%{scope('mine')}\"}\ne: \"%{hiera('c')}\"\n"
                "loop: \"%{lookup('pool')}\"\npool: \"%{lookup('loop')}\"\nopen: 'x\n\n  %{a'\nbad: '%{env(\"x\")}'\n"
                "part: \"x%{alias('b')}\"\n");
    CHECK(site.shown("lookup('a')") == "h=web1 web1 [1, 2] 100%{x} .");
    CHECK(site.shown("lookup('c')[1] + 1") == "3");
    CHECK(site.said("class k { $mine = 'm'\n notify { \"${lookup('d')} ${lookup('e')}\": } }\ninclude k") ==
          "{web1 => m} [1, 2]");
    CHECK(site.error_of("$x = lookup('loop')").message() == "the data for 'loop' needs itself");
    const Error open = site.error_of("$x = lookup('open')");
    CHECK(open.message() == "this %{ is not closed");
    CHECK(open.position().file == site.folder.at("data/common.yaml"));
    CHECK(open.position().line == 8);
    const Error bad = site.error_of("$x = lookup('bad')");
    CHECK(bad.message() == "'%{env(\"x\")}' is outside the supported part of Hiera");
    CHECK(site.error_of("$x = lookup('part')").hint() == "write %{lookup('KEY')} inside a text");
    std::string bomb = "k0: 0123456789\n";
    for (int at = 1; at < 19; ++at)
        bomb += "k" + std::to_string(at) + ": \"%{lookup('k" + std::to_string(at - 1) + "')}%{lookup('k" +
                std::to_string(at - 1) + "')}%{lookup('k" + std::to_string(at - 1) + "')}\"\n";
    site.common(bomb);
    CHECK(site.error_of("$x = lookup('k18')").kind() == ErrorKind::invalid);
}

TEST_CASE("hiera: the parameters of classes are looked up")
{
    const Site site;
    site.common("web::port: 81\nweb::name: ~\nweb::db::host: h\ndocker::run_instance::instance:\n"
                "  front: {image: nginx, ports: ['80:80']}\nbad::port: x\n");
    const std::string web =
        "class web(Integer $port = 80, $name_ = 'n', $name = 'none') { notify { \"${port} ${name_}\": }\n"
        "class db($host) { notify { $host: } } }\n";
    CHECK(site.said(web + "include web\ninclude web::db") == "81 n|h");
    CHECK(site.said(web + "class { 'web': port => 5 }") == "5 n");
    CHECK(site.said(web + "class { 'web': port => undef }") == "81 n");
    const Catalog front = read_puppet("include docker::run_instance", site.folder.at("site.pp"), debian_machine());
    REQUIRE(front.resources.size() == 1);
    CHECK(value(front.resources[0], "image") == "nginx");
    const Error bad = site.error_of("class bad(\n  Integer $port) { }\ninclude bad");
    CHECK(bad.message() == "the data for 'bad::port' is a string, not Integer");
    CHECK(bad.position().line == 2);
    // A defined type has no data.
    CHECK(site.error_of("define web($port) { }\nweb { 'a': }").message() == "'web' wants a value for 'port'");
}

TEST_CASE("hiera: the older words")
{
    const Site site;
    site.node("classes: [a]\nlist: [1]\nmap: {x: 1}\n");
    site.common("classes: [b, a]\nlist: [2]\nmap: {y: 2}\none: 1\n");
    CHECK(site.shown("[hiera('one'), hiera('none', 2), hiera_array('list'), hiera_hash('map')]") ==
          "[1, 2, [1, 2], {y => 2, x => 1}]");
    CHECK(site.said("class a { notify { 'in a': } }\nclass b { notify { 'in b': } }\nhiera_include('classes')") ==
          "in a|in b");
    CHECK(site.error_of("hiera_include('none')").message() == "there is no data for 'none'");
    CHECK(site.error_of("$x = hiera('one', 1, 'over')").kind() == ErrorKind::invalid);
}

TEST_CASE("hiera: levels of patterns, folders of their own, and JSON")
{
    const Site site;
    site.folder.write("hiera.yaml", "version: 5\ndefaults:\n  datadir: facts\n  data_hash: yaml_data\nhierarchy:\n"
                                    "  - {name: many, globs: ['d/*.yaml', 'e/**/*.yaml']}\n"
                                    "  - {name: json, datadir: other, path: x.json, data_hash: json_data}\n");
    site.folder.write("facts/d/2.yaml", "k: two\n");
    site.folder.write("facts/d/1.yaml", "k: one\n");
    site.folder.write("facts/d/deep/0.yaml", "k: deep\nz: 1\n");
    site.folder.write("facts/e/f/g/3.yaml", "k: three\n");
    site.folder.write("other/x.json", "{\"k\": [\"json\"], \"j\": {\"a\": 1.5}}");
    CHECK(site.shown("lookup('k', Array, 'unique')") == "[one, two, three, json]");
    CHECK(site.shown("lookup('j.a')") == "1.5");
    CHECK(site.shown("lookup('z', undef, undef, 'none')") == "none");
}

TEST_CASE("hiera: what is wrong in its files is told at its place")
{
    const Site site;
    const auto configured = [&](std::string_view text) {
        site.folder.write("hiera.yaml", text);
        return site.error_of("$x = lookup('a')");
    };
    CHECK(configured("version: 4\n").message() == "only version 5 of hiera.yaml is understood");
    CHECK(configured("---\n:backends: [ldap]\n").message() ==
          "the backend 'ldap' is outside the supported part of Hiera");
    CHECK(configured("---\n:backends: yaml\n:merge_behavior: deep\n").position().line == 3);
    const Error word = configured("version: 5\nhierarchy:\n  - name: a\n    pth: x\n");
    CHECK(word.position().line == 4);
    CHECK(word.position().file == site.folder.at("hiera.yaml"));
    CHECK(word.hint() == "did you mean 'path'?");
    CHECK(configured("version: 5\nhierarchy:\n  - name: a\n    lookup_key: my_lookup\n").message() ==
          "'lookup_key' is outside the supported part of Hiera");
    CHECK(configured("version: 5\nhierarchy:\n  - name: a\n    path: \"%{lookup('x')}\"\n").kind() ==
          ErrorKind::invalid);
    site.folder.write("data/common.yaml", "a: 1\nb: [\n");
    CHECK(configured("version: 5\n").position().file == site.folder.at("data/common.yaml"));
    site.folder.write("data/common.yaml", "- a\n");
    CHECK(configured("version: 5\n").message() == "a file of data is a hash of keys and values");
    site.folder.write("data/common.yaml", "");
    CHECK(configured("version: 5\n").message() == "there is no data for 'a'");
}

TEST_CASE("hiera: files of version 3 are read as they were")
{
    const Site site;
    site.folder.write("hiera.yaml", "---\n:backends:\n  - yaml\n  - json\n:hierarchy:\n  - 'nodes/%{::fqdn}'\n"
                                    "  - common\n:yaml:\n  :datadir: 'old/%{environment}'\n:json:\n  :datadir: json\n"
                                    ":logger: console\n");
    site.folder.write("old/production/nodes/web1.example.yaml", "a: node\n");
    site.folder.write("old/production/common.yaml", "a: common\nb: common\n");
    site.folder.write("json/common.json", "{\"b\": \"json\", \"c\": [1]}");
    CHECK(site.shown("[hiera('a'), hiera('b'), lookup('c')]") == "[node, common, [1]]");
    const Site merged;
    merged.folder.write("hiera.yaml", "---\n:hierarchy: ['%{fqdn}', common]\n:merge_behavior: deeper\n");
    merged.folder.write("data/web1.example.yaml", "h: {a: {b: 1}}\n");
    merged.folder.write("data/common.yaml", "h: {a: {b: 2, c: 3}}\n");
    CHECK(merged.shown("hiera_hash('h')") == "{a => {b => 1, c => 3}}");
    CHECK(merged.shown("hiera('h')") == "{a => {b => 1}}");
}

TEST_CASE("hiera: merge keys of YAML, and what eyaml has encrypted")
{
    const Site site;
    site.common("base: &base {a: 1, b: {c: 2}}\nother: &other {a: 5, z: 6}\nuse:\n  <<: *base\n  a: 3\n"
                "both: {<<: [*base, *other]}\nkept: {'<<': 1}\n"
                "secret: {x: [plain, 'ENC[PKCS7,MIIBeQ==]']}\n");
    CHECK(site.shown("lookup('use')") == "{a => 3, b => {c => 2}}");
    CHECK(site.shown("lookup('both')") == "{a => 1, b => {c => 2}, z => 6}");
    CHECK(site.shown("lookup('kept')") == "{<< => 1}");
    const Site other;
    other.common("fine: 1\nsecret: {x: [plain, 'ENC[PKCS7,MIIBeQ==]']}\n");
    other.folder.write("hiera.yaml", "version: 5\nhierarchy:\n  - name: e\n    lookup_key: eyaml_lookup_key\n"
                                     "    path: common.yaml\n    options: {pkcs7_private_key: /k.pem}\n");
    CHECK(other.shown("lookup('fine')") == "1");
    const Site by_default;
    by_default.common("fine: 1\n");
    by_default.folder.write("hiera.yaml", "version: 5\ndefaults: {lookup_key: eyaml_lookup_key, datadir: data}\n"
                                          "hierarchy:\n  - {name: e, path: common.yaml}\n");
    CHECK(by_default.shown("lookup('fine')") == "1");
    const Error encrypted = other.error_of("$x = lookup('secret')");
    CHECK(encrypted.message() == "this value is encrypted by eyaml, which is outside the supported part of Hiera");
    CHECK(encrypted.position().file == other.folder.at("data/common.yaml"));
    CHECK(encrypted.position().line == 2);
}

TEST_CASE("hiera: a module's own data stand below those of the manifest, for its own keys")
{
    const Site site;
    site.common("web::port: 80\nweb::names: [a]\n");
    site.folder.write("modules/web/hiera.yaml",
                      "version: 5\ndefaults: {datadir: values}\nhierarchy:\n  - {name: all, path: all.yaml}\n");
    site.folder.write("modules/web/values/all.yaml", "web::port: 81\nweb::user: www\nweb::names: [b]\nother: x\n"
                                                     "lookup_options:\n  web::names: {merge: unique}\n");
    site.folder.write("modules/web/manifests/init.pp",
                      "class web($port, $user, $names) { notify { \"${port} ${user} ${names}\": } }\n");
    CHECK(site.said("include web") == "80 www [a, b]");
    CHECK(site.shown("lookup('other', undef, undef, 'none')") == "none");
    site.folder.write("modules/web/hiera.yaml", "version: 4\n");
    CHECK(site.error_of("include web").position().file == site.folder.at("modules/web/hiera.yaml"));
}

TEST_CASE("hiera: a level may have a path for each item of a variable")
{
    const Site site;
    site.folder.write("hiera.yaml", "version: 5\nhierarchy:\n  - name: roles\n    mapped_paths: [roles, role, "
                                    "'role/%{role}.yaml']\n  - name: common\n    path: common.yaml\n");
    site.folder.write("data/role/web.yaml", "a: web\n");
    site.folder.write("data/role/db.yaml", "a: db\nb: db\n");
    site.common("a: common\nb: common\nc: common\n");
    CHECK(site.said("$roles = ['web', 'db']\nnotify { \"${lookup('a')} ${lookup('b')} ${lookup('c')}\": }") ==
          "web db common");
    CHECK(site.said("notify { \"${lookup('a')}\": }") == "common");
    site.folder.write("hiera.yaml", "version: 5\nhierarchy:\n  - {name: a, mapped_paths: [roles, role]}\n");
    CHECK(site.error_of("$x = lookup('a')").message() ==
          "'mapped_paths' wants a variable, a name for its items, and a path");
}

TEST_CASE("hiera: beside the folder of manifests, too")
{
    const Folder folder;
    folder.write("env/hiera.yaml", "version: 5\n");
    folder.write("env/data/common.yaml", "a: found\n");
    CHECK(messages_of(read_puppet("notify { lookup('a'): }", folder.at("env/manifests/site.pp"), debian_machine())) ==
          "found");
}
