#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The package cache with real apt, real image builds, and this machine's own Debian mirror.

load ../support/lib

setup() {
    MIRROR=$(system_mirror)
    MIRROR_HOST=$(cut -d/ -f3 <<<"$MIRROR")
    CONTENT="$BATS_TEST_TMPDIR/content"
    # Machines for tests switch these checks off for all of apt; here they must be on, or stale lists would prove nothing.
    CHECKS="-o Acquire::Check-Date=true -o Acquire::Check-Valid-Until=true"
}

teardown() {
    stop_services
    docker rm -f -v dft-apt-cacher >/dev/null 2>&1 || true
    docker image rm -f dft-cache dft-first dft-second >/dev/null 2>&1 || true
}

bridge_address() {
    dfriends --json cache client-config | jq -r .proxy | sed 's#^http://##; s#:[0-9]*$##'
}

# The executable under test where it is static, as the release is; else the one that DFRIENDS_STATIC's build directory has.
static_executable() {
    local candidate
    for candidate in "$DFRIENDS" "${DFRIENDS_STATIC:+$DFRIENDS_STATIC/src/dfriends}"; do
        if [ -x "$candidate" ] && ! readelf -l "$candidate" | grep -q INTERP; then
            echo "$candidate"
            return
        fi
    done
    echo "no static executable: set DFRIENDS_STATIC to a build directory made with -Dstatic=true" >&2
    return 1
}

# build IMAGE LINE: an image that installs a package through the cache
build() {
    mkdir -p "$BATS_TEST_TMPDIR/$1"
    cat >"$BATS_TEST_TMPDIR/$1/Dockerfile" <<END
FROM dft-debian
$2
RUN apt-get $CHECKS update && apt-get $CHECKS install -y --no-install-recommends hello
RUN apt-cache show jq | grep -q '^Filename: pool/main/j/jq/' && hello
END
    docker build --no-cache -t "$1" "$BATS_TEST_TMPDIR/$1"
}

# on_host PROXY ARGUMENT...: apt-get of this machine with lists of its own
on_host() {
    local proxy=$1 root="$BATS_TEST_TMPDIR/apt"
    shift
    mkdir -p "$root/etc/apt.conf.d" "$root/etc/preferences.d" "$root/state/lists/partial" "$root/cache/archives/partial"
    : >"$root/status"
    [ -e "$root/etc/sources.list" ] ||
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR bookworm main" >"$root/etc/sources.list"
    apt-get -o Dir::Etc="$root/etc" -o Dir::Etc::sourcelist="$root/etc/sources.list" -o Dir::Etc::sourceparts=/nonexistent \
        -o Dir::State="$root/state" -o Dir::State::status="$root/status" -o Dir::Cache="$root/cache" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none $CHECKS -o Acquire::http::Proxy="$proxy" "$@"
}

forget_lists() {
    rm -rf "$BATS_TEST_TMPDIR/apt/state" "$BATS_TEST_TMPDIR/apt/cache"
}

has_lists() {
    [ "$(cat "$BATS_TEST_TMPDIR"/apt/state/lists/*_Packages* | wc -c)" -gt 1000000 ]
}

@test "client-config prints the walkthrough's line with docker0's address" {
    need_engine
    local address
    address=$(ip -4 -o addr show docker0 | sed 's#.* inet \([0-9.]*\)/.*#\1#')
    equal "$(dfriends cache client-config --dockerfile)" \
        "RUN echo 'Acquire::http { Proxy \"http://$address:3142\"; };' >> /etc/apt/apt.conf.d/01proxy"
    equal "$(dfriends cache client-config)" "Acquire::http { Proxy \"http://$address:3142\"; };"
    equal "$(dfriends --json cache client-config --port 4000 | jq -r .proxy)" "http://$address:4000"
}

@test "two image builds: the second is served from the cache, with upstream gone and real lists" {
    need_engine
    debian_image
    local address line
    address=$(bridge_address)
    start_service first cache serve --listen "$address:0" --dir "$CONTENT" --allow-upstream "$MIRROR_HOST"
    local port=$PORT
    line=$(dfriends cache client-config --dockerfile --port "$port")
    build dft-first "$line"
    wait_for 30 grep -q '^MISS 200 .*hello_' "$BATS_TEST_TMPDIR/first.log"
    stop_services
    SERVICE_STATE="$BATS_TEST_TMPDIR/first-state" \
        start_service second cache serve --listen "$address:$port" --dir "$CONTENT" --offline
    build dft-second "$line"
    wait_for 30 grep -q '^HIT 200 .*hello_' "$BATS_TEST_TMPDIR/second.log"
    wait_for 30 grep -q '^STALE 200 .*InRelease' "$BATS_TEST_TMPDIR/second.log"
    sleep 0.3 # lines of the access log are written a moment later
    fails 1 grep -E '^(MISS|ERROR) ' "$BATS_TEST_TMPDIR/second.log"
    docker run --rm dft-second hello | grep -q 'Hello, world'
}

@test "apt-get update yields real lists when upstream dies, quickly, and ends with 100 where nothing is kept" {
    start_service upstream cache serve --listen 127.0.0.1:0 --dir "$CONTENT.upstream" --allow-upstream "$MIRROR_HOST"
    local upstream=$ADDRESS upstream_pid=$SERVICE_PID
    start_service cache cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --remap "debian=http://$upstream/${MIRROR#http://}"
    mkdir -p "$BATS_TEST_TMPDIR/apt/etc"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://$ADDRESS/debian bookworm main" \
        >"$BATS_TEST_TMPDIR/apt/etc/sources.list"
    on_host DIRECT update
    on_host DIRECT install -y -d --no-install-recommends hello
    has_lists
    kill -9 "$upstream_pid"
    forget_lists
    wait "$upstream_pid" || true
    local cache=$ADDRESS
    curl -sS -H 'Cache-Control: no-cache' -D - -o /dev/null "http://$cache/debian/dists/bookworm/InRelease" | grep -q 'X-Cache: STALE'
    local start=$SECONDS
    on_host DIRECT -o APT::Update::Error-Mode=any update
    [ $((SECONDS - start)) -le 40 ]
    has_lists
    on_host DIRECT install -y -d --no-install-recommends hello
    # a package that was never fetched: an error at once, not an endless retry
    fails 100 on_host DIRECT install -y -d --no-install-recommends sl
    # a suite that was never fetched
    sed -i 's/ bookworm / bullseye /' "$BATS_TEST_TMPDIR/apt/etc/sources.list"
    forget_lists
    start=$SECONDS
    fails 100 on_host DIRECT update
    [ $((SECONDS - start)) -le 40 ]
}

@test "debootstrap and https sources go through the same port" {
    start_service cache cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --allow-upstream "$MIRROR_HOST"
    http_proxy="http://$ADDRESS" debootstrap --download-only --variant=minbase --include=hello bookworm \
        "$BATS_TEST_TMPDIR/root" "$MIRROR"
    [ -n "$(ls "$BATS_TEST_TMPDIR"/root/var/cache/apt/archives/hello_*.deb)" ]
    [ "$(curl -sS -o /dev/null -w '%{http_connect}' -x "http://$ADDRESS" "https://$MIRROR_HOST:22/" || true)" = 403 ]
}

@test "warm and import: real apt updates and installs from a cache whose upstream nobody asked but warm" {
    mkdir "$BATS_TEST_TMPDIR/app"
    printf 'FROM debian:bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n    jq hello\n' \
        >"$BATS_TEST_TMPDIR/app/Dockerfile"
    start_service first cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --allow-upstream "$MIRROR_HOST"
    DFRIENDS_STATE_DIR="$BATS_TEST_TMPDIR/first-state" dfriends cache warm --proxy "http://$ADDRESS" \
        --suite "$MIRROR/dists/bookworm" "$BATS_TEST_TMPDIR/app/Dockerfile"
    stop_services
    SERVICE_STATE="$BATS_TEST_TMPDIR/first-state" start_service second cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --offline
    on_host "http://$ADDRESS" -o APT::Update::Error-Mode=any update
    has_lists
    # What an image has anyway (libc6) is not warmed, so dependencies are left to the image here.
    (cd "$BATS_TEST_TMPDIR" && on_host "http://$ADDRESS" download jq hello libjq1 libonig5)
    fails 1 grep -E '^(MISS|ERROR) ' "$BATS_TEST_TMPDIR/second.log"
    # Another cache, which gets apt's files as a directory and the lists from this one.
    local lists=$ADDRESS
    mkdir "$BATS_TEST_TMPDIR/archives"
    mv "$BATS_TEST_TMPDIR"/*.deb "$BATS_TEST_TMPDIR/archives"
    start_service third cache serve --listen 127.0.0.1:0 --dir "$CONTENT.third" --remap "debian=http://$lists/${MIRROR#http://}"
    DFRIENDS_STATE_DIR="$BATS_TEST_TMPDIR/third-state" dfriends cache import --dir "$CONTENT.third" "$BATS_TEST_TMPDIR/archives" |
        grep -q '^Imported 4 files, '
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://$ADDRESS/debian bookworm main" \
        >"$BATS_TEST_TMPDIR/apt/etc/sources.list"
    forget_lists
    on_host DIRECT update
    (cd "$BATS_TEST_TMPDIR" && on_host DIRECT download jq hello libjq1 libonig5)
    four_hits() { [ "$(grep -c '^HIT 200 .*[.]deb' "$BATS_TEST_TMPDIR/third.log")" -ge 4 ]; }
    wait_for 30 four_hits
    equal "$(grep -c '^HIT 200 .*[.]deb' "$BATS_TEST_TMPDIR/third.log")" 4
}

@test "the image FROM scratch runs the cache, and its log can be followed" {
    need_engine
    debian_image
    mkdir -p "$BATS_TEST_TMPDIR/image"
    cp "$(static_executable)" "$BATS_TEST_TMPDIR/image/dfriends"
    docker build -q -t dft-cache -f "$BATS_TEST_DIRNAME/../../packaging/container/cache.Dockerfile" "$BATS_TEST_TMPDIR/image"
    docker run -d --name dft-apt-cacher -p 3142 --dns-search . dft-cache cache serve --allow-upstream "$MIRROR_HOST"
    local port
    port=$(docker port dft-apt-cacher 3142/tcp | sed -n 's/.*://p' | head -n 1)
    wait_for 60 curl -sS "http://127.0.0.1:$port/healthz"
    docker logs dft-apt-cacher 2>&1 | grep -q '^listening on 0.0.0.0:3142'
    build dft-first "$(dfriends cache client-config --dockerfile --port "$port")"
    logged() { docker logs dft-apt-cacher 2>&1 | grep -q '^MISS 200 .*hello_'; }
    wait_for 30 logged
    docker restart -t 10 dft-apt-cacher
    port=$(docker port dft-apt-cacher 3142/tcp | sed -n 's/.*://p' | head -n 1)
    wait_for 60 curl -sS "http://127.0.0.1:$port/healthz"
    curl -sS -o /dev/null -D - -x "http://127.0.0.1:$port" "$MIRROR/dists/bookworm/InRelease" | grep -q 'X-Cache: HIT\|X-Cache: STALE'
}
