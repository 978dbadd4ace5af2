#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The key-value store and etcdctl's words, side by side with a real etcd and the real etcdctl.

load ../support/lib

setup() {
    unset ETCDCTL_ENDPOINT ETCDCTL_API
    ln -s "$DFRIENDS" "$BATS_TEST_TMPDIR/etcdctl"
    ETCD_PIDS=()
}

teardown() {
    stop_services
    local pid
    for pid in "${ETCD_PIDS[@]}" "${OTHER_PIDS[@]}"; do
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if mountpoint -q "$BATS_TEST_TMPDIR/small"; then umount "$BATS_TEST_TMPDIR/small"; fi
}

start_kv() {
    start_service kv kv serve --listen 127.0.0.1:0 "$@"
    KV=http://$ADDRESS
}

# start_etcd NAME: a real etcd of one member; sets ETCD to its URL.
start_etcd() {
    local peer; peer=$(free_port)
    ETCD=http://127.0.0.1:$(free_port)
    etcd --name "$1" --enable-v2 --log-level error --data-dir "$BATS_TEST_TMPDIR/$1" --unsafe-no-fsync \
        --listen-client-urls "$ETCD" --advertise-client-urls "$ETCD" --listen-peer-urls "http://127.0.0.1:$peer" \
        --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "$1=http://127.0.0.1:$peer" \
        >"$BATS_TEST_TMPDIR/$1.log" 2>&1 3>&- &
    ETCD_PIDS+=($!)
}

etcd_answers() { curl -sf --max-time 2 "$1/health" | grep -q true; }

# start_four: two real etcds and two of ours, so that both clients can do the same to servers of both kinds.
start_four() {
    start_etcd one; ETCD_FOR_THEIRS=$ETCD
    start_etcd two; ETCD_FOR_OURS=$ETCD
    start_service kv-one kv serve --listen 127.0.0.1:0; KV_FOR_THEIRS=http://$ADDRESS
    start_service kv-two kv serve --listen 127.0.0.1:0; KV_FOR_OURS=http://$ADDRESS
    wait_for 20 etcd_answers "$ETCD_FOR_THEIRS"
    wait_for 20 etcd_answers "$ETCD_FOR_OURS"
    KV=$KV_FOR_OURS
}

theirs() { ETCDCTL_API=2 etcdctl --endpoints "$@"; }
ours() { "$DFRIENDS" kv ctl --endpoints "$@"; }
linked() { "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$@"; }

# outcome CLIENT URL ARGUMENT...: exit code, stdout and stderr in one text; moments and seconds left are masked.
outcome() {
    local code=0
    printf '%s' "${INPUT-}" | "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || code=$?
    printf 'exit %s\n' "$code"
    sed 's/^/out: /' "$BATS_TEST_TMPDIR/out" | sed -E 's/"expiration":"[^"]*Z"/"expiration":"…"/g'
    sed 's/^/err: /' "$BATS_TEST_TMPDIR/err"
}

# everywhere ARGUMENT...: the real etcdctl and ours say the same, with the same exit code, to the real etcd and to ours; $output has it.
everywhere() {
    output=$(outcome theirs "$ETCD_FOR_THEIRS" "$@")
    equal "ours on etcd, $*: $(outcome ours "$ETCD_FOR_OURS" "$@")" "ours on etcd, $*: $output"
    equal "theirs on kv, $*: $(outcome theirs "$KV_FOR_THEIRS" "$@")" "theirs on kv, $*: $output"
    equal "ours on kv, $*: $(outcome linked "$KV_FOR_OURS" "$@")" "ours on kv, $*: $output"
}

# wire TARGET [curl options]: the exchange with the real etcd and with ours is the same in status, body and the headers that clients read.
wire() {
    local target=$1; shift
    local url
    local -A got
    for url in "$ETCD" "$KV"; do
        got[$url]=$(curl -sS -i --max-time 10 --path-as-is "$@" "$url$target" | tr -d '\r' |
            grep -Eiv '^(date|x-etcd-cluster-id|x-raft-index|x-raft-term|content-length|transfer-encoding|vary):' |
            sed -E 's/"expiration":"[^"]*Z"/"expiration":"…"/g' |
            awk 'head_done { print; next } /^$/ { head_done = 1; n = asort(lines); for (i = 1; i <= n; i++) print lines[i]; print ""; next }
                 NR == 1 { print; next } { split($0, part, ": "); $1 = tolower($1); lines[NR] = $0 }')
    done
    output=${got[$ETCD]}
    equal "kv, $target $*: ${got[$KV]}" "kv, $target $*: $output"
}

# code TARGET [curl options]: the errorCode and the status of an answer of ours.
code() {
    local target=$1; shift
    curl -sS --max-time 10 -w ' %{http_code}' "$@" "$KV$target" | sed -E 's/^\{"errorCode":([0-9]+).*/\1/; s/\n//g' | tr -d '\n'
    curl -sS --max-time 10 -o /dev/null -w ' %{http_code}' "$@" "$KV$target"
}

index_of() { curl -sSI --max-time 10 "$1/v2/keys/" | tr -d '\r' | sed -n 's/^X-Etcd-Index: //Ip'; }

# waits_for_watch NUMBER: that many watches are open at ours.
watches() { curl -sS "$KV/metrics" | grep -q "^etcd_debugging_store_watchers $1\$"; }

@test "etcdctl's words: files" {
    start_four
    everywhere set /message 'Hello world'
    says 'out: Hello world'
    everywhere set message again
    everywhere get /message
    says 'out: again'
    everywhere get message
    everywhere -o extended get /message
    says 'out: Created-Index: 5'
    everywhere -o json get /message
    everywhere -o extended set /message '<&>"\'
    everywhere -o json set /message $'line\nline\ttab'
    everywhere -o yaml get /message
    everywhere get /none
    says 'err: Error:  100: Key not found (/none) [7]'
    says 'exit 4'
    everywhere get /none/below
    everywhere get /message/below
    everywhere get
    says 'exit 1'
    everywhere mk /message x
    says 'err: Error:  105: Key already exists (/message) [7]'
    everywhere mk /made value
    everywhere -o json mk /deep/down/made value
    everywhere update /made other
    everywhere -o extended update /made more
    everywhere update /none x
    INPUT=$'from stdin\n' everywhere set /stdin
    everywhere get /stdin
    everywhere set -- /dashes -dash
    everywhere set / x
    says '107: Root is read only (/)'
    everywhere set /message/below x
    says '104: Not a directory (/message)'
    everywhere rm /made
    says 'out: PrevNode.Value: more'
    everywhere rm /made
    everywhere -o json rm /stdin
    everywhere -o extended rm /message
    everywhere rm
    everywhere get 'grüße/ße 日本'
    everywhere set 'grüße/ße 日本' 'ü+ü %41&=;'
    everywhere get 'grüße/ße 日本'
    says 'out: ü+ü %41&=;'
    everywhere ls -r
}

@test "etcdctl's words: directories" {
    start_four
    everywhere ls
    everywhere mkdir /d
    says 'exit 0'
    everywhere mkdir /d
    says '105: Key already exists (/d)'
    everywhere -o json mkdir /d/e
    everywhere -o extended mkdir /d/f
    everywhere set /d/e/x 1
    everywhere set /d/y 2
    everywhere set /d/_hidden/z 3
    everywhere ls --sort /d
    everywhere ls --sort -p /d
    says 'out: /d/e/'
    everywhere ls --sort -r -p /
    everywhere ls --sort -r
    everywhere ls /d/_hidden
    says 'out: /d/_hidden/z'
    everywhere ls /d/y
    everywhere ls /none
    everywhere -o json ls --sort -r /
    everywhere -o json ls --sort /d
    everywhere -o extended ls --sort /d
    everywhere get /
    everywhere get /d
    says 'err: /d: is a directory'
    everywhere rm /d
    says '102: Not a file (/d)'
    everywhere rm --dir /d
    says '108: Directory not empty (/d)'
    everywhere rmdir /d
    everywhere set /d x
    everywhere setdir /d
    says '102: Not a file (/d)'
    everywhere setdir /d/y
    everywhere -o json setdir /d/g
    everywhere updatedir --ttl 100 /d/g
    everywhere updatedir /none
    everywhere updatedir /d/g
    everywhere rmdir /d/g
    everywhere rm --dir /d/f
    everywhere -o json rm -r /d/e
    everywhere rm -r /d
    everywhere ls -r
    everywhere rmdir /d
    everywhere mk --in-order /queue first
    everywhere -o json mk --in-order /queue second
    everywhere ls --sort /queue
    everywhere mk --in-order /queue/00000000000000000018 third
    everywhere mkdir
    everywhere rmdir
    everywhere ls --sort -r
}

@test "etcdctl's words: compare and swap, compare and delete" {
    start_four
    everywhere set /lock free
    everywhere set --swap-with-value held /lock mine
    says 'err: Error:  101: Compare failed ([held != free]) [4]'
    says 'exit 4'
    everywhere set --swap-with-value free /lock mine
    everywhere -o json set --swap-with-index 5 /lock yours
    everywhere set --swap-with-index 5 /lock yours
    says '101: Compare failed ([5 != 6])'
    everywhere set --swap-with-index 5 --swap-with-value x /lock yours
    says '([x != yours] [5 != 6])'
    everywhere set --swap-with-value free /none mine
    everywhere rm --with-value free /lock
    everywhere rm --with-index 1 /lock
    everywhere rm --with-value yours /lock
    everywhere set /lock again
    everywhere -o extended rm --with-value again --with-index 8 /lock
    everywhere -o json set /lock again
    everywhere -o json rm --with-index 10 /lock
    everywhere mkdir /directory
    everywhere set --swap-with-value a /directory b
    everywhere rm --with-value a /directory
}

@test "etcdctl's words: cluster-health and member list" {
    start_kv --name solo
    equal "$(theirs "$KV" cluster-health)" "$(ours "$KV" cluster-health)"
    equal "$(theirs "$KV" member list)" "$(ours "$KV" member list)"
    run theirs "$KV" member list
    says ": name=solo peerURLs=$KV clientURLs=$KV isLeader=true"
    run ours "$KV" cluster-health
    says "is healthy: got healthy result from $KV"
    start_etcd alone
    wait_for 20 etcd_answers "$ETCD"
    equal "$(ours "$ETCD" cluster-health)" "$(theirs "$ETCD" cluster-health)"
    equal "$(ours "$ETCD" member list)" "$(theirs "$ETCD" member list)"
    stop_services
    fails 2 theirs "$KV" get /x
    fails 2 ours "$KV" get /x
    says 'client: etcd cluster is unavailable or misconfigured; error #0: '
    # The next endpoint answers where the first one does not.
    run ours "$KV,$ETCD" set /x over
    says over
    ETCDCTL_ENDPOINTS=$ETCD run "$BATS_TEST_TMPDIR/etcdctl" get /x
    says over
    ETCDCTL_PEERS=$ETCD run "$DFRIENDS" kv get /x
    says over
    fails 3 theirs "$ETCD" nonsense
}

@test "ttl: a key vanishes in time, and not before" {
    start_four
    everywhere -o json set --ttl 2 /brief value
    says '"ttl":2'
    everywhere -o extended get /brief
    says 'out: TTL: 2'
    everywhere mkdir --ttl 2 /dir
    everywhere set /dir/inner x
    everywhere set --ttl 100 /long x
    everywhere set /long y
    everywhere -o json get /long
    [[ $output != *ttl* ]]
    everywhere set --ttl 1 /extended x
    everywhere update --ttl 100 /extended x
    sleep 2.8
    everywhere get /brief
    says '100: Key not found (/brief) [12]'
    everywhere ls --sort -r
    everywhere get /dir/inner
    # The store asks for nothing while it waits, and what came due while it was down goes at the start.
    ours "$KV" set --ttl 1 /down x
    local address=${KV#http://}
    stop_services
    sleep 1.1
    SERVICE_STATE=$BATS_TEST_TMPDIR/kv-two-state start_service again kv serve --listen "$address"
    fails 4 ours "$KV" get /down
    ours "$KV" get /extended
    equal "$(curl -sS "$KV/v2/keys/down?wait=true&waitIndex=14" | jq -r .action)" expire
}

# The watch of each client ends with the same output when the same happens.
@test "etcdctl's words: watch" {
    start_four
    local client url name
    for name in theirs:"$ETCD_FOR_THEIRS" ours:"$ETCD_FOR_OURS" theirs:"$KV_FOR_THEIRS" linked:"$KV_FOR_OURS"; do
        client=${name%%:*} url=${name#*:}
        theirs "$url" set /w/a before
        (
            "$client" "$url" watch /w/a >"$BATS_TEST_TMPDIR/first"
            "$client" "$url" -o json watch --after-index 3 -r / >"$BATS_TEST_TMPDIR/second"
        ) 3>&- &
        local first=$!
        timeout 20 bash -c "exec $(declare -f "$client" >/dev/null; case $client in
            theirs) echo "env ETCDCTL_API=2 etcdctl" ;;
            ours) echo "'$DFRIENDS' kv ctl" ;;
            linked) echo "'$BATS_TEST_TMPDIR/etcdctl'" ;;
            esac) --endpoints $url watch -f -r /w" >"$BATS_TEST_TMPDIR/third" 3>&- &
        local third=$!
        sleep 0.4
        theirs "$url" set /w/a after
        wait "$first"
        theirs "$url" set /w/b two
        theirs "$url" mkdir /w/d
        theirs "$url" set /w/_hidden/c unseen
        theirs "$url" set --ttl 1 /w/e short
        theirs "$url" rm /w/b
        wait_for 5 grep -q 'expire' "$BATS_TEST_TMPDIR/third"
        kill "$third"; wait "$third" || true
        cat "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second" "$BATS_TEST_TMPDIR/third" >"$BATS_TEST_TMPDIR/watched-$client-${url##*:}"
    done
    cat "$BATS_TEST_TMPDIR/third"
    grep -q '^\[set\] /w/a$' "$BATS_TEST_TMPDIR/third"
    grep -q '^\[delete\] /w/b$' "$BATS_TEST_TMPDIR/third"
    run grep -c unseen "$BATS_TEST_TMPDIR/third"
    equal "$output" 0
    local expected; expected=$(cat "$BATS_TEST_TMPDIR/watched-theirs-${ETCD_FOR_THEIRS##*:}")
    equal "$(cat "$BATS_TEST_TMPDIR/watched-ours-${ETCD_FOR_OURS##*:}")" "$expected"
    equal "$(cat "$BATS_TEST_TMPDIR/watched-theirs-${KV_FOR_THEIRS##*:}")" "$expected"
    equal "$(cat "$BATS_TEST_TMPDIR/watched-linked-${KV_FOR_OURS##*:}")" "$expected"
}

@test "etcdctl's words: exec-watch" {
    start_kv
    local client
    for client in theirs ours linked; do
        local seen=$BATS_TEST_TMPDIR/seen-$client
        # shellcheck disable=SC2016
        "$client" "$KV" exec-watch -r /job -- sh -c 'echo "$ETCD_WATCH_ACTION $ETCD_WATCH_KEY $ETCD_WATCH_VALUE $1" >>'"$seen" name argument >"$BATS_TEST_TMPDIR/log-$client" 2>&1 3>&- &
        OTHER_PIDS+=($!)
    done
    wait_for 5 watches 3
    ours "$KV" set /job/one 'a b'
    sleep 0.3
    ours "$KV" mkdir /job/dir
    sleep 0.3
    ours "$KV" rm /job/one
    for client in theirs ours linked; do
        wait_for 5 grep -q delete "$BATS_TEST_TMPDIR/seen-$client"
        equal "$(cat "$BATS_TEST_TMPDIR/seen-$client")" $'set /job/one a b argument\ndelete /job/one  argument'
        grep -q 'Ignored dir /job/dir' "$BATS_TEST_TMPDIR/log-$client"
    done
    fails 1 theirs "$KV" exec-watch -r /job
    fails 1 ours "$KV" exec-watch -r /job
    says 'key and command to exec required'
}
