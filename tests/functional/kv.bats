#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The key-value store and etcdctl's words, side by side with a real etcd and the real etcdctl.

load ../support/lib
load ../support/etcd

setup() {
    unset ETCDCTL_ENDPOINT ETCDCTL_API
    ln -s "$DFRIENDS" "$BATS_TEST_TMPDIR/etcdctl"
}

teardown() {
    stop_services
    stop_others
    if mountpoint -q "$BATS_TEST_TMPDIR/small"; then umount "$BATS_TEST_TMPDIR/small"; fi
}

start_kv() {
    start_service kv kv serve --listen 127.0.0.1:0 "$@"
    KV=http://$ADDRESS
}

# start_four: two real etcds and two of ours, so that both clients can do the same to servers of both kinds.
start_four() {
    start_etcd one; ETCD_FOR_THEIRS=$ETCD
    start_etcd two; ETCD_FOR_OURS=$ETCD
    start_service kv-one kv serve --listen 127.0.0.1:0; KV_FOR_THEIRS=http://$ADDRESS
    start_service kv-two kv serve --listen 127.0.0.1:0; KV_FOR_OURS=http://$ADDRESS
    wait_for 60 etcd_answers "$ETCD_FOR_THEIRS"
    wait_for 60 etcd_answers "$ETCD_FOR_OURS"
    KV=$KV_FOR_OURS
}

# words_of CLIENT: sets `words` to its command: the real etcdctl, ours by its verb, or ours by a link's name.
words_of() {
    case $1 in
    theirs) words=(env ETCDCTL_API=2 etcdctl) ;;
    ours) words=("$DFRIENDS" kv ctl) ;;
    linked) words=("$BATS_TEST_TMPDIR/etcdctl") ;;
    esac
}
client() { words_of "$1" && "${words[@]}" --endpoints "${@:2}"; }
theirs() { client theirs "$@"; }
ours() { client ours "$@"; }
linked() { client linked "$@"; }

# steady: moments are masked, and of a long time to live the first tenth or the first ten seconds that pass are not seen.
steady() {
    sed -E 's/"expiration":"[^"]*Z"/"expiration":"…"/g; s/(ttl":|TTL: )9[0-9]\b/\1100/g; s/(ttl":|TTL: )19[0-9]\b/\1200/g
        s/(ttl":|TTL: )29[0-9]\b/\1300/g; s/(ttl":|TTL: )9[0-9]{3}\b/\110000/g'
}

# outcome CLIENT URL ARGUMENT...: exit code, stdout and stderr in one text, steady.
outcome() {
    local code=0
    printf '%s' "${INPUT-}" | "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || code=$?
    printf 'exit %s\n' "$code"
    sed 's/^/out: /' "$BATS_TEST_TMPDIR/out" | steady
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
        curl -sS -i --max-time 60 --path-as-is "$@" "$url$target" | tr -d '\r' | steady >"$BATS_TEST_TMPDIR/answer"
        got[$url]=$(
            sed '/^$/q' "$BATS_TEST_TMPDIR/answer" | grep -Ei '^(HTTP|x-etcd-index|content-type|allow|location|access-control-)' | sort
            sed '1,/^$/d' "$BATS_TEST_TMPDIR/answer"
        )
    done
    output=${got[$ETCD]}
    equal "kv, $target $*: ${got[$KV]}" "kv, $target $*: $output"
}

index_of() { curl -sSI --max-time 60 "$1/v2/keys/" | tr -d '\r' | sed -n 's/^X-Etcd-Index: //Ip'; }

# watches NUMBER [URL]: that many watches are open at ours, or at URL.
watches() { curl -sS "${2:-$KV}/metrics" | grep -q "^etcd_debugging_store_watchers $1\$"; }
# gone URL KEY: it is not there.
gone() { [ "$(curl -sS -o /dev/null -w '%{http_code}' "$1/v2/keys$2")" = 404 ]; }

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
    everywhere -o json set /controls $'\b\f\x01\x7f\u2028'
    everywhere get 'grüße/ße 日本'
    everywhere set 'grüße/ße 日本' 'ü+ü %41&=;'
    everywhere get 'grüße/ße 日本'
    says 'out: ü+ü %41&=;'
    everywhere ls --sort -r
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
    fails 1 ours "$KV" get /
    says '/: is a directory'
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
    wait_for 60 etcd_answers "$ETCD"
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
    # An expiry takes an index: whatever tells of one, and must be alive for it, comes before the first key that vanishes soon.
    everywhere -o json set --ttl 10000 /long x
    says '"ttl":10000'
    everywhere -o extended get /long
    says 'out: TTL: 10000'
    everywhere set /long y
    everywhere -o json get /long
    [[ $output != *ttl* ]]
    everywhere set --ttl 200 /extended x
    everywhere update --ttl 10000 /extended x
    everywhere mkdir --ttl 100 /dir
    everywhere set /dir/inner x
    local url name begun
    for url in "$ETCD_FOR_THEIRS" "$ETCD_FOR_OURS" "$KV_FOR_THEIRS" "$KV_FOR_OURS"; do # one process: the second comes in time
        curl -sSf -o /dev/null -X PUT -d 'value=x&ttl=2' "$url/v2/keys/shifted" \
            --next -sSf -o /dev/null -X PUT -d 'value=x&ttl=10000&prevExist=true' "$url/v2/keys/shifted"
    done
    everywhere updatedir --ttl 2 /dir
    everywhere mkdir --ttl 2 /soon
    begun=$(date +%s%3N)
    everywhere set --ttl 2 /brief value
    wait_for 60 gone "$KV" /brief
    [ $(($(date +%s%3N) - begun)) -ge 1900 ]
    for url in "$ETCD_FOR_THEIRS" "$ETCD_FOR_OURS" "$KV_FOR_THEIRS" "$KV_FOR_OURS"; do
        for name in /brief /soon /dir; do wait_for 60 gone "$url" $name; done
    done
    everywhere get /brief
    says '100: Key not found (/brief) [17]'
    everywhere ls --sort -r
    everywhere get /dir/inner
    everywhere -o extended get /extended
    says 'out: TTL: 10000'
    everywhere -o extended get /shifted
    says 'out: TTL: 10000'
    # The store asks for nothing while it waits, and what came due while it was down goes at the start.
    ours "$KV" set --ttl 2 /down x
    stop_services
    sleep 2.1
    SERVICE_STATE=$BATS_TEST_TMPDIR/kv-two-state start_service again kv serve --listen 127.0.0.1:0
    KV=http://$ADDRESS
    fails 4 ours "$KV" get /down
    ours "$KV" get /extended
    equal "$(curl -sS --max-time 60 "$KV/v2/keys/down?wait=true&waitIndex=19" | jq -r .action)" expire
}

# The watch of each client ends with the same output when the same happens.
@test "etcdctl's words: watch" {
    start_four
    local client url name words
    for name in theirs:"$ETCD_FOR_THEIRS" ours:"$ETCD_FOR_OURS" theirs:"$KV_FOR_THEIRS" linked:"$KV_FOR_OURS"; do
        client=${name%%:*} url=${name#*:}
        theirs "$url" set /w/a before
        (
            "$client" "$url" watch /w/a >"$BATS_TEST_TMPDIR/first"
            "$client" "$url" -o json watch --after-index 3 -r / >"$BATS_TEST_TMPDIR/second"
        ) 3>&- &
        local first=$!
        words_of "$client"
        "${words[@]}" --endpoints "$url" watch -f -r /w >"$BATS_TEST_TMPDIR/third" 3>&- &
        local third=$!
        wait_for 30 watches 2 "$url"
        theirs "$url" set /w/a after
        wait "$first"
        theirs "$url" set /w/b two
        theirs "$url" mkdir /w/d
        wait_for 30 watches 1 "$url" # again: etcd's history would show it the hidden one
        theirs "$url" set /w/_hidden/c unseen
        theirs "$url" rm /w/b
        theirs "$url" set --ttl 1 /w/e short
        wait_for 30 grep -q 'expire' "$BATS_TEST_TMPDIR/third"
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
    local client words
    for client in theirs ours linked; do
        local seen=$BATS_TEST_TMPDIR/seen-$client
        words_of "$client"
        # shellcheck disable=SC2016
        "${words[@]}" --endpoints "$KV" exec-watch -r /job -- sh -c 'echo "$ETCD_WATCH_ACTION $ETCD_WATCH_KEY $ETCD_WATCH_VALUE $1" >>'"$seen" name argument >"$BATS_TEST_TMPDIR/log-$client" 2>&1 3>&- &
        OTHER_PIDS+=($!)
    done
    wait_for 30 watches 3
    # One after the other: the commands of two events run side by side.
    ours "$KV" set /job/one 'a b'
    for client in theirs ours linked; do wait_for 30 grep -q 'set /job/one' "$BATS_TEST_TMPDIR/seen-$client"; done
    ours "$KV" mkdir /job/dir
    for client in theirs ours linked; do wait_for 30 grep -q 'Ignored dir' "$BATS_TEST_TMPDIR/log-$client"; done
    ours "$KV" rm /job/one
    for client in theirs ours linked; do
        wait_for 30 grep -q delete "$BATS_TEST_TMPDIR/seen-$client"
        equal "$(cat "$BATS_TEST_TMPDIR/seen-$client")" $'set /job/one a b argument\ndelete /job/one  argument'
        grep -q 'Ignored dir /job/dir' "$BATS_TEST_TMPDIR/log-$client"
    done
    fails 1 theirs "$KV" exec-watch -r /job
    fails 1 ours "$KV" exec-watch -r /job
    says 'key and command to exec required'
}

start_both() {
    start_etcd one
    start_kv
    wait_for 60 etcd_answers "$ETCD"
}

@test "wire: statuses, headers and bodies are etcd's" {
    start_both
    local put=(-X PUT) form=(-X PUT -d)
    wire /v2/keys/
    wire /v2/keys/message "${form[@]}" value='Hello world'
    says 'HTTP/1.1 201 Created'
    says 'X-Etcd-Index: 4'
    says '{"action":"set","node":{"key":"/message","value":"Hello world","modifiedIndex":4,"createdIndex":4}}'
    wire /v2/keys/message "${form[@]}" value=again
    says 'HTTP/1.1 200 OK'
    says '"prevNode":{"key":"/message","value":"Hello world"'
    wire /v2/keys/message
    wire /v2/keys/message/
    wire /v2/keys/message -I
    wire '/v2/keys/message?quorum=true'
    wire '/v2/keys/message?consistent=true'
    wire /v2/keys/none
    says 'HTTP/1.1 404 Not Found'
    says '{"errorCode":100,"message":"Key not found","cause":"/none","index":5}'
    wire /v2/keys/message/below
    says 'HTTP/1.1 400 Bad Request'
    says '"errorCode":104'
    wire /v2/keys/message/below "${form[@]}" value=x
    wire '/v2/keys/message?prevExist=false' "${form[@]}" value=x
    says 'HTTP/1.1 412 Precondition Failed'
    says '"errorCode":105'
    wire '/v2/keys/message?prevValue=no' "${form[@]}" value=x
    says '{"errorCode":101,"message":"Compare failed","cause":"[no != again]","index":5}'
    wire '/v2/keys/message?prevIndex=1&prevValue=no' "${form[@]}" value=x
    wire '/v2/keys/message?prevIndex=5&prevValue=again' "${form[@]}" value=x
    says '"action":"compareAndSwap"'
    wire '/v2/keys/message?prevExist=true' "${form[@]}" value=y
    says '"action":"update"'
    wire '/v2/keys/none?prevExist=true' "${form[@]}" value=y
    wire '/v2/keys/message?prevExist=true&prevValue=y' "${form[@]}" value=z
    wire '/v2/keys/none?prevExist=false&prevValue=y' "${form[@]}" value=z
    wire '/v2/keys/d?dir=true' "${put[@]}"
    wire '/v2/keys/d?dir=true' "${put[@]}"
    says 'HTTP/1.1 403 Forbidden'
    says '"errorCode":102'
    wire '/v2/keys/d?dir=true&prevExist=true' "${put[@]}"
    wire /v2/keys/d
    wire /v2/keys/d "${form[@]}" value=x
    wire '/v2/keys/d?prevValue=x' "${form[@]}" value=x
    wire /v2/keys/d/e/f "${form[@]}" value=x
    wire '/v2/keys/d?dir=true' -X DELETE
    says '"errorCode":108'
    wire /v2/keys/d -X DELETE
    wire '/v2/keys/d?recursive=true&sorted=true'
    wire '/v2/keys/d?prevIndex=8' -X DELETE
    wire '/v2/keys/d?recursive=true' -X DELETE
    wire '/v2/keys/message?dir=true' "${put[@]}"
    wire '/v2/keys/message?dir=true' -X DELETE
    wire /v2/keys/ "${form[@]}" value=x
    says '"errorCode":107'
    wire /v2/keys -X DELETE
    wire '/v2/keys/?prevIndex=4' -X DELETE
    wire '/v2/keys/?prevExist=true' "${form[@]}" value=x
    wire '/v2/keys/?prevExist=false' "${form[@]}" value=x
    wire '/v2/keys/?prevValue=x' "${form[@]}" value=x
    wire /v2/keys/empty "${form[@]}" ''
    wire /v2/keys/query?value=q "${put[@]}"
    wire /v2/keys/query?value=q "${form[@]}" value=body
    wire /v2/keys/text "${form[@]}" '{"value":"x"}' -H 'Content-Type: application/json'
    wire /v2/keys/params "${form[@]}" 'value=x' -H 'Content-Type: application/x-www-form-urlencoded; param=value'
    wire '/v2/keys/terse?noValueOnSuccess=true' "${form[@]}" value=x
    wire '/v2/keys/terse?noValueOnSuccess=true&prevExist=true' "${form[@]}" value=x
    wire '/v2/keys/terse?noValueOnSuccess=true'
    wire '/v2/keys/terse?noValueOnSuccess=true' -X DELETE
    wire '/v2/keys/cad' "${form[@]}" value=x
    wire '/v2/keys/cad?prevValue=y' -X DELETE
    wire '/v2/keys/cad?prevIndex=1' -X DELETE
    wire '/v2/keys/cad?prevValue=x' -X DELETE
    says '"action":"compareAndDelete"'
    wire '/v2/keys/cad?prevValue=x' -X DELETE
}

@test "wire: what no etcd accepts is refused in etcd's words, and costs no index" {
    start_both
    local query body
    for query in prevIndex= prevIndex=x prevIndex=-1 prevIndex=1.5 waitIndex=x recursive=maybe recursive= sorted=2 wait=x dir=yes quorum=no \
        stream=x wait=true prevValue= noValueOnSuccess=x ttl=x ttl=-1 ttl=1.5 prevExist=x refresh=x 'refresh=true&value=x' refresh=true \
        'prevIndex=x&ttl=x' 'ttl=x&dir=x' 'refresh=true&ttl=x' 'a=1;b=2' 'value=%zz' '%zz=1' 'value=%4' 'prevValue=&ttl=x'; do
        wire "/v2/keys/bad?$query" -X PUT
        says 'HTTP/1.1 400 Bad Request'
        says '"index":0}'
    done
    for body in 'ttl=x' 'value=%zz' 'value=a;b' 'prevExist=x' 'refresh=true&ttl=5&value=x' 'prevValue='; do
        wire /v2/keys/bad -X PUT -d "$body"
        says 'HTTP/1.1 400 Bad Request'
    done
    wire '/v2/keys/none?refresh=true&ttl=5' -X PUT
    says '"errorCode":100'
    wire '/v2/keys/x?wait=true' -I
    wire '/v2/keys/x?wait=x'
    wire /v2/keys/x -X PATCH
    says 'HTTP/1.1 405 Method Not Allowed'
    says 'HEAD,GET,PUT,POST,DELETE'
    wire /v2
    wire /
    wire /v2/nothing
    wire /v2/keysx
    wire /v2/keys/ttl -X PUT -d 'value=x&ttl='
    says 'X-Etcd-Index: 4'
    wire /v2/keys/good -X PUT -d 'dir=1&dir=x'
    says 'X-Etcd-Index: 5'
    local path
    for path in /v2/keys//a /v2/keys/a//b /v2/keys/./a /v2/keys/a/../b /v2/keys/%2e%2e/a /v2/keys/..; do
        equal "$(curl -sS -o /dev/null --path-as-is -w '%{http_code} %{redirect_url}' "$KV$path" | sed "s#$KV##")" \
            "$(curl -sS -o /dev/null --path-as-is -w '%{http_code} %{redirect_url}' "$ETCD$path" | sed "s#$ETCD##")"
    done
    # Text of every kind comes back in the very same bytes.
    local value
    for value in '%00%01%1f%7f' '%ff%fe' 'a%c3%28' '%e2%80%a8%e2%80%a9' '<b>%26"\/' '%f0%9f%98%80' '%ed%a0%80' '%0a%0d%09' 'a+b%2bc'; do
        wire /v2/keys/text -X PUT -d "value=$value"
    done
    wire /v2/keys/a%2Fb%20c+d%3F -X PUT -d value=x
    wire '/v2/keys/a?recursive=true'
    wire /v2/keys/%C3%BC%ff -X PUT -d value=x
    head -c 3000000 /dev/zero | tr '\0' v >"$BATS_TEST_TMPDIR/large"
    wire /v2/keys/large -X PUT -H 'Expect:' --data-urlencode "value@$BATS_TEST_TMPDIR/large"
    equal "$(curl -sS -o /dev/null -w '%{http_code}' --expect100-timeout 200 --max-time 60 -X PUT --data-urlencode "value@$BATS_TEST_TMPDIR/large" "$KV/v2/keys/large")" 200
    curl -sSf -o /dev/null -X PUT --data-urlencode "value@$BATS_TEST_TMPDIR/large" "$ETCD/v2/keys/large"
    wire /v2/keys/large
    head -c 11000000 /dev/zero | tr '\0' v >"$BATS_TEST_TMPDIR/large"
    run curl -sS --expect100-timeout 60 -X PUT --data-urlencode "value@$BATS_TEST_TMPDIR/large" "$KV/v2/keys/large"
    says '{"errorCode":210,"message":"Invalid POST form","cause":"http: POST too large","index":0}'
}

@test "wire: keys in order, hidden keys, ttl and refresh" {
    start_both
    wire /v2/keys/queue -X POST -d value=one
    says '"key":"/queue/00000000000000000004"'
    wire /v2/keys/queue -X POST -d value=two
    wire '/v2/keys/queue?prevExist=true&prevValue=no' -X POST -d value=three
    wire '/v2/keys/queue?dir=true' -X POST
    wire /v2/keys/ -X POST -d value=root
    wire /v2/keys/queue/00000000000000000004 -X POST -d value=below
    wire '/v2/keys/queue?sorted=true'
    wire '/v2/keys/?sorted=true&recursive=true'
    wire /v2/keys/d/_hidden/inner -X PUT -d value=x
    wire /v2/keys/d/seen -X PUT -d value=x
    wire /v2/keys/_top -X PUT -d value=x
    wire '/v2/keys/?sorted=true&recursive=true'
    [[ $output != *hidden* && $output != *_top* ]]
    wire /v2/keys/d/_hidden
    wire /v2/keys/d/_hidden/inner
    wire /v2/keys/t -X PUT -d 'value=x&ttl=100'
    says '"ttl":100'
    wire /v2/keys/t -X PUT -d 'refresh=true&ttl=200&prevExist=true'
    wire /v2/keys/t
    says '"ttl":200'
    wire /v2/keys/t -X PUT -d 'refresh=true&ttl=300'
    wire /v2/keys/t -X PUT -d 'value=y'
    wire /v2/keys/t
    wire '/v2/keys/td?dir=true&ttl=100' -X PUT
    wire /v2/keys/td/inner -X PUT -d value=x
    wire '/v2/keys/td?dir=true&ttl=200&prevExist=true' -X PUT
    wire /v2/keys/td
    wire '/v2/keys/td?dir=true&prevExist=true' -X PUT
    wire /v2/keys/td
    wire /v2/keys/now -X PUT -d 'value=x&ttl=0'
    says 'HTTP/1.1 201 Created'
    wait_for 30 gone "$ETCD" /now
    wait_for 30 gone "$KV" /now
    wire /v2/keys/now
    says '"errorCode":100'
    # Far more seconds than a clock has are no error, and are no moment in the past either.
    curl -sSf -X PUT -d 'value=x&ttl=18446744073709551615' "$KV/v2/keys/long" >/dev/null
    sleep 0.3
    curl -sSf "$KV/v2/keys/long" | jq -e '.node.ttl > 1000000000'
}

# awaited URL TARGET FILE: the exchange of a watch in the background.
awaited() { curl -sS -N -i --max-time 120 "$1$2" >"$3" 2>/dev/null 3>&- & OTHER_PIDS+=($!); }

@test "wire: watches" {
    start_both
    # Before the first index, and on keys that are not there yet.
    local url number=0 target
    local targets=('/v2/keys/w?wait=true' '/v2/keys/w?wait=true&waitIndex=1' '/v2/keys/w?wait=true&recursive=true' '/v2/keys/w/y?wait=true&waitIndex=5'
        '/v2/keys/w?wait=true&waitIndex=6&recursive=true' '/v2/keys/?wait=true&recursive=true&waitIndex=7' '/v2/keys/w/_h?wait=true&recursive=true')
    for target in "${targets[@]}"; do
        number=$((number + 1))
        awaited "$ETCD" "$target" "$BATS_TEST_TMPDIR/theirs.$number"
        awaited "$KV" "$target" "$BATS_TEST_TMPDIR/ours.$number"
    done
    wait_for 30 watches "$number"
    wait_for 30 watches "$number" "$ETCD"
    # The head comes at once, with the index of the moment when the watch began.
    exec 5<>"/dev/tcp/127.0.0.1/$PORT"
    printf 'GET /v2/keys/head?wait=true HTTP/1.1\r\nHost: x\r\n\r\n' >&5
    output=$(timeout 60 sed '/^\r$/q' <&5)
    exec 5>&-
    says 'HTTP/1.1 200 OK'
    says 'X-Etcd-Index: 3'
    for url in "$ETCD" "$KV"; do
        curl -sSf -X PUT -d value=1 "$url/v2/keys/w/y" >/dev/null
        curl -sSf -X PUT -d value=2 "$url/v2/keys/w/_h/k" >/dev/null
        curl -sSf -X PUT -d value=3 "$url/v2/keys/w/z" >/dev/null
        curl -sSf -X PUT -d value=3 "$url/v2/keys/other" >/dev/null
        curl -sSf -X DELETE "$url/v2/keys/w?recursive=true" >/dev/null
    done
    wait "${OTHER_PIDS[@]}"
    for number in $(seq ${#targets[@]}); do
        equal "${targets[number - 1]} $(tail -n 1 "$BATS_TEST_TMPDIR/ours.$number")" "${targets[number - 1]} $(tail -n 1 "$BATS_TEST_TMPDIR/theirs.$number")"
        [ "$(tail -n 1 "$BATS_TEST_TMPDIR/ours.$number")" != '' ]
    done
    # From the history. Etcd does not hide hidden names there (index 5); we do.
    equal "$(curl -sS --max-time 60 "$KV/v2/keys/w?wait=true&recursive=true&waitIndex=5" | jq .node.modifiedIndex)" 6
    for number in 1 4 6 7; do
        wire "/v2/keys/w?wait=true&recursive=true&waitIndex=$number"
        wire "/v2/keys/w/y?wait=true&waitIndex=$number"
        wire "/v2/keys/?wait=true&recursive=true&waitIndex=$number"
    done
    # A removed directory is told to every watch below it, also where the key never was.
    equal "$(curl -sS --max-time 60 "$KV/v2/keys/w/never?wait=true&waitIndex=4" | jq .node.modifiedIndex)" 8
    # A connection goes on after a watch.
    equal "$(curl -sS --max-time 60 "$KV/v2/keys/w?wait=true&waitIndex=8" "$KV/v2/keys/other" -w '%{num_connects}\n' | tail -n 1)" 0
    # A refresh is no news, and a stream goes on and begins in the past.
    curl -sS -N --max-time 120 "$KV/v2/keys/s?wait=true&stream=true&recursive=true&waitIndex=4" >"$BATS_TEST_TMPDIR/stream" 3>&- &
    local stream=$!
    curl -sSf -X PUT -d 'value=1&ttl=50' "$KV/v2/keys/s/a" >/dev/null
    wait_for 30 grep -q set "$BATS_TEST_TMPDIR/stream"
    curl -sSf -X PUT -d 'refresh=true&ttl=60' "$KV/v2/keys/s/a" >/dev/null
    curl -sSf -X PUT -d value=2 "$KV/v2/keys/s/b" >/dev/null
    curl -sSf -X DELETE "$KV/v2/keys/s/a" >/dev/null
    wait_for 30 grep -q delete "$BATS_TEST_TMPDIR/stream"
    kill "$stream"
    equal "$(jq -r '.action + " " + .node.key' "$BATS_TEST_TMPDIR/stream" | tr '\n' ',')" "set /s/a,set /s/b,delete /s/a,"
}

@test "members, version, health and metrics" {
    start_both
    wire /version
    equal "$(curl -sS "$KV/health")" "$(curl -sS "$ETCD/health")"
    equal "$(curl -sS "$KV/v2/machines")" "$KV"
    equal "$(curl -sS "$KV/v2/members" | jq -c '.members[] | [.name, .clientURLs]')" "[\"default\",[\"$KV\"]]"
    equal "$(curl -sS "$KV/v2/members/leader" | jq -r .id)" "$(curl -sS "$KV/v2/stats/leader" | jq -r .leader)"
    # Ids stay over a restart, since clients remember them; the term goes up.
    local before; before=$(curl -sSI "$KV/v2/keys/" | tr -d '\r' | grep -i '^X-Etcd-Cluster-Id')
    curl -sS -o /dev/null -X PUT -d value=x "$KV/v2/keys/x"
    curl -sS -o /dev/null "$KV/v2/keys/none"
    curl -sS "$KV/v2/stats/store" | jq -e '.setsSuccess == 1 and .getsFail == 1 and .watchers == 0'
    equal "$(curl -sS "$KV/healthz")" ok
    run curl -sS "$KV/metrics"
    says 'dfriends_kv_index 4'
    stop_services
    start_kv
    equal "$(curl -sSI "$KV/v2/keys/" | tr -d '\r' | grep -i '^X-Etcd-Cluster-Id')" "$before"
    equal "$(index_of "$KV")" 4
    equal "$(curl -sSI "$KV/v2/keys/" | tr -d '\r' | sed -n 's/^X-Raft-Term: //Ip')" 3
}

highest_acknowledged() { cat "$BATS_TEST_TMPDIR"/acknowledged.* 2>/dev/null | cut -d ' ' -f 2 | sort -n | tail -n 1; }
acknowledged_beyond() { [ "$(highest_acknowledged)" -gt "$1" ]; }

# The writer goes on all the while; the server is killed at moments of no choosing.
@test "kill -9: every acknowledged key is there, and the index never goes back" {
    local port; port=$(free_port)
    start_service kv kv serve --listen "127.0.0.1:$port"
    KV=http://127.0.0.1:$port
    local i writers=()
    for i in 1 2 3; do
        python3 "$BATS_TEST_DIRNAME/../support/kv_writer.py" "$port" "$BATS_TEST_TMPDIR/acknowledged.$i" 3>&- &
        writers+=($!)
        OTHER_PIDS+=($!)
    done
    local last=0 highest index
    for i in 1 2 3 4 5; do
        wait_for 60 acknowledged_beyond $((last + 9)) # so that there are enough on a slow disk, too
        sleep "0.$((RANDOM % 6 + 1))"
        kill -9 "$SERVICE_PID"
        wait "$SERVICE_PID" || true
        highest=$(highest_acknowledged)
        start_service kv kv serve --listen "127.0.0.1:$port"
        index=$(index_of "$KV")
        [ "$index" -ge "$highest" ]
        last=$highest
    done
    kill "${writers[@]}"
    wait "${writers[@]}" || true
    curl -sSf "$KV/v2/keys/crash" | jq -r '.node.nodes[] | (.key | ltrimstr("/crash/")) + " " + (.createdIndex | tostring)' | sort >"$BATS_TEST_TMPDIR/found"
    sort "$BATS_TEST_TMPDIR"/acknowledged.* >"$BATS_TEST_TMPDIR/wanted"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/wanted")" -gt 20 ]
    run comm -23 "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/found"
    equal "$output" ''
    # No two keys share an index.
    equal "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/wanted" | sort | uniq -d)" ''
}

@test "an answer leaves only after the disk has the change" {
    start_kv
    strace -f -s 24 -e trace=fsync,fdatasync,sendto,sendmsg,write,writev -o "$BATS_TEST_TMPDIR/trace" -p "$SERVICE_PID" \
        2>"$BATS_TEST_TMPDIR/strace" 3>&- &
    local tracer=$!
    wait_for 30 grep -q attached "$BATS_TEST_TMPDIR/strace" # to all its threads
    sleep 0.2
    curl -sSf -X PUT -d value=x "$KV/v2/keys/x" >/dev/null
    wait_for 30 grep -q 'HTTP/1.1 201' "$BATS_TEST_TMPDIR/trace"
    kill "$tracer"; wait "$tracer" || true
    cat "$BATS_TEST_TMPDIR/trace"
    local synced answered
    synced=$(grep -nE '(fsync|fdatasync).*= 0' "$BATS_TEST_TMPDIR/trace" | head -n 1 | cut -d : -f 1)
    answered=$(grep -n 'HTTP/1.1 201' "$BATS_TEST_TMPDIR/trace" | head -n 1 | cut -d : -f 1)
    [ "$synced" -lt "$answered" ]
}

@test "a full disk: changes are refused, reads go on, nothing acknowledged is lost, and it mends itself" {
    mkdir "$BATS_TEST_TMPDIR/small"
    mount -t tmpfs -o size=3m none "$BATS_TEST_TMPDIR/small"
    SERVICE_STATE=$BATS_TEST_TMPDIR/small/state start_kv
    curl -sSf -X PUT -d value=kept "$KV/v2/keys/kept" >/dev/null
    head -c 20000 /dev/zero | tr '\0' v >"$BATS_TEST_TMPDIR/value"
    head -c 1500000 /dev/zero >"$BATS_TEST_TMPDIR/small/filler"
    local i status acknowledged=() refused=0
    for i in $(seq 200); do
        status=$(curl -sS -o "$BATS_TEST_TMPDIR/answer" -w '%{http_code}' -X PUT --data-urlencode "value@$BATS_TEST_TMPDIR/value" "$KV/v2/keys/full/$i")
        if [ "$status" = 201 ]; then acknowledged+=("$i"); else refused=$((refused + 1)); fi
        [ "$refused" -lt 5 ] || break
    done
    [ "$refused" = 5 ]
    [ ${#acknowledged[@]} -gt 0 ]
    equal "$status" 500
    run cat "$BATS_TEST_TMPDIR/answer"
    says '"errorCode":300'
    INPUT=$(cat "$BATS_TEST_TMPDIR/value") run outcome theirs "$KV" set /more
    equal "$(head -n 1 <<<"$output")" 'exit 4'
    INPUT=$(cat "$BATS_TEST_TMPDIR/value") run outcome ours "$KV" set /more
    equal "$(head -n 1 <<<"$output")" 'exit 4'
    says 'Error:  300: Raft Internal Error ('
    equal "$(ours "$KV" get /kept)" kept
    equal "$(curl -sSf "$KV/v2/keys/full" | jq '.node.nodes | length')" "${#acknowledged[@]}"
    # A refused change is not seen, by a reader or by a watch.
    equal "$(curl -sS -o /dev/null -w '%{http_code}' "$KV/v2/keys/full/$i")" 404
    equal "$(index_of "$KV")" "$((4 + ${#acknowledged[@]}))"
    # It starts on a full disk, too.
    head -c 3000000 /dev/zero >"$BATS_TEST_TMPDIR/small/filler" 2>/dev/null || true
    kill -9 "$SERVICE_PID"; wait "$SERVICE_PID" || true
    SERVICE_STATE=$BATS_TEST_TMPDIR/small/state start_kv
    equal "$(ours "$KV" get /kept)" kept
    equal "$(index_of "$KV")" "$((4 + ${#acknowledged[@]}))"
    rm "$BATS_TEST_TMPDIR/small/filler"
    curl -sSf -X PUT --data-urlencode "value@$BATS_TEST_TMPDIR/value" "$KV/v2/keys/full/again" | jq -e ".node.createdIndex == $((5 + ${#acknowledged[@]}))"
    kill -9 "$SERVICE_PID"; wait "$SERVICE_PID" || true
    SERVICE_STATE=$BATS_TEST_TMPDIR/small/state start_kv
    for i in "${acknowledged[@]}" again; do
        equal "$(curl -sSf "$KV/v2/keys/full/$i" | jq '.node.value | length')" 20000
    done
    equal "$(ours "$KV" get /kept)" kept
    stop_services
}

@test "a port that is taken and a state directory in use are refused with a clear word" {
    start_kv
    fails 5 timeout 60 "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/other" kv serve --listen "$ADDRESS"
    says "cannot listen on '$ADDRESS'"
    says ":$PORT"
    fails 5 timeout 60 "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/kv-state" kv serve --listen 127.0.0.1:0
    says "'kv' already serves the state directory '$BATS_TEST_TMPDIR/kv-state' (process $SERVICE_PID)"
    equal "$(ours "$KV" set /still here)" here
}

@test "SIGTERM ends it in time although watches are open" {
    start_kv
    local i
    for i in 1 2 3; do awaited "$KV" "/v2/keys/x?wait=true&recursive=true" "$BATS_TEST_TMPDIR/watch.$i"; done
    awaited "$KV" "/v2/keys/x?wait=true&stream=true" "$BATS_TEST_TMPDIR/watch.4"
    wait_for 30 watches 4
    local begin=$SECONDS
    kill "$SERVICE_PID"
    local code=0
    wait "$SERVICE_PID" || code=$?
    equal "$code" 0
    [ $((SECONDS - begin)) -le 30 ]
    wait "${OTHER_PIDS[@]}" || true
    # A watch that was cut off has told of no event.
    for i in 1 2 3 4; do equal "$(tail -n 1 "$BATS_TEST_TMPDIR/watch.$i" | tr -d '\r')" ''; done
}

@test "discovery: three real etcds find each other" {
    start_kv --discovery
    local token; token=$(curl -sSf "$KV/new?size=3")
    [[ $token =~ ^$KV/[0-9a-f]{32}$ ]]
    equal "$(curl -sSf "$token/_config/size" | jq -r .node.value)" 3
    [ "$(curl -sSf -X PUT "$KV/new?size=3")" != "$token" ]
    local i clients=() peer client
    for i in 1 2 3; do
        peer=http://127.0.0.1:$(free_port) client=http://127.0.0.1:$(free_port)
        # A leader may be slow without another one being elected.
        etcd --name "n$i" --enable-v2 --discovery "$token" --data-dir "$BATS_TEST_TMPDIR/n$i" --unsafe-no-fsync \
            --heartbeat-interval 300 --election-timeout 3000 \
            --listen-client-urls "$client" --advertise-client-urls "$client" --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
            >"$BATS_TEST_TMPDIR/n$i.log" 2>&1 3>&- &
        ETCD_PIDS+=($!)
        clients+=("$client")
    done
    healthy() { theirs "${clients[0]}" cluster-health | grep -q 'cluster is healthy'; }
    wait_for 120 healthy || { tail -n 3 "$BATS_TEST_TMPDIR"/n?.log; false; }
    run theirs "${clients[0]}" cluster-health
    equal "$(grep -c 'is healthy: got' <<<"$output")" 3
    run theirs "${clients[2]}" member list
    equal "$(wc -l <<<"$output")" 3
    run ours "${clients[1]}" cluster-health
    says 'cluster is healthy'
    equal "$(ours "${clients[0]}" member list | sort)" "$(theirs "${clients[0]}" member list | sort)"
    equal "$(ours "${clients[0]}" member list | grep -c isLeader=true)" 1
    ours "$(IFS=,; echo "${clients[*]}")" set /replicated yes
    equal "$(theirs "${clients[2]}" get -q /replicated)" yes
    # The registry is kept like any key, and hidden.
    equal "$(curl -sSf "$token?sorted=true" | jq '.node.nodes | length')" 3
    equal "$(ours "$KV" ls -r)" ''
    fails 4 ours "$KV" get /none
    local size
    for size in 0 -1 x 1001; do equal "$(curl -sS -o /dev/null -w '%{http_code}' "$KV/new?size=$size")" 400; done
    equal "$(curl -sS -o /dev/null --path-as-is -w '%{http_code}' "$token/../../../secret")" 400
    equal "$(curl -sS -o /dev/null -w '%{http_code}' "$KV/0123456789abcdef")" 404
}

@test "without --discovery there is no /new" {
    start_kv
    equal "$(curl -sS -o /dev/null -w '%{http_code}' "$KV/new")" 404
}

@test "python-etcd and node-etcd do their everyday work" {
    start_kv
    timeout 120 /usr/bin/python3 "$BATS_TEST_DIRNAME/clients/python_etcd.py" "$PORT"
    cd "$BATS_TEST_TMPDIR"
    npm install --no-audit --no-fund --silent node-etcd@7.0.0
    NODE_PATH=$PWD/node_modules timeout 120 node "$BATS_TEST_DIRNAME/clients/node-etcd.js" "$PORT"
}

@test "histories of eight clients on keys of both APIs are linearizable, with a kill -9 in their middle" {
    run timeout 400 python3 "$BATS_TEST_DIRNAME/../support/kv_histories.py" "$DFRIENDS" "$BATS_TEST_TMPDIR/state" \
        "$(free_port)" 6
    echo "$output"
    [ "$status" = 0 ]
    says ' without an answer: linearizable'
}
