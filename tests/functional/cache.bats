#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The package cache against a package server that misbehaves.

load ../support/lib
load ../support/cache

@test "a file is fetched once, kept over a restart, and served when upstream is gone" {
    start_cache
    update
    same $MEDIUM
    was_kept $MEDIUM
    [ "$(control "_count?path=$MEDIUM")" = 1 ]
    stop_services
    stop_upstream
    start_cache
    same $MEDIUM
    [ "$(verdict_of $MEDIUM)" = HIT ]
    same $SUITE/InRelease
    [ "$(verdict_of $SUITE/InRelease)" = STALE ]
    same $SUITE/main/binary-amd64/Packages.xz
}

@test "a miss while upstream is gone is a final error without a body" {
    start_cache
    stop_upstream
    run get $SUITE/InRelease -i
    [[ "$output" == "HTTP/1.1 503"* ]]
    [[ "${output,,}" == *"content-length: 0"* ]]
    [ "$(status_of $SMALL)" = "503 0" ]
}

@test "--offline never asks upstream" {
    start_cache
    update
    same $SMALL
    stop_services
    start_cache --offline
    control _reset
    same $SMALL
    same $SUITE/InRelease
    [ "$(status_of $MEDIUM)" = "503 0" ]
    [ "$(control "_count?path=$SUITE/InRelease")" = 0 ]
    [ "$(control "_count?path=$MEDIUM")" = 0 ]
}

@test "fifty clients at once cost one fetch, and all get every byte" {
    start_cache
    update
    control "_set?path=$LARGE&mode=slow&delay=0.004"
    local pids=() i
    for i in $(seq 50); do
        get $LARGE -o "$BATS_TEST_TMPDIR/copy.$i" 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    for i in $(seq 50); do cmp "$BATS_TEST_TMPDIR/copy.$i" "$REPOSITORY$LARGE"; done
    [ "$(control "_count?path=$LARGE")" = 1 ]
}

@test "fifty clients at once cost one fetch of a file that no index knows" {
    head -c 3000000 /dev/urandom >"$REPOSITORY/unknown.bin"
    start_cache
    control "_set?path=/unknown.bin&mode=slow&delay=0.03" # 5 s, in which fifty of one process can begin on a slow machine, too
    local i
    for i in $(seq 50); do printf 'url = %s/unknown.bin\noutput = %s/copy.%s\n' "$UPSTREAM" "$BATS_TEST_TMPDIR" "$i"; done >"$BATS_TEST_TMPDIR/fifty"
    curl -sS --no-progress-meter --max-time 120 -x "$PROXY" --parallel --parallel-immediate --parallel-max 50 -K "$BATS_TEST_TMPDIR/fifty"
    for i in $(seq 50); do cmp "$BATS_TEST_TMPDIR/copy.$i" "$REPOSITORY/unknown.bin"; done
    [ "$(control "_count?path=/unknown.bin")" = 1 ]
}

@test "a client streams while the file is still being fetched" {
    start_cache
    update
    control "_set?path=$LARGE&mode=slow&delay=0.02"
    local times
    times=$(get $LARGE -o /dev/null -w '%{time_starttransfer} %{time_total}')
    # 3 MB take 3.7 s; the first byte must not wait for the last one
    awk -v t="$times" 'BEGIN { split(t, a, " "); exit !(a[1] < a[2] / 2 && a[2] > 3) }'
}

@test "a client that leaves hurts nobody, and the fill completes" {
    start_cache
    update
    control "_set?path=$LARGE&mode=slow&delay=0.01"
    get $LARGE -o /dev/null 3>&- &
    local first=$!
    sleep 0.4
    get $LARGE -o "$BATS_TEST_TMPDIR/second" 3>&- &
    local second=$!
    sleep 0.2
    pkill -9 -P "$first" || kill -9 "$first" || true # curl; done already on a slow machine
    wait "$second"
    cmp "$BATS_TEST_TMPDIR/second" "$REPOSITORY$LARGE"
    [ "$(control "_count?path=$LARGE")" = 1 ]
    # the only client leaves
    control "_set?path=$MEDIUM&mode=slow&delay=0.08" # 2 s
    get $MEDIUM -o /dev/null 3>&- &
    local only=$! result=0
    asked_for() { [ "$(control "_count?path=$MEDIUM")" = 1 ]; }
    wait_for 30 asked_for
    pkill -9 -P "$only" || kill -9 "$only"
    wait "$only" || result=$?
    [ "$result" -ne 0 ]
    wait_for 30 test -e "$(blob_of $MEDIUM)"
    was_kept $MEDIUM
    [ "$(control "_count?path=$MEDIUM")" = 1 ]
}

@test "a truncated answer is resumed where it broke" {
    start_cache
    update
    control "_set?path=$MEDIUM&mode=truncate&at=150000&times=1"
    same $MEDIUM
    equal "$(control "_ranges?path=$MEDIUM")" '["bytes=150000-"]'
    cp "$REPOSITORY$MEDIUM" "$REPOSITORY/unknown.bin"
    control "_set?path=/unknown.bin&mode=truncate&at=150000&times=2"
    same /unknown.bin
    [ "$(control "_ranges?path=/unknown.bin")" = '["bytes=150000-", "bytes=300000-"]' ]
}

@test "bodies without a length, in chunks, and ones that stand still" {
    start_cache
    update
    head -c 300000 /dev/urandom >"$REPOSITORY/unknown.bin"
    local path mode
    for mode in chunked bare; do
        for path in $SMALL /unknown.bin; do
            control "_set?path=$path&mode=$mode"
            same $path
            same $path
        done
    done
    control "_set?path=$MEDIUM&mode=stall&at=150000&delay=120&times=1"
    local start=$SECONDS
    same $MEDIUM
    [ $((SECONDS - start)) -le 60 ]
    equal "$(control "_ranges?path=$MEDIUM")" '["bytes=150000-"]'
}

@test "a server error that passes is hidden, one that stays is final" {
    start_cache
    update
    control "_set?path=$SMALL&mode=status&status=503&times=1"
    same $SMALL
    local status
    for status in 500 502 503 504 429; do
        control "_set?path=$MEDIUM&mode=status&status=$status"
        [ "$(status_of $MEDIUM)" = "503 0" ]
    done
    control "_set?path=$MEDIUM&mode=status&status=403"
    [ "$(status_of $MEDIUM | cut -d' ' -f1)" = 403 ]
    control "_set?path=$MEDIUM&mode=ok"
    same $MEDIUM
}

@test "an answer that is truncated again and again is never kept" {
    start_cache
    update
    control "_set?path=$MEDIUM&mode=truncate&at=1000"
    [ "$(status_of $MEDIUM)" = "503 0" ]
    cp "$REPOSITORY$MEDIUM" "$REPOSITORY/unknown.bin"
    control "_set?path=/unknown.bin&mode=truncate&at=1000"
    run get /unknown.bin -o /dev/null
    [ "$status" -ne 0 ] # the answer was cut, curl says so
    control "_set?path=$MEDIUM&mode=ok"
    control "_set?path=/unknown.bin&mode=ok"
    same $MEDIUM
    same /unknown.bin
}

@test "an upstream that lies about the length leaves no wrong byte" {
    start_cache
    update
    local mode
    for mode in short long; do
        control "_set?path=$SMALL&mode=$mode&at=1000"
        [ "$(status_of $SMALL)" = "503 0" ]
        control "_set?path=$MEDIUM&mode=$mode&at=1000"
        [ "$(status_of $MEDIUM)" = "503 0" ]
    done
    control "_set?path=$SMALL&mode=short&at=1000&times=1"
    same $SMALL # the second try was right
    control "_set?path=$MEDIUM&mode=ok"
    same $MEDIUM
}

@test "wrong bytes are dropped, fetched once more, and never served" {
    start_cache
    update
    control "_set?path=$SMALL&mode=flip&at=1500&times=1"
    same $SMALL
    [ "$(control "_count?path=$SMALL")" = 2 ]
    control "_set?path=$MEDIUM&mode=login"
    [ "$(status_of $MEDIUM)" = "503 0" ]
    control "_set?path=$MEDIUM&mode=ok"
    same $MEDIUM
    # Wrong in what had been sent already: the client's answer is cut, and its partial file gets no tail.
    control "_set?path=$LARGE&mode=flip&at=100&times=2"
    run get $LARGE -o "$BATS_TEST_TMPDIR/partial"
    [ "$status" -ne 0 ]
    [ "$(status_of $LARGE -H 'Range: bytes=1000-')" = "200 3000000" ]
    same $LARGE
}

@test "a server that splices another file into a range is found out" {
    start_cache
    update
    control "_set?path=$MEDIUM&mode=splice&at=150000&times=2"
    same $MEDIUM # the client saw none of it
    equal "$(control "_ranges?path=$MEDIUM")" '["bytes=150000-"]'
    [ "$(control "_count?path=$MEDIUM")" = 3 ]
}

@test "kill -9 during a fill leaves nothing wrong, and the cache works at once after" {
    start_cache
    update
    same $SMALL
    was_kept $SMALL
    control "_set?path=$LARGE&mode=slow&delay=0.02"
    get $LARGE -o /dev/null 3>&- 2>/dev/null &
    local client=$!
    filling() { [ "$(control "_count?path=$LARGE")" = 1 ] && [ -n "$(ls "$CONTENT/temp")" ]; }
    wait_for 30 filling
    kill -9 "$SERVICE_PID"
    wait "$client" || true
    [ -n "$(ls "$CONTENT/temp")" ]
    start_cache
    [ -z "$(ls "$CONTENT/temp")" ]
    [ "$(verdict_of $SMALL)" = HIT ]
    control "_set?path=$LARGE&mode=ok"
    same $LARGE
    was_kept $LARGE
}

@test "bytes that rot on disk are found at the first read and fetched again" {
    start_cache
    update
    same $MEDIUM
    was_kept $MEDIUM
    stop_services
    local blob
    blob="$CONTENT/blobs/$(sha256sum "$REPOSITORY$MEDIUM" | cut -c1-2)/$(sha256sum "$REPOSITORY$MEDIUM" | cut -c1-64)"
    printf X | dd of="$blob" bs=1 seek=777 conv=notrunc status=none
    start_cache
    same $MEDIUM
    [ "$(control "_count?path=$MEDIUM")" = 2 ]
}

@test "all by-hash names of an index are one file" {
    start_cache
    get $SUITE/InRelease -o /dev/null
    local index=$SUITE/main/binary-amd64/Packages.xz sum
    same $index
    for sum in SHA512:sha512sum SHA256:sha256sum SHA1:sha1sum MD5Sum:md5sum; do
        local name
        name="$SUITE/main/binary-amd64/by-hash/${sum%%:*}/$("${sum##*:}" "$REPOSITORY$index" | cut -d' ' -f1)"
        same "$name"
        was_kept "$name"
    done
}

@test "a new release is adopted with its indices, and an unfinished one is not" {
    start_cache
    update
    local old new
    old=$(sha256sum "$REPOSITORY$SUITE/InRelease")
    make_repository 2
    new=$(sha256sum "$REPOSITORY$SUITE/InRelease")
    [ "$old" != "$new" ]
    # The mirror has the new InRelease but not yet its Packages: the old set stays, whole.
    mv "$REPOSITORY$SUITE/main" "$BATS_TEST_TMPDIR/later"
    [ "$(get $SUITE/InRelease -H 'Cache-Control: no-cache' | sha256sum)" = "${old%% *}  -" ]
    cp -r "$REPOSITORY" "$BATS_TEST_TMPDIR/new"
    [ "$(status_of $SUITE/main/binary-amd64/Packages.xz | cut -d' ' -f1)" = 200 ]
    mv "$BATS_TEST_TMPDIR/later" "$REPOSITORY$SUITE/main"
    [ "$(get $SUITE/InRelease -H 'Cache-Control: no-cache' | sha256sum)" = "${new%% *}  -" ]
    same $SUITE/main/binary-amd64/Packages.xz
    # The same name now means other bytes.
    same $SMALL
}

@test "an InRelease that is none is refused, and the last one served" {
    start_cache
    control "_set?path=$SUITE/InRelease&mode=login"
    [ "$(status_of $SUITE/InRelease)" = "502 0" ]
    control "_set?path=$SUITE/InRelease&mode=ok"
    same $SUITE/InRelease
    control "_set?path=$SUITE/InRelease&mode=status&status=503"
    same $SUITE/InRelease -H 'Cache-Control: no-cache'
    control "_set?path=$SUITE/InRelease&mode=short&at=400"
    same $SUITE/InRelease -H 'Cache-Control: no-cache'
    control "_set?path=$SUITE/InRelease&mode=hang&delay=100"
    local start=$SECONDS
    same $SUITE/InRelease -H 'Cache-Control: no-cache'
    [ $((SECONDS - start)) -le 40 ]
}

# sign [HOME]: makes the suite's InRelease from its Release as the repository's owner would
sign() {
    gpg --homedir "${1:-$BATS_TEST_TMPDIR/gpg}" --batch --quiet --yes --clearsign -o "$BATS_TEST_TMPDIR/signed" "$BATS_TEST_TMPDIR/plain"
    cp "$BATS_TEST_TMPDIR/signed" "$REPOSITORY$SUITE/InRelease"
}

make_key() { # HOME
    mkdir -m 700 "$1"
    gpg --homedir "$1" --batch --quiet --passphrase '' --quick-gen-key 'someone <s@repository.example>' ed25519 sign never
}

@test "a suite signed by a known key is served, one with a bad signature or without its own is not adopted" {
    local home="$BATS_TEST_TMPDIR/gpg" other="$BATS_TEST_TMPDIR/gpg2"
    make_key "$home"
    make_key "$other"
    gpg --homedir "$home" --export >"$BATS_TEST_TMPDIR/known.gpg"
    cp "$REPOSITORY$SUITE/Release" "$BATS_TEST_TMPDIR/plain"
    sign
    start_cache --keyring "$BATS_TEST_TMPDIR/known.gpg"
    update
    same $SUITE/InRelease
    # by another's hand: the key is known, the text is not what it signed
    sed -i 's/^Acquire-By-Hash.*/&\nX-Added: 1/' "$REPOSITORY$SUITE/InRelease"
    ! cmp -s "$BATS_TEST_TMPDIR/signed" "$REPOSITORY$SUITE/InRelease"
    get $SUITE/InRelease -H 'Cache-Control: no-cache' | cmp - "$BATS_TEST_TMPDIR/signed"
    wait_for 30 grep -q 'bad' "$BATS_TEST_TMPDIR/cache.log"
    # by a key that nobody here knows, and by none
    local good="$BATS_TEST_TMPDIR/good"
    cp "$BATS_TEST_TMPDIR/signed" "$good"
    sed -i 's/^Acquire-By-Hash.*/&\nX-Added: 2/' "$BATS_TEST_TMPDIR/plain"
    sign "$other"
    get $SUITE/InRelease -H 'Cache-Control: no-cache' | cmp - "$good"
    cp "$BATS_TEST_TMPDIR/plain" "$REPOSITORY$SUITE/InRelease"
    get $SUITE/InRelease -H 'Cache-Control: no-cache' | cmp - "$good"
    # the owner's next one
    sign
    get $SUITE/InRelease -H 'Cache-Control: no-cache' | cmp - "$REPOSITORY$SUITE/InRelease"
    stop_services
    # without a copy there is nothing to fall back to
    sed -i 's/^X-Added.*/X-Added: 3/' "$REPOSITORY$SUITE/InRelease"
    CONTENT="$CONTENT.new" SERVICE_STATE="$BATS_TEST_TMPDIR/new" start_cache --keyring "$BATS_TEST_TMPDIR/known.gpg"
    [ "$(status_of $SUITE/InRelease | cut -d' ' -f1)" = 403 ]
}

@test "a set is served without its server until it expires, and not after" {
    sed -i "s/^Date:.*/&\nValid-Until: $(date -u -d '+12 seconds' '+%a, %d %b %Y %H:%M:%S UTC')/" "$REPOSITORY$SUITE/InRelease"
    start_cache
    update
    stop_upstream
    [ "$(verdict_of $SUITE/InRelease -H 'Cache-Control: no-cache')" = STALE ]
    expired() { [ "$(status_of $SUITE/InRelease -H 'Cache-Control: no-cache')" = "503 0" ]; }
    wait_for 60 expired
}

@test "every form of a request reaches the same file" {
    start_cache --remap "stable=$UPSTREAM"
    local host=${UPSTREAM#http://}
    update
    same $SMALL
    curl -sS "$PROXY/$host$SMALL" | cmp - "$REPOSITORY$SMALL"
    curl -sS "$PROXY/stable$SMALL" | cmp - "$REPOSITORY$SMALL"
    [ "$(control "_count?path=$SMALL")" = 1 ]
    same '/pool/main/w/we+ird~1%3a2_1_all.deb' --request-target "$UPSTREAM/pool/main/w/we%2Bird%7E1%253a2_1_all.deb"
    [ "$(curl -sS -o /dev/null -w '%{http_code}' "$PROXY/nothing/here")" = 404 ]
    [ "$(curl -sS -o /dev/null -w '%{http_code}' --path-as-is "$PROXY/$host/pool/../../x")" = 400 ]
    [ "$(status_of /pool/none.deb | cut -d' ' -f1)" = 404 ]
    [ "$(status_of $SMALL -X POST | cut -d' ' -f1)" = 405 ]
    run curl -sS -i "$PROXY/"
    [[ "$output" == "HTTP/1.1 406 Usage Information"* ]]
    [[ "$output" == *"RUN echo 'Acquire::http { Proxy"* ]]
}

@test "ranges, conditions and HEAD are answered from the store" {
    start_cache
    update
    same $MEDIUM
    local date
    date=$(get $MEDIUM -I | tr -d '\r' | sed -n 's/^Last-Modified: //p')
    [ -n "$date" ]
    get $MEDIUM -r 100-199 | cmp - <(tail -c +101 "$REPOSITORY$MEDIUM" | head -c 100)
    get $MEDIUM -r -50 | cmp - <(tail -c 50 "$REPOSITORY$MEDIUM")
    [ "$(status_of $MEDIUM -r 399990-500000)" = "206 10" ]
    [ "$(status_of $MEDIUM -r 400000-)" = "416 0" ]
    get $MEDIUM -r 400000- -D - | grep -qi '^Content-Range: bytes \*/400000'
    [ "$(status_of $MEDIUM -r 100- -H "If-Range: $date")" = "206 399900" ]
    [ "$(status_of $MEDIUM -r 100- -H 'If-Range: Sat, 01 Jan 2000 00:00:00 GMT')" = "200 400000" ]
    [ "$(status_of $MEDIUM -H "If-Modified-Since: $date")" = "304 0" ]
    [ "$(status_of $MEDIUM -H 'If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT')" = "200 400000" ]
    get $MEDIUM -I | grep -qi '^Content-Length: 400000'
    # known from the index, not fetched
    get $LARGE -I | grep -qi '^Content-Length: 3000000'
    [ "$(control "_count?path=$LARGE")" = 0 ]
    # a range of a file that is not there yet
    get $LARGE -r 2000000- | cmp - <(tail -c +2000001 "$REPOSITORY$LARGE")
}

@test "redirects are followed, circles and private addresses refused" {
    start_cache
    control "_set?path=/a.deb&mode=redirect&to=$SMALL"
    get /a.deb | cmp - "$REPOSITORY$SMALL"
    control "_set?path=/circle.deb&mode=redirect&to=/circle.deb"
    [ "$(status_of /circle.deb)" = "502 0" ]
    stop_services
    start_service strict cache serve --listen 127.0.0.1:0 --dir "$CONTENT.strict" --allow-upstream "${UPSTREAM#http://}"
    PROXY="http://$ADDRESS"
    same $SMALL
    control "_set?path=/away.deb&mode=redirect&to=http://127.0.0.2:80/x"
    [ "$(status_of /away.deb | cut -d' ' -f1)" = 403 ]
    stop_services
    start_service closed cache serve --listen 127.0.0.1:0 --dir "$CONTENT.closed"
    PROXY="http://$ADDRESS"
    run get $SMALL -i
    [[ "$output" == "HTTP/1.1 403"* ]]
    [[ "$output" == *"--allow-upstream"* ]]
    [ "$(control "_count?path=$SMALL")" -le 2 ]
}

@test "clients that are not local are served only where they were allowed" {
    # An address of documentation is neither private nor loopback.
    ip address replace 203.0.113.77/32 dev lo # a killed run may have left it
    start_service cache cache serve --listen 203.0.113.77:0 --dir "$CONTENT" --allow-upstream 127.0.0.1
    PROXY="http://$ADDRESS"
    local refused allowed
    refused=$(status_of $SMALL --interface 203.0.113.77)
    stop_services
    start_service cache cache serve --listen 203.0.113.77:0 --dir "$CONTENT" --allow-upstream 127.0.0.1 --allow-client 203.0.113.0/24
    PROXY="http://$ADDRESS"
    allowed=$(status_of $SMALL --interface 203.0.113.77)
    ip address del 203.0.113.77/32 dev lo
    [[ "$refused" == 403* ]]
    [ "$allowed" = "200 $(stat -c %s "$REPOSITORY$SMALL")" ]
}

@test "CONNECT tunnels only where it may" {
    start_cache
    local host=${UPSTREAM#http://}
    [ "$(curl -sS -p -x "$PROXY" -o /dev/null -w '%{http_connect}' "$UPSTREAM$SMALL" || true)" = 403 ]
    stop_services
    start_service tunnel cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --allow-upstream "$host"
    curl -sS -p -x "http://$ADDRESS" "$UPSTREAM$SMALL" | cmp - "$REPOSITORY$SMALL"
}

@test "ten pipelined misses on one connection come back in order" {
    start_cache
    local i
    for i in $(seq 10); do head -c $((i * 7000)) /dev/urandom >"$REPOSITORY/p$i.bin"; done
    python3 - "${ADDRESS%:*}" "$PORT" "$UPSTREAM" "$REPOSITORY" <<'PY'
import http.client, pathlib, socket, sys
address, port, upstream, root = sys.argv[1:]
connection = socket.create_connection((address, int(port)), 120)
names = [f"p{i}.bin" for i in range(1, 11)] + ["none.bin", "p1.bin"]
connection.sendall(b"".join(f"GET {upstream}/{n} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for n in names))
stream = connection.makefile("rb")
for name in names:
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    body = stream.read(int(headers["Content-Length"]))
    if name == "none.bin":
        assert status == 404, status
    else:
        assert status == 200 and body == pathlib.Path(root, name).read_bytes(), name
PY
}

@test "--max-size removes what was used least, and nothing of an adopted set" {
    start_cache --max-size 1M
    update
    local i
    for i in 1 2 3 4 5 6; do
        head -c 300000 /dev/urandom >"$REPOSITORY/f$i.deb"
        same "/f$i.deb"
    done
    was_kept /f6.deb
    small_enough() { [ "$(du -sk "$CONTENT/blobs" | cut -f1)" -lt 1200 ]; }
    wait_for 30 small_enough
    [ "$(verdict_of $SUITE/main/binary-amd64/Packages.xz)" = HIT ]
}

@test "two processes do not share one directory" {
    start_cache
    fails 5 timeout 60 "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/other" cache serve --listen 127.0.0.1:0 --dir "$CONTENT"
    says "another process serves"
}

@test "list and stats say what is there" {
    start_cache
    update
    same $SMALL
    was_kept $SMALL
    run "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/cache-state" cache list '*small*'
    [ "$status" -eq 0 ]
    [[ "$output" == *"$SMALL"* ]]
    run "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/cache-state" --json cache stats
    [ "$(jq .suites <<<"$output")" = 1 ]
    [ "$(jq .package_tables <<<"$output")" = 1 ]
    [ "$(jq '.files >= 3' <<<"$output")" = true ]
    curl -sS "$PROXY/metrics" | grep -q '^dfriends_cache_requests_total{result="miss"} [1-9]'
}

@test "verify finds rot and what is missing, and with --repair it is fetched again" {
    start_cache
    update
    same $SMALL
    same $MEDIUM
    was_kept $SMALL; was_kept $MEDIUM
    own verify
    [ "$status" -eq 0 ]
    [[ "$output" == *"All content is sound"* ]]
    printf x | dd of="$(blob_of $SMALL)" conv=notrunc status=none
    rm "$(blob_of $MEDIUM)"
    own verify
    [ "$status" -eq 1 ]
    grep -q "^rotten .*$SMALL" <<<"$output"
    grep -q "^missing .*$MEDIUM" <<<"$output"
    GLOBAL=(--json)
    own verify --repair
    GLOBAL=()
    [ "$status" -eq 0 ]
    [ "$(jq -r '[.[].found] | sort | join(" ")' <<<"$output")" = "missing rotten" ]
    own verify
    [ "$status" -eq 0 ]
    same $SMALL
    same $MEDIUM
    was_kept $SMALL; was_kept $MEDIUM
}

@test "purge forgets what a pattern fits, but nothing of an adopted set; gc removes what nothing names" {
    start_cache
    update
    same $SMALL
    same $MEDIUM
    was_kept $SMALL; was_kept $MEDIUM
    own purge '*nothing*'
    [ "$status" -ne 0 ]
    own purge --dry-run '*/small_*'
    equal "$output" "$UPSTREAM$SMALL"
    [ -e "$(blob_of $SMALL)" ]
    own purge '*/small_*'
    [[ "$output" == "Removed 1 file, "* ]]
    [ ! -e "$(blob_of $SMALL)" ]
    equal "$(verdict_of $SMALL)" MISS
    was_kept $SMALL
    # All names go; the suite stays, and is served when upstream is gone.
    own purge '*'
    [ ! -e "$(blob_of $SMALL)" ]
    stop_upstream
    get $SUITE/InRelease | cmp - "$REPOSITORY$SUITE/InRelease"
    equal "$(status_of $SUITE/main/binary-amd64/Packages.xz | cut -d' ' -f1)" 200
    # A stray that is old enough goes, a young one may be on its way into the index.
    local stray; stray=$CONTENT/blobs/00/$(printf '0%.0s' $(seq 64))
    mkdir -p "${stray%/*}"
    echo x >"$stray"
    own gc
    [ "$status" -eq 0 ]
    [ -e "$stray" ]
    touch -d '2 hours ago' "$stray"
    own gc
    [[ "$output" == "Removed "*", 2 B" ]]
    [ ! -e "$stray" ]
}

@test "gc --max-size removes what was used least" {
    start_cache
    update
    same $SMALL
    same $MEDIUM
    was_kept $SMALL; was_kept $MEDIUM
    own gc --max-size 1K
    [ "$status" -eq 0 ]
    [ ! -e "$(blob_of $SMALL)" ] && [ ! -e "$(blob_of $MEDIUM)" ]
    [ "$(verdict_of $SUITE/main/binary-amd64/Packages.xz)" = HIT ]
    same $SMALL
}

@test "an idle cache takes less than 10 MiB" {
    start_cache
    resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$SERVICE_PID/status"; }
    few() { [ "$(resident)" -lt 10240 ]; }
    wait_for 30 few
}
