#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `up`: all services of the configuration in one process, and the dashboard.

load ../support/lib

setup() { cd "$BATS_TEST_TMPDIR"; }
teardown() { stop_services; }

# configure [TEXT]: the configuration file, printf's escapes in it.
configure() { printf "${1:-}" >dfriends.yaml; export DFRIENDS_CONFIG=$PWD/dfriends.yaml; }
up() { # [OPTION...]: sets DASHBOARD
  SERVICE_STATE=$DFRIENDS_STATE_DIR start_service up up --listen 127.0.0.1:0 "$@"
  DASHBOARD=$(sed -n 's#.*the dashboard is at \(http://[^/]*\)/.*#\1#p' "$SERVICE_LOG")
}
address_of() { sed -n 's/^listening on //p' "$SERVICE_LOG" | grep -vxF "${DASHBOARD#http://}" | sed -n "$1p"; }
count_listening() { [ "$(grep -c '^listening on' "$SERVICE_LOG")" = "$1" ]; }
count_stopping() { [ "$(grep -c '^stopping' "$SERVICE_LOG")" = "$1" ]; }
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
ended() { ! kill -0 "$SERVICE_PID" 2>/dev/null; }

@test "up without a service serves the dashboard alone and says so; down stops it" {
  configure
  up
  grep -q 'names no service' "$SERVICE_LOG"
  curl -sf "$DASHBOARD/" | grep -q '<title>dfriends</title>'
  fails 5 dfriends up --listen 127.0.0.1:0
  says "already serves"
  fails 0 dfriends down
  says "stopped (process $SERVICE_PID)"
  wait_for 60 ended
  fails 0 dfriends down
  says "nothing is up"
}

@test "up runs every service that the configuration names, and all end in order on SIGTERM" {
  configure 'kv:\n  listen: 127.0.0.1:0\n  discovery: true\ncache:\n  listen: 127.0.0.1:0\n  dir: cached\ncluster:\n  lb:\n    listen: 127.0.0.1:0\n    kv: http://127.0.0.1:1\n'
  up
  wait_for 60 count_listening 4
  local address answered=0
  for address in $(sed -n 's/^listening on //p' "$SERVICE_LOG"); do
    equal "$(curl -s "http://$address/healthz")" ok
    answered=$((answered + 1))
  done
  equal "$answered" 4
  local body; body=$(curl -sf "$DASHBOARD/api/status")
  equal "$(jq -c .services <<<"$body")" '["kv serve","cache serve","cluster lb"]'
  equal "$(jq .kv.process <<<"$body")" "$SERVICE_PID"
  equal "$(jq .cache.process <<<"$body")" "$SERVICE_PID"
  kill "$SERVICE_PID"
  wait_for 60 ended
  wait "$SERVICE_PID"
  equal "$(grep -c '^stopping' "$SERVICE_LOG")" 4
}

@test "a second signal ends all at once, although a request is held" {
  configure 'kv:\n  listen: 127.0.0.1:0\n'
  up
  wait_for 60 count_listening 2
  curl -sv "http://$(address_of 1)/v2/keys/none?wait=true" >/dev/null 2>asked 3>&- &
  wait_for 60 grep -q '^> GET' asked
  sleep 0.3
  kill "$SERVICE_PID"
  wait_for 60 count_stopping 2 # two signals at once are one
  kill "$SERVICE_PID" 2>/dev/null || true
  wait_for 7 ended # the first one alone would have let the request be for 8 s
}

@test "SIGHUP reads the dashboard's links again, and keeps the services" {
  configure 'kv:\n  listen: 127.0.0.1:0\nup:\n  link: ["One=http://one.example/"]\n'
  up
  wait_for 60 count_listening 2
  equal "$(curl -s "$DASHBOARD/api/status" | jq -c .links)" '[{"title":"One","url":"http://one.example/"}]'
  printf 'kv:\n  listen: 127.0.0.1:0\nup:\n  link: ["Two=http://two.example/"]\n' >dfriends.yaml
  kill -HUP "$SERVICE_PID"
  wait_for 60 bash -c "curl -s '$DASHBOARD/api/status' | grep -q two.example"
  kill -0 "$SERVICE_PID"
  equal "$(curl -s "http://$(address_of 1)/healthz")" ok
  printf 'up:\n  link: ["Three=javascript:alert(1)"]\n' >dfriends.yaml
  kill -HUP "$SERVICE_PID"
  wait_for 60 grep -q 'is no link' "$SERVICE_LOG"
  curl -s "$DASHBOARD/api/status" | grep -q two.example
}

@test "one service that cannot start ends all, with its error" {
  local port; port=$(free_port)
  python3 -m http.server --bind 127.0.0.1 "$port" >/dev/null 2>&1 3>&- &
  local other=$!
  wait_for 60 curl -s "http://127.0.0.1:$port/"
  configure "cache:\n  listen: 127.0.0.1:0\n  dir: cached\nkv:\n  listen: 127.0.0.1:$port\n"
  run dfriends up --listen 127.0.0.1:0
  kill "$other"
  equal "$status" 5
  says "127.0.0.1:$port"
  says "serving 'kv serve'"
}

@test "a bad section is an error that names the line" {
  configure 'up:\n  lisen: 127.0.0.1:0\n'
  fails 3 dfriends up
  says "dfriends.yaml:2:3"
  says listen
}

@test "the dashboard answers only its own names, only GET, and nothing else" {
  configure
  up
  local address=${DASHBOARD#http://}
  equal "$(status_of "$DASHBOARD/")" 200
  equal "$(status_of -H "Host: localhost:1" "$DASHBOARD/")" 200
  equal "$(status_of -H "Host: [::1]:4700" "$DASHBOARD/")" 200
  equal "$(status_of -H "Host: attacker.example" "$DASHBOARD/api/status")" 421
  equal "$(status_of -H "Host: 127.0.0.1.attacker.example" "$DASHBOARD/api/status")" 421
  equal "$(status_of -X POST "$DASHBOARD/api/status")" 405
  equal "$(status_of "$DASHBOARD/nothing")" 404
  [[ $(curl -sI "$DASHBOARD/") == *"default-src 'none'"* ]]
  [[ $(curl -sI "$DASHBOARD/") == *nosniff* ]]
}

@test "status and the dashboard say the same, also without an engine" {
  configure
  export DOCKER_HOST=unix://$PWD/none.sock
  up
  local body; body=$(curl -sf "$DASHBOARD/api/status")
  equal "$(jq .engine.answers <<<"$body")" false
  equal "$(jq -S 'del(.host, .version, .services, .links)' <<<"$body")" "$(dfriends status --json | jq -S .)"
}

@test "the dashboard in a browser, at desk and phone width, light and dark" {
  need_engine
  configure 'kv:\n  listen: 127.0.0.1:0\nup:\n  link: ["Editor=http://one.example/", "Bad <b>=http://two.example/"]\n'
  up
  wait_for 60 count_listening 2
  fails 0 node "$top/tests/functional/browser/dashboard.js" "$DASHBOARD/" "$PWD"
  [ -s desk.png ] && [ -s phone.png ]
}
