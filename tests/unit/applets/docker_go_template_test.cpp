// SPDX-License-Identifier: Apache-2.0
// What Go's text/template and the docker client print for the same; its words were taken from them.
#include "applets/docker/go_template/template.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace dfriends;
using namespace dfriends::applets::docker::go_template;

namespace {

constexpr const char* container = R"({
    "Id": "a383", "Name": "/web", "Args": null, "SizeLimit": 2.5,
    "State": {"Status": "running", "Running": true, "ExitCode": 0},
    "Mounts": [{"Type": "bind", "Source": "/a"}, {"Type": "volume", "Name": "v"}],
    "HostConfig": {"Memory": 1073741824, "Binds": null, "PidsLimit": null, "LogConfig": {"Config": {}}},
    "Config": {"Cmd": ["sleep", "60"], "Labels": {"c": "d e", "a": "<b>"}, "Volumes": null},
    "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "::", "HostPort": "81"}], "53/udp": null},
                        "Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}})";

std::string render(const std::string& text)
{
    try {
        return Template(text).render(read_document(container));
    } catch (const Error& error) {
        return "! " + error.message();
    }
}

} // namespace

TEST_CASE("go_template: members, and how Go prints them")
{
    CHECK(render("{{.Name}} {{.State.Running}} {{.HostConfig.Memory}} {{.SizeLimit}}") == "/web true 1073741824 2.5");
    CHECK(render("{{.ID}} {{.Config.Cmd}} {{.Config.Labels}} {{.Args}}") == "a383 [sleep 60] map[a:<b> c:d e] []");
    CHECK(render("{{.NetworkSettings.Ports}} {{.State}}") == "map[53/udp:[] 80/tcp:[{:: 81}]] {running true 0}");
    CHECK(render("{{json .Config.Labels}} {{json .State}} {{json .Args}} {{json .Name}}") ==
          R"({"a":"<b>","c":"d e"} {"Status":"running","Running":true,"ExitCode":0} null "/web")");
}

TEST_CASE("go_template: what the engine leaves out is what Go's structs hold then")
{
    CHECK(render("{{.State.Health}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}") == "<nil> none");
    CHECK(render("{{and .State.Health .State.Health.Status}}") == "<nil>");
    CHECK(render("{{.Config.Labels.nothing}}|{{index .Config.Labels \"nothing\"}}") == "<no value>|");
    CHECK(render("{{index .NetworkSettings.Networks \"none\"}} {{index .NetworkSettings.Ports \"1/tcp\"}}") ==
          "<nil> []");
    CHECK(render(
              "{{.HostConfig.PidsLimit}} {{.HostConfig.LogConfig.Config}} {{.Config.Volumes}} {{.HostConfig.Binds}}") ==
          "<nil> map[] map[] []");
    CHECK(render("{{range .Mounts}}{{.Type}}={{.Name}};{{end}}") == "bind=;volume=v;");
}

TEST_CASE("go_template: if, with, range, variables, break and continue")
{
    CHECK(render("{{if eq .Name \"x\"}}1{{else if .State.Running}}2{{else}}3{{end}}") == "2");
    CHECK(render("{{with .Config}}{{.Cmd}}{{else}}no{{end}}{{with .Args}}{{.}}{{else}} no{{end}}") == "[sleep 60] no");
    CHECK(render("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}") == "a=<b>;c=d e;");
    CHECK(render("{{range $i, $e := .Config.Cmd}}{{$i}}{{$e}} {{end}}{{range .Args}}x{{else}}none{{end}}") ==
          "0sleep 160 none");
    CHECK(render("{{range $p, $c := .NetworkSettings.Ports}}{{range $c}}{{$p}}->{{.HostPort}}{{end}}{{end}}") ==
          "80/tcp->81");
    CHECK(render("{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostPort}}") == "81");
    CHECK(render("{{$x := 1}}{{range .Config.Cmd}}{{$x = .}}{{end}}{{$x}} {{$.Name}}") == "60 /web");
    CHECK(render("{{range 5}}{{if eq . 1}}{{continue}}{{end}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}}") == "02");
}

TEST_CASE("go_template: trimmed white space, comments and literals")
{
    CHECK(render("a  {{- /* no */ -}}  b {{- \" c \" -}} \n d") == "ab c d");
    CHECK(render(R"({{"a\t\x41é"}}{{`\n`}}{{'a'}} {{0x10}} {{-3}} {{1.5}} {{1e3}} {{1_000}})") ==
          "a\tA\xc3\xa9\\n97 16 -3 1.5 1000 1000");
}

TEST_CASE("go_template: functions of Go and of docker")
{
    CHECK(render("{{len .Config.Cmd}} {{len .Name}} {{slice .Name 1 3}} {{slice .Config.Cmd 1}} {{not .Args}}") ==
          "2 4 we [60] true");
    CHECK(
        render(
            "{{join .Config.Cmd \", \"}} {{split \"a,b\" \",\"}} {{upper \"x\"}}{{lower \"Y\"}} {{title \"ab cd\"}}") ==
        "sleep, 60 [a b] Xy Ab Cd");
    CHECK(render("{{pad .Name 2 3}}|{{truncate .Name 3}}|{{pad \"\" 1 1}}|") == "  /web   |/we||");
    CHECK(render("{{print 1 2 \"x\" \"y\" 3}}{{println .Name 1}}") == "1 2xy3/web 1\n");
    CHECK(render("{{eq 1 2 1}} {{ne 1 2}} {{lt 1 2}} {{ge \"b\" \"a\"}} {{or \"\" 0 \"z\"}} {{and 1 \"\" 2}}|") ==
          "true true true true z |");
    CHECK(render("{{.Config.Cmd | len | printf \"%03d\"}} {{html \"<&\"}} {{urlquery \"a b&\"}}") ==
          "002 &lt;&amp; a+b%26");
}

TEST_CASE("go_template: printf")
{
    CHECK(render(R"({{printf "%s|%5s|%-5s|%q|%.2s|%x" "a" "b" "c" "d\"" "efg" "hi"}})") ==
          "a|    b|c    |\"d\\\"\"|ef|6869");
    CHECK(render(R"({{printf "%d|%+d|%05d|%x|%o|%b|%c|%T|%v|%%" 5 5 -5 255 8 5 65 1 true}})") ==
          "5|+5|-0005|ff|10|101|A|int|true|%");
    CHECK(render(R"({{printf "%.2f|%8.3f|%e|%g|%t" 1.005 2.5 1500.0 0.5 false}})") ==
          "1.00|   2.500|1.500000e+03|0.5|false");
    CHECK(render(R"({{printf "%s %d" .Config.Cmd 1}} {{printf "%*d" 4 7}})") == "[sleep 60] 1    7");
    CHECK(render(R"({{printf "%d" "x"}} {{printf "%s"}} {{printf "%s" "a" 2}} {{printf "%z" 1}} {{printf "%"}})") ==
          "%!d(string=x) %!s(MISSING) a%!(EXTRA int=2) %!z(int=1) %!(NOVERB)");
}

TEST_CASE("go_template: what cannot be read, in Go's words")
{
    CHECK(render("{{if .State") == "! template: :1: unclosed action");
    CHECK(render("a\n{{if .State}}") == "! template: :2: unexpected EOF");
    CHECK(render("{{foo .X}}") == "! template: :1: function \"foo\" not defined");
    CHECK(render("{{end}}") == "! template: :1: unexpected {{end}}");
    CHECK(render("{{if 1}}{{else}}{{else}}{{end}}") == "! template: :1: expected end; found {{else}}");
    CHECK(render("{{$y}}") == "! template: :1: undefined variable \"$y\"");
    CHECK(render("{{if 1}}{{$y := 1}}{{end}}{{$y}}") == "! template: :1: undefined variable \"$y\"");
    CHECK(render("{{\"abc}}") == "! template: :1: unterminated quoted string");
    CHECK(render("{{}}") == "! template: :1: missing value for command");
    CHECK(render("{{if}}{{end}}") == "! template: :1: missing value for if");
    CHECK(render("{{.Name | 5}}") == "! template: :1: non executable command in pipeline stage 2");
    CHECK(render("{{/* a }}") == "! template: :1: unclosed comment");
    CHECK(render("{{(.Name}}") == "! template: :1: unclosed left paren");
    CHECK(render("{{break}}") == "! template: :1: {{break}} outside {{range}}");
    CHECK(render("{{1x}}") == "! template: :1: bad number syntax: \"1x\"");
}

TEST_CASE("go_template: what cannot be done, in Go's words and with its place")
{
    CHECK(render("a\n{{.Config.Foo}}") ==
          "! template: :2:9: executing \"\" at <.Config.Foo>: map has no entry for key \"Foo\"");
    CHECK(render("{{index .Config.Cmd 5}}") ==
          "! template: :1:2: executing \"\" at <index .Config.Cmd 5>: error calling index: index out of range: 5");
    CHECK(render("{{eq .Name 1}}") ==
          "! template: :1:2: executing \"\" at <eq .Name 1>: error calling eq: incompatible types for comparison");
    CHECK(render("{{nil}}") == "! template: :1:2: executing \"\" at <nil>: nil is not a command");
    CHECK(render("{{\"a\" \"b\"}}") ==
          "! template: :1:2: executing \"\" at <\"a\">: can't give argument to non-function \"a\"");
    CHECK(render("{{.Name.Foo}}").ends_with("can't evaluate field Foo in type string"));
    CHECK(render("{{.name}}").ends_with("map has no entry for key \"name\""));
    CHECK(render("{{range .Name}}{{end}}").ends_with("range can't iterate over /web"));
    CHECK(render("{{upper 1}}").ends_with("wrong type for value; expected string; got int"));
    CHECK(render("{{join .Mounts \",\"}}").ends_with("expected []string; got []interface {}"));
}

TEST_CASE("go_template: a hostile template ends soon")
{
    for (const char* text : {"{{range 1000000000}}{{range 1000000000}}{{end}}{{end}}",
                             "{{$x := \"ab\"}}{{range 100}}{{$x = print $x $x}}{{end}}",
                             "{{$x := printf \"%1000000d\" 1}}{{range 100}}{{$x}}{{end}}",
                             "{{$x := printf \"%1000000d\" 1}}{{len (join (split $x \"\") $x)}}"})
        CHECK_MESSAGE(render(text).find("the template ") != std::string::npos, text);
    std::string nested;
    for (int i = 0; i < 5000; ++i)
        nested += "{{if 1}}";
    CHECK(render(nested).ends_with("it is nested too deep"));
    CHECK(render("{{" + std::string(5000, '(')).ends_with("it is nested too deep"));
    CHECK(render(std::string(300000, 'x')).ends_with("more than 262144 bytes"));
}
