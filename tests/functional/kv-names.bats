#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What etcdctl's API 2 says of users, members and access beside the real etcdctl, and the name `etcd`.

load ../support/lib
load ../support/etcd

setup() {
    unset ETCDCTL_API
    cd "$BATS_TEST_TMPDIR"
    ln -s "$DFRIENDS" etcdctl
    ln -s "$DFRIENDS" etcd
}
teardown() {
    stop_services
    stop_others
}

theirs() { ETCDCTL_API=2 timeout 60 /usr/bin/etcdctl --endpoints "$@"; }
ours() { timeout 60 ./etcdctl --endpoints "$@"; }

outcome() {
    local code=0 out; out=$(mktemp "$BATS_TEST_TMPDIR/out.XXXXXX")
    printf '%b' "${INPUT-}" | "$@" >"$out" 2>"$out.err" || code=$?
    printf 'exit %s\n' "$code"
    sed -e 's/^/out: /' "$out" | masked
    sed -e 's/^/err: /' "$out.err" | masked
}
# masked: without ids and addresses; without the requests for members, which our client does not make.
masked() {
    grep -vE '^err: (start to sync|got endpoints|cURL Command: curl -X GET http://[0-9.:]+/v2/members$)' |
        sed -E -e 's/\b[0-9a-f]{12,16}\b/ID/g' -e 's#127\.0\.0\.1:[0-9]+#ADDRESS#g'
}
# same ARGUMENT...: the real client and ours say the same of the same to two real etcds.
same() {
    outcome theirs "$THEIRS" "$@" >theirs &
    local ours; ours=$(outcome ours "$OURS" "$@")
    wait $!
    output=$(<theirs)
    equal "$*: $ours" "$*: $output"
}

start_two() {
    start_etcd one; THEIRS=$ETCD
    start_etcd two; OURS=$ETCD
    wait_for 60 etcd_answers "$THEIRS"
    wait_for 60 etcd_answers "$OURS"
}

@test "etcdctl 2: users, roles, passwords, and who may do what" {
    start_two
    same user list
    same user get nobody
    same role list
    same role add ops
    same role add ops
    same role grant ops
    same role grant ops --path x
    same role grant ops --path '/ops/*'
    same role grant ops --path '/ops/*' --readwrite
    same role grant ops --path /more --read
    same role get ops
    same role revoke ops --path /more --read
    same role revoke ops --path '/ops/*' --write
    same role grant ops --path '/ops/*' --write
    same role get ops
    same role get none
    same user add alice:secret
    same user add alice:secret
    same user grant alice
    same user grant alice --roles ops
    same user grant alice --roles none
    same user get alice
    same user add
    same auth enable
    same user add root:rootpw
    same auth enable
    same -u root:rootpw role remove guest
    same -u alice:secret set /ops/a 1
    same -u alice:secret get /ops/a
    same -u alice:wrong get /ops/a
    same -u alice:secret set /elsewhere 1
    same --username root:rootpw user revoke alice --roles ops
    same -u root:rootpw role remove ops
    same -u root:rootpw user remove alice
    INPUT='newpw\n' outcome ours "$OURS" -u root:rootpw user passwd root | grep -qx 'out: Password updated'
    ours "$OURS" -u root:newpw auth disable
    ours "$OURS" get /ops/a
}

@test "etcdctl 2: members are added, changed and removed; --debug tells the requests; what there is not is refused" {
    start_two
    same --debug get /nothing
    same --debug set a 'b "c" & d'
    same --debug ls -r /
    same member add
    same member remove
    same member remove 1234
    same member update 1234
    local id; id=$(ours "$OURS" member list | cut -d : -f 1)
    ours "$OURS" member update "$id" http://127.0.0.1:9 | grep -qx "Updated member with ID $id in cluster"
    ours "$OURS" member list | grep -q 'peerURLs=http://127.0.0.1:9 '
    ours "$OURS" member add three http://127.0.0.1:8 >added
    grep -qE '^Added member named three with ID [0-9a-f]+ to cluster$' added
    grep -qxF 'ETCD_NAME="three"' added
    grep -qxF 'ETCD_INITIAL_CLUSTER="three=http://127.0.0.1:8,two=http://127.0.0.1:9"' added ||
        grep -qxF 'ETCD_INITIAL_CLUSTER="two=http://127.0.0.1:9,three=http://127.0.0.1:8"' added
    fails 1 ours "$OURS" backup --data-dir x --backup-dir y
    says 'kv export'
    fails 1 ours "$OURS" -D example.invalid ls
    says '--discovery-srv is not supported'
    fails 1 ours "$OURS" --ca-file none.pem ls
    says none.pem
}

@test "etcdctl: a server with TLS is trusted by its authority, and shown a certificate, in both APIs" {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
    local port; port=$(free_port)
    local peer; peer=$(free_port)
    /usr/bin/etcd --name tls --enable-v2 --log-level error --data-dir tls --unsafe-no-fsync --cert-file cert.pem --key-file key.pem \
        --trusted-ca-file cert.pem --client-cert-auth --listen-client-urls "https://127.0.0.1:$port" \
        --advertise-client-urls "https://127.0.0.1:$port" --listen-peer-urls "http://127.0.0.1:$peer" \
        --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "tls=http://127.0.0.1:$peer" >tls.log 2>&1 3>&- &
    ETCD_PIDS+=($!)
    local url=https://127.0.0.1:$port
    local v2=(--ca-file cert.pem --cert-file cert.pem --key-file key.pem) v3=(--cacert cert.pem --cert cert.pem --key key.pem)
    wait_for 60 ours "$url" "${v2[@]}" ls
    equal "$(ours "$url" "${v2[@]}" set /a b)" b
    equal "$(ETCDCTL_API=3 ours "$url" "${v3[@]}" put a b)" OK
    equal "$(ETCDCTL_API=3 ETCDCTL_CACERT=cert.pem ETCDCTL_CERT=cert.pem ETCDCTL_KEY=key.pem ours "127.0.0.1:$port" get a)" "$(printf 'a\nb')"
    fails 2 ours "$url" ls
    fails 2 ours "$url" --ca-file cert.pem ls
    ETCDCTL_API=3 fails 1 ours "$url" --cert cert.pem --key key.pem get a
    ETCDCTL_API=3 fails 1 ours "$url" --cacert none.pem get a
}

@test "etcd: called by that name it is a server with etcd's own options" {
    local port; port=$(free_port)
    ETCD_INITIAL_CLUSTER_TOKEN=x ./etcd -name=m1 --data-dir data --enable-v2=true --listen-client-urls "http://127.0.0.1:$port" \
        --advertise-client-urls "http://127.0.0.1:$port" --initial-cluster-state new --listen-peer-urls http://127.0.0.1:0 \
        >etcd.log 2>&1 3>&- &
    OTHER_PIDS+=($!)
    wait_for 30 grep -q 'enabled capabilities for version' etcd.log
    grep -q 'ignored, since there is one server: .*--initial-cluster-state, --initial-cluster-token' etcd.log
    [ -f data/state.db ]
    theirs "http://127.0.0.1:$port" set /a b
    equal "$(ours "http://127.0.0.1:$port" get /a)" b
    ours "http://127.0.0.1:$port" member list | grep -q 'name=m1 '
    equal "$(ETCDCTL_API=3 ours "http://127.0.0.1:$port" put k v)" OK
    ./etcd --version | grep -q '^etcd Version: 3\.4\.'
    ./etcd -version | grep -q '^etcd Version: 3\.4\.'
    fails 0 ./etcd --help
    says '--listen-client-urls'
    fails 2 ./etcd --discovery http://127.0.0.1:1/token
    says '--discovery is not supported: this is one server'
    fails 2 ./etcd --cert-file x
    says 'with --cert-file it must be https'
    fails 2 ./etcd --cert-file x --listen-client-urls https://127.0.0.1:1
    says 'TLS needs both'
    fails 2 ./etcd --listen-client-urls https://127.0.0.1:1
    fails 2 ./etcd --no-such-option
    fails 0 dfriends kv etcd --version
}
