# SPDX-License-Identifier: Apache-2.0
# What every command has in common, and what happens where something is wrong: engine, state, configuration, ports, words.

load ../support/lib

setup() { cd "$BATS_TEST_TMPDIR"; }

teardown() {
  stop_services
  [ -z "${STAND_IN:-}" ] || kill "$STAND_IN" 2>/dev/null || true
  ! mountpoint -q "$BATS_TEST_TMPDIR/small" || umount "$BATS_TEST_TMPDIR/small"
}

# verbs [FILTER]: "APPLET|VERB" of each that is not hidden, as jq's filter selects them.
verbs() { dfriends __table | jq -r ".[] | .name as \$applet | .alias as \$alias | .verbs[] | select(.hidden | not) | select(${1:-true}) | \$applet + \"|\" + .name"; }

engine_of() { # NEWEST OLDEST: an engine that speaks these versions; sets DOCKER_HOST
  python3 "$support/engine_stand_in.py" "$PWD/engine.sock" "$1" "$2" >stand-in.log 3>&- &
  STAND_IN=$!
  wait_for 60 grep -q listening stand-in.log
  wait_for 60 test -S engine.sock
  export DOCKER_HOST=unix://$PWD/engine.sock
}

manifest() { printf 'resources:\n  - docker_image: dft-none\n' >m.yaml; }

@test "version, help and the overview" {
  fails 0 dfriends --version
  [[ $output =~ ^dfriends\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  fails 0 dfriends --help
  says "converge"
  fails 0 dfriends help cache serve
  says "--allow-upstream"
  fails 2 dfriends
  says "Usage: dfriends"
}

@test "every verb explains itself" {
  local applet verb
  while IFS='|' read -r applet verb; do
    # shellcheck disable=SC2086
    fails 0 dfriends $applet $verb --help
    says "Usage: dfriends $applet${applet:+ }$verb"
  done < <(verbs)
}

@test "every verb refuses an option that does not exist, with a hint" {
  local applet verb count=0
  while IFS='|' read -r applet verb; do
    # shellcheck disable=SC2086
    run dfriends $applet $verb --no-such-option
    [ "$status" -ne 0 ] || { echo "$applet $verb took it"; return 1; }
    says no-such-option
    # Under another tool's words that tool's codes count.
    case "$applet $verb" in 'kv serve' | cache* | converge* | ' '*) [ "$status" -eq 2 ] || { echo "$applet $verb: $status"; return 1; } ;; esac
    count=$((count + 1))
  done < <(verbs)
  [ "$count" -ge 20 ]
}

@test "an unknown command names the nearest one" {
  fails 2 dfriends convrege
  says "did you mean 'converge'?"
  fails 2 dfriends cache sevre
  says "did you mean 'serve'?"
  fails 2 dfriends state chekc
  says "did you mean 'state check'?"
  fails 2 dfriends install-links
  says "usage: dfriends install-links DIR"
}

@test "install-links: by their file names the links are those tools" {
  fails 0 dfriends install-links links
  equal "$(cd links && echo *)" "$(dfriends --json applets | jq -r '[.[] | select(.alias != "") | .alias] | sort | join(" ")')"
  fails 0 links/etcdctl --help
  says etcdctl
  fails 0 dfriends install-links links
  echo mine >links/other && mkdir elsewhere && echo mine >elsewhere/etcdctl
  fails 5 dfriends install-links elsewhere
  says "is something else"
  equal "$(cat elsewhere/etcdctl)" mine
  fails 0 dfriends install-links --symbolic --force elsewhere
  [ -L elsewhere/etcdctl ]
}

@test "completion answers from the table" {
  fails 0 dfriends __complete cac
  says cache
  fails 0 dfriends __complete cache serve --off
  says --offline
  fails 0 dfriends __complete state ''
  says backup
  # shellcheck disable=SC1091
  . "$top/share/completions/dfriends.bash"
  COMP_WORDS=("$DFRIENDS" converge va) COMP_CWORD=2
  _dfriends
  equal "${COMPREPLY[*]}" validate
}

@test "no engine: what to do" {
  manifest
  DOCKER_HOST=unix://$PWD/nowhere fails 1 dfriends converge plan m.yaml
  says "cannot connect to '$PWD/nowhere'"
  says "hint: start it with"
  DOCKER_HOST=tcp://127.0.0.1:9 fails 1 dfriends converge plan m.yaml
  says "127.0.0.1:9"
}

@test "an engine without permission: what to do" {
  need_engine
  manifest
  chmod 755 "$BATS_TEST_TMPDIR"
  cp "$DFRIENDS" as-other
  local parent=$BATS_TEST_TMPDIR
  while [ "$parent" != / ]; do chmod o+x "$parent"; parent=$(dirname "$parent"); done
  fails 1 env HOME=/nonexistent DFRIENDS_STATE_DIR=/tmp/dft-nobody-$$ setpriv --reuid=65534 --regid=65534 --clear-groups ./as-other converge plan m.yaml
  rm -rf "/tmp/dft-nobody-$$"
  says "no permission to use the Docker Engine"
  says "hint:"
  says "docker"
}

@test "an engine that is too old or too new says so" {
  manifest
  engine_of 1.12 1.12
  fails 1 dfriends converge plan m.yaml
  says "1.12"
  says "1.24"
  kill "$STAND_IN"
  rm -f engine.sock stand-in.log
  engine_of 9.10 9.0
  fails 1 dfriends converge plan m.yaml
  says "9.0"
}

@test "a port that is taken: which, and what to do" {
  start_service first kv serve --listen 127.0.0.1:0
  fails 5 dfriends --state-dir "$PWD/second" kv serve --listen "$ADDRESS"
  says "$ADDRESS"
  says "hint:"
}

@test "two processes on one state directory: the second is refused and names the first" {
  start_service first kv serve --listen 127.0.0.1:0
  fails 5 dfriends --state-dir "$PWD/first-state" kv serve --listen 127.0.0.1:0
  says "process $SERVICE_PID"
  says "--state-dir"
}

@test "a state database from a newer version is left alone" {
  dfriends kv serve --help >/dev/null
  mkdir newer
  python3 - <<'END'
import sqlite3
database = sqlite3.connect("newer/state.db")
database.execute("pragma user_version = 9999")
database.execute("create table later (a)")
database.commit()
END
  local before; before=$(sha256sum newer/state.db)
  fails 5 dfriends --state-dir "$PWD/newer" kv serve --listen 127.0.0.1:0
  says 9999
  says "hint:"
  equal "$(sha256sum newer/state.db)" "$before"
}

@test "a damaged state database: said at once, and mended from a backup" {
  start_service kv kv serve --listen 127.0.0.1:0
  curl -fs "http://$ADDRESS/v2/keys/a" -XPUT -d value=1 >/dev/null
  dfriends --state-dir "$PWD/kv-state" state backup "$PWD/backup.db"
  curl -fs "http://$ADDRESS/v2/keys/a" -XPUT -d value=2 >/dev/null
  stop_services
  fails 0 dfriends --state-dir "$PWD/kv-state" state check
  says good
  head -c 100 /dev/urandom | dd of=kv-state/state.db conv=notrunc bs=1 seek=0 2>/dev/null
  fails 3 dfriends --state-dir "$PWD/kv-state" kv serve --listen 127.0.0.1:0
  says "state.db"
  says "state restore"
  fails 0 dfriends --state-dir "$PWD/kv-state" state restore backup.db
  start_service kv kv serve --listen 127.0.0.1:0
  equal "$(curl -fs "http://$ADDRESS/v2/keys/a" | jq -r .node.value)" 1
}

@test "a full disk: the state is whole, and work goes on when there is room" {
  mkdir small
  mount -t tmpfs -o size=2m tmpfs small
  ! head -c 3M /dev/zero >small/filler
  fails 7 dfriends --state-dir "$PWD/small/state" kv serve --listen 127.0.0.1:0
  says "small/state"
  rm small/filler
  SERVICE_STATE=$PWD/small/state start_service kv kv serve --listen 127.0.0.1:0
  curl -fs "http://$ADDRESS/v2/keys/a" -XPUT -d value=1 >/dev/null
  stop_services
  fails 0 dfriends --state-dir "$PWD/small/state" state check
}

@test "the configuration file: its values count, an unknown key and a wrong type name the line" {
  printf 'cache:\n  offline: true\n  listen: ["127.0.0.1:0"]\n' >good.yaml
  start_service cache --config "$PWD/good.yaml" cache serve --dir "$PWD/content"
  curl -s "http://$ADDRESS/" | grep -qi offline
  stop_services
  printf 'cache:\n  offlin: true\n' >unknown.yaml
  fails 3 dfriends --config unknown.yaml cache serve --listen 127.0.0.1:0
  says "unknown.yaml:2:3"
  says "did you mean 'offline'?"
  printf 'cache:\n  max-size: [1]\n' >type.yaml
  fails 3 dfriends --config type.yaml cache serve --listen 127.0.0.1:0
  says "type.yaml:2"
  printf 'cachee:\n  offline: true\n' >section.yaml
  fails 3 dfriends --config section.yaml kv serve --listen 127.0.0.1:0
  says "section.yaml:1:1"
  says "did you mean 'cache'?"
  printf 'cache: [\n' >broken.yaml
  fails 3 dfriends --config broken.yaml kv serve --listen 127.0.0.1:0
  says "broken.yaml:"
  fails 4 dfriends --config none.yaml kv serve --listen 127.0.0.1:0
  says none.yaml
}

@test "an option beats the environment, and the environment beats the file" {
  local port; port=$(free_port)
  printf 'kv:\n  listen: ["127.0.0.1:1"]\n' >c.yaml
  DFRIENDS_KV_LISTEN=127.0.0.1:$port start_service environment --config "$PWD/c.yaml" kv serve
  equal "$ADDRESS" "127.0.0.1:$port"
  DFRIENDS_KV_LISTEN=127.0.0.1:1 start_service option --config "$PWD/c.yaml" kv serve --listen 127.0.0.1:0
  [ "$PORT" -gt 1 ]
}

@test "services: health, metrics, readiness, and an end within 10 seconds" {
  python3 - "$PWD/notify" >notified 3>&- <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print(s.recv(100).decode().strip(), flush=True)
END
  local listener=$!
  wait_for 60 test -S notify
  NOTIFY_SOCKET=$PWD/notify start_service kv kv serve --listen 127.0.0.1:0
  wait_for 60 grep -q READY=1 notified
  wait "$listener"
  equal "$(curl -s -o /dev/null -w '%{http_code}' "http://$ADDRESS/healthz")" 200
  curl -s "http://$ADDRESS/metrics" | grep -q '^# TYPE '
  curl -sNv "http://$ADDRESS/v2/keys/a?wait=true" >/dev/null 2>asked 3>&- &
  wait_for 60 grep -q '^> GET' asked
  sleep 0.3
  local begun=$SECONDS
  kill -TERM "$SERVICE_PID"
  local code=0; wait "$SERVICE_PID" || code=$?
  equal "$code" 0
  [ $((SECONDS - begun)) -le 20 ] # the request is let be for 8 s, and the machine may be slow
}

@test "SIGHUP reads the configuration again; what is not valid changes nothing" {
  printf 'cache:\n  listen: ["127.0.0.1:0"]\n' >c.yaml
  start_service cache --config "$PWD/c.yaml" cache serve --dir "$PWD/content"
  offline() { curl -s "http://$ADDRESS/" | grep -qi offline; }
  fails 1 offline
  printf 'cache:\n  listen: ["127.0.0.1:0"]\n  offline: true\n' >c.yaml
  kill -HUP "$SERVICE_PID"
  wait_for 60 offline
  printf 'cache:\n  offline: perhaps\n' >c.yaml
  kill -HUP "$SERVICE_PID"
  wait_for 60 grep -q "cannot read the configuration again" "$SERVICE_LOG"
  offline
}

@test "sockets from a service manager are taken over" {
  cat >activate.py <<'END'
import os, socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
if s.fileno() != 3:
    os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])
END
  python3 activate.py "$DFRIENDS" kv serve >port 2>log 3>&- &
  SERVICE_PIDS+=($!)
  wait_for 60 grep -q 'listening on' log
  equal "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$(cat port)/healthz")" 200
}

@test "doctor and status tell what is so" {
  need_engine
  fails 0 dfriends doctor
  says "ok    engine: Docker"
  DOCKER_HOST=unix://$PWD/nowhere fails 1 dfriends doctor
  says "bad   engine: cannot connect to '$PWD/nowhere'"
  equal "$(dfriends --json doctor | jq -r '.[] | select(.subject == "engine") | .verdict')" good
  start_service kv kv serve --listen 127.0.0.1:0
  curl -fs "http://$ADDRESS/v2/keys/a" -XPUT -d value=1 >/dev/null
  curl -fs "http://$ADDRESS/v3/kv/put" -d '{"key":"YQ==","value":"MQ=="}' >/dev/null
  fails 0 dfriends --state-dir "$PWD/kv-state" status
  says "serving (process $SERVICE_PID)"
  says "2 keys, index 4, revision 2"
  equal "$(dfriends --state-dir "$PWD/kv-state" --json status | jq -c '[.engine.answers, .kv.keys, .kv.process]')" "[true,2,$SERVICE_PID]"
  DOCKER_HOST=unix://$PWD/nowhere fails 0 dfriends status
  says unavailable
  [ ! -e "$BATS_TEST_TMPDIR/state" ]
}

@test "a reader that goes away ends the command quietly" {
  run bash -c '"$DFRIENDS" __table | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"'
  [ "${#lines[@]}" -eq 1 ] || { printf '%s\n' "$output"; return 1; }
}

@test "colours only on a terminal, or when asked" {
  run dfriends doctor
  [[ $output != *$'\e['* ]]
  run dfriends --color always doctor
  [[ $output == *$'\e['* ]]
  NO_COLOR=1 run dfriends doctor
  [[ $output != *$'\e['* ]]
}
