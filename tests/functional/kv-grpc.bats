#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# etcd's v3 API as gRPC: Debian's etcdctl and Python library, side by side with a real etcd.

load ../support/lib

setup() {
    unset ETCDCTL_ENDPOINTS
    export ETCDCTL_API=3
    OTHER_PIDS=()
}

teardown() {
    stop_services
    local pid
    for pid in "${OTHER_PIDS[@]}"; do
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

start_kv() {
    start_service kv kv serve --listen 127.0.0.1:0
    KV=$ADDRESS
}

etcd_answers() { curl -sf --max-time 20 "http://$ETCD/health" | grep -q true; }

start_etcd() {
    local peer; peer=http://127.0.0.1:$(free_port)
    ETCD=127.0.0.1:$(free_port)
    etcd --name default --log-level error --data-dir "$BATS_TEST_TMPDIR/etcd" --unsafe-no-fsync \
        --listen-client-urls "http://$ETCD" --advertise-client-urls "http://$ETCD" --listen-peer-urls "$peer" \
        --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" >"$BATS_TEST_TMPDIR/etcd.log" 2>&1 3>&- &
    OTHER_PIDS+=($!)
    wait_for 60 etcd_answers
}

ctl() { timeout 60 etcdctl --endpoints "$KV" "$@"; }

# both ARG...: etcdctl says the same of both servers, and ends alike. both_given FILE ARG...: with that as its input.
both() { both_given /dev/null "$@"; }
both_given() {
    local input=$1 mine theirs; shift
    theirs=$(timeout 60 etcdctl --endpoints "$ETCD" "$@" <"$input" 2>&1; echo "exit $?")
    mine=$(timeout 60 etcdctl --endpoints "$KV" "$@" <"$input" 2>&1; echo "exit $?")
    equal "etcdctl $*: $(without_noise <<<"$mine")" "etcdctl $*: $(without_noise <<<"$theirs")"
}
without_noise() { sed -E 's/"(cluster_id|member_id|raft_term)":[0-9]+,?//g; s/"ts":"[^"]*"//; s/"target":"[^"]*"//; s/lease [0-9a-f]{16}/lease ID/g'; }

@test "etcdctl says of us what it says of etcd: keys, transactions, compaction" {
    start_etcd
    start_kv
    both put a 1
    both put a/b 2 --prev-kv
    both put a 3 --prev-kv
    both get a
    both get a --prefix --keys-only
    both get a -w json
    both get a --rev=2
    both get "" --from-key --sort-by=MODIFY --order=DESCEND --limit=1
    both put a --ignore-value
    both put none --ignore-value
    both put ''
    both put a x --lease=1234
    both get a --rev=99
    printf 'value("a") = "3"\n\nput k yes\nget a\n\nput k no\n\n' >"$BATS_TEST_TMPDIR/txn"
    both_given "$BATS_TEST_TMPDIR/txn" txn
    printf 'mod("a") = "0"\n\nput k yes\n\nget k\ndel k\n\n' >"$BATS_TEST_TMPDIR/txn"
    both_given "$BATS_TEST_TMPDIR/txn" txn
    both del a --prefix --prev-kv
    both compaction 3
    both get a --rev=2
    both compaction 3
    both alarm list
    both check nothing
}

@test "a value of half a megabyte goes both ways, and a larger one than etcd takes is refused in its words" {
    start_etcd
    start_kv
    head -c 524288 /dev/urandom | base64 -w0 >"$BATS_TEST_TMPDIR/large"
    both_given "$BATS_TEST_TMPDIR/large" put large
    equal "$(ctl get large --print-value-only | sha256sum)" "$( (cat "$BATS_TEST_TMPDIR/large"; echo) | sha256sum)"
    head -c 1700000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/larger"
    both_given "$BATS_TEST_TMPDIR/larger" put large
    head -c 2200000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/largest"
    both_given "$BATS_TEST_TMPDIR/largest" put large
}

@test "a watch hears of each change in order, from a revision on, and until its client leaves" {
    start_kv
    ctl put w/0 before
    etcdctl --endpoints "$KV" watch w/ --prefix --rev=2 >"$BATS_TEST_TMPDIR/heard" 3>&- &
    local watcher=$!
    OTHER_PIDS+=("$watcher")
    ctl put w/1 x
    ctl put other y
    ctl del w/1
    heard() { [ "$(grep -c . "$BATS_TEST_TMPDIR/heard")" -ge 8 ]; }
    wait_for 30 heard
    equal "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/heard")" "PUT w/0 before PUT w/1 x DELETE w/1  "
    kill "$watcher"
    ctl put w/2 z
}

@test "leases hold keys while they are kept alive; locks and elections build on them" {
    start_etcd
    start_kv
    local lease
    lease=$(ctl lease grant 300 | cut -d' ' -f2)
    ctl put held x --lease="$lease"
    [[ $(ctl lease timetolive "$lease" --keys) == *"granted with TTL(300s), remaining("*"attached keys([held])"* ]]
    equal "$(ctl lease keep-alive --once "$lease")" "lease $lease keepalived with TTL(300)"
    equal "$(ctl lease list | tail -n 1)" "$lease"
    ctl lease revoke "$lease"
    equal "$(ctl get held)" ""
    both lease revoke 1234
    both lease timetolive 1234
    both lease grant 99999999999
    equal "$(ctl lock door echo inside)" inside
    etcdctl --endpoints "$KV" elect post first >"$BATS_TEST_TMPDIR/elected" 3>&- &
    OTHER_PIDS+=($!)
    wait_for 30 grep -q first "$BATS_TEST_TMPDIR/elected"
    etcdctl --endpoints "$KV" elect -l post >"$BATS_TEST_TMPDIR/leader" 3>&- &
    OTHER_PIDS+=($!)
    wait_for 30 grep -q first "$BATS_TEST_TMPDIR/leader"
}

@test "the maintenance of a member: health, status, members, hash, snapshot, mirror" {
    start_kv
    ctl put a 1
    [[ $(ctl endpoint health 2>&1) == *"is healthy"* ]]
    equal "$(ctl endpoint status -w json | jq -r '.[0].Status.version')" 3.4.23
    equal "$(ctl member list -w json | jq -r '.members[0].clientURLs[0]')" "http://$KV"
    [[ $(ctl endpoint hashkv) == "$KV, "* ]]
    [[ $(ctl defrag) == Finished* ]]
    ctl snapshot save "$BATS_TEST_TMPDIR/snapshot" 2>/dev/null
    [ "$(head -c 15 "$BATS_TEST_TMPDIR/snapshot")" = "SQLite format 3" ]
    start_etcd
    etcdctl --endpoints "$KV" make-mirror "$ETCD" 3>&- >/dev/null 2>&1 &
    OTHER_PIDS+=($!)
    mirrored() { [ "$(timeout 60 etcdctl --endpoints "$ETCD" get "$1" --print-value-only)" = "$2" ]; }
    wait_for 30 mirrored a 1
    ctl put b 2
    wait_for 30 mirrored b 2
}

@test "users get what their roles allow once authentication is on, as from etcd" {
    start_etcd
    start_kv
    both role add reader
    both role grant-permission reader read open/ --prefix=true
    both user add root:secret
    both user add guest:pass
    both user grant-role guest reader
    both role add root
    both user grant-role root root
    both user get guest
    both put open/a 1
    both auth enable
    both get open/a
    both --user guest:pass get open/a
    both --user guest:pass put open/a 2
    both --user guest:wrong get open/a
    both --user root:secret put closed 1
    both --user guest:pass get closed
    both --user root:secret auth disable
    both get closed
}

@test "Debian's python3-etcd3 works a day with us" {
    start_kv
    run timeout 240 env PYTHONWARNINGS=ignore PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python \
        /usr/bin/python3 "$top/tests/support/kv_etcd3.py" "${KV%:*}" "${KV##*:}"
    equal "$output" ok
}

@test "a method that is not there is refused as grpc-go does; HTTP/1 goes on beside; the connection ends in order" {
    start_kv
    equal "$(curl -s "http://$KV/version" | jq -r .etcdserver)" 3.4.23
    printf '\0\0\0\0\0' >"$BATS_TEST_TMPDIR/empty"
    run timeout 60 nghttp -nv -H ':method: POST' -H 'content-type: application/grpc' -d "$BATS_TEST_TMPDIR/empty" \
        "http://$KV/etcdserverpb.KV/Nothing"
    [[ $output == *"grpc-status: 12"*"grpc-message: unknown method Nothing for service etcdserverpb.KV"* ]]
    etcdctl --endpoints "$KV" watch w 3>&- >/dev/null 2>&1 &
    OTHER_PIDS+=($!)
    watched() { curl -s "http://$KV/metrics" | grep -q '^etcd_debugging_mvcc_watcher_total 1$'; }
    wait_for 30 watched
    ctl put a 1
    stop_services # while a watch is open
}
