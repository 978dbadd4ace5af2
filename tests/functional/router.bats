#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The load balancer: routes from the key-value store, health, keep-alive, WebSockets, and what must not break.

load ../support/lib
load ../support/etcd

setup() {
  cd "$BATS_TEST_TMPDIR"
  BACKENDS=()
  start_service kv kv serve --listen "127.0.0.1:$(free_port)"
  export DFRIENDS_CLUSTER_KV=http://$ADDRESS ETCDCTL_ENDPOINTS=http://$ADDRESS
  KV_PID=$SERVICE_PID KV_ADDRESS=$ADDRESS
}

teardown() {
  local pid
  for pid in "${BACKENDS[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  stop_services
  stop_others
}

# backend N PORT: a server at 127.0.0.N that says "sN".
backend() {
  : >"backend$1.log" # now: it may have the word of one that was there before
  python3 "$support/http_backend.py" "127.0.0.$1" "$2" "s$1" >>"backend$1.log" 2>&1 3>&- &
  BACKENDS[$1]=$!
  wait_for 30 grep -q ready "backend$1.log"
}
register() { dfriends kv set "/domains/$1/$2" running >/dev/null; }
v3() { ETCDCTL_API=3 ETCDCTL_ENDPOINTS=$DFRIENDS_CLUSTER_KV etcdctl "$@" >/dev/null; }
start_lb() { start_service lb -v cluster lb --listen 127.0.0.1:0 "$@"; LB=$ADDRESS; }
get() { curl -s --max-time 60 -H "Host: $1" "http://$LB${2:-/}"; }
says_only() { [ "$(get "$1")" = "$2" ]; }
status_of() { curl -s -o /dev/null -w '%{http_code}' --max-time 60 -H "Host: $1" "http://$LB${2:-/}"; }

@test "requests go by their Host to the servers that the store names, in turns; numbered names are one service" {
  local port; port=$(free_port)
  backend 2 "$port"; backend 3 "$port"
  register code.it-2 "127.0.0.2:$port"
  register code.it-3 "127.0.0.3:$port"
  register other.example "127.0.0.3:$port"
  start_lb
  wait_for 30 says_only code.it-2 s2
  equal "$(get CODE.IT-3:80)" s3
  equal "$(get other.example)" s3
  equal "$(for _ in 1 2 3 4 5 6; do get code.it; echo; done | sort | uniq -c | xargs)" "3 s2 3 s3"
  equal "$(status_of nobody.example)" 404
  equal "$(curl -s -o /dev/null -w '%{http_connect}' -p -x "http://$LB" http://code.it:80/ || true)" 405
  curl -sf "http://$LB/metrics" | grep -q '^dfriends_lb_servers_healthy 2'
  # Of a name that has a route these paths are its servers'.
  equal "$(get code.it /metrics | head -c 1)" s
  equal "$(get code.it /healthz | head -c 1)" s
}

@test "a store that changes: servers come and go without a failed request" {
  local port; port=$(free_port)
  backend 2 "$port"; backend 3 "$port"
  register app.example "127.0.0.2:$port"
  start_lb
  wait_for 30 says_only app.example s2
  (
    for _ in $(seq 400); do
      [ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: app.example' "http://$LB/")" = 200 ] || echo failed
    done >failures
  ) 3>&- &
  local load=$! round
  for round in 1 2 3 4 5; do
    register app.example "127.0.0.3:$port"
    dfriends kv rm "/domains/app.example/127.0.0.2:$port" >/dev/null
    wait_for 30 says_only app.example s3
    register app.example "127.0.0.2:$port"
    dfriends kv rm "/domains/app.example/127.0.0.3:$port" >/dev/null
    wait_for 30 says_only app.example s2
  done
  wait "$load"
  equal "$(cat failures)" ""
}

@test "a server that dies is left out and its requests go to the next; back again, it gets its share" {
  local port; port=$(free_port)
  backend 2 "$port"; backend 3 "$port"
  register app.example "127.0.0.2:$port"; register app.example "127.0.0.3:$port"
  start_lb
  wait_for 30 says_only app.example s2
  kill -9 "${BACKENDS[2]}"
  local answer
  for _ in $(seq 20); do equal "$(get app.example)" s3; done
  wait_for 30 grep -q "server 127.0.0.2:$port does not answer" lb.log
  backend 2 "$port"
  wait_for 30 grep -q "server 127.0.0.2:$port is well" lb.log
  wait_for 30 says_only app.example s2
  kill -9 "${BACKENDS[2]}" "${BACKENDS[3]}"
  equal "$(status_of app.example)" 503
}

@test "the store goes and comes: the routes stay" {
  local port; port=$(free_port)
  backend 2 "$port"; backend 3 "$port"
  register app.example "127.0.0.2:$port"
  start_lb
  wait_for 30 says_only app.example s2
  kill -9 "$KV_PID"
  wait_for 30 grep -q 'does not answer; routes stay' lb.log
  equal "$(get app.example)" s2
  start_service kv kv serve --listen "$KV_ADDRESS"
  register app.example "127.0.0.3:$port"
  dfriends kv rm "/domains/app.example/127.0.0.2:$port"
  wait_for 30 says_only app.example s3
}

@test "connections are kept on both sides, and what is said of the client is right" {
  local port; port=$(free_port)
  backend 2 "$port"
  register app.example "127.0.0.2:$port"
  start_lb
  wait_for 30 says_only app.example s2
  local before after
  before=$(get app.example /connections)
  curl -s -v -H 'Host: app.example' "http://$LB/?[1-60]" 2>verbose >/dev/null
  [ "$(grep -c 'Re-using existing connection' verbose)" = 59 ]
  after=$(get app.example /connections)
  [ $((after - before)) -le 20 ] # the checks of its health connect too, once a second
  fails 0 curl -s -i -H 'Host: app.example' -H 'X-Forwarded-For: 9.9.9.9' -H 'Connection: x-private' -H 'X-Private: 1' "http://$LB/"
  says "X-Saw-Host: app.example"
  says "X-Saw-X-Forwarded-For: 9.9.9.9, 127.0.0.1"
  says "X-Saw-X-Forwarded-Proto: http"
  [[ $output != *X-Saw-X-Private* ]]
  fails 0 curl -s -I -H 'Host: app.example' "http://$LB/"
  says "Content-Length: 2"
}

@test "bodies of every kind pass both ways; one that breaks off is not passed as whole" {
  local port; port=$(free_port)
  backend 2 "$port"
  register app.example "127.0.0.2:$port"
  start_lb
  wait_for 30 says_only app.example s2
  head -c 3000000 /dev/urandom >body
  curl -s -H 'Host: app.example' --data-binary @body "http://$LB/echo" | cmp - body
  curl -s -H 'Host: app.example' -H 'Transfer-Encoding: chunked' --data-binary @body "http://$LB/echo" | cmp - body
  equal "$(curl -s -X POST -H 'Host: app.example' "http://$LB/")" s2
  equal "$(get app.example /big | wc -c)" 1048576
  fails 18 curl -s -o /dev/null -H 'Host: app.example' "http://$LB/cut"
}

@test "a WebSocket's connection becomes a tunnel" {
  local port; port=$(free_port)
  backend 2 "$port"
  register app.example "127.0.0.2:$port"
  start_lb
  wait_for 30 says_only app.example s2
  python3 - "${LB%:*}" "${LB##*:}" <<'EOF'
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 60)
s.sendall(b"GET /ws HTTP/1.1\r\nHost: app.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
          b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
head = b""
while b"\r\n\r\n" not in head:
    head += s.recv(4096)
assert head.startswith(b"HTTP/1.1 101 "), head
assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head
for word in (b"hello", b"again"):
    s.sendall(word)
    got = b""
    while len(got) < len(word):
        got += s.recv(4096)
    assert got == word.upper(), got
s.shutdown(socket.SHUT_WR)
assert s.recv(10) == b""
EOF
}

@test "requests under way end before the balancer does" {
  local port; port=$(free_port)
  backend 2 "$port"
  register app.example "127.0.0.2:$port"
  start_lb
  wait_for 30 says_only app.example s2
  (get app.example /slow >slow) 3>&- &
  local request=$!
  wait_for 30 grep -q slow backend2.log
  kill "$SERVICE_PID"
  wait "$request"
  equal "$(cat slow)" s2
}

@test "machines of the cluster by their names, ports left out, a host for all others" {
  register app-1 "core-09:"
  start_lb --default app
  wait_for 30 grep -q "'core-09' is left out" lb.log
  v3 put /_coreos.com/fleet/machines/m9/object '{"ID":"m9","PublicIP":"127.0.0.9","Hostname":"core-09"}'
  register app-1 "127.0.0.8:81"
  wait_for 30 grep -q '2 names, 2 servers' lb.log
  equal "$(status_of whoever.example)" 503
}

@test "registrations among the v3 keys count as those among the v2 keys do" {
  local port; port=$(free_port)
  backend 2 "$port"; backend 3 "$port"
  register app-2 "127.0.0.2:$port"
  register app-3 "127.0.0.3:$port"
  v3 put "/domains/app-3/127.0.0.3:$port" running
  v3 put "/domains/new.example/127.0.0.3:$port" running
  start_lb
  wait_for 30 says_only new.example s3
  equal "$(for _ in 1 2 3 4 5 6; do get app; echo; done | sort | uniq -c | xargs)" "3 s2 3 s3"
  v3 del "/domains/new.example/127.0.0.3:$port"
  gone() { [ "$(status_of new.example)" = 404 ]; }
  wait_for 30 gone
  dfriends kv rm "/domains/app-3/127.0.0.3:$port" >/dev/null
  v3 put "/domains/late.example/127.0.0.2:$port" running
  wait_for 30 says_only late.example s2
  equal "$(get app-3)" s3 # of v3 it is still there
}

@test "a real etcd without the v2 API serves as the store" {
  local port; port=$(free_port)
  start_etcd one --enable-v2=false
  wait_for 60 etcd_answers "$ETCD"
  export DFRIENDS_CLUSTER_KV=$ETCD
  backend 2 "$port"
  v3 put "/domains/app.example/127.0.0.2:$port" running
  start_lb
  wait_for 30 says_only app.example s2
  v3 put "/domains/more.example/127.0.0.2:$port" running
  wait_for 30 says_only more.example s2
  fails 1 grep -q 'does not answer' lb.log
}
