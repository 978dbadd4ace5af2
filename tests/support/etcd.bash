# SPDX-License-Identifier: Apache-2.0
# Real etcds for the tests that compare with them. `load ../support/etcd` beside lib.
ETCD_PIDS=()

# start_etcd NAME [OPTION...]: a real etcd of one member; sets ETCD to its URL.
start_etcd() {
    local name=$1 peer; shift
    peer=$(free_port)
    ETCD=http://127.0.0.1:$(free_port)
    etcd --name "$name" --log-level error --data-dir "$BATS_TEST_TMPDIR/$name" --unsafe-no-fsync "${@:---enable-v2}" \
        --listen-client-urls "$ETCD" --advertise-client-urls "$ETCD" --listen-peer-urls "http://127.0.0.1:$peer" \
        --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "$name=http://127.0.0.1:$peer" \
        >"$BATS_TEST_TMPDIR/$name.log" 2>&1 3>&- &
    ETCD_PIDS+=($!)
}

# etcd_answers URL: it does, and has noted its cluster's version, which takes an index of the v2 API.
etcd_answers() { curl -sf --max-time 20 "$1/health" | grep -q true && curl -sf --max-time 20 "$1/version" | grep -q '"etcdcluster":"[0-9]'; }

# stop_others: for teardown; the real etcds end, and what the test put into OTHER_PIDS.
stop_others() {
    local pid
    for pid in "${ETCD_PIDS[@]}" "${OTHER_PIDS[@]}"; do
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}
