#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The package cache where all goes wrong around it: disks, servers, clients, and those who wish it ill.

load ../support/lib
load ../support/cache

teardown() {
    stop_upstream
    stop_services
    [ ! -d "$BATS_TEST_TMPDIR/small" ] || umount "$BATS_TEST_TMPDIR/small" 2>/dev/null || true
}

# lacks PATTERN FILE
lacks() {
    if grep -E "$1" "$2"; then return 1; fi
}

@test "malformed requests are refused once, and what is hidden in them is no request" {
    start_cache
    run python3 "$support/raw_requests.py" "${ADDRESS%:*}" "$PORT" "$UPSTREAM$SMALL"
    equal "$output" "27 refused, 7 understood"
    equal "$(control "_count?path=$SMALL")" 0
    same $SMALL # and it still serves
}

# answer_raw TEXT [PATH]: upstream's whole answer; a line's end in it is written \r\n.
answer_raw() {
    curl -sS --max-time 60 -G "$UPSTREAM/_set" -d "path=${2:-/raw.bin}" -d mode=raw --data-urlencode "bytes=$1" -o /dev/null
}

@test "malformed answers of a server never reach a client, and are not kept" {
    start_cache
    local text
    for text in 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n' \
        'Content-Length: 4\r\nContent-Length: 5\r\n\r\nevil' \
        'Content-Length: -4\r\n\r\nevil' \
        'Content-Length: 4\r\nX: a\r\n Set-Cookie: b\r\n\r\nevil' \
        'Content-Length : 4\r\n\r\nevil' \
        'nonsense\r\nContent-Length: 4\r\n\r\nevil' \
        'Transfer-Encoding: chunked\r\n\r\nzz\r\nevil\r\n0\r\n\r\n' \
        'Transfer-Encoding: chunked\r\n\r\n-4\r\nevil\r\n0\r\n\r\n' \
        'Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nevil\r\n0\r\n\r\n'; do
        answer_raw "HTTP/1.1 200 OK\r\n$text"
        run get /raw.bin -i
        if [[ $output == *evil* && $status -eq 0 ]] || [[ ${output,,} == *set-cookie* ]]; then
            printf 'a client got: %s\nof: %s\n' "$output" "$text"
            return 1
        fi
    done
    # What is said of the body is not the body's end: the answer is cut, and not kept.
    answer_raw 'HTTP/1.1 200 OK\r\nLast-Modified: Sat, 01 Aug 2026 10:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'
    run get /raw.bin -o /dev/null
    [ "$status" -ne 0 ]
    own list '*raw.bin'
    [[ $output != *raw.bin* ]]
}

@test "interim answers are swallowed, bad dates dropped, and nothing that is decoded becomes a header" {
    start_cache
    answer_raw 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nLast-Modified: yesterday\r\nContent-Length: 4\r\n\r\ngood'
    run get /raw.bin -i
    [[ $output == "HTTP/1.1 200"*good ]]
    [[ ${output,,} != *last-modified* && ${output,,} != *"link:"* ]]
    answer_raw 'HTTP/1.1 302 Found\r\nLocation: /x%0d%0aX-Injected:%20yes\r\nContent-Length: 0\r\n\r\n'
    run get /raw.bin -i
    [[ $output != *X-Injected* ]]
    run get '/a%0d%0aX-Injected:%20yes' -i
    [[ $output == "HTTP/1.1 400"* ]]
    [[ $(tr -d '\r' <<<"$output" | sed '/^$/q') != *X-Injected* ]]
}

@test "methods that a cache has no use for are answered, and nothing is sent on" {
    start_cache
    local method
    for method in POST PUT DELETE OPTIONS PATCH BREW; do
        run get $SMALL -i -X "$method"
        [[ $output == "HTTP/1.1 405"* && ${output,,} == *"allow: get, head, connect"* ]]
    done
    equal "$(control "_count?path=$SMALL")" 0
}

@test "hits, misses, errors and redirects come back in order on one connection, which stays" {
    start_cache
    update
    same $SMALL
    control "_set?path=/refused.deb&mode=status&status=403"
    control "_set?path=/away.deb&mode=redirect&to=/there.bin"
    control "_set?path=$MEDIUM&mode=truncate&at=150000&times=1"
    head -c 5000 /dev/urandom >"$REPOSITORY/there.bin"
    python3 - "${ADDRESS%:*}" "$PORT" "$UPSTREAM" "$REPOSITORY" "$SMALL" "$MEDIUM" <<'PY'
import http.client, pathlib, socket, sys
address, port, upstream, root, small, medium = sys.argv[1:]
asked = [(small, 200, small), ("/none.deb", 404, None), ("/refused.deb", 403, None), (medium, 200, medium), ("/away.deb", 200, "/there.bin"),
         ("/../x", 400, None), (small, 200, small), ("/there.bin", 200, "/there.bin"), ("/none.deb", 404, None), (medium, 200, medium)]
connection = socket.create_connection((address, int(port)), 120)
connection.sendall(b"".join(f"GET {upstream}{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path, _, _ in asked))
stream = connection.makefile("rb")
for path, expected, file in asked:
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    body = stream.read(int(headers["Content-Length"]))
    assert status == expected, (path, status)
    assert file is None or body == pathlib.Path(root + file).read_bytes(), path
    assert headers["Connection"] != "close", path
PY
}

@test "ranges are those of RFC 9110, of what is kept and of what is just being fetched" {
    head -c 1000 /dev/urandom >"$REPOSITORY/kept.bin"
    start_cache
    get /kept.bin -o /dev/null
    local try range answer i=0
    for try in "0-99 206 100" "500- 206 500" "-100 206 100" "0-0 206 1" "900-5000 206 100" "-5000 206 1000" "1000- 416 0" \
        "-0 416 0" "0-1,5-6 200 1000" "5-2 200 1000" "x-y 200 1000"; do
        read -r range answer <<<"$try"
        equal "$range $(status_of /kept.bin -H "Range: bytes=$range")" "$try"
        i=$((i + 1))
        cp "$REPOSITORY/kept.bin" "$REPOSITORY/new$i.bin"
        equal "$range $(status_of "/new$i.bin" -H "Range: bytes=$range")" "$try"
    done
    equal "$(status_of /kept.bin -H 'Range: lines=0-1')" "200 1000"
}

@test "a range behind the fourth GiB" {
    # A package of zeros, and "end", that takes no room, as the index lists it and the store keeps it; nothing of it is fetched.
    local size=4294968000 sum=6eca5a6cf5e0fc3ce1ca930e56bfd5a9b8a5bf67d6ed2e015712b2337c7ef7fd blob path=/pool/main/h/huge_1_all.deb
    printf '\nPackage: huge\nVersion: 1\nArchitecture: all\nFilename: %s\nSize: %s\nSHA256: %s\nDescription: x\n' \
        ${path#/} $size $sum >"$BATS_TEST_TMPDIR/stanza"
    make_repository 1 --with "$BATS_TEST_TMPDIR/stanza"
    start_cache
    update
    blob="$CONTENT/blobs/${sum:0:2}/$sum"
    mkdir -p "${blob%/*}"
    truncate -s $size "$BATS_TEST_TMPDIR/huge"
    printf end | dd of="$BATS_TEST_TMPDIR/huge" bs=1 seek=$((size - 3)) conv=notrunc status=none
    mv "$BATS_TEST_TMPDIR/huge" "$blob"
    equal "$(get $path -r $((size - 3))- --max-time 400)" end # the cache reads it all first, as it did not write it
    equal "$(get $path -r -3)" end
    equal "$(status_of $path -r 4294967290-4294967300)" "206 11"
    get $path -r 4294967290-4294967300 -o /dev/null -D - | tr -d '\r' | grep -qx "Content-Range: bytes 4294967290-4294967300/$size"
    equal "$(status_of $path -r $size-)" "416 0"
    get $path -I | tr -d '\r' | grep -qx "Content-Length: $size"
    equal "$(control "_count?path=$path")" 0
}

@test "names that no file system could hold are kept as others are" {
    local deep; deep=/$(printf 'a%.0s' $(seq 240))/$(printf 'b%.0s' $(seq 240))
    mkdir -p "$REPOSITORY$deep" "$REPOSITORY/both/inner"
    echo deep >"$REPOSITORY$deep/x.bin"
    echo inner >"$REPOSITORY/both/inner/x.bin"
    start_cache
    same "$deep/x.bin"
    same /both/inner/x.bin
    # a file where another one has a folder, a long component, a long path: all answered, none a crash
    local text='HTTP/1.1 200 OK\r\nContent-Length: 4\r\nCache-Control: max-age=60\r\n\r\nfile' path
    for path in /both/inner "/$(printf 'c%.0s' $(seq 300)).bin" "$(printf '/%.0sd' $(seq 1500))"; do
        answer_raw "$text" "$path"
        equal "$(get "$path")" file
        was_kept "$path"
    done
}

@test "on a full disk everything still arrives, checked, and it is kept again once there is room" {
    mkdir "$BATS_TEST_TMPDIR/small"
    mount -t tmpfs -o size=1500k none "$BATS_TEST_TMPDIR/small"
    CONTENT="$BATS_TEST_TMPDIR/small/content"
    start_cache
    update
    same $MEDIUM
    dd if=/dev/zero of="$BATS_TEST_TMPDIR/small/ballast" bs=4k status=none 2>/dev/null || true
    head -c 200000 /dev/urandom >"$REPOSITORY/unknown.bin"
    local path
    for path in $SMALL $LARGE /unknown.bin $SUITE/main/binary-amd64/Packages.gz; do
        same $path
        same $path
    done
    same $MEDIUM # the hit, or what made room for the others
    # wrong bytes are found out in memory, too
    control "_set?path=$LARGE&mode=flip&at=2999999"
    run get $LARGE -o "$BATS_TEST_TMPDIR/wrong"
    [ "$status" -ne 0 ] || ! cmp -s "$BATS_TEST_TMPDIR/wrong" <(control "$LARGE")
    control "_set?path=$LARGE&mode=ok"
    wait_for 30 grep -q 'disk' "$BATS_TEST_TMPDIR/cache.log"
    # a suite that is new here
    cp -r "$REPOSITORY$SUITE" "$REPOSITORY/dists/other"
    same /dists/other/InRelease
    rm "$BATS_TEST_TMPDIR/small/ballast"
    same $SMALL
    was_kept $SMALL
    same /dists/other/InRelease
    own verify
    [ "$status" -eq 0 ]
    stop_services
    umount "$BATS_TEST_TMPDIR/small"
}

@test "a disk that fills up while a file arrives, and empties again, leaves no hole in it" {
    mkdir "$BATS_TEST_TMPDIR/small"
    mount -t tmpfs -o size=4m none "$BATS_TEST_TMPDIR/small"
    CONTENT="$BATS_TEST_TMPDIR/small/content"
    start_cache
    update
    control "_set?path=$LARGE&mode=slow&delay=0.01"
    get $LARGE -o "$BATS_TEST_TMPDIR/copy" 3>&- &
    local client=$!
    sleep 0.5
    dd if=/dev/zero of="$BATS_TEST_TMPDIR/small/ballast" bs=3k status=none 2>/dev/null || true
    sleep 0.5
    rm "$BATS_TEST_TMPDIR/small/ballast"
    wait "$client"
    cmp "$BATS_TEST_TMPDIR/copy" "$REPOSITORY$LARGE"
    control "_set?path=$LARGE&mode=ok"
    same $LARGE
    own verify
    [ "$status" -eq 0 ]
    stop_services
    umount "$BATS_TEST_TMPDIR/small"
}

@test "kill -9 in the midst of many fills, again and again: nothing half remains, everything is right after" {
    start_cache
    update
    local i round
    for i in $(seq 12); do head -c $((i * 50000)) /dev/urandom >"$REPOSITORY/k$i.bin"; done
    for round in 1 2 3; do
        local pids=()
        for i in $(seq 12); do
            control "_set?path=/k$i.bin&mode=slow&delay=0.01" >/dev/null
            get "/k$i.bin" -o /dev/null 3>&- 2>/dev/null &
            pids+=($!)
        done
        sleep 0.1$round
        kill -9 "$SERVICE_PID"
        wait "${pids[@]}" || true
        start_cache
        [ -z "$(ls "$CONTENT/temp")" ]
    done
    for i in $(seq 12); do
        control "_set?path=/k$i.bin&mode=ok" >/dev/null
        same "/k$i.bin"
    done
    own verify
    [ "$status" -eq 0 ]
}

@test "a file that changes while it is fetched is never a mixture" {
    head -c 400000 /dev/urandom >"$REPOSITORY/unknown.bin"
    touch -d '2026-08-01 10:00' "$REPOSITORY/unknown.bin"
    start_cache
    control "_set?path=/unknown.bin&mode=stall&at=150000&delay=2&times=1"
    head -c 400000 /dev/urandom >"$REPOSITORY/unknown.new"
    get /unknown.bin -N -o "$BATS_TEST_TMPDIR/mixed" 3>&- 2>/dev/null &
    local client=$! result=0
    wait_for 30 test -s "$BATS_TEST_TMPDIR/mixed"
    mv "$REPOSITORY/unknown.new" "$REPOSITORY/unknown.bin"
    wait "$client" || result=$?
    [ "$result" -ne 0 ] # it had bytes of the old one
    same /unknown.bin
    # with a server that sends the rest of the new one all the same, what an index knows is right nevertheless
    update
    control "_set?path=$LARGE&mode=splice&at=1500000&times=2"
    same $LARGE
}

@test "a server that says nothing is given up in time, and holds up nobody else" {
    start_cache
    update
    control "_set?path=$MEDIUM&mode=hang&delay=120"
    control "_set?path=/unknown.bin&mode=hang&delay=120"
    local start=$SECONDS known unknown
    status_of $MEDIUM >"$BATS_TEST_TMPDIR/known" 3>&- &
    known=$!
    status_of /unknown.bin >"$BATS_TEST_TMPDIR/unknown" 3>&- &
    unknown=$!
    # one that takes the connection and never begins with TLS
    local silent=$BATS_TEST_TMPDIR/silent
    python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); time.sleep(300)' \
        >"$silent" 3>&- &
    local server=$!
    wait_for 30 test -s "$silent"
    curl -sS --max-time 120 -o /dev/null -w '%{http_code} %{size_download}' "$PROXY/HTTPS///127.0.0.1:$(cat "$silent")/x.bin" \
        >"$BATS_TEST_TMPDIR/tls" 3>&- &
    local tls=$!
    asked_for() { [ "$(control "_count?path=$MEDIUM")" -ge 1 ] && [ "$(control "_count?path=/unknown.bin")" -ge 1 ]; }
    wait_for 30 asked_for
    local beside=$SECONDS
    same $SMALL
    same $LARGE
    [ $((SECONDS - beside)) -le 8 ] # a server is given up after ten seconds
    wait "$known" "$unknown" "$tls"
    kill "$server"
    wait "$server" 2>/dev/null || true
    [ $((SECONDS - start)) -le 60 ]
    equal "$(cat "$BATS_TEST_TMPDIR/known")" "503 0"
    equal "$(cat "$BATS_TEST_TMPDIR/unknown")" "503 0"
    equal "$(cat "$BATS_TEST_TMPDIR/tls")" "503 0"
}

@test "a long chain of redirects is followed, an endless one is not, and a suite that is gone is served from the store" {
    head -c 3000 /dev/urandom >"$REPOSITORY/there.bin"
    start_cache
    local i
    for i in 1 2 3 4 5 6 7; do control "_set?path=/hop$i&mode=redirect&to=/hop$((i + 1))" >/dev/null; done
    control "_set?path=/hop8&mode=redirect&to=/there.bin"
    get /hop1 | cmp - "$REPOSITORY/there.bin"
    for i in $(seq 20); do control "_set?path=/far$i&mode=redirect&to=/far$((i + 1))" >/dev/null; done
    equal "$(status_of /far1)" "502 0"
    update
    control "_set?path=$SUITE/InRelease&mode=status&status=404"
    same $SUITE/InRelease -H 'Cache-Control: no-cache'
}

# served_by NAME [OPTION]...: one more cache; its address is in $ADDRESS.
served_by() {
    SERVICE_STATE="$BATS_TEST_TMPDIR/$1-state" start_service "$1" cache serve --listen "127.0.0.1:${2:-0}" --dir "$CONTENT.$1" \
        --allow-upstream 127.0.0.1 "${@:3}"
}

@test "requests that go round in a circle are found out, through one cache and through two" {
    start_cache
    local start=$SECONDS host=${PROXY#http://}
    equal "$(curl -sS -o /dev/null -w '%{http_code}' --max-time 20 "http://$host/$host/x.bin")" 508
    equal "$(curl -sS -o /dev/null -w '%{http_code}' --max-time 20 "http://$host/$host/x.example/dists/x/InRelease")" 508
    local one two
    one=$(free_port) two=$(free_port)
    served_by one "$one" --remap "x=http://127.0.0.1:$two/x"
    served_by two "$two" --remap "x=http://127.0.0.1:$one/x"
    local path
    for path in file.bin dists/x/InRelease; do
        equal "$(curl -sS -o /dev/null -w '%{http_code}' --max-time 20 "http://127.0.0.1:$one/x/$path")" 508
    done
    equal "$(curl -sS -I -o /dev/null -w '%{http_code}' --max-time 20 "http://127.0.0.1:$one/x/head.bin")" 508
    [ $((SECONDS - start)) -le 20 ]
}

@test "clients that read nothing cost little memory, and others are not held up" {
    truncate -s 200M "$REPOSITORY/wide.bin"
    start_cache
    get /wide.bin -o /dev/null
    python3 - "${ADDRESS%:*}" "$PORT" "$UPSTREAM" 3>&- >"$BATS_TEST_TMPDIR/held" <<'PY' &
import socket, sys, time
address, port, upstream = sys.argv[1:]
held = []
for _ in range(100):
    connection = socket.create_connection((address, int(port)), 60)
    connection.sendall(f"GET {upstream}/wide.bin HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 10)
    held.append(connection)
print("all", flush=True)
time.sleep(300)
PY
    local idle=$!
    wait_for 60 grep -q all "$BATS_TEST_TMPDIR/held"
    sleep 0.5
    local start=$SECONDS
    cmp <(get /wide.bin) "$REPOSITORY/wide.bin"
    [ $((SECONDS - start)) -le 40 ]
    local peak; peak=$(sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$SERVICE_PID/status")
    kill "$idle"
    wait "$idle" 2>/dev/null || true
    echo "anonymous memory: $peak KiB"
    [ "$peak" -lt 24000 ]
}

@test "Alpine's packages: the index is asked for each time, a package is kept, a page of a captive portal is not" {
    mkdir -p "$REPOSITORY/alpine/main/x86_64"
    head -c 20000 /dev/urandom >"$REPOSITORY/alpine/main/x86_64/APKINDEX.tar.gz"
    head -c 50000 /dev/urandom >"$REPOSITORY/alpine/main/x86_64/tool-1-r0.apk"
    head -c 60000 /dev/urandom >"$REPOSITORY/alpine/main/x86_64/other-1-r0.apk"
    touch -d '2026-08-01 10:00' "$REPOSITORY"/alpine/main/x86_64/*
    start_cache
    local index=/alpine/main/x86_64/APKINDEX.tar.gz package=/alpine/main/x86_64/tool-1-r0.apk other=/alpine/main/x86_64/other-1-r0.apk
    same $index
    same $package
    same $package
    equal "$(control "_count?path=$package")" 1
    was_kept $package
    head -c 21000 /dev/urandom >"$REPOSITORY$index"
    same $index
    control "_set?path=$other&mode=login"
    get $other -o /dev/null
    control "_set?path=$other&mode=ok"
    same $other
    stop_upstream
    same $index
    same $package
}

@test "any file over http: kept only as its server allows, and never what only one client may see" {
    start_cache
    local file
    for file in asked fresh private; do head -c 9000 /dev/urandom >"$REPOSITORY/$file.whl"; done
    # validated each time
    same /asked.whl
    same /asked.whl
    equal "$(control "_count?path=/asked.whl")" 2
    control "_set?path=/fresh.whl&mode=ok&header=Cache-Control:max-age=60"
    same /fresh.whl
    same /fresh.whl
    equal "$(control "_count?path=/fresh.whl")" 1
    get '/fresh.whl?other=1' | cmp - "$REPOSITORY/fresh.whl" # a query is part of the name
    equal "$(control "_count?path=/fresh.whl")" 2
    local field
    for field in Cache-Control:no-store Cache-Control:private Set-Cookie:a=b 'Vary:*'; do
        control "_reset"
        curl -sS -G "$UPSTREAM/_set" -d path=/private.whl -d mode=ok --data-urlencode "header=$field" -o /dev/null
        same /private.whl
        same /private.whl
        equal "$field $(control "_count?path=/private.whl")" "$field 2"
        own list '*private.whl'
        [[ $output != *private.whl* ]]
    done
    control "_set?path=/private.whl&mode=ok&header=Cache-Control:max-age=60"
    local who
    for who in 'Authorization: Basic eDp5' 'Cookie: a=b'; do
        equal "$(verdict_of /private.whl -H "$who")" PASS
        own list '*private.whl'
        [[ $output != *private.whl* ]]
    done
}

# start_proxy [USER:PASSWORD]: a proxy of the classical kind; sets FORWARD, and what it was asked for goes to $FORWARD_LOG.
start_proxy() {
    FORWARD_LOG="$BATS_TEST_TMPDIR/forward.log"
    python3 "$support/forward_proxy.py" "${@}" >"$FORWARD_LOG" 3>&- &
    FORWARD_PID=$!
    wait_for 30 grep -q listening "$FORWARD_LOG"
    FORWARD=$(sed -n 's/^listening on //p' "$FORWARD_LOG")
}

# with_proxy URL [OPTION]...: a cache that asks through it.
with_proxy() {
    start_service proxied cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --upstream-proxy "$@"
    PROXY="http://$ADDRESS"
}

@test "--upstream-proxy: everything goes through it, and its password is nowhere in the log" {
    start_proxy 'somebody:se cret'
    local host=${UPSTREAM#http://}
    with_proxy "http://somebody:se%20cret@$FORWARD" --allow-upstream "$host"
    update
    same $MEDIUM
    was_kept $MEDIUM
    grep -qx "GET $UPSTREAM$MEDIUM" "$FORWARD_LOG"
    # a client's tunnel
    curl -sS -p -x "$PROXY" "$UPSTREAM$SMALL" | cmp - "$REPOSITORY$SMALL"
    grep -qx "CONNECT $host" "$FORWARD_LOG"
    # addresses that the request names are still no way into private networks
    local name
    for name in 127.0.0.2 10.0.0.1 169.254.169.254 '[::1]' localhost localhost. 2130706433 0x7f000001 127.1 0177.0.0.1; do
        equal "$name $(curl -sS -x "$PROXY" -o /dev/null -w '%{http_code}' "http://h/" --request-target "http://$name/x")" "$name 403"
        equal "$name $(curl -sS -p -x "$PROXY" -o /dev/null -w '%{http_connect}' "http://h:443/" --connect-to "h:443:$name:443" 2>/dev/null ||
            true)" "$name 403"
    done
    lacks '127\.0\.0\.2|10\.0\.0\.1|169\.254|::1|localhost|2130706433|0x7f|127\.1/|0177\.' "$FORWARD_LOG"
    lacks 'se.*cret|c29tZWJvZHk' "$BATS_TEST_TMPDIR/proxied.log"
    kill "$FORWARD_PID"
    wait "$FORWARD_PID" || true
    equal "$(status_of $LARGE)" "503 0"
    lacks 'se.*cret|c29tZWJvZHk' "$BATS_TEST_TMPDIR/proxied.log"
    same $MEDIUM
}

@test "--upstream-proxy: https goes through a tunnel, a wrong password is said so, and a bad URL does not show its own" {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$BATS_TEST_TMPDIR/key.pem" -out "$BATS_TEST_TMPDIR/cert.pem" -days 1 \
        -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    python3 - "$REPOSITORY" "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/tls.log" 3>&- 2>/dev/null <<'PY' &
import functools, http.server, ssl, sys
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1]))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2] + "/cert.pem", sys.argv[2] + "/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
    local server=$!
    wait_for 30 test -s "$BATS_TEST_TMPDIR/tls.log"
    local host; host=127.0.0.1:$(cat "$BATS_TEST_TMPDIR/tls.log")
    start_proxy somebody:right
    SSL_CERT_FILE="$BATS_TEST_TMPDIR/cert.pem" with_proxy "http://somebody:right@$FORWARD" --allow-upstream "$host"
    curl -sS "$PROXY/HTTPS///$host$MEDIUM" | cmp - "$REPOSITORY$MEDIUM"
    grep -qx "CONNECT $host" "$FORWARD_LOG"
    stop_services
    SSL_CERT_FILE="$BATS_TEST_TMPDIR/cert.pem" with_proxy "http://somebody:wrong@$FORWARD" --allow-upstream 127.0.0.1
    local text
    text=$(curl -sS "$PROXY/HTTPS///$host$SMALL")
    [[ $text == *"upstream proxy '$FORWARD' wants a user and a password"* && $text != *wrong* ]]
    text=$(get $SMALL)
    [[ $text == *"upstream proxy '$FORWARD' wants a user and a password"* && $text != *wrong* ]]
    kill "$server" "$FORWARD_PID"
    wait "$server" "$FORWARD_PID" 2>/dev/null || true
    run timeout 60 "$DFRIENDS" cache serve --listen 127.0.0.1:0 --dir "$CONTENT.x" --upstream-proxy ftp://somebody:secret@h
    [ "$status" -ne 0 ]
    says 'http://proxy.example:3128'
    [[ $output != *secret* ]]
}

@test "--upstream-proxy: another cache of this kind will do, and two that name each other are found out" {
    start_cache
    local parent=$PROXY
    CONTENT="$CONTENT.child" with_proxy "$parent" --allow-upstream 127.0.0.1
    update
    same $MEDIUM
    equal "$(control "_count?path=$MEDIUM")" 1
    wait_for 30 grep -q "$MEDIUM" "$BATS_TEST_TMPDIR/cache.log"
    local one two
    one=$(free_port) two=$(free_port)
    served_by one "$one" --upstream-proxy "http://127.0.0.1:$two"
    served_by two "$two" --upstream-proxy "http://127.0.0.1:$one"
    local start=$SECONDS
    PROXY="http://127.0.0.1:$one"
    equal "$(status_of /circle.bin | cut -d' ' -f1)" 508
    equal "$(status_of /dists/circle/InRelease | cut -d' ' -f1)" 508
    [ $((SECONDS - start)) -le 20 ]
}

mirror_state() { # of the second column of `stats`
    own stats
    sed -n "s|.*$1/ *||p" <<<"$output"
}

@test "of a group of mirrors the one that is well is asked, and one that is well again is used again" {
    # the first of the group accepts and says nothing; the second is right
    local port; port=$(free_port)
    cat >"$BATS_TEST_TMPDIR/silent.py" <<'PY'
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
time.sleep(600)
PY
    python3 "$BATS_TEST_TMPDIR/silent.py" "$port" >"$BATS_TEST_TMPDIR/silent" 3>&- &
    local silent=$!
    wait_for 30 test -s "$BATS_TEST_TMPDIR/silent"
    local i
    for i in $(seq 8); do head -c 20000 /dev/urandom >"$REPOSITORY/m$i.deb"; done
    start_cache --remap "debian=http://127.0.0.1:$port,$UPSTREAM"
    fetch() { curl -sS --max-time 120 "$PROXY/debian/$1" | cmp - "$REPOSITORY/$1"; }
    [[ $(mirror_state "$port") == well ]]
    fetch m1.deb # this one meets the silence
    local start; start=$(date +%s%N)
    for i in 2 3 4; do fetch "m$i.deb"; done
    fetch dists/stable/InRelease
    [ $((($(date +%s%N) - start) / 1000000)) -le 6000 ] # the silence takes ten seconds
    [[ $(mirror_state "$port") == "avoided after "* ]]
    [[ $(mirror_state "${UPSTREAM##*:}") == well ]]
    own --json stats
    curl -sS "$PROXY/metrics" | grep -q "^dfriends_cache_mirror_failures{name=\"debian\",url=\"http://127.0.0.1:$port/\"} [1-9]"
    # it comes back: found by a probe, no client waits for it
    kill "$silent"
    wait "$silent" 2>/dev/null || true
    python3 -m http.server --bind 127.0.0.1 --directory "$REPOSITORY" "$port" >"$BATS_TEST_TMPDIR/back" 2>&1 3>&- &
    local back=$!
    wait_for 30 curl -sSf -o /dev/null "http://127.0.0.1:$port/dists/stable/InRelease"
    sleep 2.2
    start=$(date +%s%N)
    fetch m5.deb
    [ $((($(date +%s%N) - start) / 1000000)) -le 4000 ]
    is_well() { [[ $(mirror_state "$port") == well ]]; }
    i=0
    probed() { is_well && return; i=$((i + 1)); head -c 100 /dev/urandom >"$REPOSITORY/again$i.bin"; fetch "again$i.bin"; sleep 0.4; is_well; }
    wait_for 60 probed
    fetch m6.deb
    equal "$(control "_count?path=/m6.deb")" 0
    grep -q 'GET /m6.deb' "$BATS_TEST_TMPDIR/back"
    kill "$back"
    wait "$back" 2>/dev/null || true
}

@test "a mirror that breaks off or sends wrong bytes is avoided as well" {
    cp -r "$REPOSITORY" "$BATS_TEST_TMPDIR/second"
    local first=$UPSTREAM first_pid=$UPSTREAM_PID
    REPOSITORY="$BATS_TEST_TMPDIR/second" start_upstream
    start_cache --remap "debian=$first,$UPSTREAM"
    fetch() { curl -sS --max-time 120 "$PROXY/debian$1" | cmp - "$REPOSITORY$1"; }
    fetch $SUITE/InRelease
    fetch $SUITE/main/binary-amd64/Packages.xz
    curl -sS "$first/_set?path=$MEDIUM&mode=truncate&at=1000" -o /dev/null
    fetch $MEDIUM
    fetch $SMALL # at once: after two seconds it would be probed
    [[ $(mirror_state "${first##*:}") == *"breaks off" ]]
    equal "$(curl -sS "$first/_count?path=$SMALL")" 0
    equal "$(control "_count?path=$SMALL")" 1
    kill "$first_pid"
    wait "$first_pid" 2>/dev/null || true
}
