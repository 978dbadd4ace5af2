# SPDX-License-Identifier: Apache-2.0
# What the functional tests share. `load ../support/lib` at the top of a bats file.

: "${DFRIENDS:?names the executable under test}"
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$support/../.." && pwd)
. "$top/packaging/images.bash"
SERVICE_PIDS=()

# Nothing of the user's own settings may reach a test.
unset DFRIENDS_STATE_DIR DFRIENDS_CONFIG ETCDCTL_ENDPOINTS ETCDCTL_PEERS DOCKER_CONTEXT NO_COLOR
export DFRIENDS_STATE_DIR=${BATS_TEST_TMPDIR:-/tmp}/state

# The executable under test. Bats' `run` wants a command by name; one that should have failed but serves would never end.
dfriends() { timeout -k 5 300 "$DFRIENDS" "$@"; }

# fails CODE COMMAND...: it ends with just that exit code; its output is in $output.
fails() {
  local expected=$1; shift
  run "$@"
  [ "$status" -eq "$expected" ] || { printf 'exit code %s instead of %s of: %s\n%s\n' "$status" "$expected" "$*" "$output"; return 1; }
}

# says TEXT: the last `run` printed it.
says() { [[ $output == *"$1"* ]] || { printf 'not said: %s\nbut: %s\n' "$1" "$output"; return 1; }; }

# equal ACTUAL EXPECTED
equal() { [ "$1" = "$2" ] || { printf 'got:      %s\nexpected: %s\n' "$1" "$2"; return 1; }; }

# wait_for SECONDS COMMAND...: polls until the command succeeds.
wait_for() {
  local end=$(($(date +%s) + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$end" ] || { printf 'in vain: %s\n' "$*"; return 1; }
    sleep 0.1
  done
}

# start_service NAME ARGUMENT...: runs the executable in the background with a state directory of its own ($STATE_NAME overrides),
# waits until it listens, and sets ADDRESSES, ADDRESS and PORT. Its log is $BATS_TEST_TMPDIR/NAME.log, its process $SERVICE_PID.
start_service() {
  local name=$1; shift
  SERVICE_LOG=$BATS_TEST_TMPDIR/$name.log
  : >"$SERVICE_LOG"
  DFRIENDS_STATE_DIR=${SERVICE_STATE:-$BATS_TEST_TMPDIR/$name-state} "$DFRIENDS" "$@" >>"$SERVICE_LOG" 2>&1 3>&- &
  SERVICE_PID=$!
  SERVICE_PIDS+=("$SERVICE_PID")
  local i
  for i in $(seq 1200); do
    grep -q 'listening on ' "$SERVICE_LOG" && break
    kill -0 "$SERVICE_PID" 2>/dev/null || break
    sleep 0.05
  done
  sleep 0.05
  mapfile -t ADDRESSES < <(sed -n 's/^listening on //p' "$SERVICE_LOG")
  [ ${#ADDRESSES[@]} -gt 0 ] || { printf '%s does not listen:\n' "$name"; cat "$SERVICE_LOG"; return 1; }
  ADDRESS=${ADDRESSES[0]}
  PORT=${ADDRESS##*:}
}

# stop_services: for teardown; what was started ends, whatever state it is in.
stop_services() {
  local pid
  for pid in "${SERVICE_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${SERVICE_PIDS[@]}"; do
    local i
    for i in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  SERVICE_PIDS=()
}

# free_port: a port that nobody has just now, and that no connection is given as its own before it is used: those come from 32768 on.
free_port() {
  python3 -c '
import random, socket
while True:
    port = random.randrange(20000, 32000)
    try:
        with socket.socket() as s:
            s.bind(("", port))
        break
    except OSError:
        continue
print(port)'
}

# need_engine: a test on the real engine fails where there is none; it is never skipped.
need_engine() { docker version >/dev/null 2>&1 || { echo 'no Docker Engine answers: packaging/bootstrap test starts one'; return 1; }; }

# stranger_gone: a container that stood in for somebody else's goes, also one that a killed run left behind.
stranger_gone() { docker ps -aq --filter label=dft-stranger | xargs -r docker rm -fv >/dev/null; }
