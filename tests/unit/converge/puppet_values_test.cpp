// SPDX-License-Identifier: Apache-2.0
// The data types and the functions of Puppet and stdlib. What they say is what puppet 7.23 says.
#include "converge/puppet/manifest.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"
#include "unit/converge/folder.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

std::string said(std::string_view text)
{
    return messages_of(read_puppet(text, "m.pp", debian_machine()));
}

/// One expression as a string holds it.
std::string shown(const std::string& expression)
{
    return said("$shown = " + expression + "\nnotify { \"<${shown}>\": }");
}

Error error_of(std::string_view text)
{
    return caught([&] { read_puppet(text, "m.pp", debian_machine()); });
}

/// Whether a value is of a type.
bool is(const std::string& value, const std::string& type)
{
    return shown(value + " =~ " + type) == "<true>";
}

/// What the check of a parameter says of a value.
std::string refused(const std::string& type, const std::string& value)
{
    return error_of("class k(" + type + " $p) { }\nclass { 'k': p => " + value + " }").message();
}

} // namespace

TEST_CASE("puppet types: what stands in brackets is asked for")
{
    CHECK(is("3", "Integer[1, 5]"));
    CHECK_FALSE(is("6", "Integer[1, 5]"));
    CHECK(is("6", "Integer[1]"));
    CHECK(is("-6", "Integer[default, 0]"));
    CHECK(is("1.5", "Float[1.0, 2.0]"));
    CHECK_FALSE(is("'1'", "Numeric"));
    CHECK(is("'a'", "Enum['a', 'b']"));
    CHECK_FALSE(is("'A'", "Enum['a', 'b']"));
    CHECK(is("'A'", "Enum['a', 'b', true]"));
    CHECK(is("'web12'", "Pattern[/^db/, /^web\\d{2}$/]"));
    CHECK_FALSE(is("'web123'", "Pattern[/^web\\d{2}$/]"));
    CHECK_FALSE(is("''", "String[1]"));
    CHECK(is("'\u00e9\u00e9'", "String[1, 2]"));
    CHECK(is("undef", "Optional[String[1]]"));
    CHECK_FALSE(is("''", "Optional[String[1]]"));
    CHECK(is("'x'", "NotUndef"));
    CHECK_FALSE(is("undef", "NotUndef[Any]"));
    CHECK(is("['a', 'b']", "Array[String, 1]"));
    CHECK_FALSE(is("[]", "Array[String, 1]"));
    CHECK_FALSE(is("['a', 1]", "Array[String]"));
    CHECK_FALSE(is("['a', 'b']", "Array[String, 0, 1]"));
    CHECK(is("{ 'a' => 1 }", "Hash[String, Integer]"));
    CHECK_FALSE(is("{ 'a' => 'b' }", "Hash[String, Integer]"));
    CHECK(is("5", "Variant[Boolean, Integer[5, 5]]"));
    CHECK_FALSE(is("6", "Variant[Boolean, Integer[5, 5]]"));
    CHECK(is("['a', 1]", "Tuple[String, Integer]"));
    CHECK_FALSE(is("['a']", "Tuple[String, Integer]"));
    CHECK(is("['a', 1, 2]", "Tuple[String, Integer, 1, 3]"));
    CHECK(is("{ 'mode' => 'ro' }", "Struct[{ mode => Enum['ro', 'rw'], Optional['size'] => Integer }]"));
    CHECK_FALSE(is("{ 'mode' => 'ro', 'x' => 1 }", "Struct[{ mode => Enum['ro', 'rw'] }]"));
    CHECK_FALSE(is("{}", "Struct[{ mode => Enum['ro', 'rw'] }]"));
    CHECK(is("{}", "Struct[{ mode => Optional[String] }]"));
    CHECK(is("[1, { 'a' => [undef] }]", "Data"));
    CHECK(is("true", "Boolean[true]"));
    CHECK_FALSE(is("false", "Boolean[true]"));
    CHECK(shown("5 ? { Integer[1, 4] => 'low', Integer[5] => 'high' }") == "<high>");
    CHECK(said("case 'b' { Enum['a']: { notify { 'x': } } Enum['b']: { notify { 'y': } } default: { } }") == "y");
    CHECK(error_of("$x = 1 =~ Integer['a']").message() == "'Integer' wants numbers between [ and ], not a string");
}

TEST_CASE("puppet types: a parameter that is of another type is refused with what it is")
{
    CHECK(refused("Integer[1, 5]", "7") == "the parameter 'p' is Integer[1, 5], not 7");
    CHECK(refused("Integer[1, 5]", "'7'") == "the parameter 'p' is Integer[1, 5], not '7'");
    CHECK(refused("String", "7") == "the parameter 'p' is String, not an integer");
    CHECK(refused("Array[Integer]", "[1, 'x']") ==
          "the parameter 'p' is Array[Integer], not an array: its item 1 is a string, not Integer");
    CHECK(refused("Hash[String, Enum['a']]", "{ 'k' => 'b' }") ==
          "the parameter 'p' is Hash[String, Enum['a']], not a hash: its value of 'k' is 'b', not Enum['a']");
    CHECK(refused("Struct[{ a => String }]", "{}") ==
          "the parameter 'p' is Struct[{'a' => String}], not a hash: it has no key 'a'");
    CHECK(refused("Stdlib::Port", "70000") == "the parameter 'p' is Stdlib::Port, not 70000");
    CHECK(refused("Sensitive[String[20]]", "Sensitive('hush')").find("hush") == std::string::npos);
    CHECK(refused("Sensitive[String[2]]", "'hush'").find("hush") == std::string::npos);
    const Error place = error_of("class k(\n  Enum['a'] $p,\n) { }\nclass { 'k':\n  p => 'b',\n}");
    CHECK(place.position().line == 5);
    CHECK(error_of("define d(Integer[1] $p = 0) { }\nd { 'x': }").position().line == 1);
    CHECK(error_of("[0].each |Integer[1] $x| { }").message() == "the parameter 'x' is Integer[1], not 0");
    CHECK(error_of("$x = assert_type(Integer[1], 0)").message() == "the value is 0, not Integer[1]");
    CHECK(shown("assert_type(Integer[1], 0) |$wanted, $is| { \"${wanted} ${is}\" }") == "<Integer[1] Integer>");
    CHECK(error_of("class k(Nothing::Such $p) { }\nclass { 'k': p => 1 }").message() ==
          "there is no type Nothing::Such");
    CHECK(error_of("class k(Stdlib::Prot $p) { }\nclass { 'k': p => 1 }").kind() == ErrorKind::invalid);
}

TEST_CASE("puppet types: aliases of the manifest, of modules and of stdlib")
{
    CHECK(said("type My::Port = Variant[Stdlib::Port, Enum['any']]\n"
               "class k(My::Port $p) { notify { \"${p}\": } }\nclass { 'k': p => 'any' }") == "any");
    CHECK(error_of("type My::Port = Integer[1, 9]\nclass k(Array[My::Port] $p) { }\nclass { 'k': p => [10] }")
              .message() == "the parameter 'p' is Array[My::Port], not an array: its item 0 is 10, not My::Port");
    CHECK(error_of("type A = Array[A]\n$x = 1 =~ A").message() ==
          "a type that names itself is outside the supported part of Puppet");
    CHECK(error_of("type A = Integer\ntype A = String").message() == "'a' is defined already, in line 1");
    for (const auto* value : {"'/a/b'", "'/'", "'C:/x'"})
        CHECK(is(value, "Stdlib::Absolutepath"));
    CHECK_FALSE(is("'a/b'", "Stdlib::Absolutepath"));
    CHECK_FALSE(is("0", "Stdlib::Port::Privileged"));
    CHECK(is("'HTTPS://mirror.example/x'", "Stdlib::HTTPUrl"));
    CHECK_FALSE(is("'ftp://x'", "Stdlib::HTTPUrl"));
    CHECK(is("'latest'", "Stdlib::Ensure::Package"));
    CHECK_FALSE(is("'latest'", "Stdlib::Ensure::Service"));
    CHECK(is("'0644'", "Stdlib::Filemode"));
    CHECK(is("'u=rw,go=r'", "Stdlib::Filemode"));
    CHECK_FALSE(is("'9644'", "Stdlib::Filemode"));
    CHECK(is("'192.0.2.1/24'", "Stdlib::IP::Address"));
    CHECK_FALSE(is("'192.0.2.1/33'", "Stdlib::IP::Address"));
    CHECK_FALSE(is("'192.0.2.1'", "Stdlib::IP::Address::V4::CIDR"));
    CHECK(is("'2001:db8::1'", "Stdlib::IP::Address::V6"));
    CHECK_FALSE(is("'2001:db8::1'", "Stdlib::IP::Address::V4"));
    CHECK(is("'web1.example'", "Stdlib::Host"));
    CHECK(is("'00:11:22:33:44:55'", "Stdlib::MAC"));
    CHECK(is("'Yes'", "Stdlib::Yes_no"));
    const Folder folder;
    folder.write("modules/web/types/mode.pp", "type Web::Mode = Enum['on', 'off']\n");
    folder.write("modules/web/types/bad.pp", "type Web::Good = Any\n");
    folder.write("modules/web/manifests/init.pp", "class web(Web::Mode $mode = 'on') { notify { \"m ${mode}\": } }\n");
    const auto read_main = [&](std::string_view text) {
        return messages_of(read_puppet(text, folder.at("site.pp"), debian_machine()));
    };
    CHECK(read_main("include web") == "m on");
    const auto message_of = [&](std::string_view text) {
        try {
            read_main(text);
        } catch (const Error& error) {
            return error.message();
        }
        return std::string();
    };
    CHECK(message_of("class { 'web': mode => 'up' }") == "the parameter 'mode' is Web::Mode, not 'up'");
    CHECK(message_of("$x = 1 =~ Web::Bad") == "this file should say what the type Web::Bad is");
}

TEST_CASE("puppet functions: numbers")
{
    CHECK(shown("[abs(-3), abs(-0.5), floor(1.7), ceiling(1.2), round(2.5), floor(-1.5)]") ==
          "<[3, 0.5, 1, 2, 3, -2]>");
    CHECK(shown("[sum([1, 2, 3.5]), max([1, 7]), clamp(1, 9, 5), bool2num('yes'), num2bool('2.7')]") ==
          "<[6.5, 7, 5, 1, true]>");
    CHECK(shown("[Integer('ff', 16), Integer('0'), Integer(1.9), Float('1.5'), Numeric('7')]") ==
          "<[255, 0, 1, 1.5, 7]>");
    // As Random.new(…).rand(…) of Ruby says.
    CHECK(shown("[fqdn_rand(60), fqdn_rand(60, 'x'), seeded_rand(1000000, 'x'), seeded_rand(5000000000, 'x'), "
                "seeded_rand(1, 'x')]") == "<[16, 9, 573175, 4375086992, 0]>");
    CHECK(error_of("$x = fqdn_rand(0)").message().find("from 1 on") != std::string::npos);
    CHECK(error_of("$x = shuffle([1])").hint().find("fqdn_rand") != std::string::npos);
}

TEST_CASE("puppet functions: texts")
{
    CHECK(shown("[basename('/a/b.conf', '.conf'), basename('/a/b.conf', '.*'), extname('/a/b.c.d'), extname('.a')]") ==
          "<[b, b, .d, ]>");
    CHECK(shown("[bool2str(true, 'on', 'off'), bool2str(false), chop('abc'), swapcase('aBc'), camelcase('a_bc')]") ==
          "<[on, false, ab, AbC, ABc]>");
    CHECK(shown("[base64('encode', 'hello'), base64('decode', 'aGVsbG8='), base64('encode', 'h', 'strict')]") ==
          "<[aGVsbG8=\n, hello, aA==]>");
    CHECK(shown("'web12'.match(/([a-z]+)(\\d+)/)") == "<[web12, web, 12]>");
    CHECK(shown("[stdlib::start_with('abc', ['x', 'ab']), stdlib::end_with('abc', 'b'), reverse('ab')]") ==
          "<[true, false, ba]>");
    CHECK(shown("sprintf('%-5s|%5.1f|%+d|%#x|%o|%b|%05d|%x', 'ab', 3.14159, 5, 255, 8, 5, -42, 'z'.length)") ==
          "<ab   |  3.1|+5|0xff|10|101|-0042|1>");
    CHECK(shown("sprintf('%<a>03d %{b}', { 'a' => 7, 'b' => 'x' })") == "<007 x>");
    CHECK(shown("[String(255, '%x'), String([1]), String(undef)]") == "<[ff, [1], ]>");
    CHECK(error_of("$x = sprintf('%q', 1)").hint().find("%s") == 0);
    CHECK(shown("[md5('a'), sha1('a')]") ==
          "<[0cc175b9c0f1b6a831c399e269772661, 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8]>");
}

TEST_CASE("puppet functions: lists and hashes")
{
    CHECK(shown("deep_merge({ 'a' => { 'b' => 1, 'c' => 2 }, 'd' => 1 }, { 'a' => { 'b' => 3 } }, '')") ==
          "<{a => {b => 3, c => 2}, d => 1}>");
    CHECK(shown("[difference([1, 2, 3], [2]), intersection([1, 2, 2], [2, 3]), union([1, 2], [2, 3], [1])]") ==
          "<[[1, 3], [2], [1, 2, 3]]>");
    CHECK(shown("[zip([1, 2], ['a', 'b']), zip([1], ['a'], true)]") == "<[[[1, a], [2, b]], [1, a]]>");
    CHECK(shown("[grep(['aa', 'b'], 'a'), reject(['aa', 'b'], /a/), delete_at([1, 2, 3], 1), reverse([1, 2])]") ==
          "<[[aa], [b], [1, 3], [2, 1]]>");
    CHECK(shown("[values_at(['a', 'b', 'c', 'd'], [0, '2-3']), delete_values({ 'a' => 1, 'b' => 2 }, 1)]") ==
          "<[[a, c, d], {b => 2}]>");
    CHECK(shown("[count([1, undef, '', 2]), count([1, 2, 1], 1), join_keys_to_values({ 'a' => [1, 2] }, ':')]") ==
          "<[2, 2, [a:1, a:2]]>");
    CHECK(shown("[range('a', 'c'), range('web08', 'web10'), range(0, 9, 4), range('1-3')]") ==
          "<[[a, b, c], [web08, web09, web10], [0, 4, 8], [1, 2, 3]]>");
    CHECK(shown("[Array({ 'a' => 1 }), any2array({ 'a' => 1 }), any2array(''), Hash([['a', 1]]), Hash(['a', 1])]") ==
          "<[[[a, 1]], [a, 1], [], {a => 1}, {a => 1}]>");
    CHECK(shown("[1, 2, 3].partition |$x| { $x > 1 }") == "<[[2, 3], [1]]>");
    CHECK(shown("['a', 'bb', 'c'].group_by |$x| { $x.length }") == "<{1 => [a, c], 2 => [bb]}>");
    CHECK(shown("prefix({ 'a' => 1 }, 'x_')") == "<{x_a => 1}>");
    CHECK(error_of("$x = delete_at([1], 3)").message() == "there is no item 3 in an array of 1");
    CHECK(error_of("$x = union([1], 'a')").message() == "argument 2 must be an array, not a string");
}

TEST_CASE("puppet functions: JSON and YAML, written and read")
{
    CHECK(shown("to_json({ 'a' => [1, undef, true, 1.5], 'b' => \"x\\\"\\n\" })") ==
          R"(<{"a":[1,null,true,1.5],"b":"x\"\n"}>)");
    CHECK(shown("to_json_pretty({ 'a' => [1], 'b' => undef }, true)") == "<{\n  \"a\": [\n    1\n  ]\n}\n>");
    CHECK(shown("to_yaml({ 'a' => 'yes', 'b' => [1, [2], { 'k' => 'a: b', 'l' => '1.2.3' }], 'c' => {}, 'd' => '', "
                "'e' => '0755', 'f' => '/x', 'g' => undef, 'h' => { 'i' => true } })") ==
          "<---\na: 'yes'\nb:\n- 1\n- - 2\n- k: 'a: b'\n  l: 1.2.3\nc: {}\nd: ''\ne: '0755'\nf: \"/x\"\ng:\nh:\n"
          "  i: true\n>");
    CHECK(shown("[parsejson('{\"a\": [1, \"x\", null]}'), parseyaml(\"a: 1\\nb: [x]\"), parseyaml('{', 'bad')]") ==
          "<[{a => [1, x, ]}, {a => 1, b => [x]}, bad]>");
    CHECK(error_of("$x = parsejson('{')").message().find("the text cannot be read") == 0);
    CHECK(error_of("$x = to_json({ 'a' => Sensitive('x') })").hint() == "take it out with .unwrap first");
}

TEST_CASE("puppet functions: what a value is")
{
    CHECK(shown("[is_string('a'), is_integer('7'), is_array({}), is_bool(true), is_ip_address('192.0.2.1')]") ==
          "<[true, true, false, true, true]>");
    CHECK(
        said("validate_bool(true, false)\nvalidate_re('abc', ['^x', '^a'])\nvalidate_absolute_path('/a')\n"
             "validate_integer(5, 9, 1)\nvalidate_slength('abc', 3)\nvalidate_legacy(String, 'validate_string', 'a')\n"
             "notify { 'fine': }") == "fine");
    CHECK(error_of("validate_bool('x')").message() == "'x' is not what 'validate_bool' asks for");
    CHECK(error_of("validate_re('a', '^b', 'begin with b')").message() == "begin with b");
    CHECK(error_of("validate_integer(10, 9)").message() == "10 is more than 9");
    CHECK(error_of("validate_legacy(Integer, 'validate_integer', 'a')").kind() == ErrorKind::invalid);
    CHECK(shown("[5.is_a(Integer[1]), any2bool('x'.length), stdlib::ensure(true, 'file')]") == "<[true, true, file]>");
}

TEST_CASE("puppet functions: the machine, the scope, the files of modules")
{
    CHECK(said("class k { $x = { 'a' => [{ 'b' => 5 }] } }\ninclude k\n"
               "notify { \"${getvar('k::x.a.0.b')} ${getvar('nope', 'd')} ${getvar('facts.os.family')} "
               "${get($k::x, 'a.0.b')} ${get($k::x, 'z', 1)}\": }") == "5 d Debian 5 1");
    CHECK(said("$y = 1\nif defined('$y') and !defined('$z') and defined('docker::run') { notify { 'a': } }") == "a");
    CHECK(said("notify { 'a': }\nensure_resource('notify', ['a', 'b'])\n"
               "ensure_resources('notify', { 'b' => {}, 'c' => { 'message' => 'd' } }, { 'withpath' => true })") ==
          "a|b|d");
    const Catalog packages = read_puppet("ensure_packages(['a'])\nensure_packages({ 'a' => {}, 'b' => { 'ensure' => "
                                         "'latest' } })",
                                         "m.pp", debian_machine());
    REQUIRE(packages.resources.size() == 2);
    CHECK(packages.resources[1].actions == std::vector<std::string>{"upgrade"});
    const Folder folder;
    folder.write("modules/web/files/motd", "hello\n");
    CHECK(messages_of(read_puppet("notify { file('web/none', 'web/motd'): }", folder.at("m.pp"), debian_machine())) ==
          "hello\n");
    CHECK(error_of("$x = file('web/none')").message() == "there is no file 'web/none'");
}

TEST_CASE("puppet facts: what manifests ask for")
{
    CHECK(shown("versioncmp($::puppetversion, '4.0.0')") == "<1>");
    CHECK(shown("$facts['memory']['system']['total'] =~ /^\\d+\\.\\d\\d GiB$/ and $path == $facts['path']") ==
          "<true>");
}

TEST_CASE("puppet patterns: counted repetitions and (?i)")
{
    CHECK(shown("['a12' =~ /^a\\d{2}$/, 'a1' =~ /^a\\d{2,}$/, 'aaa' =~ /^a{,2}$/, 'a{b' =~ /a{b/, 'xABx' =~ "
                "/x(?i:ab)x/]") == "<[true, false, false, true, true]>");
    CHECK(shown("regsubst('192.0.2.17', '^(\\d{1,3}\\.){3}(\\d+)$', '\\2')") == "<17>");
    CHECK(shown("['AB' =~ /(?i)ab/, 'aB' =~ /(?-i:a)b/, 'aaaa' =~ /\\A(a{2}){2}\\z/]") == "<[true, false, true]>");
    CHECK(error_of("$x = 'a' =~ /((a{100}){100}){100}/").message() ==
          "the counted repetitions of the pattern are too large");
}
