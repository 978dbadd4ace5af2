#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Machines on this host: namespaces with engines of their own, and the walkthrough's service on three of them.

load ../support/lib

setup_file() { code_it_image; }

setup() { cd "$BATS_TEST_TMPDIR"; need_engine; }

teardown() {
  stop_services
  "$DFRIENDS" cluster down >/dev/null 2>&1 || true
  ! mountpoint -q /usr/bin/docker || umount /usr/bin/docker
  ! mountpoint -q /usr/bin/etcdctl || umount /usr/bin/etcdctl
}

cluster() { dfriends cluster "$@"; }
up() { cluster up "$@" 3>&-; }
units() { # the walkthrough's three
  local n conflicts
  for n in 1 2 3; do
    conflicts='code.it.*.service  '
    [ $n != 2 ] || conflicts=code.it.2.service
    cat >"code.it.$n.service" <<EOF
[Unit]
Description=Code.it $n
Requires=docker.service
After=docker.service

[Service]
ExecStart=/usr/bin/docker run --rm --name=code.it-$n -p 80:8000 shrikrishna/code.it
ExecStartPost=/usr/bin/etcdctl set /domains/code.it-$n/%H:%i running
ExecStop=/usr/bin/docker stop -t 1 code.it-$n
ExecStopPost=/usr/bin/etcdctl rm /domains/code.it-$n/%H:%i

[X-Fleet]
X-Conflicts=$conflicts
EOF
  done
}
page() { curl -s --max-time 20 "http://$1/"; }
shows() { [[ $(page "$1") == *"code.it answers"* ]]; }
# traces: all that a cluster could leave on this host; what its engine makes for containers of its own comes and goes, and so do the
# small disks of the tests beside.
traces() {
  ip -o link | awk -F': ' '{ print $2 }' | grep -Ev '^(br-|veth)' | sort
  ip netns | sort
  ls /var/run/netns 2>/dev/null || true
  { iptables -S; iptables -t nat -S; } | grep -Ev 'br-|DOCKER|docker'
  find /sys/fs/cgroup -maxdepth 3 -name 'dfriends*'
  awk '{ print $2 }' /proc/mounts | grep -Ev '/netns$|/small$|^/(var/)?run/docker|^/var/lib/docker' | sort
  pgrep -f 'cluster (host|machine|agent|supervise)' || true
  ls "$DFRIENDS_STATE_DIR" 2>/dev/null | grep cluster || true
}

@test "the walkthrough: three machines, three units, an address each, and not a trace afterwards" {
  mkdir -p "$DFRIENDS_STATE_DIR"
  traces >before
  printf '$num_instances=3\n$update_channel="alpha"\n' >config.rb
  start_service discovery kv serve --discovery --listen 127.0.0.1:0
  local token; token=$(curl -sf "http://$ADDRESS/new")
  cat >user-data <<EOF
#cloud-config
coreos:
  etcd:
    discovery: $token
    addr: \$public_ipv4:4001
    peer-addr: \$public_ipv4:7001
  fleet:
    public-ip: \$public_ipv4
    metadata: region=eu
  units:
    - name: etcd.service
      command: start
    - name: fleet.service
      command: start
write_files:
  - path: /etc/own
    content: of \$public_ipv4
EOF
  fails 0 up --user-data user-data --config-rb config.rb
  says "Bringing machine 'core-01' up..."
  says "Machine 'core-03' is up at 172.17.8.103"
  equal "$(curl -sf "$token" | jq '.node.nodes | length')" 3
  equal "$(cluster list-machines --no-legend | awk '{ print $2, $3 }' | sort)" "172.17.8.101 region=eu
172.17.8.102 region=eu
172.17.8.103 region=eu"
  fails 0 cluster status
  equal "$(grep -c running <<<"$output")" 3
  fails 0 cluster image load shrikrishna/code.it
  units
  ln -s "$DFRIENDS" fleetctl
  fails 0 ./fleetctl submit code.it.1.service code.it.2.service code.it.3.service
  fails 0 ./fleetctl start code.it.{1,2,3}.service
  equal "$(./fleetctl list-units --no-legend | awk '{ print $3, $4 }' | sort | uniq -c | xargs)" "3 active running"
  equal "$(./fleetctl list-units --no-legend | awk '{ print $2 }' | sort -u | wc -l)" 3
  local n
  for n in 1 2 3; do wait_for 60 shows 172.17.8.10$n; done
  equal "$(cluster ssh core-02 hostname)" core-02
  equal "$(cluster ssh core-02 'cat /etc/own; . /etc/environment; echo $COREOS_PUBLIC_IPV4')" "of 172.17.8.102172.17.8.102"
  fails 7 cluster ssh core-03 'exit 7'
  equal "$(cluster ssh core-01 docker ps --format '{{.Names}}')" "$(./fleetctl list-units --no-legend | awk '/172.17.8.101/ { print $1 }' | sed 's/code.it.\(.\).service/code.it-\1/')"
  equal "$(cluster ssh core-01 'curl -s http://127.0.0.1:4001/v2/keys/domains | jq ".node.nodes | length"')" 3
  ! test -e /etc/own
  SERVICE_STATE=$DFRIENDS_STATE_DIR start_service lb cluster lb --listen 127.0.0.1:0
  says_it() { curl -s -H 'Host: code.it' "http://$ADDRESS/" | grep -q 'code.it answers'; }
  wait_for 60 says_it
  fails 0 ./fleetctl stop code.it.1.service
  equal "$(dfriends kv --endpoints http://172.17.8.1:2379 ls /domains/code.it-1)" ""
  for n in 1 2 3 4 5 6; do says_it; done
  stop_services
  fails 0 cluster down
  traces >after
  diff before after
}

@test "a power failure: the unit runs elsewhere where it may, and not twice when the machine returns" {
  up -n 2
  cluster image load shrikrishna/code.it
  units
  fails 0 cluster start code.it.1.service code.it.2.service
  printf '[Service]\nExecStart=/usr/bin/docker run --rm --name=free shrikrishna/code.it sleep 1000\n' >free.service
  fails 0 cluster start free.service
  place() { cluster list-units --no-legend --fields unit,machine,active | awk -v unit="$1" '$1 == unit && $3 == "active" { sub(".*/", "", $2); print $2 }'; }
  local at; at=$(place free.service)
  local name=core-0${at##*.10}
  cluster halt --force "$name"
  local begin; begin=$(date +%s%3N)
  moved() { local now; now=$(place free.service); [ -n "$now" ] && [ "$now" != "$at" ]; }
  wait_for 60 moved
  [ $(($(date +%s%3N) - begin)) -lt 12000 ]
  equal "$(cluster status | grep -c halted)" 1
  fails 0 up
  wait_for 60 bash -c "[ \"\$('$DFRIENDS' cluster list-units --no-legend | grep -c active)\" = 3 ]"
  frees() {
    local count=0 n
    for n in 1 2; do count=$((count + $(cluster ssh "core-0$n" docker ps -q --filter name=free | wc -l))); done
    echo "$count"
  }
  runs() { [ "$(frees)" -ge 1 ]; }
  wait_for 60 runs
  equal "$(frees)" 1
}

@test "kill -9 of what holds the machines ends them all; up brings them back, down leaves nothing" {
  traces >before
  up -n 1
  local id; id=$(cluster ssh core-01 cat /etc/machine-id)
  pkill -9 -f 'cluster host$'
  wait_for 60 bash -c '! pgrep -f "[d]ockerd.*core-01"'
  equal "$(cluster status | awk '/core-01/ { print $2 }')" down
  fails 0 up
  equal "$(cluster ssh core-01 cat /etc/machine-id)" "$id"
  # The store alone: it comes back, and nothing that was written is lost.
  dfriends kv --endpoints http://172.17.8.1:2379 set /keep me
  pkill -9 -f 'kv serve --discovery$'
  kept() { [ "$(dfriends kv --endpoints http://172.17.8.1:2379 get /keep)" = me ]; }
  wait_for 60 kept
  pkill -9 -f 'cluster host$'
  fails 0 cluster down
  traces >after
  diff before after
}

@test "neither docker nor etcdctl on the host: units find ours, also within sh -c" {
  touch none
  mount --bind none /usr/bin/docker
  mount --bind none /usr/bin/etcdctl
  up -n 1
  cluster image load shrikrishna/code.it
  cat >own.service <<'EOF'
[Service]
ExecStartPre=-/bin/sh -c 'docker rm -f own >/dev/null 2>&1'
ExecStart=/bin/sh -c '/usr/bin/docker run --rm --name=own -p 80:8000 shrikrishna/code.it'
ExecStartPost=/bin/sh -c '/usr/bin/etcdctl set /own yes'
ExecStop=/usr/bin/docker stop -t 1 own
EOF
  fails 0 cluster start own.service
  wait_for 60 shows 172.17.8.101
  equal "$(cluster ssh core-01 etcdctl get /own)" yes
  fails 0 cluster stop own.service
  equal "$(cluster ssh core-01 docker ps -q)" ""
}

@test "ranges: one that is in use, one that is none, another one, and a note where docker0 overlaps" {
  fails 5 cluster up -n 1 --subnet 172.17.0.0/24
  says "the range 172.17.0.0/24 is in use: 'docker0' has the address"
  fails 2 cluster up --subnet 8.8.8.0/24
  says "is no range for machines"
  fails 4 cluster halt
  says "there are no machines on this host"
  fails 0 up -n 1 --subnet 10.17.8.0/24
  [[ $output != *note:* ]]
  says "Machine 'core-01' is up at 10.17.8.101"
  fails 5 cluster up --subnet 10.17.9.0/24
  says "'dfriends cluster down' takes them away first"
  fails 4 cluster halt core-09
  says "there is no machine 'core-09'"
  fails 0 up -n 2
  says "Machine 'core-02' is up at 10.17.8.102"
  printf '$num_instances = "three"\n' >config.rb
  fails 3 cluster up --config-rb config.rb
  says "config.rb:1:"
  printf 'no cloud config\n' >user-data
  fails 3 cluster up --user-data user-data
  says "user-data"
}
