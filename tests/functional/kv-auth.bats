#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Users and roles of the v2 API: the same dialogue with a real etcd and with ours, etcdctl's words, and what must survive.

load ../support/lib
load ../support/etcd

setup() { unset ETCDCTL_ENDPOINT ETCDCTL_API; }
teardown() {
    stop_services
    stop_others
}

start_kv() {
    start_service kv kv serve --listen 127.0.0.1:0
    KV=http://$ADDRESS
}
theirs() { ETCDCTL_API=2 timeout 60 etcdctl --endpoints "$KV" "$@"; }

# asks METHOD PATH [CURL-OPTION...]: the answer's status, body and the headers that matter; indexes and ids are masked.
asks() {
    echo "--- $*"
    curl -s -i -X "$1" "$URL/v2$2" "${@:3}" | tr -d '\r' |
        sed -E 's/^(X-Etcd-Cluster-Id: ).*/\1X/; s/(Index": ?)[0-9]+/\1N/g; s/^(X-Etcd-Index: )[1-9][0-9]*/\1N/' |
        grep -vE '^(Date|X-Raft.*|Access-Control.*|Content-Length): ' | sort
}

dialogue() {
    local URL=$1
    asks GET /auth/enable
    asks PUT /auth/enable
    asks GET /auth/users
    asks GET /auth/roles
    asks GET /auth/roles/
    asks GET /auth/users/
    asks GET /auth/users/bob
    asks GET /auth/roles/ops
    asks GET /auth/users/a/b
    asks POST /auth/users
    asks POST /auth/users/x
    asks PUT /auth/users/root -d '{"user":"root","password":"pw"}'
    asks PUT /auth/users/root -d '{"user":"root","password":"pw"}'
    asks PUT /auth/users/root -d '{"user":"root"}'
    asks PUT /auth/users/bob -d '{"user":"bob"}'
    asks PUT /auth/users/bob -d '{"user":"alice","password":"x"}'
    asks PUT /auth/users/bob -d '{bad'
    asks PUT /auth/users/bob -d ''
    asks PUT /auth/users/bob -d '{"user":"bob","password":"b"}'
    asks PUT /auth/users/eve -d '{"user":"eve","password":"e","roles":["ops","guest"]}'
    asks PUT /auth/users/eve -d '{"user":"eve","password":"e","roles":["ops"]}'
    asks PUT /auth/users/eve -d '{"user":"eve","roles":["ops"],"grant":["x"]}'
    asks PUT /auth/roles/ops -d '{"role":"ops","permissions":{"kv":{"read":["/a/*","/b"],"write":["/a/*"]}}}'
    asks PUT /auth/roles/ops -d '{"role":"ops"}'
    asks PUT /auth/roles/none -d '{"role":"none"}'
    asks GET /auth/roles/none
    asks PUT /auth/roles/none -d '{"role":"none","permissions":{"kv":{"read":["/x"],"write":null}},"grant":{"kv":{"read":["/y"],"write":null}}}'
    asks PUT /auth/roles/none -d '{"role":"none","grant":{"kv":{"read":["/z","/y"],"write":[]}}}'
    asks PUT /auth/roles/none -d '{"role":"none","grant":{"kv":{"read":["/y"],"write":null}}}'
    asks PUT /auth/roles/none -d '{"role":"none","grant":{"kv":{"write":["/w"]}}}'
    asks PUT /auth/roles/none -d '{"role":"none","grant":{"kv":{"write":["/w"]}}}'
    asks PUT /auth/roles/none -d '{"role":"none","revoke":{"kv":{"read":["/q"]}}}'
    asks PUT /auth/roles/none -d '{"role":"none","revoke":{"kv":{"read":["/y"],"write":["/nope"]}}}'
    asks PUT /auth/roles/nosuch -d '{"role":"nosuch","revoke":{"kv":{"read":["/y"]}}}'
    asks PUT /auth/roles/root -d '{"role":"root"}'
    asks PUT /auth/roles/other -d '{"role":"root"}'
    asks PUT /auth/roles/root -d '{"role":"root","grant":{"kv":{"read":["/q"]}}}'
    asks DELETE /auth/roles/root
    asks DELETE /auth/roles/nosuch
    asks GET /auth/roles/root
    asks GET /auth/roles
    asks GET /auth/users
    asks GET /auth/users/eve
    asks PUT /auth/users/bob -d '{"user":"bob","grant":["ops"]}'
    asks PUT /auth/users/bob -d '{"user":"bob","grant":["ops"]}'
    asks PUT /auth/users/bob -d '{"user":"bob","revoke":["zz"]}'
    asks PUT /auth/users/bob -d '{"user":"bob","grant":["nosuch"],"password":"b2"}'
    asks GET /auth/users/bob
    asks GET /auth/users
    asks PUT /auth/users/bob -d '{"user":"bob","revoke":["nosuch"]}'
    asks PUT /auth/users/bob -d '{"user":"bob"}'
    asks PUT /auth/users/nobody -d '{"user":"nobody","grant":["ops"]}'
    asks DELETE /auth/users/nobody
    asks DELETE /auth/enable
    asks PUT /keys/a/k -d value=1
    asks PUT /keys/b -d value=1
    asks PUT /keys/c -d value=1
    asks PUT /auth/enable
    asks PUT /auth/enable
    asks PUT /auth/enable -u root:pw
    asks GET /auth/enable
    asks DELETE /auth/enable
    asks GET /auth/users
    asks GET /auth/roles -u bob:b2
    asks GET /auth/roles -u root:pw
    asks GET /auth/users/root -u root:pw
    asks DELETE /auth/users/root -u root:pw
    asks GET /keys/c
    asks PUT /keys/c -d value=2
    asks GET /keys/c -u bob:b2
    asks GET /keys/b -u bob:b2
    asks PUT /keys/b -d value=2 -u bob:b2
    asks PUT /keys/a/k -d value=2 -u bob:b2
    asks GET /keys/a -u bob:b2
    asks GET '/keys/a/?recursive=true' -u bob:b2
    asks GET '/keys/a?recursive=true' -u bob:b2
    asks GET '/keys/b?recursive=true' -u bob:b2
    asks DELETE '/keys/a/k?recursive=true' -u bob:b2
    asks GET /keys/a -u bob:wrong
    asks GET /keys/a -u nobody:b2
    asks GET /keys/a -H 'Authorization: Bearer x'
    asks GET /keys/a -H 'Authorization: Basic ###'
    asks GET /keys/a -H 'Authorization: basic Ym9iOmIy'
    asks GET '/keys/a/k?wait=true&waitIndex=1' -u bob:b2 -m 60
    asks GET '/keys/c?wait=true' -u bob:b2
    asks PUT '/keys/c?ttl=x' -u bob:b2
    asks PUT /auth/roles/guest -u root:pw -d '{"role":"guest","revoke":{"kv":{"read":["/*"],"write":["/*"]}}}'
    asks GET /keys/c
    asks GET /keys/c -u root:pw
    asks GET '/keys/?recursive=true&sorted=true' -u root:pw
    asks GET '/keys/?recursive=true' -u bob:b2
    asks DELETE /auth/roles/guest -u root:pw
    asks GET /keys/c
    asks PUT /auth/users/root -u root:pw -d '{"user":"root","password":"new"}'
    asks GET /keys/c -u root:pw
    asks GET /keys/c -u root:new
    asks DELETE /auth/enable -u root:new
    asks DELETE /auth/enable -u root:new
    asks GET /keys/c
    asks DELETE /auth/users/root
    asks GET /auth/users
}

@test "the whole dialogue with a real etcd: bodies, statuses and headers of users, roles, and keys that are theirs" {
    start_etcd one
    start_kv
    wait_for 60 etcd_answers "$ETCD"
    dialogue "$ETCD" >"$BATS_TEST_TMPDIR/etcd.txt"
    dialogue "$KV" >"$BATS_TEST_TMPDIR/ours.txt"
    [ "$(grep -c '^---' "$BATS_TEST_TMPDIR/etcd.txt")" = 101 ]
    diff "$BATS_TEST_TMPDIR/etcd.txt" "$BATS_TEST_TMPDIR/ours.txt"
}

@test "the real etcdctl makes users and roles; they are there after a kill -9, and their passwords nowhere" {
    start_kv
    theirs role add ops
    theirs role grant ops --path '/ops/*' --readwrite
    theirs user add alice:secret
    theirs user grant alice --roles ops
    theirs user add root:rootpw
    theirs auth enable
    theirs -u root:rootpw role remove guest
    kill -9 "$SERVICE_PID"
    wait "$SERVICE_PID" || true
    start_kv
    theirs -u alice:secret set /ops/a 1
    equal "$(theirs -u alice:secret get /ops/a)" 1
    fails 4 theirs -u alice:secret set /elsewhere 1
    fails 4 theirs -u alice:wrong get /ops/a
    fails 4 theirs get /ops/a
    theirs -u root:rootpw user get alice | grep -q '^Roles:  *ops'
    fails 1 grep -raE 'secret|rootpw' "$BATS_TEST_TMPDIR/kv.log" "$BATS_TEST_TMPDIR/kv-state"
}

@test "a password is hashed once and not with each request; wrong ones hold nobody up" {
    start_kv
    theirs user add root:rootpw
    theirs auth enable
    theirs -u root:rootpw set /k 1
    # How long a hash takes, ten times: on a slow machine all takes longer.
    local begun hashes answers
    seq 10 | sed "s|.*|url = $KV/v2/keys/k\nuser = root:wrong&\noutput = /dev/null|" >"$BATS_TEST_TMPDIR/ten"
    begun=$(date +%s%3N)
    curl -s -K "$BATS_TEST_TMPDIR/ten"
    hashes=$(($(date +%s%3N) - begun))
    seq 300 | sed "s|.*|url = $KV/v2/keys/k\nuser = root:rootpw\noutput = /dev/null|" >"$BATS_TEST_TMPDIR/right"
    begun=$(date +%s%3N)
    curl -sf -K "$BATS_TEST_TMPDIR/right"
    answers=$(($(date +%s%3N) - begun))
    echo "ten hashes: $hashes ms, 300 answers: $answers ms"
    [ "$answers" -le $((hashes * 10)) ]
    seq 60 | sed "s|.*|url = $KV/v2/keys/k\nuser = root:wrong&\noutput = /dev/null|" >"$BATS_TEST_TMPDIR/wrong"
    curl -s --no-progress-meter --parallel --parallel-max 30 -K "$BATS_TEST_TMPDIR/wrong" 3>&- &
    local guesses=$!
    local i slowest=0 now
    for i in 1 2 3 4 5; do
        now=$(curl -sf -o /dev/null -w '%{time_total}' -u root:rootpw "$KV/v2/keys/k")
        slowest=$(awk "BEGIN { print ($now > $slowest) ? $now : $slowest }")
    done
    wait "$guesses"
    # Behind the hashes of the thirty that ask at once it would wait for three times ten.
    awk "BEGIN { exit !($slowest < 0.5 || $slowest * 1000 < $hashes) }"
}
