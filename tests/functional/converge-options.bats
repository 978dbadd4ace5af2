# SPDX-License-Identifier: Apache-2.0
# What an option of a container, network or volume does on the real engine: set it is a change, repeated it is none, changed it is what
# the engine can do: a change in place, or another one.

load ../support/lib

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
  busybox_image dft-busybox
}

teardown() { clean; }

clean() {
  docker ps -aq --filter name=^dft-co- | xargs -r docker rm -fv >/dev/null
  docker network ls -q --filter name=^dft-co- | xargs -r docker network rm >/dev/null
  docker volume ls -q --filter name=^dft-co- | xargs -r docker volume rm >/dev/null
  docker images -q 'dft-co-*' | xargs -r docker rmi -f >/dev/null
}

# series: what a container is declared with at first, then, and what that leads to. All of them are judged in one run each.
series() {
  cat <<'END'
cpu_period: 50000|cpu_period: 60000|update
cpu_quota: 20000|cpu_quota: 30000|update
cpu_shares: 100|cpu_shares: 200|update
memory: 32m|memory: 64m|update
memory_reservation: 16m|memory_reservation: 32m|update
restart: always|restart: "on-failure:3"|update
restart: "on-failure:3"|restart: "on-failure:5"|update
memory: 32m, memory_swap: 64m|memory: 32m, memory_swap: -1|update
memory: 32m, memory_swap: 32m|memory: 32m, memory_swap: 48m|update
cpuset_cpus: "0"|cpuset_cpus: "0,1"|update
cpus: 1|cpus: "1.5"|update
pids_limit: 10|pids_limit: 20|update
network: dft-co-net, ip: 198.51.100.4|network: dft-co-net, ip: 198.51.100.5|update
domainname: a.example|domainname: b.example|replace
hostname: a|hostname: b|replace
user: "1"|user: "2"|replace
working_directory: /tmp|working_directory: /bin|replace
tty: true|tty: false|replace
stdin: true|stdin: false|replace
init: true|init: false|replace
read_only: true|read_only: false|replace
privileged: true|privileged: false|replace
stop_signal: INT|stop_signal: TERM|replace
shm_size: 32m|shm_size: 64m|replace
log_driver: json-file|log_driver: none|replace
ipc: private|ipc: shareable|replace
network: none|network: host|replace
uts: host||replace
pid: host||replace
cgroupns: host|cgroupns: private|replace
mac_address: "02:42:c0:a8:00:01"|mac_address: "02:42:C0:a8:00:02"|replace
oom_score_adj: 100|oom_score_adj: 200|replace
memory_swappiness: 10, memory: 32m|memory_swappiness: 20, memory: 32m|replace
group_add: ["1", "2"]|group_add: ["1"]|replace
security_options: [no-new-privileges]||replace
cap_add: [NET_ADMIN]|cap_add: [SYS_TIME]|replace
cap_drop: [NET_RAW]|cap_drop: [ALL]|replace
publish_all: true|publish_all: false|replace
env: [A=1, B=2]|env: [A=1]|replace
labels: {a: "1", b: "2"}|labels: {a: "1"}|replace
links: ["dft-co-db:db", "dft-co-db"]|links: ["dft-co-db"]|replace
volumes: ["/tmp:/a:ro", "dft-co-vol:/b", /c]|volumes: ["/tmp:/a", "dft-co-vol:/b", /c]|replace
mounts: ["type=tmpfs,target=/a,tmpfs-size=1m", "type=bind,src=/tmp,dst=/b,readonly"]|mounts: ["type=tmpfs,target=/a,tmpfs-size=1m"]|replace
mounts: ["type=volume,target=/a"]|mounts: ["type=volume,target=/b"]|replace
tmpfs: ["/a:size=1m", /b]|tmpfs: ["/a:size=1m"]|replace
log_options: {max-size: 1m, max-file: "2"}|log_options: {max-size: 1m}|replace
expose: [80, "81-83/udp"]|expose: [80]|replace
devices: [/dev/null, "/dev/zero:/dev/nought:r"]|devices: [/dev/null]|replace
device_cgroup_rules: ["c 42:* rmw"]||replace
dns: [192.0.2.1, 192.0.2.2]|dns: [192.0.2.2, 192.0.2.1]|replace
dns_search: [a.example, b.example]|dns_search: [b.example, a.example]|replace
dns_options: [ndots:2]|dns_options: [ndots:3]|replace
extra_hosts: ["a:192.0.2.1"]|extra_hosts: ["a:192.0.2.2"]|replace
ulimits: [nofile=10:20, nproc=5]|ulimits: [nofile=10:20]|replace
sysctls: {net.ipv4.ip_forward: 1}|sysctls: {net.ipv4.ip_forward: 0}|replace
command: [sleep, "9"]|command: [sleep]|replace
command: [sleep, "9"]||replace
entrypoint: [sleep, "9"]|entrypoint: [sleep, "8"]|replace
health_cmd: "true", health_interval: 10s|health_cmd: "true", health_interval: 11s|replace
health_cmd: "true"|health_cmd: ["true"]|replace
health_cmd: "true"|no_healthcheck: true|replace
health_retries: 3, health_cmd: "x", health_timeout: 3s, health_start_period: 1s|health_retries: 4, health_cmd: "x", health_timeout: 3s, health_start_period: 1s|replace
ports: ["127.0.0.1:7070:7", "7071-7072:8-9/udp", "9090"]|ports: ["127.0.0.1:7070:7"]|replace
ports: ["[::1]:7073:7"]|ports: ["127.0.0.1:7073:7"]|replace
volumes_from: [dft-co-db]|volumes_from: ["dft-co-db:ro"]|replace
network: "container:dft-co-db"|network: none|replace
runtime: runc||none
gpus: all|gpus: 2|replace
stop_timeout: 5|stop_timeout: 9|none
memory: 32m|memory: 32768k|none
ports: ["0.0.0.0:7074:7"]|ports: ["7074:7/tcp"]|none
ports: ["7075-7076:7-8"]|ports: ["7076:8", "7075:7"]|none
expose: [81-82]|expose: [82, 81]|none
ports: ["7077:80"], expose: [80]|ports: ["7077:80"]|replace
env: [A=1, B=2]|env: [B=2, A=1]|none
command: "sh -c 'a b'"|command: [sh, -c, "a b"]|none
ulimits: [nofile=10]|ulimits: ["nofile=10:10"]|none
user: "0"||replace
network: bridge||none
cap_add: [CAP_NET_ADMIN]|cap_add: [net_admin]|none
links: [dft-co-db]|links: ["dft-co-db:dft-co-db"]|none
command: [sleep, "9"]|command: []|replace
env_file: [one.env]|env: [A=1, B=2]|none
env_file: [one.env]|env_file: [one.env], env: [C=3]|replace
env_file: [one.env]|env_file: [one.env], env: [A=9]|replace
env_file: [one.env]|env_file: [more.env]|replace
END
}

# declare_series COLUMN: m.yaml has a container for each line, with what that column says.
declare_series() {
  echo 'resources:'
  echo '  - {docker_container: dft-co-db, image: dft-busybox, action: create}'
  series | awk -F'|' -v column="$1" '{ printf "  - {docker_container: dft-co-%d, image: dft-busybox, action: create%s%s}\n", NR, ($column == "" ? "" : ", "), $column }'
} >m.yaml

ids() { docker ps -a --no-trunc --filter name=^dft-co- --format '{{.Names}} {{.ID}}' | sort -k 1,1; }

@test "each option of a container: set, repeated and changed" {
  docker network create --subnet 198.51.100.0/28 dft-co-net >/dev/null
  printf 'A=1\nB=2\n' >one.env
  printf 'A=1\nB=2\nC=3\n' >more.env
  declare_series 1
  dfriends converge apply m.yaml >applied
  fails 0 dfriends converge apply --deep --detailed-exitcode m.yaml
  ids >before
  declare_series 2
  dfriends --json converge plan m.yaml | jq -r '.results[1:][].effect' | paste -d'|' <(series) - >planned
  equal "$(awk -F'|' '$3 != $4' planned)" ""
  dfriends converge apply m.yaml >applied
  fails 0 dfriends converge apply --deep --detailed-exitcode m.yaml
  # Another container is another one by its id, and a change in place is none.
  ids | join before - | awk '{ print substr($1, 8), ($2 == $3 ? "same" : "other") }' | grep -v ^db | sort -n >done
  equal "$(awk -F'|' '{ print NR, ($3 == "replace" ? "other" : "same") }' planned)" "$(cat done)"
}

# declares ATTRIBUTES: m.yaml has one container with these.
declares() { printf 'resources:\n  - {docker_container: dft-co-one, image: "%s"%s}\n' "${IMAGE:-dft-busybox}" "${1:+, $1}" >m.yaml; }

# changes ATTRIBUTES, stays ATTRIBUTES: it was not so and is so now, or it was so before.
changes() {
  declares "$1"
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  stays "$1"
}
stays() {
  declares "$1"
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}

# has FORMAT WANTED: of the container.
has() { equal "$(docker inspect -f "$1" dft-co-one)" "$2"; }

image() { printf 'FROM dft-busybox\n%s\n' "$2" | docker build -q -t "$1" - 2>/dev/null; }

@test "an image by its name, by its id, after its name was taken away, and what it gives its containers" {
  local made='action: create, env: [A=1], labels: {mine: x}' first second
  first=$(image dft-co-image $'ENV FROM=image\nLABEL of=image\nEXPOSE 80\nVOLUME /data')
  IMAGE=dft-co-image
  changes "$made"
  # What comes from the image is no difference, also where all that is there is compared.
  stays "$made, compare: {env: strict, labels: strict, expose: strict, volumes: strict}"
  stays "$made, publish_all: false"
  IMAGE=$first
  stays "$made, compare: {image: ignore}"
  changes "$made"
  docker tag dft-co-image dft-co-kept
  docker rmi -f dft-co-image >/dev/null
  stays "$made"
  second=$(image dft-co-image $'ENV FROM=other')
  stays "$made"
  IMAGE=$second
  changes "$made"
  has '{{.Image}}' "$second"
  IMAGE=$first
  changes "$made"
  # Another name of the same image is another declaration, unless that is not compared.
  docker tag "$second" dft-co-again
  IMAGE=$second
  changes "$made"
  IMAGE=dft-co-again
  stays "$made, compare: {image: ignore}"
  changes "$made"
  has '{{.Image}}' "$second"
}

@test "a container's states: created, started, present, paused, stopped, made anew, absent" {
  local loop='command: [sh, -c, "while :; do sleep 0.1; done"], volumes: [/data], stop_timeout: 0' id started
  declares "$loop, action: create"
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  fails 1 docker inspect dft-co-one
  changes "$loop, action: create"
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  has '{{.State.Status}}' created
  changes "$loop, action: run"
  has '{{.State.Status}}' running
  stays "$loop, action: create" # it is there, and may run
  stays "$loop, action: start"
  id=$(docker inspect -f '{{.Id}}' dft-co-one)
  docker exec dft-co-one sh -c 'echo kept >/data/f'
  # A restart is an act, each time; the container and its volume are the same.
  started=$(docker inspect -f '{{.State.StartedAt}}' dft-co-one)
  declares "$loop, action: restart"
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  has '{{.Id}}' "$id"
  [ "$(docker inspect -f '{{.State.StartedAt}}' dft-co-one)" != "$started" ]
  equal "$(docker exec dft-co-one cat /data/f)" kept
  # To make it anew is asked for each time, too.
  declares "$loop, action: redeploy"
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  [ "$(docker inspect -f '{{.Id}}' dft-co-one)" != "$id" ]
  equal "$(docker exec dft-co-one cat /data/f)" kept
  changes "$loop, action: remove"
  fails 1 docker inspect dft-co-one
  # One that ends by itself is waited for, and its end is not taken back.
  changes 'command: [sh, -c, "echo done"], detach: false'
  equal "$(docker logs dft-co-one)" done
  changes 'action: remove'
  declares 'command: [sh, -c, "exit 3"], detach: false'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "ended with 3"
  changes 'action: remove'
}

@test "what a limit was and what it becomes is told, and nothing else" {
  changes 'action: create, memory: 64m, cpu_shares: 100, restart: always'
  declares 'action: create, memory: 48m, cpu_shares: 100, restart: "on-failure:2"'
  dfriends --json converge plan m.yaml >plan.json
  equal "$(jq -c '.results[0] | [.effect, (.changes[] | [.attribute, .from, .to])]' plan.json)" \
    '["update",["memory","64m","48m"],["restart","always","on-failure:2"]]'
  changes 'action: create, memory: 48m, cpu_shares: 100, restart: "on-failure:2"'
  has '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.CpuShares}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}' "50331648 100663296 100 2"
}

@test "two mounts on one target, ports twice, and a network that is not there are refused, and nothing is left" {
  declares 'mounts: ["type=tmpfs,target=/a", "type=volume,source=dft-co-vol,target=/a"]'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "Duplicate mount point"
  fails 1 docker inspect dft-co-one
  declares 'env: [A=1], network: dft-co-none'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "dft-co-none"
  fails 1 docker inspect dft-co-one
}

@test "a volume: made once with its options and labels; other labels are told, other options refused, and its content stays" {
  volume() { printf 'resources:\n  - {docker_volume: dft-co-vol%s}\n' "$1" >m.yaml; }
  volume ', options: {type: tmpfs, device: tmpfs, o: "size=1m"}, labels: {a: x, b: 2}'
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  [[ $output != *label* ]]
  volume ', options: {type: tmpfs, device: tmpfs, o: "size=1m"}, labels: {a: x}'
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  volume ', options: {type: tmpfs, device: tmpfs, o: "size=1m"}, labels: {a: x, c: z}'
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  says "was made without the label c=z, and stays so"
  volume ', options: {type: tmpfs, device: tmpfs, o: "size=2m"}'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "has another option 'o'"
  volume ', options: {type: tmpfs, o: "size=1m"}'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "still has the option 'device', which is no longer declared"
  equal "$(docker volume inspect -f '{{json .Options}} {{.Labels.a}} {{.Labels.b}}' dft-co-vol)" '{"device":"tmpfs","o":"size=1m","type":"tmpfs"} x 2'
  volume ', labels: [a]'
  fails 3 dfriends converge apply --detailed-exitcode m.yaml
  says "'labels' of 'docker_volume' wants a map of texts"
}

# declares_networks LINE...: m.yaml has these resources.
declares_networks() { printf 'resources:\n' >m.yaml; printf '  - {%s}\n' "$@" >>m.yaml; }

# networks_change LINE..., networks_stay LINE...: as with a container.
networks_change() {
  declares_networks "$@"
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}
networks_stay() {
  declares_networks "$@"
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}

# joined CONTAINER: the networks that it is in.
joined() { docker inspect -f '{{range $name, $place := .NetworkSettings.Networks}}{{$name}} {{end}}' "$1"; }

@test "a network's ranges of both families, its options and labels" {
  networks_change 'docker_network: dft-co-net, ipv6: true, subnet: [198.51.100.0/28, "2001:db8:51::/64"], labels: {a: x, b: "2"}, options: {com.docker.network.driver.mtu: 1400}'
  networks_stay 'docker_network: dft-co-net, ipv6: true, subnet: ["2001:DB8:51:0::/64", 198.51.100.0/28], labels: {b: 2, a: x}, options: {com.docker.network.driver.mtu: "1400"}'
  networks_change 'docker_network: dft-co-net, labels: {a: x}'
  networks_change 'docker_network: dft-co-net, labels: {a: x, c: z}'
  networks_change 'docker_network: dft-co-net, ipv6: true, subnet: [198.51.100.0/28, "2001:db8:51::/64"]'
  networks_change 'docker_network: dft-co-net, ipv6: true, subnet: [198.51.100.0/28, "2001:db8:52::/64"]'
  networks_change 'docker_network: dft-co-net, subnet: [198.51.100.0/28]'
  networks_change 'docker_network: dft-co-net, action: delete'
}

@test "networks whose names begin alike are told apart, and containers join and leave the one that is meant" {
  declares_networks 'docker_network: dft-co-net-long' 'docker_network: dft-co-net' 'docker_container: dft-co-one, image: dft-busybox, action: create' 'docker_container: dft-co-one-two, image: dft-busybox, action: create, network: none'
  dfriends converge apply m.yaml
  networks_change 'docker_network: dft-co-net, action: connect, container: dft-co-one'
  equal "$(joined dft-co-one)" "bridge dft-co-net "
  networks_change 'docker_network: dft-co-net-long, action: connect, container: dft-co-one'
  networks_change 'docker_network: dft-co-net, action: disconnect, container: dft-co-one'
  equal "$(joined dft-co-one)" "bridge dft-co-net-long "
  networks_stay 'docker_network: dft-co-ne, action: delete' 'docker_network: dft-co-n, action: disconnect, container: dft-co-one'
  equal "$(joined dft-co-one-two)" "none "
  networks_change 'docker_network: dft-co-net, action: delete'
  docker network inspect dft-co-net-long >/dev/null
  networks_stay 'docker_network: dft-co-net, action: delete'
}

@test "a container with links in a network of one's own, which somebody else made, is taken over and imported as it is" {
  docker network create dft-co-net >/dev/null
  docker create --name dft-co-db dft-busybox >/dev/null
  docker create --name dft-co-one --network dft-co-net --link dft-co-db:db dft-busybox >/dev/null
  networks_stay 'docker_container: dft-co-one, image: dft-busybox, action: create, networks: [dft-co-net], links: ["dft-co-db:db"]'
  dfriends converge import dft-co-one >imported.yaml
  grep -q 'links: \["dft-co-db:db"\]' imported.yaml
  fails 0 dfriends converge apply --detailed-exitcode imported.yaml
}

@test "a container that does not run joins and leaves networks, at the addresses that it is given" {
  local nets=('docker_network: dft-co-net, ipv6: true, subnet: [198.51.100.0/28, "2001:db8:51::/64"]' 'docker_network: dft-co-net2')
  in_networks() { printf 'docker_container: dft-co-one, image: dft-busybox, action: create, networks: [%s]' "$1"; }
  networks_change "${nets[@]}" "$(in_networks '"name=dft-co-net,ip=198.51.100.4,ip6=2001:db8:51::4"')"
  local id; id=$(docker inspect -f '{{.Id}}' dft-co-one)
  networks_stay "${nets[@]}" "$(in_networks '"name=dft-co-net,ip=198.51.100.4,ip6=2001:db8:51:0::4"')"
  networks_change "${nets[@]}" "$(in_networks '"name=dft-co-net,ip=198.51.100.4,ip6=2001:db8:51::5"')"
  networks_change "${nets[@]}" "$(in_networks '"name=dft-co-net,ip=198.51.100.5,ip6=2001:db8:51::5", dft-co-net2')"
  equal "$(joined dft-co-one)" "dft-co-net dft-co-net2 "
  networks_change "${nets[@]}" "$(in_networks 'dft-co-net2')"
  equal "$(joined dft-co-one)" "dft-co-net2 "
  equal "$(docker inspect -f '{{.Id}}' dft-co-one)" "$id"
}
