#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Several agents, one key-value store, and fleetctl's words.

load ../support/lib
load ../support/etcd

setup() {
  cd "$BATS_TEST_TMPDIR"
  AGENTS=()
}

teardown() {
  local pid
  for pid in "${AGENTS[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${AGENTS[@]}"; do wait_for 60 bash -c "! kill -0 $pid" || kill -9 "$pid"; done
  stop_services
  stop_others
  pkill -9 -f "cluster supervise.*$BATS_TEST_TMPDIR" || true
  wait
}

start_kv() {
  start_service kv kv serve --listen "127.0.0.1:${1:-0}"
  export DFRIENDS_CLUSTER_KV=http://$ADDRESS
}

id_of() { printf '%08d%s' "$1" aaaabbbbccccddddeeeeffff; }

# agent N [OPTION...]: machine N of the cluster, core-0N at 127.0.0.N.
agent() {
  local number=$1; shift
  "$DFRIENDS" cluster agent --machine-id "$(id_of "$number")" --hostname "core-0$number" --public-ip "127.0.0.$number" \
    --runtime-dir "$PWD/m$number" --kv "$DFRIENDS_CLUSTER_KV" "$@" >>"agent$number.log" 2>&1 3>&- &
  AGENTS[number]=$!
}

fleet() { dfriends cluster "$@"; }
machines_are() { [ "$(fleet list-machines --no-legend --fields ip | tr '\n' ' ')" = "$1" ]; }
start_agents() {
  local number
  for number in "$@"; do agent "$number"; done
  wait_for 30 machines_are "$(printf '127.0.0.%s ' "$@")"
}
# place UNIT: the address of the machine that runs it; empty where none does.
place() { fleet list-units --no-legend | awk -v unit="$1" '$1 == unit && $3 == "active" { sub(".*/", "", $2); print $2 }'; }
is_at() { [ "$(place "$1")" = "$2" ]; }
running() { pgrep -fc "$1" || true; }
# runs PATTERN COUNT: so many processes, and not more. A unit is active from its fork on, a moment before its command line shows it.
runs() {
  enough() { [ "$(running "$1")" -ge "$2" ]; }
  wait_for 30 enough "$1" "$2"
  equal "$(running "$1")" "$2"
}

# unit NAME SECONDS [X-FLEET LINE...]: a unit that sleeps.
unit() {
  local name=$1 seconds=$2; shift 2
  printf '[Unit]\nDescription=Test %s\n[Service]\nExecStart=/bin/sleep %s\n[X-Fleet]\n' "$name" "$seconds" >"$name"
  [ $# = 0 ] || printf '%s\n' "$@" >>"$name"
}

@test "the walkthrough's three units: submitted, started one on each machine, listed, stopped, destroyed" {
  start_kv
  start_agents 1 2 3
  equal "$(fleet list-machines)" "MACHINE		IP		METADATA
00000001...	127.0.0.1	-
00000002...	127.0.0.2	-
00000003...	127.0.0.3	-"
  unit code.it.1.service 7001 'X-Conflicts=code.it.*.service  '
  unit code.it.2.service 7002 X-Conflicts=code.it.2.service
  unit code.it.3.service 7003 'X-Conflicts=code.it.*.service'
  fails 0 fleet submit code.it.1.service code.it.2.service code.it.3.service
  says "Unit code.it.1.service inactive"
  equal "$(fleet list-units)" "UNIT	MACHINE	ACTIVE	SUB"
  equal "$(fleet list-unit-files --no-legend --fields unit,dstate,state,target,desc)" \
"code.it.1.service	inactive	inactive	-	Test code.it.1.service
code.it.2.service	inactive	inactive	-	Test code.it.2.service
code.it.3.service	inactive	inactive	-	Test code.it.3.service"
  fails 0 fleet start code.it.{1,2,3}.service
  says "Unit code.it.1.service launched on 00000001.../127.0.0.1"
  equal "$(fleet list-units)" "UNIT			MACHINE			ACTIVE	SUB
code.it.1.service	00000001.../127.0.0.1	active	running
code.it.2.service	00000002.../127.0.0.2	active	running
code.it.3.service	00000003.../127.0.0.3	active	running"
  runs 'sleep 700[123]$' 3
  equal "$(dfriends --json cluster list-unit-files | jq -r '.[1] | .dstate + " " + .state')" "launched launched"
  fails 0 fleet stop code.it.2
  says "Unit code.it.2.service loaded on 00000002.../127.0.0.2"
  says "Successfully stopped units [code.it.2.service]."
  equal "$(running 'sleep 7002$')" 0
  fails 0 fleet unload code.it.1.service
  equal "$(fleet list-unit-files --no-legend --fields unit,state,target | head -1)" "code.it.1.service	inactive	-"
  fails 0 fleet destroy code.it.{1,2,3}.service
  says "Destroyed code.it.3.service"
  equal "$(running 'sleep 700[123]$')" 0
  equal "$(fleet list-unit-files --no-legend)" ""
  equal "$(ls m1/units m2/units m3/units | grep -c service || true)" 0
}

@test "cat, status, journal and its following; fleetctl by its name" {
  start_kv
  start_agents 1
  ln -s "$DFRIENDS" fleetctl
  export FLEETCTL_ENDPOINT=$DFRIENDS_CLUSTER_KV
  unset DFRIENDS_CLUSTER_KV
  cat >talk.service <<'EOF'
# a comment
[Unit]
Description=Talks

[Service]
ExecStart=/bin/sh -c 'for i in 1 2 3 4; do echo "line $$i"; sleep 0.5; done; sleep 1000'
EOF
  fails 0 ./fleetctl start talk
  fails 0 ./fleetctl cat talk.service
  says "Description=Talks"
  [[ $output != *comment* ]]
  spoke() { ./fleetctl status talk.service | grep -q 'sh\['; }
  wait_for 30 spoke
  fails 0 ./fleetctl status talk.service
  says "talk.service - Talks"
  says "Active: active (running)"
  says "sh["
  ./fleetctl journal -f -lines 100 talk.service >followed 2>&1 3>&- & OTHER_PIDS+=($!)
  wait_for 30 grep -q 'line 4' followed
  grep -q 'core-01 sh\[.*line 1' followed
  fails 0 ./fleetctl journal -n 1 -o cat talk.service
  equal "$output" "line 4"
  fails 1 ./fleetctl cat none.service
  says "Unit none.service not found"
  fails 1 ./fleetctl status none.service
  says "does not exist"
  fails 0 ./fleetctl stop talk.service
  fails 3 ./fleetctl status talk.service
  says "Active: inactive (dead)"
  # The agent's answers are for those who know the token.
  equal "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:49154/v1/units/talk.service/status)" 403
}

@test "words about what is not there, and what cannot be" {
  start_kv
  start_agents 1
  fails 0 fleet start
  says "No units given"
  fails 0 fleet destroy none.service
  says "Units not found in registry"
  fails 1 fleet start none.service
  says "unable to find Unit(none.service) in Registry or on filesystem"
  fails 1 fleet start none@1.service
  says "unable to find template Unit(none@.service)"
  fails 1 fleet submit 'x@{1..3}.service'
  says "invalid character"
  unit a.service 7100
  fails 0 fleet submit a.service
  fails 1 fleet stop a.service
  says "Unable to stop unit a.service in state inactive"
  fails 1 fleet status a.service
  says "Unit a.service does not appear to be loaded."
  printf '[Service]\nExecStart=/bin/true "\n' >broken.service
  fails 1 fleet start broken.service
  says "broken.service:2:"
  fails 1 fleet list-units --fields nope
  says 'Invalid key in output format: "nope"'
  fails 1 env DFRIENDS_CLUSTER_KV=http://127.0.0.1:1 "$DFRIENDS" cluster list-machines
  says "--kv"
  fails 2 fleet list-machines extra
}

@test "a unit that fails, one that is done, and one that finds no machine: start says so" {
  start_kv
  start_agents 1
  printf '[Service]\nExecStart=/bin/sh -c "echo broken; exit 4"\n' >bad.service
  fails 1 fleet start bad.service
  says "Unit bad.service failed"
  fails 3 fleet status bad.service
  says "Active: failed (failed) (Result: exit-code)"
  says "broken"
  printf '[Service]\nType=oneshot\nExecStart=/bin/true\n' >once.service
  fails 0 fleet start once.service
  unit eu.service 7150 MachineMetadata=region=eu
  fails 1 fleet start --block-attempts=2 eu.service
  says "core-01 (127.0.0.1): the machine has no metadata region=eu"
  says "timed out waiting for unit eu.service to report state launched"
  agent 2 --metadata region=eu
  wait_for 30 is_at eu.service 127.0.0.2
}

@test "templates: instances copy the text, one for each machine or as many as asked" {
  start_kv
  start_agents 1 2
  printf '[Service]\nExecStart=/bin/sleep 72%%i\n[X-Fleet]\nConflicts=web@*.service\n' >web@.service
  fails 0 fleet start web@.service
  says "Unit web@1.service launched on 00000001.../127.0.0.1"
  says "Unit web@2.service launched on 00000002.../127.0.0.2"
  runs 'sleep 72[12]$' 2
  printf '[Service]\nExecStart=/bin/sleep 73%%i\n' >free@.service
  fails 0 fleet start --instances 5 free@.service
  runs 'sleep 73[1-5]$' 5
  fails 1 fleet load web@.service
  says 'cannot activate template "web@.service"'
}

@test "the stored text counts; --replace changes it, and the running unit with it" {
  start_kv
  start_agents 1
  unit r.service 7300
  fails 0 fleet start r.service
  unit r.service 7301
  fails 0 fleet start r.service
  says "WARNING: Unit r.service in registry differs from local unit file r.service. Add --replace to override."
  runs 'sleep 7300$' 1
  fails 0 fleet start --replace r.service
  wait_for 30 pgrep -f 'sleep 7301$'
  equal "$(running 'sleep 7300$')" 0
}

@test "a machine that is killed: its units run elsewhere within seconds, and none twice when it returns" {
  start_kv
  start_agents 1 2 3
  unit a.service 7400
  unit b.service 7401 MachineOf=a.service
  unit pin.service 7402 "MachineID=$(id_of 1)"
  fails 0 fleet start pin.service a.service b.service
  local at; at=$(place a.service)
  local number=${at##*.}
  equal "$(place b.service)" "$at"
  # The machine dies: its agent, and all that it runs.
  kill -9 "${AGENTS[number]}"
  pkill -9 -f "cluster supervise.*$PWD/m$number/"
  local begin; begin=$(date +%s%3N)
  moved() { local now; now=$(place a.service); [ -n "$now" ] && [ "$now" != "$at" ]; }
  wait_for 30 moved
  local took=$(($(date +%s%3N) - begin))
  [ "$took" -lt 12000 ] || { echo "moved after $took ms"; return 1; }
  wait_for 30 is_at b.service "$(place a.service)"
  runs 'sleep 7400$' 1
  agent "$number"
  wait_for 30 machines_are "127.0.0.1 127.0.0.2 127.0.0.3 "
  sleep 1
  runs 'sleep 7400$' 1
  runs 'sleep 7401$' 1
  runs 'sleep 7402$' 1
}

@test "an agent that is killed and returns finds its units as they are; one that is told to stop takes them along" {
  start_kv
  start_agents 1
  unit keep.service 7500
  fails 0 fleet start keep.service
  runs 'sleep 7500$' 1
  local pid; pid=$(pgrep -f 'sleep 7500$')
  kill -9 "${AGENTS[1]}"
  sleep 3
  equal "$(pgrep -f 'sleep 7500$')" "$pid"
  agent 1
  wait_for 30 is_at keep.service 127.0.0.1
  equal "$(pgrep -f 'sleep 7500$')" "$pid"
  # A supervisor that is killed: what is left of its unit is ended, and the unit runs anew.
  pkill -9 -f "cluster supervise.*m1/units/keep.service"
  wait_for 30 bash -c "! kill -0 $pid"
  wait_for 30 pgrep -f 'sleep 7500$'
  runs 'sleep 7500$' 1
  kill "${AGENTS[1]}"
  wait_for 30 bash -c '! pgrep -f "sleep 7500$"'
  wait_for 30 machines_are ""
}

@test "the key-value store goes and comes: running units stay as they are" {
  local port; port=$(free_port)
  start_kv "$port"
  start_agents 1 2
  unit stay.service 7600
  fails 0 fleet start stay.service
  runs 'sleep 7600$' 1
  local pid; pid=$(pgrep -f 'sleep 7600$')
  kill -9 "$SERVICE_PID"
  sleep 4
  equal "$(pgrep -f 'sleep 7600$')" "$pid"
  fails 1 fleet list-units
  start_kv "$port"
  wait_for 30 machines_are "127.0.0.1 127.0.0.2 "
  sleep 1
  equal "$(pgrep -f 'sleep 7600$')" "$pid"
  unit later.service 7601
  fails 0 fleet start later.service
}

@test "global units run on every machine that fits, and on those that come later" {
  start_kv
  start_agents 1
  agent 2 --metadata disk=ssd
  wait_for 30 machines_are "127.0.0.1 127.0.0.2 "
  unit all.service 7700 Global=true
  unit ssd.service 7701 Global=true MachineMetadata=disk=ssd
  fails 0 fleet start all.service ssd.service
  says "Triggered global unit all.service start"
  everywhere() { [ "$(running "$1")" = "$2" ]; }
  wait_for 30 everywhere 'sleep 7700$' 2
  wait_for 30 everywhere 'sleep 7701$' 1
  agent 3
  wait_for 30 everywhere 'sleep 7700$' 3
  fails 0 fleet destroy all.service
  wait_for 30 everywhere 'sleep 7700$' 0
}

@test "within a machine: After= orders, Requires= pulls in, BindsTo= follows, Conflicts= ends" {
  start_kv
  start_agents 1
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "sleep 1; date +%%%%s%%%%3N > %s/base"\n' "$PWD" >base.service
  printf '[Unit]\nRequires=base.service docker.service\nAfter=base.service docker.service\n[Service]\nExecStart=/bin/sh -c "date +%%%%s%%%%3N > %s/top; exec sleep 7800"\n[X-Fleet]\nMachineOf=base.service\n' "$PWD" >top.service
  printf '[Unit]\nBindsTo=top.service\nAfter=top.service\n[Service]\nExecStart=/bin/sleep 7801\n[X-Fleet]\nMachineOf=top.service\n' >kick.service
  fails 0 fleet load base.service
  fails 0 fleet start top.service kick.service
  runs '^[a-z/]*sleep 780[01]$' 2 # top's shell becomes a sleep when it has written
  [ "$(cat base)" -le "$(cat top)" ]
  pkill -f 'sleep 7800$'
  wait_for 30 bash -c '! pgrep -f "sleep 7801$"'
  printf '[Unit]\nConflicts=rival.service\n[Service]\nExecStart=/bin/sleep 7803\n' >winner.service
  unit rival.service 7802
  fails 0 fleet start rival.service
  fails 0 fleet start winner.service
  wait_for 30 bash -c '! pgrep -f "sleep 7802$"'
  runs 'sleep 7803$' 1
}

@test "two machines with one id: the second is told whose it is" {
  start_kv
  start_agents 1
  fails 5 timeout 60 "$DFRIENDS" cluster agent --machine-id "$(id_of 1)" --hostname other --runtime-dir "$PWD/other" --listen 127.0.0.1:0
  says "is taken by 'core-01' (127.0.0.1)"
}

@test "a real etcd serves as the cluster's store, and shows fleet's keys" {
  start_etcd one --enable-v2=false
  wait_for 60 etcd_answers "$ETCD"
  export DFRIENDS_CLUSTER_KV=$ETCD
  start_agents 1 2
  unit e.service 7900
  fails 0 fleet start e.service
  local at; at=$(place e.service)
  equal "$(ETCDCTL_API=3 etcdctl --endpoints "$DFRIENDS_CLUSTER_KV" get --print-value-only /_coreos.com/fleet/job/e.service/target-state)" launched
  local number=${at##*.}
  kill -9 "${AGENTS[number]}"
  pkill -9 -f "cluster supervise.*$PWD/m$number/"
  moved() { local now; now=$(place e.service); [ -n "$now" ] && [ "$now" != "$at" ]; }
  wait_for 30 moved
  runs 'sleep 7900$' 1
}

# etcd_member NUMBER DISCOVERY-URL: a member of a real cluster; its client URL joins $members.
etcd_member() {
  local peer; peer=http://127.0.0.1:$(free_port)
  local client; client=http://127.0.0.1:$(free_port)
  etcd --name "n$1" --log-level error --discovery "$2" --data-dir "$PWD/n$1" --unsafe-no-fsync \
    --listen-client-urls "$client" --advertise-client-urls "$client" --listen-peer-urls "$peer" \
    --initial-advertise-peer-urls "$peer" >"n$1.log" 2>&1 3>&- &
  ETCD_PIDS+=($!)
  ETCD_PID[$1]=$!
  members+=("$client")
}

@test "three real etcds find each other through our discovery, hold the cluster, and one of them may die" {
  start_service kv kv serve --discovery --listen 127.0.0.1:0
  local token members=() ETCD_PID=() number
  token=$(curl -sSf "http://$ADDRESS/new?size=3")
  for number in 1 2 3; do etcd_member "$number" "$token"; done
  wait_for 120 curl -sf "${members[0]}/health"
  DFRIENDS_CLUSTER_KV=$(IFS=,; echo "${members[*]}")
  export DFRIENDS_CLUSTER_KV
  start_agents 1 2 3
  unit code.it.1.service 7101 'X-Conflicts=code.it.*.service'
  unit code.it.2.service 7102 X-Conflicts=code.it.2.service
  unit code.it.3.service 7103 'X-Conflicts=code.it.*.service'
  fails 0 fleet start code.it.{1,2,3}.service
  equal "$(fleet list-units --no-legend | awk '$3 == "active" { print $2 }' | sort -u | wc -l)" 3
  runs 'sleep 710[1-3]$' 3
  local sleepers; sleepers=$(pgrep -f 'sleep 710[1-3]$')
  # The member that was asked first, and so the one that all have a connection to.
  kill -9 "${ETCD_PID[1]}"
  unit more.service 7104
  fails 0 fleet start more.service
  runs 'sleep 7104$' 1
  wait_for 60 machines_are '127.0.0.1 127.0.0.2 127.0.0.3 '
  sleep 1
  equal "$(pgrep -f 'sleep 710[1-3]$')" "$sleepers"
  local at; at=$(place code.it.2.service)
  fails 0 fleet destroy code.it.{1,2,3}.service more.service
  gone() { [ "$(running 'sleep 710[1-4]$')" = 0 ]; }
  wait_for 30 gone
  [ -n "$at" ]
}

@test "a store with TLS and users: agents, words and the load balancer show a name, a password and trust" {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
    -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
  start_service kv kv serve --listen 127.0.0.1:0 --tls-certificate cert.pem --tls-key key.pem
  export DFRIENDS_CLUSTER_KV=https://$ADDRESS
  v3() { ETCDCTL_API=3 etcdctl --endpoints "$DFRIENDS_CLUSTER_KV" --cacert cert.pem "$@" >/dev/null; }
  v3 user add root:secret
  v3 user grant-role root root
  v3 auth enable
  v3 --user root:secret put /domains/app.example/127.0.0.2:9 running
  fails 1 fleet list-machines
  export FLEETCTL_CA_FILE=$PWD/cert.pem
  fails 1 fleet list-machines
  says 'user name is empty'
  export DFRIENDS_CLUSTER_USERNAME=root DFRIENDS_CLUSTER_PASSWORD=secret
  start_agents 1 2
  unit s.service 7950
  fails 0 fleet start s.service
  runs 'sleep 7950$' 1
  start_service lb -v cluster lb --listen 127.0.0.1:0
  wait_for 30 grep -q 'routes: 1 names, 1 servers' lb.log
  DFRIENDS_CLUSTER_PASSWORD=wrong fails 1 fleet list-machines
  says 'authentication failed'
}
