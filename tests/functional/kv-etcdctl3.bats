#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# etcdctl's words for API 3: the real etcdctl and ours do the same to a real etcd and to our own server, and say the same.

load ../support/lib
load ../support/etcd

setup() {
    unset ETCDCTL_ENDPOINTS ETCDCTL_USER ETCDCTL_PASSWORD ETCDCTL_WRITE_OUT
    export ETCDCTL_API=3
    ln -s "$DFRIENDS" "$BATS_TEST_TMPDIR/etcdctl"
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    stop_services
    stop_others
}

# start_servers: a real etcd for either client, and one of ours.
start_servers() {
    start_etcd one; ETCD_FOR_THEIRS=$ETCD
    start_etcd two; ETCD_FOR_OURS=$ETCD
    start_service kv kv serve --listen 127.0.0.1:0; KV=http://$ADDRESS
    wait_for 60 etcd_answers "$ETCD_FOR_THEIRS"
    wait_for 60 etcd_answers "$ETCD_FOR_OURS"
}

theirs() { timeout 60 etcdctl --endpoints "$@"; }
ours() { timeout 60 "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$@"; }

# outcome CLIENT URL ARGUMENT...: exit code, stdout and stderr in one text. What differs from server to server is masked: ids, addresses,
# sizes, durations; so are the log lines that the real client prints beside its message, and its page of usage.
outcome() {
    local code=0 out; out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
    printf '%b' "${INPUT-}" | "$@" >"$out" 2>"$out.err" || code=$?
    printf 'exit %s\n' "$code"
    sed -e 's/^/out: /' "$out" | masked
    grep -v '^{"level":' "$out.err" | sed -e 's/^/err: /' | masked
}
masked() {
    sed -E -e 's/"(cluster_id|member_id|leader|raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|dbSizeInUse)":[0-9]+/"\1":N/g' \
        -e 's/^((out: )?"(ClusterID|MemberID|RaftTerm|Leader|RaftIndex|RaftAppliedIndex|DBSize)" :) [0-9]+/\1 N/' \
        -e 's#(http://)?127\.0\.0\.1:[0-9]+#ADDRESS#g' -e 's/[0-9.]+(µs|ms)/TIME/g' -e 's/(took( =|":) ?"?)[0-9.]+s/\1TIME/g' \
        -e 's/\b[0-9a-f]{12,16}\b/ID/g' -e 's/"(ID|id)":[0-9]{10,}/"\1":ID/g' -e 's/^(out: "ID" :) [0-9]{10,}/\1 ID/' \
        -e 's/remaining\([0-9]+s\)/remaining(Ns)/; s/"ttl":[0-9]+,"granted/"ttl":N,"granted/' \
        -e 's/^(out: "TTL" :) 9?[0-9]$/\1 N/'
}

# same ARGUMENT...: the real client on a real etcd, ours on another one, and ours on our server: one outcome; $output has it.
same() {
    outcome theirs "$ETCD_FOR_THEIRS" "$@" >theirs & local first=$!
    outcome ours "$KV" "$@" >on-kv & local second=$!
    local on_etcd; on_etcd=$(outcome ours "$ETCD_FOR_OURS" "$@")
    wait "$first" "$second"
    output=$(<theirs)
    equal "ours on etcd, $*: $on_etcd" "ours on etcd, $*: $output"
    equal "ours on kv, $*: $(<on-kv)" "ours on kv, $*: $output"
}

@test "etcdctl 3: keys are put, read in every way and removed, in every format" {
    start_servers
    same put a 1
    same put a 2 --prev-kv
    same put --prev-kv -w json a 3
    same put b "two words" -w fields
    INPUT='from stdin\n' same put c
    same put d -- -dash
    same put --ignore-value a
    same put e ''
    same get a
    same get a -w json
    same get a -w fields
    same get a -w table
    same get --prefix ''
    same get --from-key b --limit 2 -w json
    same get a c --keys-only
    same get a --print-value-only
    same get a --hex
    same get a --rev 2
    same get --prefix '' --order DESCEND --sort-by MODIFY --keys-only
    same get --prefix '' --sort-by=value --order=ascend --print-value-only
    same get --prefix=true '' --keys-only --consistency=s
    same get missing -w json
    same del a --prev-kv
    same del b c -w json --prev-kv
    same del missing
    same del --prefix ''
    same put bytes "$(printf 'a\xff\tö<&>')"
    same get bytes -w json
    same get bytes -w fields
}

@test "etcdctl 3: what is wrong is refused with the same words and the same codes" {
    start_servers
    same put
    same put --lease=zz a b
    same put --lease=1234 a b
    same put --ignore-value a b
    same put --ignore-value missing
    same get
    same get --prefix --from-key a
    same get --prefix a b
    same get --consistency=x a
    same get a --order=x
    same get a --sort-by=x
    same get a --rev 99
    same get '' -w simple
    same -w foo get a
    same del
    same del a b c
    same txn extra
    same compaction
    same compaction x
    same compaction 99
    same lease grant
    same lease grant x
    same lease revoke
    same lease revoke 1234
    same lease timetolive xyz
    same lease timetolive 1234
    same lease keep-alive --once 1234
    same lock
    same elect
    same elect name
    same elect -l name proposal
    same watch
    same watch a b --prefix
    same member remove
    same member remove zz
    same member add
    same member add name
    same member add name http://x
    same move-leader
    same move-leader zz
    same snapshot save
    same snapshot status
    same snapshot status "$BATS_TEST_TMPDIR/none"
    same user get nobody
    same user add :x
    same role get nobody
    same role grant-permission r foo bar
    same auth enable extra
    INPUT='frob("a") = "1"\n\n\n\n' same txn
    INPUT='ver("a") = "x"\n\n\n\n' same txn
    INPUT='nonsense\n\n\n\n' same txn
    INPUT='\nfrob a b\n\n\n' same txn
    INPUT='\nput a' same txn
}

@test "etcdctl 3: transactions compare, and do either" {
    start_servers
    same put a 1
    INPUT='value("a") = "1"\n\nput b "two words"\nget a\ndel "nothing here"\n\nget a\n\n' same txn
    INPUT='value("a") = "1"\n\nput b 3\nget a b\n\nget a\n\n' same txn -w json
    INPUT='mod("a") > "100"\nversion("a") != "7"\n\nput b 3\n\nget --prefix "" --keys-only\nput c\\td 4\n\n' same txn
    INPUT='create("a") < "100"\nver("none") = "0"\n\nput --prev-kv b 4\ndel --prev-kv b\n\n\n' same txn -i
    INPUT='create("a") < "1"\n\n\nget a\n\n' same txn -w fields
    INPUT='val("\\x61") = "\\"q\\""\n\n\nput a "\\"q\\""\nget a\n\n' same txn
    INPUT='val("a") = "\\"q\\""\n\nput a 1\nput a 2\n\n\n' same txn
    INPUT='\n\n\n' same txn -w json
}

@test "etcdctl 3: leases are granted, looked at, renewed and revoked" {
    start_servers
    same lease grant 100
    same lease grant 100 -w json
    same lease grant 100 -w fields
    local id log
    # one_lease CLIENT URL LOG: the life of a lease, whose id each server makes up.
    one_lease() {
        local word; log=$BATS_TEST_TMPDIR/$3
        id=$("$1" "$2" lease grant 100 | cut -d ' ' -f 2)
        outcome "$1" "$2" put --lease="$id" leased value >>"$log"
        for word in "timetolive $id" "timetolive $id --keys" "timetolive $id --keys -w json" "timetolive $id -w fields --keys" \
            "list" "list -w fields" "keep-alive --once $id" "keep-alive --once $id -w json" "revoke $id" "timetolive $id" \
            "timetolive $id -w json"; do
            outcome "$1" "$2" lease $word >>"$log"
        done
        outcome "$1" "$2" get leased -w json >>"$log"
    }
    one_lease theirs "$ETCD_FOR_THEIRS" lease-theirs
    one_lease ours "$ETCD_FOR_OURS" lease-ours
    one_lease ours "$KV" lease-kv
    grep -q 'attached keys(\[leased\])' lease-theirs
    diff lease-theirs lease-ours
    diff lease-theirs lease-kv
}

@test "etcdctl 3: users, roles and passwords" {
    start_servers
    same user list
    same role list
    same auth disable
    same auth enable
    same role add ops
    same role add ops
    same role grant-permission ops readwrite /ops/ --prefix
    same role grant-permission ops read from to
    same role grant-permission ops write key
    same role grant-permission ops read above --from-key
    same role get ops
    same role get ops -w json
    same role get ops -w fields
    same role revoke-permission ops key
    same role revoke-permission ops from to
    same role revoke-permission ops above --from-key
    same role revoke-permission ops never
    same user add alice:secret
    INPUT='other\n' same user add bob --interactive=false
    same user add carol --new-user-password=x -w json
    same user grant-role alice ops
    same user grant-role alice none
    same user revoke-role bob ops
    same user get alice
    same user get alice --detail
    same user get alice -w fields
    same user list
    INPUT='changed\n' same user passwd bob --interactive=false
    same user delete carol
    same role list -w fields
    same user add root:rootpw
    same auth enable
    same get /ops/x
    same --user alice:wrong get /ops/x
    same --user alice:secret put /ops/x 1
    same --user alice --password secret get /ops/x
    same --user alice:secret get /elsewhere
    same --user alice:secret user list
    same --user root:rootpw user get alice
    same --user root:rootpw role delete ops
    same --user root:rootpw auth disable
    same get /ops/x
}

@test "etcdctl 3: servers, members, alarms and maintenance" {
    start_servers
    same put a 1
    same put a 2
    same put a 3
    same compaction 3
    same compaction 3
    same compaction 4 --physical
    same get a --rev 2
    same endpoint health
    same endpoint health -w json
    same endpoint health --cluster
    same endpoint status -w json
    output=$(outcome ours "$KV" endpoint status -w table | tr -s ' ') # an id may have a digit less
    says '| ENDPOINT | ID | VERSION |'
    same member remove 1234
    same member update 1234 --peer-urls http://127.0.0.1:9
    same move-leader 1234
    same alarm list
    equal "$(ours "$ETCD_FOR_OURS" alarm list -w json)" "$(theirs "$ETCD_FOR_OURS" alarm list -w json)"
    same alarm disarm
    same defrag
    same version
    output=$(outcome ours http://127.0.0.1:1 endpoint health)
    says 'exit 1'
    says 'is unhealthy: failed to commit proposal: context deadline exceeded'
    says 'Error: unhealthy cluster'
    output=$(outcome ours http://127.0.0.1:1 put a b)
    says 'exit 1'
    says 'Error: context deadline exceeded'
    ours "http://127.0.0.1:1,$KV" get a | grep -qx 3
}

@test "etcdctl 3: member list and snapshots say of one server what the real client says of it" {
    start_servers
    local format
    theirs "$ETCD_FOR_OURS" put a 1
    # First, since it writes out what was put: from here on the database's size stays.
    equal "$(ours "$ETCD_FOR_OURS" snapshot save ours.db)" 'Snapshot saved at ours.db'
    for format in simple json fields table; do
        equal "$(ours "$ETCD_FOR_OURS" member list -w $format)" "$(theirs "$ETCD_FOR_OURS" member list -w $format)"
        equal "$(ours "$ETCD_FOR_OURS" endpoint status -w $format)" "$(theirs "$ETCD_FOR_OURS" endpoint status -w $format)"
    done
    equal "$(stat -c %a ours.db)" 600
    for format in simple json fields table; do
        equal "$(ours "$ETCD_FOR_OURS" snapshot status ours.db -w $format)" "$(theirs "$ETCD_FOR_OURS" snapshot status ours.db -w $format)"
    done
    theirs "$ETCD_FOR_OURS" snapshot restore ours.db --data-dir restored 2>/dev/null # which checks its digest
    head -c 3000 ours.db >broken.db
    fails 1 ours "$ETCD_FOR_OURS" snapshot status broken.db
    equal "$(ours "$KV" snapshot save kv.db)" 'Snapshot saved at kv.db'
    fails 1 ours "$KV" snapshot status kv.db
    says 'is a snapshot of dfriends'
    ours "$KV" put kept yes
    ours "$KV" snapshot save kv2.db
    fails 0 ours "$KV" snapshot restore kv2.db --data-dir back
    fails 1 ours "$KV" snapshot restore kv2.db --data-dir back
    says 'data-dir "back" exists'
    fails 1 ours "$KV" snapshot restore ours.db --data-dir other
    says 'is no snapshot of dfriends'
    { head -c -1 kv2.db; printf x; } >broken2.db
    fails 1 ours "$KV" snapshot restore broken2.db --data-dir other
    SERVICE_STATE=$PWD/back start_service restored kv serve --listen 127.0.0.1:0
    equal "$(ours "http://$ADDRESS" get kept --print-value-only)" yes
}


# tell FILE URL COMMAND...: begins a watch of all that has happened, which prints to FILE.raw.
tell() { "$3" --endpoints "$2" "${@:4}" </dev/null >"$1.raw" 2>&1 3>&- & TELLING+=($!); OTHER_PIDS+=($!); }
# told_alike LAST: all three have printed the same, up to what happened last.
told_alike() {
    local name
    for name in expected on-etcd on-kv; do
        masked <$name.raw >$name
        grep -qF -- "$1" $name || return 1
    done
    diff expected on-etcd && diff expected on-kv
}

@test "etcdctl 3: watches print what happened, or run a command for it" {
    start_servers
    local client last arguments TELLING
    for client in "theirs $ETCD_FOR_THEIRS" "ours $ETCD_FOR_OURS" "ours $KV"; do
        $client put w1 1; $client put w2 2; $client del w1; $client put w1 3
        printf '\nput w1 4\nput w2 "5 <&>"\n\n\n' | $client txn
    done
    # Each with the end of what it has to print.
    for arguments in '5 <&>|--prefix w --rev 1' '4|w1 --rev 3 --prev-kv' 'NSA8Jj4=|--rev=1 w1 w3 -w json' \
        '5 <&>|--prefix --rev 1 w -w fields --prev-kv' \
        '5 <&>|--rev 1 w2 -- sh -c "echo \$ETCD_WATCH_EVENT_TYPE \$ETCD_WATCH_KEY \$ETCD_WATCH_VALUE"'; do
        last=${arguments%%|*}
        eval "set -- ${arguments#*|}"
        TELLING=()
        tell expected "$ETCD_FOR_THEIRS" etcdctl watch "$@"
        tell on-etcd "$ETCD_FOR_OURS" "$BATS_TEST_TMPDIR/etcdctl" watch "$@"
        tell on-kv "$KV" "$BATS_TEST_TMPDIR/etcdctl" watch "$@"
        wait_for 30 told_alike "$last" || true # what differs is shown below
        sleep 0.3 # in which nothing more may come
        kill "${TELLING[@]}" || true
        wait "${TELLING[@]}" || true
        told_alike "$last" >/dev/null || true
        grep -qE '"?w[12]|dzE' expected
        diff expected on-etcd
        diff expected on-kv
    done
    for client in "theirs $ETCD_FOR_THEIRS" "ours $ETCD_FOR_OURS" "ours $KV"; do $client compaction 5; done
    same watch w1 --rev 2
    says 'watch was canceled (etcdserver: mvcc: required revision has been compacted)'
}

@test "etcdctl 3: a watch goes on at the next server that comes up, without gaps and without doubles" {
    local port number; port=$(free_port)
    SERVICE_STATE=$BATS_TEST_TMPDIR/state-kv start_service kv kv serve --listen "127.0.0.1:$port"
    KV=http://$ADDRESS
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "127.0.0.1:1,$KV" watch --prefix n >told 2>&1 3>&- & OTHER_PIDS+=($!)
    watched() { curl -sS "$KV/metrics" | grep -q '^etcd_debugging_mvcc_watcher_total 1$'; }
    wait_for 30 watched
    ours "$KV" put n0 0
    wait_for 30 grep -qx n0 told
    for number in 1 2 3; do ours "$KV" put n$number $number; done
    kill -9 "$SERVICE_PID"; wait "$SERVICE_PID" || true
    SERVICE_STATE=$BATS_TEST_TMPDIR/state-kv start_service again kv serve --listen 127.0.0.1:$port
    for number in 4 5 6; do ours "$KV" put n$number $number; done
    wait_for 30 grep -qx n6 told
    equal "$(grep '^n' told | tr '\n' ' ')" 'n0 n1 n2 n3 n4 n5 n6 '
}

@test "etcdctl 3: watches are read from lines" {
    start_servers
    ours "$KV" put i1 1; ours "$KV" put i2 2
    six_lines() { [ "$(wc -l <out)" -ge 6 ]; }
    (printf 'watch i1 --rev 1\nwatch --prefix "i2" --rev=1\nnonsense\nwatch\nprogress\n'; wait_for 30 six_lines; sleep 0.3) |
        ours "$KV" watch -i >out 2>err || code=$?
    equal "$code" 3
    equal "$(sort out | tr '\n' ' ')" '1 2 PUT PUT i1 i2 '
    grep -qx 'Invalid command nonsense (only support watch)' err
    grep -qx 'Invalid command watch (command type or key is not provided)' err
    grep -qx 'Error: Error reading watch request line: EOF' err
}

@test "etcdctl 3: a lock is held by one at a time, whichever client holds it" {
    start_servers
    local url holder
    for url in "$ETCD_FOR_OURS" "$KV"; do
        ETCDCTL_ENDPOINTS=$url "$BATS_TEST_TMPDIR/etcdctl" lock door >held 2>&1 3>&- & holder=$!; OTHER_PIDS+=($holder)
        wait_for 30 grep -q '^door/' held
        ours "$url" lock door echo second >second 2>&1 3>&- & local second=$!; OTHER_PIDS+=($second)
        "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$url" lock door >third 2>&1 3>&- & local third=$!; OTHER_PIDS+=($third)
        waiting() { [ "$(ours "$url" get --prefix door/ --keys-only | grep -c door)" -eq 3 ]; }
        wait_for 30 waiting
        equal "$(cat second)" ''
        kill -INT "$third"; code=0; wait "$third" || code=$?
        equal "$code $(cat third)" '1 Error: context canceled'
        kill -INT "$holder"; wait "$holder"
        wait "$second"
        equal "$(cat second)" second
        equal "$(ours "$url" get --prefix door)" ''
        equal "$(ours "$url" lease list)" 'found 0 leases'
        fails 1 ours "$url" lock door false
        says 'Error: exit status 1'
        ours "$url" lock door -- sh -c 'echo $ETCD_LOCK_KEY $ETCD_LOCK_REV' | grep -qE '^door/[0-9a-f]+ [0-9]+$'
    done
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$ETCD_FOR_OURS" lock mixed >held 2>&1 3>&- & holder=$!; OTHER_PIDS+=($holder)
    wait_for 30 grep -q '^mixed/' held
    theirs "$ETCD_FOR_OURS" lock mixed echo theirs >second 2>&1 3>&- & second=$!; OTHER_PIDS+=($second)
    two_wait() { [ "$(ours "$ETCD_FOR_OURS" get --prefix mixed/ --keys-only | grep -c mixed)" -eq 2 ]; }
    wait_for 30 two_wait
    equal "$(cat second)" ''
    kill -TERM "$holder"; wait "$holder"
    wait "$second"
    equal "$(cat second)" theirs
}

@test "etcdctl 3: an election is won, told and given up" {
    start_servers
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$KV" elect -l crown >told 2>&1 3>&- & OTHER_PIDS+=($!)
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$KV" elect crown first >first 2>&1 3>&- & local first=$!; OTHER_PIDS+=($first)
    wait_for 30 grep -qx first first
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$KV" elect crown second >second 2>&1 3>&- & OTHER_PIDS+=($!)
    wait_for 30 grep -qx first told
    equal "$(cat second)" ''
    kill -INT "$first"; wait "$first"
    wait_for 30 grep -qx second second
    wait_for 30 grep -qx second told
}

@test "etcdctl 3: a lease is renewed until it is revoked, and a mirror follows" {
    start_servers
    local id; id=$(ours "$KV" lease grant 5 | cut -d ' ' -f 2)
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$KV" lease keep-alive "$id" >kept 2>&1 3>&- & local keeper=$!; OTHER_PIDS+=($keeper)
    ours "$KV" put old/1 one; ours "$KV" put other x
    "$BATS_TEST_TMPDIR/etcdctl" --endpoints "$KV" make-mirror --prefix old/ --dest-prefix new/ "$ETCD_FOR_OURS" >mirror 2>&1 3>&- &
    OTHER_PIDS+=($!)
    got_one() { ours "$ETCD_FOR_OURS" get new/1 | grep -qx one; }
    wait_for 30 got_one
    ours "$KV" put old/2 two; ours "$KV" del old/1
    mirrored() { [ "$(ours "$ETCD_FOR_OURS" get --prefix '' | tr '\n' ' ')" = 'new/2 two ' ]; }
    wait_for 30 mirrored
    renewed() { [ "$(grep -c keepalived kept)" -ge 3 ]; }
    wait_for 30 renewed
    ours "$KV" lease revoke "$id"
    wait "$keeper"
    equal "$(head -1 kept)" "lease $id keepalived with TTL(5)"
    renewed
    equal "$(tail -1 kept)" "lease $id expired or revoked."
}

@test "etcdctl 3: without ETCDCTL_API=3 the words stay those of API 2, and the help tells of the others" {
    unset ETCDCTL_API
    fails 1 "$BATS_TEST_TMPDIR/etcdctl" put a b
    ETCDCTL_API=2 fails 1 "$DFRIENDS" kv ctl put a b
    run "$DFRIENDS" kv ctl --help
    says 'ETCDCTL_API=3'
    run env ETCDCTL_API=3 "$DFRIENDS" kv ctl --help
    says 'compaction REVISION'
    run env ETCDCTL_API=3 "$BATS_TEST_TMPDIR/etcdctl" get --help
    says '--print-value-only'
    fails 1 env ETCDCTL_API=3 "$BATS_TEST_TMPDIR/etcdctl" frob
    fails 4 env ETCDCTL_API=3 "$BATS_TEST_TMPDIR/etcdctl" -w protobuf get a
    says 'protobuf is not written here'
}
