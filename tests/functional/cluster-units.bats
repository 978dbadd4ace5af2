#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# One unit on one machine: checked, and run by its supervisor as systemd would.

load ../support/lib

setup() { cd "$BATS_TEST_TMPDIR"; }

teardown() {
  local pid
  for pid in "${SUPERVISORS[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
}

# unit NAME: a unit whose text is stdin.
unit() { mkdir -p "units/$1"; cat >"units/$1/unit"; }
# supervise NAME: runs it in the background.
supervise() { "$DFRIENDS" cluster supervise --hostname core-07 "units/$1" 3>&- & SUPERVISORS+=($!); SUPERVISOR=$!; }
# is NAME ACTIVE SUB: its state.
is() { grep -qx "ActiveState=$2" "units/$1/state" && grep -qx "SubState=$3" "units/$1/state"; }
value() { sed -n "s/^$2=//p" "units/$1/state"; }
# said NAME: what it wrote and what was said of it, without times and process ids.
said() { cut -d' ' -f3- "units/$1/journal"; }
run_to_end() { timeout 120 "$DFRIENDS" cluster supervise --hostname core-07 "units/$1" 3>&-; }

@test "verify: what is odd, what is wrong, and where" {
  printf '[Unit]\nDescripton=x\n[Service]\nExecStart=/bin/true\nFoo=1\n[X-Fleet]\nX-Peers=a\n' >odd.service
  fails 0 dfriends cluster verify odd.service
  says "odd.service:2:1"
  says "odd.service:5:1"
  says "X-Peers"
  printf '[Service]\nExecStart=/bin/sh -c "open\n' >broken.service
  fails 3 dfriends cluster verify broken.service
  says "broken.service:2:"
  printf '[Service]\nExecStart\n' >line.service
  fails 3 dfriends cluster verify line.service
  says "line.service:2:"
  fails 3 dfriends cluster verify 'x@{1..3}.service'
  says "invalid character"
  fails 4 dfriends cluster verify none.service
  ln -s "$DFRIENDS" fleetctl
  fails 0 ./fleetctl verify odd.service
}

@test "a service runs through all its commands, in order, and stops when asked" {
  unit a@1.service <<'EOF'
[Unit]
Description=A test %i
[Service]
Environment=X=1
ExecStartPre=-/bin/false
ExecStartPre=/bin/echo pre $X
ExecStart=/bin/sh -c 'echo main %H %p; trap "echo bye; exit 0" TERM; sleep 6541 & wait'
ExecStartPost=/bin/sh -c 'test -n "$$MAINPID" && sleep 1 && echo post'
ExecStop=/bin/echo stop
ExecStopPost=/bin/echo after $EXIT_CODE ${EXIT_STATUS} ${SERVICE_RESULT}
EOF
  supervise a@1.service
  wait_for 30 is a@1.service active running
  wait_for 30 grep -q 'main core-07 a' units/a@1.service/journal
  [ -n "$(value a@1.service InvocationID)" ]
  kill -0 "$(value a@1.service MainPID)"
  fails 5 "$DFRIENDS" cluster supervise units/a@1.service
  kill "$SUPERVISOR"; wait "$SUPERVISOR"
  is a@1.service inactive dead
  equal "$(said a@1.service | grep -v '^dfriends')" "echo pre 1
sh main core-07 a
sh post
echo stop
sh bye
echo after exited 0 success"
  run pgrep -f 'sleep 654[1]$'
  [ "$status" -ne 0 ]
}

@test "Restart=on-failure restarts, and gives up when it fails too often" {
  unit r.service <<'EOF'
[Service]
ExecStart=/bin/sh -c 'echo try; exit 3'
Restart=on-failure
RestartSec=10ms
StartLimitBurst=3
EOF
  run_to_end r.service
  is r.service failed failed
  equal "$(value r.service Result)" start-limit
  equal "$(value r.service ExecMainStatus)" 3
  equal "$(said r.service | grep -c '^sh try')" 3
  unit ok.service <<'EOF'
[Service]
ExecStart=/bin/true
Restart=on-failure
EOF
  run_to_end ok.service
  is ok.service inactive dead
  unit own.service <<'EOF'
[Service]
ExecStart=/bin/sh -c 'exit 9'
Restart=always
SuccessExitStatus=9
RestartPreventExitStatus=9
EOF
  run_to_end own.service
  is own.service inactive dead
}

@test "nothing that a unit starts escapes: daemons are ended with it, and by SIGKILL where they do not listen" {
  unit d.service <<'EOF'
[Service]
ExecStart=/bin/sh -c 'setsid sh -c "trap : TERM; echo deaf; while :; do sleep 4321; done" & setsid setsid sleep 4321 & exec sleep 4321'
TimeoutStopSec=1
EOF
  supervise d.service
  wait_for 30 grep -q deaf units/d.service/journal
  wait_for 30 is d.service active running
  three() { [ "$(pgrep -fc '^sleep 432[1]$')" = 3 ]; }
  wait_for 30 three # shells and setsid become them, or start them
  kill "$SUPERVISOR"; wait "$SUPERVISOR"
  run pgrep -f 'sleep 432[1]$'
  [ "$status" -ne 0 ]
  equal "$(value d.service Result)" timeout
  is d.service failed failed
}

@test "KillMode=process ends the main process only" {
  unit p.service <<'EOF'
[Service]
ExecStart=/bin/sh -c 'setsid -f sleep 8765; exec sleep 5678'
KillMode=process
EOF
  supervise p.service
  wait_for 30 is p.service active running
  wait_for 30 pgrep -f '^sleep 876[5]$'
  wait_for 30 pgrep -f '^sleep 567[8]$' # of its own, no shell's any more
  kill "$SUPERVISOR"; wait "$SUPERVISOR"
  run pgrep -f 'sleep 567[8]$'
  [ "$status" -ne 0 ]
  pkill -f 'sleep 876[5]$'
}

@test "a start that takes too long is ended; what comes after a failed start still runs" {
  unit t.service <<'EOF'
[Service]
ExecStartPre=/bin/sleep 60
ExecStart=/bin/echo never
ExecStop=/bin/echo never either
ExecStopPost=/bin/echo after ${SERVICE_RESULT}
TimeoutStartSec=300ms
EOF
  run_to_end t.service
  is t.service failed failed
  equal "$(value t.service Result)" timeout
  equal "$(said t.service | grep -v '^dfriends')" "echo after timeout"
  unit pre.service <<'EOF'
[Service]
ExecStartPre=/bin/false
ExecStart=/bin/echo never
ExecStopPost=/bin/echo after
EOF
  run_to_end pre.service
  equal "$(value pre.service Result)" exit-code
  equal "$(said pre.service | grep -v '^dfriends')" "echo after"
}

@test "oneshot, forking and notify" {
  unit one.service <<'EOF'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/echo one
ExecStart=/bin/echo two ; /bin/echo three
ExecStop=/bin/echo undone
EOF
  supervise one.service
  wait_for 30 is one.service active exited
  kill "$SUPERVISOR"; wait "$SUPERVISOR"
  equal "$(said one.service | grep '^echo' | tr '\n' ' ')" "echo one echo two echo three echo undone "
  unit fork.service <<EOF
[Service]
Type=forking
PIDFile=$PWD/fork.pid
ExecStart=/bin/sh -c 'sh -c "sleep 0.2; exec sleep 7654" & echo \$! > $PWD/fork.pid'
EOF
  supervise fork.service
  wait_for 30 is fork.service active running
  equal "$(value fork.service MainPID)" "$(cat fork.pid)"
  kill "$(cat fork.pid)"; wait "$SUPERVISOR"
  is fork.service inactive dead
  cat >notifier.py <<'EOF'
import os, socket, time
while not os.path.exists(os.path.dirname(os.path.abspath(__file__)) + "/seen"):
    time.sleep(0.05)
name = os.environ["NOTIFY_SOCKET"]
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", "\0" + name[1:])
time.sleep(60)
EOF
  unit n.service <<EOF
[Service]
Type=notify
ExecStart=/usr/bin/python3 $PWD/notifier.py
EOF
  supervise n.service
  wait_for 30 is n.service activating start
  touch seen
  wait_for 30 is n.service active running
  unit silent.service <<'EOF'
[Service]
Type=notify
ExecStart=/bin/true
EOF
  run_to_end silent.service
  equal "$(value silent.service Result)" protocol
}

@test "files, users, limits, directories and conditions" {
  printf '# a file\nFROM_FILE="of the file"\nX=file\n' >e.env
  unit e.service <<EOF
[Service]
Type=oneshot
Environment=X=unit "Y=two words"
EnvironmentFile=$PWD/e.env
EnvironmentFile=-/nowhere
User=nobody
WorkingDirectory=/tmp
LimitNOFILE=321
UMask=0027
ExecStart=/bin/sh -c 'echo "\$\$FROM_FILE|\$\$X|\$\$Y|\$\$USER|\$\$(id -un)|\$\$(pwd)|\$\$(ulimit -n)|\$\$(umask)"'
EOF
  run_to_end e.service
  equal "$(said e.service | grep '^sh')" 'sh of the file|file|two words|nobody|nobody|/tmp|321|0027'
  unit missing.service <<'EOF'
[Service]
EnvironmentFile=/nowhere
ExecStart=/bin/true
EOF
  run_to_end missing.service
  equal "$(value missing.service Result)" resources
  said missing.service | grep -q "no file '/nowhere'"
  unit c.service <<'EOF'
[Unit]
ConditionPathExists=/nowhere
[Service]
ExecStart=/bin/echo never
Restart=always
EOF
  run_to_end c.service
  is c.service inactive dead
  said c.service | grep -q 'ConditionPathExists'
  unit none.service <<'EOF'
[Service]
ExecStart=/usr/bin/no-such-program
EOF
  run_to_end none.service
  is none.service failed failed
  said none.service | grep -q "cannot run '/usr/bin/no-such-program'"
}

@test "a supervisor that is killed takes its unit's main process with it" {
  unit k.service <<'EOF'
[Service]
ExecStart=/bin/sleep 3456
EOF
  supervise k.service
  wait_for 30 is k.service active running
  kill -9 "$SUPERVISOR"
  wait_for 30 bash -c '! pgrep -f "sleep 345[6]$"'
}

@test "a docker client that ends after an asked stop is no failure" {
  unit s.service <<'EOF'
[Service]
ExecStart=/bin/sh -c 'trap "exit 143" TERM; echo ready; sleep 6542 & wait'
EOF
  supervise s.service
  wait_for 30 is s.service active running
  wait_for 30 grep -q ready units/s.service/journal
  kill "$SUPERVISOR"; wait "$SUPERVISOR"
  is s.service inactive dead
}
