#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# etcd's v3 API as JSON, side by side with a real etcd and with Debian's client library.

load ../support/lib

setup() {
    unset ETCDCTL_ENDPOINT ETCDCTL_API
    OTHER_PIDS=()
}

teardown() {
    stop_services
    local pid
    for pid in "${OTHER_PIDS[@]}"; do
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if mountpoint -q "$BATS_TEST_TMPDIR/small"; then umount "$BATS_TEST_TMPDIR/small"; fi
}

start_kv() {
    start_service kv kv serve --listen 127.0.0.1:0 "$@"
    KV=http://$ADDRESS
}

etcd_answers() { curl -sf --max-time 20 "$ETCD/health" | grep -q true; }

start_both() {
    local peer; peer=$(free_port)
    ETCD=http://127.0.0.1:$(free_port)
    etcd --name default --log-level error --data-dir "$BATS_TEST_TMPDIR/etcd" --unsafe-no-fsync \
        --listen-client-urls "$ETCD" --advertise-client-urls "$ETCD" --listen-peer-urls "http://127.0.0.1:$peer" \
        --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer" \
        >"$BATS_TEST_TMPDIR/etcd.log" 2>&1 3>&- &
    OTHER_PIDS+=($!)
    start_kv
    wait_for 60 etcd_answers
}

b64() { printf '%s' "$1" | base64 -w0; }

# v3 URL PATH JSON [curl options]: status and body, ids taken out.
v3() {
    curl -sS --max-time 60 -w ' %{http_code}' "$1/v3/$2" -d "$3" "${@:4}" | without_ids
}
without_ids() { sed -E 's/"(cluster_id|member_id|raft_term)":"[0-9]+",?//g; s/,\}/}/g'; }

# both PATH JSON [curl options]: the same answer from etcd and from us; $output has it.
both() {
    output=$(v3 "$ETCD" "$@")
    equal "kv, $1 $2: $(v3 "$KV" "$@")" "kv, $1 $2: $output"
}

get() { curl -sS --max-time 60 "$KV/v3/kv/range" -d "{\"key\":\"$(b64 "$1")\"}" | jq -r '.kvs[0].value // "-"' | base64 -d 2>/dev/null || true; }

@test "random requests are answered as etcd answers them" {
    start_both
    run python3 "$top/tests/support/kv_differential.py" "$KV" "$ETCD" 20260
    [ "$status" = 0 ] || { echo "$output"; return 1; }
    says '2000 requests answered alike'
    run python3 "$top/tests/support/kv_differential.py" "$KV" "$ETCD" "$RANDOM"
    [[ "$status" = 0 ]] || { echo "$output"; return 1; }
}

@test "paths, methods and bodies that are none are refused as etcd refuses them" {
    start_both
    both kv/nothing '{}'
    both kv/range '{}' -X GET
    both kv/put '{"key":"YQ"}'
    both kv/put ''
    both kv/range '{"key":"YQ==","sort_order":"BOGUS"}'
    both kv/txn '{"success":[{}]}'
    both kv/txn "{\"success\":[$(printf '{"request_range":{"key":"YQ=="}},%.0s' $(seq 128)){\"request_range\":{\"key\":\"YQ==\"}}]}"
    says 'too many operations in txn request'
    head -c 1600000 /dev/zero | base64 -w0 >"$BATS_TEST_TMPDIR/value"
    printf '{"key":"YQ==","value":"%s"}' "$(cat "$BATS_TEST_TMPDIR/value")" >"$BATS_TEST_TMPDIR/large"
    both kv/put "@$BATS_TEST_TMPDIR/large"
    says 'request is too large'
    both auth/authenticate '{"name":"a","password":"b"}'
    both maintenance/transfer-leadership '{"targetID":"1"}'
    both cluster/member/remove '{"ID":"1"}'
    both election/leader '{"name":"YQ=="}'
    for path in v3beta v3alpha; do
        equal "$(curl -sS "$KV/$path/kv/range" -d '{"key":"YQ=="}' | jq -c .header.revision)" '"1"'
    done
}

# watch_of URL FILE JSON: a watch in the background.
watch_of() {
    curl -sSN --max-time 200 "$1/v3/watch" -d "$3" >"$2" 2>/dev/null 3>&- &
    OTHER_PIDS+=($!)
}
lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }

@test "watches send the same messages as etcd's" {
    start_both
    local url name
    for name in kv etcd; do
        [ $name = kv ] && url=$KV || url=$ETCD
        v3 "$url" kv/put '{"key":"YQ==","value":"MQ=="}' >/dev/null
        v3 "$url" kv/put '{"key":"YQ==","value":"Mg=="}' >/dev/null
        v3 "$url" kv/put '{"key":"Yg==","value":"Mg=="}' >/dev/null
        v3 "$url" kv/compaction '{"revision":3}' >/dev/null
        watch_of "$url" "$BATS_TEST_TMPDIR/$name.plain" '{"create_request":{"key":"YQ=="}}'
        watch_of "$url" "$BATS_TEST_TMPDIR/$name.all" '{"create_request":{"key":"YQ==","range_end":"AA==","prev_kv":true,"filters":[]}}'
        watch_of "$url" "$BATS_TEST_TMPDIR/$name.deletions" '{"create_request":{"key":"YQ==","range_end":"AA==","filters":["NOPUT"]}}'
        watch_of "$url" "$BATS_TEST_TMPDIR/$name.old" '{"create_request":{"key":"YQ==","start_revision":2}}'
        watch_of "$url" "$BATS_TEST_TMPDIR/$name.two" '{"create_request":{"key":"YQ==","watch_id":7}}{"create_request":{"key":"YQ==","watch_id":7}} {"create_request":{"key":"Yg==","range_end":"YQ=="}} {"cancel_request":{"watch_id":"7"}} {"progress_request":{}}'
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.plain" 1
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.all" 1
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.deletions" 1
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.old" 2
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.two" 5
        v3 "$url" kv/put '{"key":"YQ==","value":"Mw=="}' >/dev/null
        v3 "$url" kv/txn '{"success":[{"request_put":{"key":"Yw==","value":"MQ=="}},{"request_put":{"key":"YQ==","value":"NA=="}},{"request_delete_range":{"key":"Yg=="}}]}' >/dev/null
        v3 "$url" kv/deleterange '{"key":"AA==","range_end":"AA=="}' >/dev/null
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.plain" 4
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.all" 4
        wait_for 30 lines "$BATS_TEST_TMPDIR/$name.deletions" 3
    done
    for name in plain all deletions old two; do
        equal "$name: $(without_ids <"$BATS_TEST_TMPDIR/kv.$name" | sort)" "$name: $(without_ids <"$BATS_TEST_TMPDIR/etcd.$name" | sort)"
    done
}

@test "leases, keep-alives, users and roles are answered as etcd answers them" {
    start_both
    both lease/grant '{"ID":7,"TTL":"500"}'
    both lease/grant '{"ID":7,"TTL":500}'
    both kv/put '{"key":"YQ==","lease":"7"}'
    both lease/keepalive '{"ID":"7"}{"ID":8} {"ID":7}'
    both lease/revoke '{"ID":9}'
    both kv/lease/revoke '{"ID":7}'
    both kv/range '{"key":"YQ=="}'
    both auth/enable '{}'
    both auth/user/add '{"name":"root","password":"r"}'
    both auth/user/add '{"name":"root","password":"r"}'
    both auth/user/add '{"password":"r"}'
    both auth/role/add '{"name":"root"}'
    both auth/user/grant '{"user":"root","role":"root"}'
    both auth/user/add '{"name":"ann","password":"a"}'
    both auth/role/add '{"name":"r"}'
    both auth/role/grant '{"name":"r","perm":{"permType":"READWRITE","key":"YQ==","range_end":"Yg=="}}'
    both auth/role/get '{"role":"r"}'
    both auth/role/get '{"role":"none"}'
    both auth/user/grant '{"user":"ann","role":"r"}'
    both auth/user/get '{"name":"ann"}'
    both auth/user/list '{}'
    both auth/role/list '{}'
    both auth/user/revoke '{"name":"ann","role":"none"}'
    both auth/enable '{}'
    both kv/range '{"key":"YQ=="}'
    both kv/range '{"key":"YQ=="}' -H 'Authorization: none'
    both auth/authenticate '{"name":"ann","password":"wrong"}'
    local url answer
    for url in "$KV" "$ETCD"; do
        local token; token=$(curl -sS "$url/v3/auth/authenticate" -d '{"name":"ann","password":"a"}' | jq -r .token)
        answer=$(
            for request in 'kv/put {"key":"YQ==","value":"YQ=="}' 'kv/put {"key":"Yg=="}' 'kv/range {"key":"YQ==","range_end":"AA=="}' \
                'auth/user/list {}' 'auth/user/get {"name":"ann"}' 'auth/user/get {"name":"root"}' 'auth/user/delete {"name":"ann"}' \
                'kv/txn {"success":[{"request_range":{"key":"Yg=="}}]}'; do
                v3 "$url" "${request%% *}" "${request#* }" -H "Authorization: $token"
                echo
            done
            token=$(curl -sS "$url/v3/auth/authenticate" -d '{"name":"root","password":"r"}' | jq -r .token)
            for request in 'auth/user/delete {"name":"root"}' 'auth/role/delete {"role":"r"}' 'auth/user/get {"name":"ann"}' \
                'auth/disable {}'; do
                v3 "$url" "${request%% *}" "${request#* }" -H "Authorization: $token"
                echo
            done
        )
        [ "$url" = "$KV" ] && output=$answer
    done
    equal "$output" "$answer"
}

@test "Debian's gateway library does its everyday work" {
    start_kv
    PORT=$PORT /usr/bin/python3 - <<'END'
import os, threading, time, urllib.request, etcd3gw
client = etcd3gw.client(host="127.0.0.1", port=int(os.environ["PORT"]))
assert client.status()["version"].startswith("3.")
assert [member["name"] for member in client.members()] == ["default"]
assert client.put("k", "v") and client.get("k") == [b"v"]
assert [value for value, _ in client.get_prefix("k")] == [b"v"]
assert client.replace("k", "v", "w") and not client.replace("k", "x", "y")
assert client.create("new", "1") and not client.create("new", "1")
lease = client.lease(ttl=600)
client.put("leased", "x", lease=lease)
assert lease.ttl() > 500 and lease.keys() == [b"leased"] and lease.refresh() == 600
events, cancel = client.watch("foo")
def put_where_it_is_watched():
    metrics = f"http://127.0.0.1:{os.environ['PORT']}/metrics"
    while b"\netcd_debugging_mvcc_watcher_total 1\n" not in urllib.request.urlopen(metrics).read():
        time.sleep(0.05)
    client.put("foo", "bar")
threading.Thread(target=put_where_it_is_watched).start()
for event in events:
    assert event["kv"]["value"] == b"bar"
    cancel()
    break
lock = client.lock("mine", ttl=300)
assert lock.acquire() and lock.is_acquired() and not client.lock("mine", ttl=30).acquire() and lock.release()
assert client.delete("k") and not client.delete("k")
lease.revoke()
assert client.get("leased") == []
END
}

@test "locks and elections over the gateway: one at a time, in order" {
    start_kv
    curl -sS "$KV/v3/lease/grant" -d '{"ID":1,"TTL":600}' >/dev/null
    curl -sS "$KV/v3/lease/grant" -d '{"ID":2,"TTL":600}' >/dev/null
    local key; key=$(curl -sS --max-time 60 "$KV/v3/lock/lock" -d '{"name":"bA==","lease":1}' | jq -r .key)
    equal "$(base64 -d <<<"$key")" l/1
    curl -sS --max-time 120 "$KV/v3/lock/lock" -d '{"name":"bA==","lease":2}' >"$BATS_TEST_TMPDIR/second" 3>&- &
    local waiting=$!
    two_wait() { curl -sS "$KV/v3/kv/range" -d "{\"key\":\"$(b64 l/)\",\"range_end\":\"$(b64 l0)\"}" | jq -e '.count == "2"'; }
    wait_for 30 two_wait
    [ ! -s "$BATS_TEST_TMPDIR/second" ]
    curl -sS "$KV/v3/lock/unlock" -d "{\"key\":\"$key\"}" >/dev/null
    wait "$waiting"
    equal "$(jq -r .key "$BATS_TEST_TMPDIR/second" | base64 -d)" l/2
    # A lease that ends lets the next one in.
    curl -sSN --max-time 120 "$KV/v3/election/observe" -d '{"name":"ZQ=="}' >"$BATS_TEST_TMPDIR/leaders" 2>/dev/null 3>&- &
    OTHER_PIDS+=($!)
    curl -sS --max-time 60 "$KV/v3/election/campaign" -d '{"name":"ZQ==","lease":1,"value":"b25l"}' | jq -e '.leader.lease == "1"'
    curl -sS --max-time 120 "$KV/v3/election/campaign" -d '{"name":"ZQ==","lease":2,"value":"dHdv"}' >"$BATS_TEST_TMPDIR/second" 3>&- &
    waiting=$!
    wait_for 30 lines "$BATS_TEST_TMPDIR/leaders" 1
    curl -sS "$KV/v3/lease/revoke" -d '{"ID":1}' >/dev/null
    wait "$waiting"
    jq -e '.leader.lease == "2"' "$BATS_TEST_TMPDIR/second"
    wait_for 30 lines "$BATS_TEST_TMPDIR/leaders" 2
    equal "$(jq -r .result.kv.value "$BATS_TEST_TMPDIR/leaders" | base64 -d)" onetwo
}

@test "a snapshot is the database, with its digest at the end as etcd's have it" {
    start_kv
    curl -sS "$KV/v3/kv/put" -d '{"key":"YQ==","value":"YQ=="}' >/dev/null
    curl -sS "$KV/v3/maintenance/snapshot" -d '{}' | jq -r .result.blob | while read -r piece; do base64 -d <<<"$piece"; done >"$BATS_TEST_TMPDIR/snapshot"
    local size; size=$(stat -c %s "$BATS_TEST_TMPDIR/snapshot")
    head -c $((size - 32)) "$BATS_TEST_TMPDIR/snapshot" >"$BATS_TEST_TMPDIR/restored.db"
    equal "$(sha256sum <"$BATS_TEST_TMPDIR/restored.db" | cut -d ' ' -f 1)" "$(tail -c 32 "$BATS_TEST_TMPDIR/snapshot" | od -An -tx1 | tr -d ' \n')"
    equal "$(ls "$BATS_TEST_TMPDIR/kv-state" | grep -c snapshot)" 0
    stop_services
    mkdir "$BATS_TEST_TMPDIR/again"
    cp "$BATS_TEST_TMPDIR/restored.db" "$BATS_TEST_TMPDIR/again/state.db"
    SERVICE_STATE=$BATS_TEST_TMPDIR/again start_kv
    equal "$(get a)" a
}

highest_acknowledged() { cat "$BATS_TEST_TMPDIR"/acknowledged.* 2>/dev/null | cut -d ' ' -f 2 | sort -n | tail -n 1; }
acknowledged_beyond() { [ "$(highest_acknowledged)" -gt "$1" ]; }

@test "kill -9: every acknowledged transaction is there whole, revisions never go back, leases live on" {
    local port; port=$(free_port)
    start_service kv kv serve --listen "127.0.0.1:$port"
    KV=http://127.0.0.1:$port
    curl -sSf "$KV/v3/lease/grant" -d '{"ID":7,"TTL":600}' >/dev/null
    curl -sSf "$KV/v3/kv/put" -d '{"key":"bGVhc2Vk","lease":7}' >/dev/null
    local i writers=()
    for i in 1 2 3; do
        python3 "$top/tests/support/kv_writer.py" --v3 "$port" "$BATS_TEST_TMPDIR/acknowledged.$i" 3>&- &
        writers+=($!)
        OTHER_PIDS+=($!)
    done
    local last=0 highest revision
    for i in 1 2 3 4 5; do
        wait_for 60 acknowledged_beyond $((last + 9)) # so that there are enough on a slow disk, too
        sleep "0.$((RANDOM % 6 + 1))"
        if [ $i = 3 ]; then # in the middle of a compaction's removals, too
            curl -sS "$KV/v3/kv/compaction" -d "{\"revision\":$(highest_acknowledged)}" >/dev/null
        fi
        kill -9 "$SERVICE_PID"
        wait "$SERVICE_PID" || true
        highest=$(highest_acknowledged)
        start_service kv kv serve --listen "127.0.0.1:$port"
        revision=$(curl -sSf "$KV/v3/kv/range" -d '{"key":"YQ=="}' | jq -r .header.revision)
        [ "$revision" -ge "$highest" ]
        last=$highest
    done
    kill "${writers[@]}"
    wait "${writers[@]}" || true
    # Each transaction put two keys at one revision.
    for prefix in one two; do
        curl -sSf "$KV/v3/kv/range" -d "{\"key\":\"$(b64 "$prefix/")\",\"range_end\":\"$(b64 "${prefix}0")\"}" |
            jq -r '.kvs[] | (.key | @base64d | split("/")[1]) + " " + .create_revision' | sort >"$BATS_TEST_TMPDIR/$prefix"
    done
    diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    sort "$BATS_TEST_TMPDIR"/acknowledged.* >"$BATS_TEST_TMPDIR/wanted"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/wanted")" -gt 20 ]
    run comm -23 "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/one"
    equal "$output" ''
    equal "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/wanted" | sort | uniq -d)" ''
    curl -sS "$KV/v3/lease/timetolive" -d '{"ID":7,"keys":true}' | jq -e '.keys == ["bGVhc2Vk"]'
}

@test "a full disk: v3 changes are refused, reads and watches go on, and it mends itself" {
    mkdir "$BATS_TEST_TMPDIR/small"
    mount -t tmpfs -o size=4m none "$BATS_TEST_TMPDIR/small"
    SERVICE_STATE=$BATS_TEST_TMPDIR/small/state start_kv
    curl -sSf "$KV/v3/kv/put" -d "{\"key\":\"$(b64 kept)\",\"value\":\"$(b64 kept)\"}" >/dev/null
    local value; value=$(head -c 20000 /dev/zero | tr '\0' v | base64 -w0)
    head -c 2000000 /dev/zero >"$BATS_TEST_TMPDIR/small/filler"
    local i status acknowledged=0 refused=0
    for i in $(seq 300); do
        status=$(curl -sS -o "$BATS_TEST_TMPDIR/answer" -w '%{http_code}' "$KV/v3/kv/put" -d "{\"key\":\"$(b64 "full/$i")\",\"value\":\"$value\"}")
        if [ "$status" = 200 ]; then acknowledged=$((acknowledged + 1)); else refused=$((refused + 1)); fi
        [ "$refused" -lt 3 ] || break
    done
    equal "$refused" 3
    [ "$acknowledged" -gt 0 ]
    equal "$status" 503
    jq -e '.code == 14' "$BATS_TEST_TMPDIR/answer"
    equal "$(get kept)" kept
    equal "$(get "full/$i")" ''
    equal "$(curl -sS "$KV/v3/kv/range" -d '{"key":"AA==","range_end":"AA==","count_only":true}' | jq -r .count)" $((acknowledged + 1))
    rm "$BATS_TEST_TMPDIR/small/filler"
    curl -sSf "$KV/v3/kv/put" -d "{\"key\":\"$(b64 again)\"}" | jq -e ".header.revision == \"$((acknowledged + 3))\""
    stop_services
}

@test "TLS: both APIs and gRPC, advertised URLs with https, and clients only with a certificate where that is asked for" {
    cd "$BATS_TEST_TMPDIR"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=test-ca -days 2 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=127.0.0.1 2>/dev/null
    printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' >extensions
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile extensions 2>/dev/null
    fails 2 dfriends kv serve --listen 127.0.0.1:0 --tls-certificate cert.pem
    says 'TLS needs both --tls-certificate and --tls-key'
    start_kv --tls-certificate cert.pem --tls-key key.pem
    curl -sSf --cacert ca.pem -X PUT -d value=x "https://$ADDRESS/v2/keys/a" >/dev/null
    equal "$(curl -sSf --cacert ca.pem "https://$ADDRESS/v2/machines")" "https://$ADDRESS"
    curl -sSf --cacert ca.pem "https://$ADDRESS/v3/kv/put" -d '{"key":"YQ=="}' | jq -e '.header.revision == "2"'
    export ETCDCTL_API=3
    equal "$(etcdctl --cacert ca.pem --endpoints "https://$ADDRESS" put b c)" OK
    equal "$(etcdctl --cacert ca.pem --endpoints "https://$ADDRESS" member list -w json | jq -r '.members[0].clientURLs[0]')" "https://$ADDRESS"
    fails 1 timeout 60 etcdctl --endpoints "https://$ADDRESS" --command-timeout 2s --dial-timeout 1s get b
    ! curl -s --max-time 5 "http://$ADDRESS/version"
    stop_services
    start_kv --tls-certificate cert.pem --tls-key key.pem --tls-client-ca ca.pem
    ! curl -s --max-time 5 --cacert ca.pem "https://$ADDRESS/version"
    curl -sSf --cacert ca.pem --cert cert.pem --key key.pem "https://$ADDRESS/version" | jq -e .etcdserver
    equal "$(etcdctl --cacert ca.pem --cert cert.pem --key key.pem --endpoints "https://$ADDRESS" put b c)" OK
}

@test "SIGTERM ends it in time although watches are open, over the gateway and over gRPC" {
    start_kv
    watch_of "$KV" "$BATS_TEST_TMPDIR/gateway" '{"create_request":{"key":"YQ=="}}'
    ETCDCTL_API=3 etcdctl --endpoints "$ADDRESS" watch a >"$BATS_TEST_TMPDIR/grpc" 2>&1 3>&- &
    OTHER_PIDS+=($!)
    wait_for 30 lines "$BATS_TEST_TMPDIR/gateway" 1
    two_watches() { curl -sS "$KV/metrics" | grep -q '^etcd_debugging_mvcc_watcher_total 2$'; }
    wait_for 30 two_watches
    local begun=$SECONDS code=0
    kill "$SERVICE_PID"
    wait "$SERVICE_PID" || code=$?
    equal "$code" 0
    [ $((SECONDS - begun)) -le 20 ]
    tail -n 1 "$BATS_TEST_TMPDIR/gateway" | jq -e '.error.grpc_code == 14'
}
