#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Keys move between our server and a real etcd, in both directions and by file.

load ../support/lib
load ../support/etcd

setup() { cd "$BATS_TEST_TMPDIR"; }
teardown() {
    stop_services
    stop_others
}

start_kv() {
    start_service "$1" kv serve --listen 127.0.0.1:0
    KV=http://$ADDRESS
}

v2() { "$DFRIENDS" kv ctl --endpoints "$@"; }
v3() { ETCDCTL_API=3 "$DFRIENDS" kv ctl --endpoints "$@"; }
# kv VERB...: with the servers in ETCDCTL_ENDPOINTS.
kv() { ETCDCTL_ENDPOINTS=$1 dfriends kv "${@:2}"; }

# fill URL: keys of both APIs, some with a time to live, and some that are hidden.
fill() {
    local id number
    v2 "$1" set /plain value
    v2 "$1" set /deep/er/key 'x <&> "y" ü'
    v2 "$1" mkdir /empty
    v2 "$1" set --ttl 3000 /dying soon
    v2 "$1" set /_coreos.com/fleet/unit hidden
    v2 "$1" set /_mine/secret hidden
    v2 "$1" mkdir --ttl 3000 /dying-directory
    v2 "$1" set /dying-directory/in it
    for number in $(seq 12); do v3 "$1" put "many/$number" "value $number"; done
    printf 'a\0b\xff' | v3 "$1" put bytes
    id=$(v3 "$1" lease grant 3000 | cut -d ' ' -f 2)
    v3 "$1" put --lease="$id" leased by-a-lease
    v3 "$1" lease grant 5000
} >/dev/null

# contents URL: all that a server holds, without what differs from server to server.
contents() {
    v2 "$1" ls -r -p | sort
    local key
    for key in /plain /deep/er/key /dying /dying-directory/in /_coreos.com/fleet/unit; do v2 "$1" get $key; done
    curl -s "$1/v2/keys/dying" | grep -qE '"ttl":(3000|2[0-9]{3})' && echo dying
    curl -s "$1/v2/keys/dying-directory" | grep -qE '"ttl":(3000|2[0-9]{3})' && echo dying too
    v3 "$1" get --prefix '' -w json | grep -oE '"(key|value|lease)":"?[^",}]*' | sort
    v3 "$1" lease list | sort
}

@test "kv copy: everything goes from a real etcd to ours and back, and again without a change" {
    start_kv kv
    start_etcd from; local from=$ETCD
    start_etcd back; local back=$ETCD
    wait_for 60 etcd_answers "$from"
    wait_for 60 etcd_answers "$back"
    fill "$from"
    local expected; expected=$(contents "$from")
    grep -qx dying <<<"$expected"
    run dfriends kv copy --from "$from" --to "$KV" --hidden /_mine
    equal "$status" 0
    says '13 keys and directories of v2, 14 keys and 2 leases of v3'
    says '27 keys written, 0 as they should be already, 0 expired; 27 checked'
    equal "$(contents "$KV")" "$expected"
    equal "$(v2 "$KV" get /_mine/secret)" hidden
    local revision; revision=$(v3 "$KV" get x -w json)
    run dfriends kv copy --from "$from" --to "$KV" --hidden /_mine
    says '0 keys written, 27 as they should be already'
    equal "$(v3 "$KV" get x -w json)" "$revision"
    run dfriends kv copy --from "$KV" --to "$back"
    equal "$status" 0
    equal "$(contents "$back")" "$expected"
    v3 "$back" put many/3 otherwise
    v2 "$back" set /plain otherwise
    v3 "$back" put more x
    run dfriends kv copy --from "$KV" --to "$back"
    says '2 keys written'
    v3 "$back" del more
    equal "$(contents "$back")" "$expected"
}

@test "kv export and import: a file holds it all, and one that is cut short brings nothing" {
    start_kv kv; local first=$KV
    start_kv other
    fill "$first"
    kv "$first" export all.jsonl
    equal "$(stat -c %a all.jsonl)" 600
    [ ! -e all.jsonl.part ]
    head -1 all.jsonl | grep -q '"format":"dfriends-kv"'
    equal "$(kv "$first" export 2>/dev/null | sort)" "$(sort all.jsonl)"
    kv "$first" export --only v3 | grep -c '"v2":{"key"' >count || true
    equal "$(cat count)" 0
    head -n -2 all.jsonl >cut.jsonl
    fails 3 kv "$KV" import cut.jsonl
    says 'is not whole'
    echo '{"a":1}' >foreign.json
    fails 3 kv "$KV" import foreign.json
    says 'is no export'
    equal "$(v3 "$KV" get --prefix '')" ''
    kv "$KV" import all.jsonl
    equal "$(contents "$KV")" "$(contents "$first")"
    kv "$KV" import --only v3 all.jsonl
    fails 4 kv "$KV" import none.jsonl
    v2 "$KV" rm /plain; v2 "$KV" mkdir /plain
    fails 5 kv "$KV" import all.jsonl
    says "'/plain' is a directory there"
}

@test "kv copy: an etcd without v2 gives and takes what it has, and is told apart" {
    start_kv kv
    start_etcd new --enable-v2=false; local new=$ETCD
    wait_for 60 etcd_answers "$new"
    v3 "$new" put a 1
    run dfriends kv copy --from "$new" --to "$KV"
    equal "$status" 0
    says "has no v2 API: only the keys of v3 are read"
    equal "$(v3 "$KV" get a)" "$(printf 'a\n1')"
    v2 "$KV" set /b 2
    fails 7 dfriends kv copy --from "$KV" --to "$new"
    says "'$new' has no v2 API"
    says '--only v3'
    dfriends kv copy --from "$KV" --to "$new" --only v3
    fails 7 dfriends kv copy --from "$new" --to "$KV" --only v2
    fails 7 kv "$new" migrate
    fails 7 dfriends kv copy --from http://127.0.0.1:1 --to "$KV"
    fails 2 dfriends kv copy --from "$KV"
    fails 2 dfriends kv copy --from "$KV" --to "$new" --only v4
}

@test "kv migrate: keys of v2 become keys of v3, a time to live a lease" {
    start_kv kv
    start_etcd real
    wait_for 60 etcd_answers "$ETCD"
    local url
    for url in "$KV" "$ETCD"; do
        v2 "$url" set /a/b 1; v2 "$url" mkdir /d; v2 "$url" set --ttl 200 /t soon; v2 "$url" set /_coreos.com/x 2
        run kv "$url" migrate
        equal "$status" 0
        says '3 keys written'
        equal "$(v3 "$url" get --prefix '' | tr '\n' ' ')" '/_coreos.com/x 2 /a/b 1 /t soon '
        v3 "$url" lease timetolive "$(v3 "$url" lease list | tail -1)" --keys | grep -qE 'TTL\((200|1[89][0-9])s\).*\[/t\]'
        run kv "$url" migrate
        says '0 keys written, 3 as they should be already'
        v2 "$url" set --ttl 100 /other x
        run kv "$url" migrate --no-ttl
        says '0 keys written, 2 as they should be already'
        equal "$(v3 "$url" get /other)" ''
    done
}
