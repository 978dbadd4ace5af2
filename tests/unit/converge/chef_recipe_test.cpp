// SPDX-License-Identifier: Apache-2.0
#include "converge/attributes.hpp"
#include "converge/chef/recipe.hpp"
#include "converge/schema.hpp"
#include "converge/yaml/manifest.hpp"
#include "unit/converge/catalogs.hpp"
#include "unit/converge/caught.hpp"

#include <doctest/doctest.h>

using namespace dfriends;
using namespace dfriends::converge;

namespace {

Catalog read(std::string_view text)
{
    return checked(read_chef(text, "recipes/r.rb", debian_machine()));
}

Resource one(std::string_view text)
{
    Catalog catalog = read(text);
    REQUIRE(catalog.resources.size() == 1);
    return catalog.resources[0];
}

/// What a recipe's log resources say, in order.
std::string said(std::string_view text)
{
    return messages_of(read(text));
}

Error error_of(std::string_view text)
{
    return caught([&] { read(text); });
}

} // namespace

TEST_CASE("chef: the book's recipe")
{
    const Catalog catalog = read("# Include Docker recipe\n"
                                 "include_recipe 'docker'\n"
                                 "# Pull latest image\n"
                                 "docker_image 'shrikrishna/code.it'\n"
                                 "# Run container exposing ports\n"
                                 "docker_container 'shrikrishna/code.it' do\n"
                                 "  detach true\n"
                                 "  port '8000:8000'\n"
                                 "  env 'NODE_PORT=8000'\n"
                                 "  volume '/var/log/code.it:/var/log/code.it'\n"
                                 "end\n");
    REQUIRE(catalog.resources.size() == 3);
    CHECK(address(catalog.resources[0]) == "docker_engine[docker]");
    CHECK(address(catalog.resources[1]) == "docker_image[shrikrishna/code.it]");
    CHECK(catalog.resources[1].actions.empty()); // pull_if_missing
    CHECK(catalog.resources[1].attributes.empty());
    const Resource& container = catalog.resources[2];
    CHECK(address(container) == "docker_container[shrikrishna/code.it]");
    CHECK(container.actions.empty()); // run
    CHECK(value(container, "container") == "code.it");
    CHECK(value(container, "image") == "shrikrishna/code.it");
    CHECK(value(container, "ports") == "8000:8000");
    CHECK(value(container, "env") == "NODE_PORT=8000");
    CHECK(value(container, "volumes") == "/var/log/code.it:/var/log/code.it");
    CHECK(value(container, "restart") == "unless-stopped");
    CHECK(flag_or(container, "detach", false));
    CHECK(container.position.line == 6);
}

TEST_CASE("chef: the attributes of the docker cookbook of 2014 are the engine's options")
{
    const Catalog catalog = read("node.default['docker']['storage_driver'] = 'overlay2'\n"
                                 "node.default['docker']['dns'] = ['192.0.2.1']\n"
                                 "node.default['docker']['storage_opt'] = 'size=1G'\n"
                                 "node.set['docker']['group_members'] = ['ann']\n"
                                 "node.override['docker']['version'] = '20.10'\n"
                                 "node.default['docker']['package']['name'] = 'docker.io'\n"
                                 "node.default['docker']['image_cmd_timeout'] = 600\n"
                                 "node.default['docker']['host'] = 'unix:///var/run/docker.sock'\n"
                                 "node.default['docker']['bip'] = nil\n"
                                 "node.default['docker']['container_init_type'] = false\n"
                                 "node.default['docker']['lxc'] = 'x'\n"
                                 "include_recipe 'docker'\ndocker_container 'a' do detach true end\n"
                                 "docker_container 'b' do detach true\ninit_type 'systemd' end");
    REQUIRE(catalog.resources.size() == 4);
    const Resource& engine = catalog.resources[0];
    CHECK(address(engine) == "docker_engine[docker]");
    CHECK(value(engine, "version") == "20.10");
    CHECK(value(engine, "package") == "docker.io");
    CHECK(map_of(engine, "daemon") == std::vector<std::pair<std::string, std::string>>{{"dns", "192.0.2.1"},
                                                                                       {"storage-driver", "overlay2"},
                                                                                       {"storage-opts", "size=1G"}});
    CHECK(address(catalog.resources[1]) == "group[docker]");
    CHECK(value(catalog.resources[1], "members") == "ann");
    CHECK(value(catalog.resources[1], "append") == "true");
    CHECK(value(catalog.resources[2], "restart") == "(none)");
    CHECK(value(catalog.resources[3], "restart") == "unless-stopped");
    REQUIRE(catalog.messages.size() == 1);
    CHECK(catalog.messages[0].text == "node['docker']['lxc'] is passed over: nothing here depends on it");
    const Resource reached =
        read("node.default['docker']['http_proxy'] = 'http://x'\n"
             "node.default['docker']['host'] = ['unix:///var/run/docker.sock', 'tcp://127.0.0.1:2375']\n"
             "node.default['docker']['options'] = '--ip-masq=false'\ninclude_recipe 'docker'")
            .resources.at(0);
    CHECK(value(reached, "environment") == "HTTP_PROXY=http://x");
    CHECK(value(reached, "hosts") == "unix:///var/run/docker.sock tcp://127.0.0.1:2375");
    CHECK(value(reached, "daemon") == "ip-masq=false");
}

TEST_CASE("chef: names of containers")
{
    const std::string docker = "include_recipe 'docker'\n";
    const auto name = [&](const std::string& recipe) {
        return value(read(docker + recipe).resources.back(), "container");
    };
    CHECK(name("docker_container 'a/b/web:1.2'") == "web");
    CHECK(name("docker_container 'host:5000/web@sha256:abc'") == "web");
    CHECK(name("docker_container 'x' do image 'u/app'\nend") == "app");
    CHECK(name("docker_container 'x' do container_name 'mine'\nend") == "mine");
    const std::string first = name("docker_container 'busybox' do init_type false\ncommand 'sleep 1'\nend");
    const std::string second = name("docker_container 'busybox' do init_type false\ncommand 'sleep 2'\nend");
    CHECK(first.starts_with("busybox-"));
    CHECK(first != second);
    CHECK(value(one("docker_container 'web' do repo 'nginx'\ntag '1.27'\nend"), "container") == "web");
    CHECK(value(one("docker_container 'web' do repo 'nginx'\ntag '1.27'\nend"), "image") == "nginx:1.27");
    CHECK(value(one("docker_container 'u/app' do volume '/x'\nimage 'u/other:2'\ntag '3'\nend"), "container") ==
          "other");
    CHECK(value(one("docker_container 'u/app' do volume '/x'\nimage 'u/other:2'\ntag '3'\nend"), "image") ==
          "u/other:2");
}

TEST_CASE("chef: modern containers")
{
    const Resource web = one(
        "docker_container 'web' do\n"
        "  repo 'registry.example:5000/nginx'\n  tag 'stable'\n"
        "  port ['80:80', '443:443/tcp']\n  volumes ['/a:/a', '/b']\n  binds '/c:/c'\n"
        "  env({ 'A' => 1, 'B' => 'x y' })\n  labels 'role:web'\n"
        "  restart_policy 'on-failure'\n  restart_maximum_retry_count 3\n"
        "  network_mode 'back'\n  command ['nginx', '-g', 'daemon off;']\n"
        "  cap_add %w(NET_ADMIN SYS_TIME)\n  publish_all_ports false\n  log_opts 'max-size' => '1m'\n"
        "  memory 512\n  kill_after 5\n"
        "  tmpfs '/run' => 'rw,noexec', '/tmp' => ''\n"
        "  health_check 'Test' => ['CMD-SHELL', 'curl -f localhost'], 'Interval' => 10_000_000_000, 'Retries' => 2\n"
        "  action [:create, :run_if_missing]\nend");
    CHECK(value(web, "image") == "registry.example:5000/nginx:stable");
    CHECK(list_of(web, "ports") == std::vector<std::string>{"80:80", "443:443/tcp"});
    CHECK(list_of(web, "volumes").size() == 3);
    CHECK(list_of(web, "env") == std::vector<std::string>{"A=1", "B=x y"});
    CHECK(map_of(web, "labels") == std::vector<std::pair<std::string, std::string>>{{"role", "web"}});
    CHECK(value(web, "restart") == "on-failure:3");
    CHECK(value(web, "network") == "back");
    CHECK(list_of(web, "command") == std::vector<std::string>{"nginx", "-g", "daemon off;"});
    CHECK(list_of(web, "cap_add") == std::vector<std::string>{"NET_ADMIN", "SYS_TIME"});
    CHECK(map_of(web, "log_options") == std::vector<std::pair<std::string, std::string>>{{"max-size", "1m"}});
    CHECK(list_of(web, "tmpfs") == std::vector<std::string>{"/run:rw,noexec", "/tmp:"});
    CHECK(value(web, "health_cmd") == "curl -f localhost");
    CHECK(value(web, "health_interval") == "10000000000ns");
    CHECK(value(web, "health_retries") == "2");
    CHECK(value(web, "stop_timeout") == "5");
    CHECK(web.actions == std::vector<std::string>{"create", "run_if_missing"});
}

TEST_CASE("chef: the engine's options are keys of its daemon.json")
{
    const Resource engine =
        one("docker_service 'default' do\n  registry_mirror 'https://mirror.example'\n  mtu '1400'\n"
            "  labels 'zone' => 'a'\n  live_restore true\n  log_opts 'max-size' => '1m'\nend");
    CHECK(render_yaml_manifest({{engine}})
              .find("daemon: {labels: [\"zone=a\"], live-restore: true, log-opts: {max-size: "
                    "\"1m\"}, mtu: 1400, registry-mirrors: [\"https://mirror.example\"]}") != std::string::npos);
}

TEST_CASE("chef: the other resources")
{
    CHECK(value(one("docker_registry 'https://registry.example/' do username 'a'\n password 'b'\n email 'c' end"),
                "username") == "a");
    CHECK(value(one("docker_volume_prune 'x' do all true end"), "command") ==
          "docker 'volume' 'prune' '--force' '--all'");
    CHECK(map_of(one("docker_network 'n' do driver_opts 'a' => 'b'\n subnet ['192.0.2.0/24'] end"), "options").size() ==
          1);
    CHECK(one("apt_package 'git'").type == "package");
    CHECK(value(one("package %w(git curl)"), "package") == "git curl");
    CHECK(one("package('x') { action :purge }").actions == std::vector<std::string>{"purge"});
    CHECK(one("service 'x'").actions == std::vector<std::string>{"nothing"});
    CHECK(one("service 'x' do action [:enable, :start] end").actions.size() == 2);
    CHECK(value(one("directory '/x' do mode 0755\nrecursive true end"), "mode") == "0755");
    CHECK(value(one("file '/x' do content \"a\\n\"\nmode '600' end"), "mode") == "600");
    CHECK(value(one("cookbook_file '/etc/app.conf' do source 'conf/app.conf' end"), "source") ==
          "files/default/conf/app.conf");
    CHECK(value(one("link '/a' do to '/b' end"), "to") == "/b");
    CHECK(value(one("execute 'name' do command 'ls'\ncwd '/tmp'\nenvironment 'A' => 'b' end"), "environment") == "A=b");
    CHECK(value(one("execute 'ls -l'"), "command") == "ls -l");
    CHECK(value(one("execute 'ls -l'"), "timeout") == "3600");
    CHECK(value(one("bash 'x' do code \"echo 'a'\" end"), "command") == "'bash' -c 'echo '\\''a'\\'''");
    CHECK(value(one("script 'x' do interpreter 'python3'\nflags '-u'\ncode 'pass' end"), "command") ==
          "'python3' '-u' -c 'pass'");
    CHECK(one("execute 'a' do ignore_failure true end").ignore_failure);
    CHECK(value(one("user 'app' do uid 500\ngid 'app'\nmanage_home true end"), "id") == "500");
    CHECK(value(one("user 'app' do uid '1001' end"), "id") == "1001");
    CHECK(value(one("group 'app' do members ['a', 'b'] end"), "members") == "a b");
    CHECK(one("docker_network 'x' do network_name 'back'\nsubnet '10.9.0.0/24' end").name == "back");
    CHECK(one("docker_volume 'data'").type == "docker_volume");
    CHECK(value(one("apt_update 'all' do action :periodic end"), "command") == "apt-get update");
    CHECK(value(one("apt_update"), "command") == "apt-get update");
    CHECK(one("docker_service 'default' do action [:create, :start] end").actions.size() == 1);
    CHECK(value(one("docker_image 'app' do tag 'v1'\nsource '/src'\naction :build end"), "source") == "/src");
    CHECK(value(one("docker_image 'app' do builder 'buildkit' end"), "builder") == "buildkit");
    CHECK(value(one("docker_image 'app' do registry 'r.example' end"), "image") == "r.example/app");
}

TEST_CASE("chef: what the system runs, mounts and installs from")
{
    const Resource job =
        one("cron 'nightly' do\n  minute 0\n  hour '3'\n  weekday :monday\n  mailto 'ops'\n  home '/srv'\n"
            "  environment 'A' => 'b'\n  command 'x'\nend");
    CHECK(value(job, "minute") == "0");
    CHECK(value(job, "environment") == "A=b HOME=/srv MAILTO=ops");
    CHECK(value(one("cron 'a' do time :reboot\ncommand 'x' end"), "special") == "reboot");
    CHECK(value(one("cron_d 'a' do predefined_value '@daily'\ncommand 'x' end"), "special") == "daily");
    const Resource data = one("mount '/data' do device 'data'\ndevice_type :label\nfstype 'ext4'\noptions 'ro'\n"
                              "action [:mount, :enable] end");
    CHECK(value(data, "device") == "LABEL=data");
    CHECK(value(data, "pass") == "2");
    CHECK(one("mount '/data' do action :umount end").actions == std::vector<std::string>{"unmount"});
    CHECK(value(one("sysctl 'vm.swappiness' do value 10 end"), "value") == "10");
    const Resource unit = one("systemd_unit 'app.service' do\n  content({Unit: {Description: 'App'}, "
                              "Service: {ExecStart: '/bin/app', Environment: ['A=1', 'B=2']}})\n"
                              "  action [:create, :enable, :start]\nend");
    CHECK(value(unit, "content") == "[Unit]\nDescription = App\n\n[Service]\nExecStart = /bin/app\n"
                                    "Environment = A=1\nEnvironment = B=2\n");
    CHECK(one("systemd_unit 'a.service'").actions == std::vector<std::string>{"nothing"});
    const Resource apt = one("apt_repository 'tools' do\n  uri 'http://mirror.example/debian'\n  distribution 'sid'\n"
                             "  components ['main']\n  key 'https://mirror.example/key'\n  deb_src true\n"
                             "  action :add\nend");
    CHECK(apt.actions == std::vector<std::string>{"create"});
    CHECK(value(apt, "suite") == "sid");
    CHECK(value(apt, "key") == "https://mirror.example/key");
    CHECK(error_of("apt_repository 'a' do uri 'http://x'\nkey 'ABCDEF01' end").hint().find("fingerprints") !=
          std::string::npos);
    const Resource yum = one("yum_repository 'tools' do baseurl 'http://x'\npriority '5'\nsslverify false end");
    CHECK(value(yum, "options") == "priority=5 sslverify=0");
    const Resource app = one("git '/srv/app' do repository 'https://git.example/app'\nbranch 'main'\n"
                             "enable_submodules true\nuser 'app'\naction :sync end");
    CHECK(value(app, "revision") == "main");
    CHECK(flag_or(app, "submodules", false));
    CHECK(value(one("execute 'a' do group 'app'\numask 0027 end"), "umask") == "0027");
    CHECK(error_of("docker_swarm_init 'a' do end").hint().find("docker_container") != std::string::npos);
    CHECK(error_of("chef_gem 'a' do end").hint() == "no gems are needed here; remove the line");
    CHECK(error_of("x = search(:node, 'a')").message() == "'search' is outside the supported subset");
}

TEST_CASE("chef: a plugin, by its alias and with what it is let do")
{
    const Resource plugin = one("docker_plugin 'rbd' do remote 'wetopi/rbd'\n remote_tag '1.0.1'\n"
                                " grant_privileges [{ 'Name' => 'network', 'Value' => ['host'] },\n"
                                "   { 'Name' => 'mount', 'Description' => 'd', 'Value' => ['/dev', '/sys'] }]\n"
                                " options 'RBD_CONF_POOL' => 'ssd', 'DEBUG' => true\n read_timeout 90\n"
                                " action [:install, :enable] end");
    CHECK(value(plugin, "remote") == "wetopi/rbd");
    CHECK(value(plugin, "tag") == "1.0.1");
    CHECK(list_of(plugin, "grant_privileges") == std::vector<std::string>{"network=host", "mount=/dev", "mount=/sys"});
    CHECK(map_of(plugin, "options") ==
          std::vector<std::pair<std::string, std::string>>{{"RBD_CONF_POOL", "ssd"}, {"DEBUG", "true"}});
    CHECK(value(plugin, "timeout") == "90");
    CHECK(plugin.actions == std::vector<std::string>{"install", "enable"});
    CHECK(value(one("docker_plugin 'a' do local_alias 'b'\ngrant_privileges true end"), "grant_privileges") == "all");
    CHECK(value(one("docker_plugin 'a' do local_alias 'b' end"), "plugin") == "b");
    CHECK(list_of(one("docker_plugin 'a' do grant_privileges false end"), "grant_privileges").empty());
    CHECK(error_of("docker_plugin 'a' do grant_privileges ['network'] end").hint() ==
          "write [{ 'Name' => 'network', 'Value' => ['host'] }]");
    CHECK(error_of("docker_plugin 'a' do grant_privileges 'all' end").hint().find("'Name'") != std::string::npos);
    CHECK(error_of("docker_plugin 'a' do options 'x' end").message() ==
          "'options' of 'docker_plugin' wants a map of texts");
    const Catalog twice = read("docker_plugin 'a' do action :disable end\ndocker_plugin 'a' do action :remove end");
    REQUIRE(twice.resources.size() == 2);
    CHECK(value(twice.resources[1], "plugin") == "a");
}

TEST_CASE("chef: how a resource is tried and told of")
{
    const Resource tried =
        one("docker_image 'a' do retries 3\nretry_delay 7\nsensitive true\nignore_failure :quiet end");
    CHECK(tried.retries == 3);
    CHECK(tried.retry_delay == 7);
    CHECK(tried.sensitive);
    CHECK(tried.ignore_failure);
    const Resource plain = one("docker_image 'a' do sensitive false\nignore_failure nil end");
    CHECK_FALSE(plain.sensitive);
    CHECK_FALSE(plain.ignore_failure);
    CHECK(plain.retries == 0);
    CHECK(plain.retry_delay == 2);
    const Catalog catalog = read("service 'web' do\n  action :nothing\nend\nfile '/a' do\n  content 'x'\n"
                                 "  notifies :stop, 'service[web]', :before\nend\n");
    REQUIRE(catalog.resources[1].notifications.size() == 1);
    CHECK(catalog.resources[1].notifications[0].before);
    CHECK_FALSE(catalog.resources[1].notifications[0].immediately);
}

TEST_CASE("chef: what is done with images")
{
    const Resource built = one("docker_image 'app' do\n  source '/src'\n  dockerfile 'Dockerfile.prod'\n  buildargs "
                               "'{\"A\": \"1\", \"N\": 2}'\n"
                               "  nocache true\n  rm false\n  action :build\nend");
    CHECK(value(built, "build_args") == "A=1 N=2");
    CHECK(value(built, "dockerfile") == "Dockerfile.prod");
    CHECK(flag_or(built, "no_cache", false));
    CHECK_FALSE(flag_or(built, "remove_intermediate", true));
    CHECK(value(one("docker_image 'a' do buildargs 'A' => 'b'\nsource '/s' end"), "build_args") == "A=b");
    CHECK(value(one("docker_image 'a' do dockerfile '/s'\naction :build end"), "source") == "/s");
    CHECK(error_of("docker_image 'a' do buildargs '[1]' end").message() == "'buildargs': the text is no map");
    CHECK(error_of("docker_image 'a' do buildargs '{' end").hint() == "write a hash: 'NAME' => 'value'");
    CHECK(value(one("docker_image 'a' do source '/a.tar'\naction :import end"), "archive") == "/a.tar");
    CHECK(value(one("docker_image 'a' do source '/a.tar'\nrepository 'r/b'\naction :import end"), "image") == "r/b");
    CHECK(error_of("docker_image 'a' do source 'http://x/a.tar'\naction :import end").hint() ==
          "fetch it with remote_file, and import that file");
    CHECK(one("docker_image 'a' do action :push end").actions == std::vector<std::string>{"push"});
    const Resource old = one("docker_image 'app' do repository 'r/app'\ntag 'v1'\naction :tag end");
    CHECK(value(old, "tag_as") == "r/app:v1");
    CHECK(value(old, "tag") == "(none)");
    CHECK(error_of("docker_image 'app' do action :tag end").message() ==
          "the action tag of 'docker_image[app]' wants 'repository'");
    const Resource tag = one("docker_tag 'mine' do target_repo 'app'\ntarget_tag 'a'\nto_repo 'r.example/app'\n"
                             "to_tag 'v1'\nforce true end");
    CHECK(tag.type == "docker_image");
    CHECK(tag.actions == std::vector<std::string>{"tag"});
    CHECK(value(tag, "image") == "app");
    CHECK(value(tag, "tag") == "a");
    CHECK(value(tag, "tag_as") == "r.example/app:v1");
    CHECK(flag_or(tag, "force", false));
    CHECK(error_of("docker_tag 'a' do to_repo 'x' end").message() == "'docker_tag[a]' wants 'to_repo' and 'to_tag'");
    CHECK(error_of("docker_tag 'a' do to_rep 'x' end").hint() == "did you mean 'to_repo'?");
}

TEST_CASE("chef: what is made of containers, and who is in a network")
{
    const Resource old = one("docker_container 'u/app' do\n  repository 'r/copy'\n  tag 'v1'\n"
                             "  author 'ann'\n  message 'why'\n  action :commit\nend");
    CHECK(value(old, "commit_as") == "r/copy:v1");
    CHECK(value(old, "image") == "u/app");
    CHECK(value(one("docker_container 'w' do repo 'app'\ntag '2'\naction :commit end"), "commit_as") == "app:2");
    const Resource copied = one("docker_container 'w' do source '/etc/x'\ndestination '/srv'\naction :cp end");
    CHECK(copied.actions == std::vector<std::string>{"copy"});
    CHECK(value(copied, "copy_source") == "/etc/x");
    CHECK(value(copied, "copy_to") == "/srv");
    CHECK(value(one("docker_container 'w' do destination '/w.tar'\naction :export end"), "archive") == "/w.tar");
    CHECK(value(one("docker_container 'w' do outfile '/w.tar'\naction :export end"), "archive") == "/w.tar");
    CHECK(flag_or(one("docker_container 'w' do action :remove_volume end"), "remove_volumes", false));
    CHECK(value(one("docker_container 'w' do network_disabled true end"), "network") == "none");
    CHECK(value(one("docker_container 'w' do reload_signal 'USR1'\nattach_stdin false end"), "reload_signal") ==
          "USR1");
    CHECK(error_of("docker_container 'w' do init_template 'x' end").hint().find("systemd_unit") != std::string::npos);
    CHECK(error_of("docker_container 'w' do socket_template 'x' end").hint().find("systemd_unit") != std::string::npos);
    CHECK(value(one("docker_container 'w' do gpus 'all'\ngpu_driver 'nvidia' end"), "gpus") == "all,driver=nvidia");
    CHECK(value(one("docker_container 'w' do gpus ['0', '1'] end"), "gpus") == "\"device=0,1\"");
    const Resource joined = one("docker_network 'back' do container 'w'\nip '10.9.0.7'\naction :connect end");
    CHECK(joined.actions == std::vector<std::string>{"connect"});
    CHECK(value(joined, "ip") == "10.9.0.7");
}

TEST_CASE("chef: docker_exec and docker_image_prune are commands")
{
    const Resource inside = one("docker_exec 'touch' do container 'web'\ncommand ['sh', '-c', \"it's\"] end");
    CHECK(inside.type == "exec");
    CHECK(value(inside, "command") == "docker 'exec' 'web' 'sh' '-c' 'it'\\''s'");
    CHECK(value(inside, "timeout") == "60");
    CHECK(value(one("docker_exec 'a' do container 'w'\ncommand 'ls -l'\nreturns [0, 2] end"), "returns") == "0 2");
    CHECK(value(one("docker_image_prune 'old' do dangling false\nprune_until '24h'\nwith_label 'a=b' end"),
                "command") == "docker 'image' 'prune' '--force' '--all' '--filter' 'until=24h' '--filter' 'label=a=b'");
    CHECK(value(one("docker_image_prune 'old' do action :prune end"), "command") == "docker 'image' 'prune' '--force'");
    CHECK(error_of("docker_exec 'a' do command 'x' end").message() == "'docker_exec[a]' wants 'container'");
}

TEST_CASE("chef: guards and notifications")
{
    const Catalog catalog =
        read("execute 'reload' do\n  command 'true'\n  action :nothing\nend\n"
             "docker_image 'app' do\n  notifies :redeploy, 'docker_container[app]', :immediately\n  notifies :run, "
             "'execute[reload]'\nend\n"
             "docker_container 'app' do\n  only_if 'test -d /srv'\n"
             "  not_if { ::File.exist?(\"/srv/o'ff\") && !Dir.exist?('/x') || node['hostname'] == 'web1' }\n"
             "  subscribes :restart, 'docker_image[app]', :delayed\nend\n");
    const auto& told = catalog.resources[1].notifications;
    REQUIRE(told.size() == 3);
    CHECK(address(told[0].target) == "docker_container[app]");
    CHECK(told[0].action == "redeploy");
    CHECK(told[0].immediately);
    CHECK(address(told[1].target) == "exec[reload]");
    CHECK_FALSE(told[1].immediately);
    CHECK(told[2].action == "restart");
    const auto& guards = catalog.resources[2].guards;
    REQUIRE(guards.size() == 2);
    CHECK(guards[0].only_if);
    CHECK(guards[0].command == "test -d /srv");
    CHECK_FALSE(guards[1].only_if);
    CHECK(guards[1].command == "{ { test -e '/srv/o'\\''ff'; } && { ! { test -d '/x'; }; }; } || { true; }");
    const Catalog engine = read("include_recipe 'docker'\nfile '/etc/docker/daemon.json' do\n content '{}'\n notifies "
                                ":restart, 'service[docker]'\nend");
    REQUIRE(engine.resources[1].notifications.size() == 1);
    CHECK(address(engine.resources[1].notifications[0].target) == "docker_engine[docker]");
}

TEST_CASE("chef: one name declared several times")
{
    const Catalog catalog = read("service 'x' do action :stop end\nservice 'x' do action :start end\nfile '/a' do "
                                 "notifies :restart, 'service[x]' end");
    CHECK(catalog.resources[0].name == "x");
    CHECK(catalog.resources[1].name == "x (2)");
    CHECK(value(catalog.resources[1], "service") == "x");
    REQUIRE(catalog.resources[2].notifications.size() == 1);
    CHECK(catalog.resources[2].notifications[0].target.name == "x (2)");
    CHECK(read("include_recipe 'docker'\ninclude_recipe 'docker::default'").resources.size() == 1);
    const Catalog networks = read("docker_network 'back'\ndocker_network 'back' do container 'w'\naction :connect end\n"
                                  "docker_volume 'v'\ndocker_volume 'v' do action :remove end");
    CHECK(address(networks.resources[1]) == "docker_network[back (2)]");
    CHECK(value(networks.resources[1], "network") == "back");
    CHECK(address(networks.resources[3]) == "docker_volume[v (2)]");
    CHECK(value(networks.resources[3], "volume") == "v");
}

TEST_CASE("chef: parts of the engine's API that are hashes, and who is in a group")
{
    const Resource devices = one("docker_container 'w' do\n devices [{'PathOnHost' => '/dev/a', 'PathInContainer' => "
                                 "'/dev/b', 'CgroupPermissions' => 'r'}, '/dev/c']\n"
                                 " ulimits [{'Name' => 'nofile', 'Soft' => 1, 'Hard' => 2}, 'core=0']\nend");
    CHECK(value(devices, "devices") == "/dev/a:/dev/b:r /dev/c");
    CHECK(value(devices, "ulimits") == "nofile=1:2 core=0");
    CHECK(error_of("docker_container 'w' do devices [{'Path' => '/dev/a'}] end").message() ==
          "'devices' has no 'Path'");
    CHECK(value(one("group 'docker' do members ['a']\nappend true end"), "append") == "true");
    // Chef's list is of all members where it does not say otherwise.
    CHECK(value(one("group 'docker' do members ['a'] end"), "append") == "false");
    CHECK(value(one("group 'docker' do append true\nexcluded_members 'b' end"), "excluded_members") == "b");
    CHECK(one("package 'x' do action :purge end").actions == std::vector<std::string>{"purge"});
}

TEST_CASE("chef: what a recipe says although it does not mean it, and what it wants said")
{
    const auto messages = [](std::string_view text) {
        std::string all;
        for (const Message& message : read(text).messages)
            all += fmt::format("{}{}:{} {}", message.level == Message::Level::warning ? "W" : "N",
                               message.position.line, message.position.column, message.text) +
                   "|";
        return all;
    };
    CHECK(messages("docker_container 'w' do\n  log_driver = 'json-file'\nend") ==
          "W2:3 'log_driver =' sets a variable that nothing reads, not the property of 'docker_container': leave the "
          "'=' out|");
    CHECK(messages("docker_container 'w' do\n tag = '2'\n tag tag\n repo = 'r'\n image repo\nend").empty());
    CHECK(messages("docker_container 'w' do\n tag = '2'\n tag '3'\n own = 1\nend").empty());
    CHECK(messages("tag = '2'\ndocker_container 'w' do\n tag = '3'\nend").empty());
    CHECK(messages("file '/a' do\n mode = '1'\n content lazy { mode }\nend").empty());
    CHECK(messages("require 'json'\nputs 'hello'\np 'x'") ==
          "W1:1 'require' is passed over: there is no Ruby here to load 'json'|N2:1 hello|N3:1 \"x\"|");
}

TEST_CASE("chef: values")
{
    CHECK(said("log \"#{node['hostname']} #{node[:fqdn]} #{node.ipaddress}\"") == "web1 web1.example 192.0.2.7");
    CHECK(
        said("default['a']['b'] = 1\nnode.override['a']['b'] = 2\nnode.default['a']['c'] = 3\nlog node['a'].inspect") ==
        "{\"b\"=>2, \"c\"=>3}");
    CHECK(said("a, b = 'x:y'.split(':')\nlog b + a") == "yx");
    CHECK(said("names = []\nnames << 'a'\nnames << 'b'\nlog names.join('-')") == "a-b");
    CHECK(said("log 'text %s %d%%' % ['a', 5]") == "text a 5%");
    CHECK(said("x = 5\nx += 2 * 3\nlog (x > 10 && x != 12 ? 'yes' : 'no')") == "yes");
    CHECK(said("x ||= 'a'\nx ||= 'b'\nlog x") == "a");
    CHECK(said("h = { 'a' => 1, b: [2, nil] }\nlog \"#{h['a']}#{h[:b].first}#{h[:b][-1].nil?}\"") == "12true");
    CHECK(said("log \"#{-7 / 2} #{-7 % 3} #{1.5 + 1}\"") == "-4 2 2.5");
    CHECK(said("log 'Ab'.downcase + ' x '.strip + 'abc'.include?('b').to_s + '12x'.to_i.to_s") == "abxtrue12");
    CHECK(said("log ::File.join('/a/', '/b', 'c')") == "/a/b/c");
    CHECK(said("log 'a' if 'web12' =~ /^WEB(\\d|x)+$/i\nlog 'b' unless 'web' =~ /e+?b.|q/") == "a|b");
    CHECK(said("port = 80\ndocker_container 'w' do\n repo 'x'\n port port\nend\nlog port.to_s").ends_with("80"));
    CHECK(said("log value_for_platform_family(['rhel'] => 'yum', 'default' => 'apt')") == "apt");
    CHECK(said("log 'd' if platform_family?('debian') and not platform?('ubuntu')") == "d");
}

TEST_CASE("chef: flow")
{
    CHECK(said("if false\n log 'a'\nelsif nil\n log 'b'\nelse\n log 'c'\nend") == "c");
    CHECK(said("unless false then log 'a' end") == "a");
    CHECK(said("case node['platform']\nwhen 'ubuntu', 'debian'\n log 'a'\nelse\n log 'b'\nend") == "a");
    CHECK(said("case 10 when 1..9 then log 'a' when 10...11 then log 'b' else log 'c' end") == "b");
    CHECK(said("case 'x' when Integer, Array then log 'a' when String then log 'b' end") == "b");
    CHECK(said("case 5 when 101..999999999 then log 'a' else log 'b' end") == "b");
    CHECK(said("x = %w(a)\nx << 'b' << 'c' << 'd'\nlog x.join") == "abcd");
    CHECK(said("case 'web3' when /^db/ then log 'a' when /^web/ then log 'b' end") == "b");
    CHECK(said("%w(a b c).each do |x|\n next if x == 'b'\n log x\nend") == "a|c");
    CHECK(said("{ 'a' => 1, 'b' => 2 }.each { |k, v| log \"#{k}#{v}\" }") == "a1|b2");
    CHECK(said("%w(a b).each_with_index { |x, i| log \"#{x}#{i}\" }") == "a0|b1");
    CHECK(said("log [1, 2, 3].map { |x| x * 2 }.select { |x| x > 2 }.join(',')") == "4,6");
    CHECK(said("3.times { |i| log i.to_s\n break if i == 1 }") == "0|1");
    CHECK(said("log 'a'\nreturn if true\nlog 'b'") == "a");
}

TEST_CASE("chef: errors say what, where and what else")
{
    const Error property = error_of("docker_container 'x' do\n  detach true\n  prot '80'\nend");
    CHECK(property.kind() == ErrorKind::invalid);
    CHECK(property.position().file == "recipes/r.rb");
    CHECK(property.position().line == 3);
    CHECK(property.position().column == 3);
    CHECK(property.position().text == "  prot '80'");
    CHECK(property.message() == "'docker_container' has no property 'prot'");
    CHECK(property.hint() == "did you mean 'port'?");
    CHECK(error_of("docker_contaner 'x'").hint() == "did you mean 'docker_container'?");
    CHECK(error_of("service 'x' do action :strat end").hint() == "did you mean 'start'?");
    CHECK(error_of("file '/x' do\n notifies :restart, 'service[y]'\nend").message() ==
          "there is no 'service[y]' in the recipe");
    CHECK(error_of("ruby_block 'x' do\nend").message() == "'ruby_block' is outside the supported subset");
    CHECK(error_of("def f\nend").message() == "'def' is outside the supported subset");
    CHECK(error_of("x = `ls`").position().column == 5);
    CHECK(error_of("template '/x' do\nend").kind() == ErrorKind::invalid);
    CHECK(error_of("log node['a']['b']").message() == "the attribute node['a'] is not set");
    CHECK(error_of("node['a'] = 1").hint() == "write node.default['…'] = …");
    CHECK(error_of("if true\nlog 'a'\n").message() == "'end' is missing for what begins here");
    CHECK(error_of("log 'a'\nend").position().line == 2);
    CHECK(error_of("log nothing_such").position().column == 5);
    CHECK(error_of("include_recipe 'nginx'").message() == "the recipe 'nginx' is not known");
    CHECK(error_of("log 'x'.frobnicate").message() ==
          "the method 'frobnicate' of a string is outside the supported subset");
    CHECK(error_of("directory '/x' do\n recursive 'yes'\nend").position().line == 2);
    CHECK(error_of("cookbook_file '/x' do source '../../etc/shadow' end").kind() == ErrorKind::invalid);
    CHECK(error_of("service 'x' do retries 'many' end").message() == "'retries' wants a whole number up to 1000");
}

TEST_CASE("chef: hostile recipes end soon")
{
    const auto many = [](std::string_view part, int times) {
        std::string all;
        for (int done = 0; done < times; ++done)
            all += part;
        return all;
    };
    for (const std::string& recipe : {"log " + many("(", 100'000),
                                      "log " + many("[", 100'000),
                                      "log " + many("!", 100'000),
                                      "x = 1" + many(" + 1", 100'000),
                                      "x" + many(".y", 100'000),
                                      many("if a\n", 10'000),
                                      "x = " + many("{a: ", 10'000),
                                      "x" + many(" = x", 10'000),
                                      "node" + many("['a']", 10'000),
                                      "x = " + many("1 ? ", 10'000),
                                      "log 'a' " + many("if true ", 10'000),
                                      "a =~ /" + many("(", 400) + "/",
                                      std::string("x = [1]\n1000.times { x = [x] }"),
                                      std::string("x = [1]\n1000.times { x = [x, x] }"),
                                      std::string("a = 'x'\n90.times { a += a }"),
                                      std::string("9999.times { 9999.times { } }"),
                                      std::string("9999.times { |i| log i.to_s }"),
                                      std::string("x = 'a' * 999999999999"),
                                      std::string("x = (1..999999999).to_a"),
                                      std::string("9000.times { |i| node.default['a'][i.to_s] = i }")}) {
        CAPTURE(recipe.substr(0, 40));
        CHECK(error_of(recipe).kind() == ErrorKind::invalid);
    }
}

TEST_CASE("chef: the engine's address is the one that there is; other ones of the engine itself are its listeners")
{
    CHECK_FALSE(one("docker_container 'a' do\n  repo 'x'\n  host 'unix:///var/run/docker.sock'\nend")
                    .attributes.contains("host"));
    CHECK(error_of("docker_image 'a' do\n  host 'tcp://192.0.2.1:2375'\nend").hint() ==
          "containers are those of the engine that converge is given");
    CHECK_FALSE(
        one("docker_service 'default' do\n  host ['unix:///var/run/docker.sock']\nend").attributes.contains("hosts"));
    const Resource engine = one("docker_service 'default' do\n"
                                "  host ['unix:///var/run/docker.sock', 'tcp://127.0.0.1:2375']\n"
                                "  http_proxy 'http://proxy.example:3128'\n  no_proxy 'localhost'\n"
                                "  env_vars 'A' => 'b'\n  package_options '--force-yes'\n  tls_client_cert '/c.pem'\n"
                                "  default_ulimit ['nofile=1024:2048', 'nproc=9']\n"
                                "  default_ip_address_pool 'base=192.0.2.0/24,size=28'\n"
                                "  misc_opts '--max-concurrent-downloads=5 --experimental'\n"
                                "  action [:create, :start]\nend");
    CHECK(list_of(engine, "hosts") == std::vector<std::string>{"unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"});
    CHECK(list_of(engine, "options") == std::vector<std::string>{"--force-yes"});
    CHECK(engine.actions == std::vector<std::string>{"install"});
    const std::string daemon = value(engine, "daemon");
    CHECK(daemon.find("default-address-pools=base=192.0.2.0/24 size=28") != daemon.npos);
    CHECK(daemon.find("default-ulimits=nofile=Name=nofile Hard=2048 Soft=1024 nproc=Name=nproc Hard=9 Soft=9") !=
          daemon.npos);
    CHECK(daemon.find("max-concurrent-downloads=5 experimental=true") != daemon.npos);
    CHECK(value(one("docker_service 'default' do\n  env_vars 'A=b'\n  http_proxy 'x'\nend"), "environment") ==
          "A=b HTTP_PROXY=x");
    CHECK(one("docker_service 'default' do\n  action :stop\nend").actions == std::vector<std::string>{"stop"});
    CHECK(error_of("docker_service 'default' do\n  default_ulimit 'nofile'\nend").hint() == "write 'nofile=1024:2048'");
    CHECK(error_of("docker_service 'default' do\n  misc_opts '--max-concurrent-download=5'\nend").hint() ==
          "did you mean 'max-concurrent-downloads'?");
}

TEST_CASE("chef: today's other words of docker_container, and a digest in a tag's place")
{
    CHECK(value(one("docker_container 'a' do\n  repo 'x'\n  cmd 'a b'\nend"), "command") == "a b");
    CHECK(value(one("docker_container 'a' do\n  repo 'x'\n  restart_policy 'on-failure'\n"
                    "  restart_maximum_retries 3\nend"),
                "restart") == "on-failure:3");
    const std::string digest = "sha256:d6743b7859c917a488ca39f4ab5e174011305f50b44ce32d3b9ea5d81b291b3b";
    CHECK(value(one("docker_container 'a' do\n  repo 'debian'\n  tag '" + digest + "'\nend"), "image") ==
          "debian@" + digest);
    const Resource image = one("docker_image 'debian' do\n  tag '" + digest + "'\nend");
    CHECK(value(image, "image") == "debian@" + digest);
    CHECK_FALSE(image.attributes.contains("tag"));
    CHECK(error_of("docker_network 'a' do\n  aux_address ['a=192.0.2.1', 'a=192.0.2.2']\nend").message() ==
          "the name 'a' stands here twice");
}

TEST_CASE("chef: what a recipe logs is told, and a guard that is a text")
{
    const Catalog logged = read("Chef::Log.warn 'careful'\nChef::Log.info 'no'\nlog 'x'");
    REQUIRE(logged.messages.size() == 1);
    CHECK(logged.messages[0].text == "careful");
    CHECK(error_of("Chef::Log.fatal 'no engine'\nraise").message() == "the recipe says: no engine");
    const Catalog guarded = read("execute 'a' do\n  not_if { 'which docker' }\nend");
    REQUIRE(guarded.messages.size() == 1);
    CHECK(guarded.messages[0].text ==
          "the guard's block gives a string, which is always true: for a command leave the braces out");
}

TEST_CASE("chef: recipes that bring nothing that is not here are passed over, and that is told")
{
    const Catalog catalog = read("include_recipe 'chef-sugar'\ninclude_recipe 'chef-apt-docker::default'\nlog 'x'");
    CHECK(catalog.resources.size() == 1);
    REQUIRE(catalog.messages.size() == 2);
    CHECK(catalog.messages[1].text ==
          "the recipe 'chef-apt-docker' is passed over: the engine comes from the machine's own package sources");
}
