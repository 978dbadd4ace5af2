# SPDX-License-Identifier: Apache-2.0
# What the peers' own suites assert of a machine after their recipes and manifests, asked of ours: each is applied twice, and the
# second time nothing is left to do.

load ../support/lib

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
  busybox_image dft-busybox
  docker tag dft-busybox dft-cs-box
}

teardown() { clean; }

clean() {
  docker ps -aq --filter name=^dft-cs- | xargs -r docker rm -fv >/dev/null
  docker network ls -q --filter name=^dft-cs- | xargs -r docker network rm >/dev/null
  docker volume ls -q --filter name=^dft-cs- | xargs -r docker volume rm >/dev/null
  docker images --format '{{.Repository}}:{{.Tag}}' 'dft-cs-*' | xargs -r docker rmi -f >/dev/null
  docker images --format '{{.Repository}}:{{.Tag}}' 'dft-cs/*' | xargs -r docker rmi -f >/dev/null
}

# twice FILE: changes, and then none.
twice() {
  fails 2 dfriends converge apply --detailed-exitcode "$1"
  fails 0 dfriends converge apply --detailed-exitcode "$1"
}

# by_command WORDS: the state of the container with this command line.
by_command() { docker ps -a --no-trunc --filter name=^dft-cs- --format '{{.Command}} {{.State}}' | sed -n "s/^\"$1\" //p"; }

# inspected: one JSON list of all containers of ours, by name without its prefix.
inspected() {
  docker ps -aq --filter name=^dft-cs- | xargs -r docker inspect >containers.json
  jq '[.[] | {key: .Name[8:], value: .}] | from_entries' containers.json >inspected.json
}
# of NAME FILTER WANTED
of() { equal "$(jq -c --arg name "$1" ".[\$name] | $2" inspected.json)" "$3"; }

@test "Chef in 2014: containers told apart by their commands, and those that are named" {
  cat >run.rb <<'END'
include_recipe 'docker'
%w(1111 2222 3333 4444 5555).each do |time|
  docker_container 'dft-cs-box' do
    command "sleep #{time}"
    detach true
    init_type false
    cmd_timeout 0
  end
end
docker_container 'dft-cs/dft-cs-daemon' do
  command 'sleep 6666'
  detach true
  cmd_timeout 0
end
docker_container 'dft-cs-box' do
  container_name 'dft-cs-named'
  command 'sleep 7777'
  detach true
  cmd_timeout 0
end
END
  docker tag dft-busybox dft-cs/dft-cs-daemon
  twice run.rb
  local time
  for time in 1111 2222 3333 4444 5555 6666 7777; do equal "$(by_command "sleep $time")" running; done
  # What had an init service in 2014 comes back with the engine; what had none does not.
  equal "$(docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' dft-cs-daemon dft-cs-named | sort -u)" unless-stopped
  equal "$(docker ps -aq --filter name=^dft-cs-box- | xargs docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' | sort -u | tr -d '\n')" no
  cat >act.rb <<'END'
include_recipe 'docker'
{ '2222' => [:restart], '3333' => [:stop], '4444' => [:stop, :start], '5555' => [:remove] }.each do |time, actions|
  docker_container 'dft-cs-box' do
    command "sleep #{time}"
    init_type false
    cmd_timeout 0
    action actions
  end
end
docker_container 'dft-cs-box' do
  container_name 'dft-cs-named'
  command 'sleep 8888'
  cmd_timeout 0
  action :redeploy
end
END
  local started; started=$(docker ps -a --no-trunc --filter name=^dft-cs-box- --format '{{.ID}}' | xargs docker inspect -f '{{.Config.Cmd}} {{.State.StartedAt}}' | grep 2222)
  fails 2 dfriends converge apply --detailed-exitcode act.rb
  for time in 1111 2222 4444 6666 8888; do equal "$(by_command "sleep $time")" running; done
  equal "$(by_command 'sleep 3333')" exited
  equal "$(by_command 'sleep 5555')$(by_command 'sleep 7777')" ""
  [ "$(docker ps -a --no-trunc --filter name=^dft-cs-box- --format '{{.ID}}' | xargs docker inspect -f '{{.Config.Cmd}} {{.State.StartedAt}}' | grep 2222)" != "$started" ]
  sed -i "/'2222' =>/s/{ .*}/{ '3333' => [:stop], '5555' => [:remove] }/; s/:redeploy/:run/" act.rb
  fails 0 dfriends converge apply --detailed-exitcode act.rb
}

@test "Chef in 2014: images that are there, that are built from a folder and a file, and that go" {
  mkdir src
  printf 'FROM dft-cs-box\nENV FROM=folder\n' >src/Dockerfile
  printf 'FROM dft-cs-box\nENV FROM=file\n' >src/other
  docker tag dft-busybox dft-cs-absent
  cat >r.rb <<END
include_recipe 'docker'
docker_image 'dft-cs-box' do
  action :pull_if_missing
end
docker_image 'dft-cs-absent' do
  action :remove
end
docker_image 'dft-cs-folder' do
  source '$PWD/src'
  tag 'v1'
  action :build_if_missing
end
docker_image 'dft-cs-file' do
  source '$PWD/src/other'
  action :build_if_missing
end
END
  twice r.rb
  equal "$(docker image inspect -f '{{json .Config.Env}}' dft-cs-folder:v1 dft-cs-file | grep -o 'FROM=[a-z]*')" $'FROM=folder\nFROM=file'
  fails 1 docker image inspect dft-cs-absent
  printf "docker_image 'dft-cs-passing' do\n  source '%s/src'\n  action [:build, :remove]\nend\n" "$PWD" >r.rb
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  fails 1 docker image inspect dft-cs-passing
}

@test "Chef today: what each property becomes" {
  printf 'FROM dft-cs-box\nENV A=image B=image\nUSER 7\nWORKDIR /tmp\nENTRYPOINT ["sleep"]\nCMD ["5"]\n' | docker build -q -t dft-cs-built - >/dev/null 2>&1
  printf 'C=file\n' >c.env
  cat >r.rb <<END
def_image = 'dft-cs-box'
docker_network('dft-cs-net') { subnet '198.51.100.32/28' }
docker_volume 'dft-cs-vol'
{
  'ports' => ['7', '8/udp', '127.0.0.1:8001:81', '198.51.100.1:8001:81', '8400-8402:8500-8502/udp'],
}.each do |name, ports|
  docker_container "dft-cs-#{name}" do
    repo def_image
    port ports
    action :create
  end
end
docker_container 'dft-cs-files' do
  repo def_image
  volumes ['/tmp:/bound:ro', '/anonymous', 'dft-cs-vol:/named']
  tmpfs '/run' => 'rw,noexec,nosuid,size=64k', '/cache' => ''
  action :create
end
docker_container 'dft-cs-env' do
  repo def_image
  env ['PATH=/bin', 'B=b c', 'A=1']
  env_file '$PWD/c.env'
  labels ['one:1', 'two:2:3']
  action :create
end
docker_container 'dft-cs-linker' do
  repo def_image
  links ['dft-cs-env:hello', 'dft-cs-files:files']
  env 'LINKED=yes'
  action :create
end
docker_container 'dft-cs-may' do
  repo def_image
  cap_add %w(NET_ADMIN SYS_TIME)
  cap_drop 'MKNOD'
  security_opt ['no-new-privileges']
  ulimits ['nofile=40960:40960', 'core=100000000:100000000']
  devices []
  ro_rootfs true
  action :create
end
docker_container 'dft-cs-named' do
  repo def_image
  host_name 'box'
  domain_name 'mirror.example'
  dns ['192.0.2.53', '192.0.2.54']
  dns_search ['a.example', 'b.example']
  extra_hosts ['east:192.0.2.1', 'west:192.0.2.2']
  action :create
end
docker_container 'dft-cs-limits' do
  repo def_image
  cpus 1.5
  cpu_shares 600
  cpuset_cpus '0,1'
  memory '64m'
  memory_swap '96m'
  restart_policy 'on-failure'
  restart_maximum_retry_count 2
  action :create
end
docker_container 'dft-cs-always' do
  repo def_image
  restart_policy 'always'
  log_driver 'json-file'
  log_opts 'max-size' => '1m'
  action :create
end
docker_container 'dft-cs-shares' do
  repo def_image
  volumes_from 'dft-cs-files'
  network_mode 'container:dft-cs-env'
  action :create
end
docker_container 'dft-cs-host' do
  repo def_image
  network_mode 'host'
  action :create
end
docker_container 'dft-cs-joined' do
  repo def_image
  network_mode 'dft-cs-net'
  network_aliases ['one', 'two']
  ip_address '198.51.100.36'
  action :create
end
docker_container 'dft-cs-override' do
  repo 'dft-cs-built'
  env ['A=ours']
  user '8'
  working_dir '/bin'
  entrypoint 'sh'
  command ['-c', 'sleep 9']
  action :create
end
docker_container 'dft-cs-given' do
  repo 'dft-cs-built'
  action :create
end
docker_container 'dft-cs-pinned' do
  image '$(docker image inspect -f '{{.Id}}' dft-cs-built)'
  action :create
end
END
  twice r.rb
  fails 0 dfriends converge apply --deep --detailed-exitcode r.rb
  inspected
  of ports '.HostConfig.PortBindings | [(.["7/tcp"], .["8/udp"], .["81/tcp"], .["8502/udp"]) | map(.HostIp + ":" + .HostPort)]' '[[":"],[":"],["127.0.0.1:8001","198.51.100.1:8001"],[":8402"]]'
  of ports '.HostConfig.PortBindings | length' 6
  of files '[.HostConfig.Binds, (.Config.Volumes | keys), .HostConfig.Tmpfs]' '[["/tmp:/bound:ro","dft-cs-vol:/named"],["/anonymous"],{"/cache":"","/run":"rw,noexec,nosuid,size=64k"}]'
  of env '.Config.Env' '["C=file","PATH=/bin","B=b c","A=1"]'
  of env '.Config.Labels | [.one, .two]' '["1","2:3"]'
  of linker '.HostConfig.Links | sort' '["/dft-cs-env:/dft-cs-linker/hello","/dft-cs-files:/dft-cs-linker/files"]'
  of may '.HostConfig | [.CapAdd, .CapDrop, .SecurityOpt, .ReadonlyRootfs, (.Ulimits | map("\(.Name)=\(.Soft):\(.Hard)"))]' '[["NET_ADMIN","SYS_TIME"],["MKNOD"],["no-new-privileges"],true,["nofile=40960:40960","core=100000000:100000000"]]'
  of named '[.Config.Hostname, .Config.Domainname, .HostConfig.Dns, .HostConfig.DnsSearch, .HostConfig.ExtraHosts]' '["box","mirror.example",["192.0.2.53","192.0.2.54"],["a.example","b.example"],["east:192.0.2.1","west:192.0.2.2"]]'
  of limits '.HostConfig | [.NanoCpus, .CpuShares, .CpusetCpus, .Memory, .MemorySwap, .RestartPolicy.Name, .RestartPolicy.MaximumRetryCount]' '[1500000000,600,"0,1",67108864,100663296,"on-failure",2]'
  of always '.HostConfig | [.RestartPolicy.Name, .LogConfig.Type, .LogConfig.Config]' '["always","json-file",{"max-size":"1m"}]'
  of shares '[.HostConfig.VolumesFrom, (.HostConfig.NetworkMode | startswith("container:"))]' '[["dft-cs-files"],true]'
  of host '.HostConfig.NetworkMode' '"host"'
  of joined '.NetworkSettings.Networks["dft-cs-net"] | [.IPAMConfig.IPv4Address, (.Aliases | index("one") != null)]' '["198.51.100.36",true]'
  of override '.Config | [(.Env | map(select(startswith("PATH") | not))), .User, .WorkingDir, .Entrypoint, .Cmd]' '[["A=ours","B=image"],"8","/bin",["sh"],["-c","sleep 9"]]'
  of given '.Config | [.User, .WorkingDir, .Entrypoint, .Cmd]' '["7","/tmp",["sleep"],["5"]]'
  of pinned '.Config | [.User, (.Image | startswith("sha256:"))]' '["7",true]'
}

# term_to_end NAME SINCE: the milliseconds between a container's first signal and its end, by the engine's own clock.
term_to_end() {
  docker events --since "$2" --until "$(date +%s.%N)" --filter "container=$1" --filter event=kill --filter event=die --format '{{.TimeNano}}' >times
  echo $((($(tail -n 1 times) - $(head -n 1 times)) / 1000000))
}

@test "Chef today: stopped, killed, paused, reloaded, made anew, and left as it was" {
  cat >run.rb <<'END'
# what each of them shall be before something is done with it
%w(stop kill pause unpause restart reload).each do |act|
  docker_container "dft-cs-#{act}" do
    repo 'dft-cs-box'
    command "sh -c 'trap \"echo told >>/told\" HUP; while :; do sleep 0.1; done'"
    kill_after 1
  end
end
docker_container 'dft-cs-unstarted' do
  repo 'dft-cs-box'
  command 'sleep 5'
  action :create
end
END
  twice run.rb
  docker pause dft-cs-unpause >/dev/null
  local before; before=$(docker inspect -f '{{.Id}}' dft-cs-unstarted)
  local restarted; restarted=$(docker inspect -f '{{.State.StartedAt}}' dft-cs-restart)
  cat >act.rb <<'END'
%w(stop kill pause unpause restart reload).each do |act|
  docker_container "dft-cs-#{act}" do
    repo 'dft-cs-box'
    command "sh -c 'trap \"echo told >>/told\" HUP; while :; do sleep 0.1; done'"
    kill_after 1
    action act.to_sym
  end
end
docker_container 'dft-cs-unstarted' do
  repo 'dft-cs-box'
  command 'sleep 6'
  action :redeploy
end
END
  local since name; since=$(date +%s)
  fails 2 dfriends converge apply --detailed-exitcode act.rb
  for name in dft-cs-stop dft-cs-restart; do [ "$(term_to_end "$name" "$since")" -lt 9000 ]; done # a second, and not ten
  inspected
  of stop .State.Status '"exited"'
  of kill '[.State.Status, .State.ExitCode]' '["exited",137]'
  of pause .State.Status '"paused"'
  of unpause .State.Status '"running"'
  of restart .State.Status '"running"'
  [ "$(docker inspect -f '{{.State.StartedAt}}' dft-cs-restart)" != "$restarted" ]
  wait_for 60 docker exec dft-cs-reload test -s /told
  of unstarted '[.State.Status, .Config.Cmd]' '["created",["sleep","6"]]'
  [ "$(docker inspect -f '{{.Id}}' dft-cs-unstarted)" != "$before" ]
  # Those that are states are so now.
  sed -i 's/%w(stop kill pause unpause restart reload)/%w(stop pause unpause)/; /unstarted/,$d' act.rb
  fails 0 dfriends converge apply --detailed-exitcode act.rb
}

@test "Puppet: what its module's acceptance asserts of images and containers" {
  mkdir src
  printf 'FROM dft-cs-box\nENV FROM=dockerfile\n' >src/Dockerfile
  docker save -o box.tar dft-cs-box
  cat >m.pp <<END
class { 'docker': }
docker::image { 'dft-cs-box': ensure => present }
docker::image { 'dft-cs-made': docker_dir => '$PWD/src' }
docker::image { 'dft-cs-tar': docker_tar => '$PWD/box.tar', ensure => present }
docker::run { 'dft-cs-web':
  image    => 'dft-cs-box',
  command  => 'sh -c "while :; do sleep 0.1; done"',
  ports    => ['127.0.0.1::4444'],
  expose   => ['5555'],
  hostname => 'box',
  volumes  => ['dft-cs-vol:/data', '/tmp:/host:ro'],
  cpuset   => ['0'],
  stop_wait_time => 0,
}
docker::run { 'dft-cs-linked':
  image   => 'dft-cs-made',
  command => 'sh -c "while :; do sleep 0.1; done"',
  links   => ['dft-cs-web:web'],
  stop_wait_time => 0,
}
docker::run { 'dft-cs-standing':
  image   => 'dft-cs-box',
  command => 'sleep 5',
  running => false,
}
docker::exec { 'mark':
  container => 'dft-cs-web',
  command   => 'touch /mark',
  unless    => 'test -e /mark',
  require   => Docker::Run['dft-cs-web'],
}
docker::exec { 'told':
  container   => 'dft-cs-web',
  command     => 'touch /told',
  refreshonly => true,
}
END
  sed -i '/docker_tar/d' m.pp
  twice m.pp
  inspected
  of web '[.State.Status, .Config.Hostname, .HostConfig.CpusetCpus, .HostConfig.Binds, (.Config.ExposedPorts | keys)]' '["running","box","0",["dft-cs-vol:/data","/tmp:/host:ro"],["4444/tcp","5555/tcp"]]'
  of linked '[.State.Status, .HostConfig.Links, (.Config.Env | index("FROM=dockerfile") != null)]' '["running",["/dft-cs-web:/dft-cs-linked/web"],true]'
  of standing '.State.Status' '"created"'
  docker exec dft-cs-web test -e /mark
  fails 1 docker exec dft-cs-web test -e /told
  # Stopped, then gone.
  sed -i "s/^  hostname => 'box',/&\n  running => false,/" m.pp
  sed -i '/^docker::exec/,$d' m.pp
  twice m.pp
  equal "$(docker inspect -f '{{.State.Status}}' dft-cs-web)" exited
  sed -i "s/^  running => false,/  ensure => absent,/" m.pp
  twice m.pp
  fails 1 docker inspect dft-cs-web
}
