#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The example application: share/examples/code.it.

load ../support/lib

setup() {
  cd "$BATS_TEST_TMPDIR"
  app=$top/share/examples/code.it
  had_logs=; [ ! -e /var/log/code.it ] || had_logs=1
  PORT=$(free_port)
  URL=http://127.0.0.1:$PORT
}

teardown() {
  [ -z "${NODE:-}" ] || kill "$NODE" 2>/dev/null || true
  wait
  [ -n "$had_logs" ] || rm -rf /var/log/code.it
}

serve() { # VARIABLE=VALUE...
  env CODEIT_DATA="$PWD/data" "$@" node "$app/app.js" >app.log 2>&1 3>&- &
  NODE=$!
  wait_for 60 curl -sf "$URL/healthz"
}
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }

@test "code.it listens where NODE_PORT or PORT say, serves its page, and logs" {
  serve PORT="$PORT"
  curl -sf "$URL/" | grep -q '<title>code.it</title>'
  [[ $(curl -sfI "$URL/editor.js") == *text/javascript* ]]
  equal "$(status_of "$URL/../app.js" --path-as-is)" 404
  equal "$(status_of "$URL/nothing")" 404
  wait_for 60 grep -q 'GET "/nothing" 404' /var/log/code.it/access.log
  kill "$NODE"; wait "$NODE"
  serve NODE_PORT="$PORT" PORT=1
}

@test "code.it keeps files, and refuses what is none" {
  serve NODE_PORT="$PORT"
  equal "$(curl -s "$URL/api/files" | jq -c .files)" '["hello.js","primes.js"]'
  equal "$(status_of -X PUT --data-binary 'console.log(1)' "$URL/api/files/mine.js")" 201
  equal "$(curl -s "$URL/api/files/mine.js")" 'console.log(1)'
  equal "$(status_of -X PUT --data-binary '2' "$URL/api/files/mine.js")" 204
  kill "$NODE"; wait "$NODE"
  serve NODE_PORT="$PORT"
  equal "$(curl -s "$URL/api/files/mine.js")" 2
  equal "$(status_of -X DELETE "$URL/api/files/mine.js")" 204
  equal "$(status_of "$URL/api/files/mine.js")" 404
  equal "$(status_of --path-as-is "$URL/api/files/..%2fapp.js")" 400
  equal "$(status_of "$URL/api/files/.hidden")" 400
  equal "$(status_of "$URL/api/files/%zz")" 400
  head -c 300000 /dev/zero >big
  equal "$(status_of -X PUT --data-binary @big "$URL/api/files/big.js")" 413
  equal "$(status_of -X POST "$URL/api/files")" 405
  equal "$(ls -A data | tr '\n' ' ')" "hello.js primes.js "
}

@test "code.it's programs compute what they say" {
  serve NODE_PORT="$PORT"
  curl -s "$URL/api/files/primes.js" | node - | grep -qx '2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97'
  curl -s "$URL/api/files/hello.js" | node - | grep -qx 'Hello, dfriends!'
}

@test "code.it's units are read without a warning, and so are its machines' files" {
  local unit
  for unit in "$app"/cluster/*.service; do
    fails 0 dfriends cluster verify "$unit"
    equal "$output" ""
  done
}

@test "code.it in a browser: edit, run, save, at desk and phone width" {
  serve NODE_PORT="$PORT"
  fails 0 node "$top/tests/functional/browser/code-it.js" "$URL/" "$PWD"
  [ -s desk.png ] && [ -s phone.png ]
}
