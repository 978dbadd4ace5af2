# SPDX-License-Identifier: Apache-2.0
# What the functional tests of the package cache share, after lib.bash: a repository, a server for it, a cache before that.

setup() {
    REPOSITORY="$BATS_TEST_TMPDIR/repository"
    CONTENT="$BATS_TEST_TMPDIR/content"
    SMALL=/pool/main/s/small_1_all.deb
    MEDIUM=/pool/main/m/medium_1_all.deb
    LARGE=/pool/main/l/large_1_all.deb
    SUITE=/dists/stable
    make_repository 1
    start_upstream
}

teardown() {
    stop_upstream
    stop_services
}

make_repository() {
    python3 "$support/make_repository.py" "$REPOSITORY" "$@"
}

start_upstream() {
    : >"$BATS_TEST_TMPDIR/upstream.log" # now: it may have the word of another one
    python3 "$support/faulty_upstream.py" "$REPOSITORY" >>"$BATS_TEST_TMPDIR/upstream.log" 3>&- &
    UPSTREAM_PID=$!
    wait_for 60 grep -q listening "$BATS_TEST_TMPDIR/upstream.log"
    UPSTREAM="http://$(sed -n 's/^listening on //p' "$BATS_TEST_TMPDIR/upstream.log")"
}

stop_upstream() {
    [ -z "${UPSTREAM_PID:-}" ] || kill "$UPSTREAM_PID" 2>/dev/null || true
    [ -z "${UPSTREAM_PID:-}" ] || wait "$UPSTREAM_PID" 2>/dev/null || true
    UPSTREAM_PID=
}

start_cache() {
    start_service cache cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --allow-upstream 127.0.0.1 "$@"
    PROXY="http://$ADDRESS"
}

# get PATH [curl options]: through the cache
get() {
    curl -sS --max-time 120 -x "$PROXY" "$UPSTREAM$1" "${@:2}"
}

status_of() {
    get "$1" -o /dev/null -w '%{http_code} %{size_download}' "${@:2}"
}

verdict_of() {
    get "$1" -o /dev/null -D - "${@:2}" | tr -d '\r' | sed -n 's/^X-Cache: //p'
}

# was_kept PATH: it is served without another fetch, also where the one before is just being checked and kept, and then it is kept.
was_kept() { [[ $(verdict_of "$1") == @(HIT|JOIN) ]] && wait_for 30 is_kept "$1"; }
is_kept() { [ "$(verdict_of "$1")" = HIT ]; }

control() {
    curl -sS --max-time 60 "$UPSTREAM/$1"
}

update() { # what a client does first
    get $SUITE/InRelease -o /dev/null
    get $SUITE/main/binary-amd64/Packages.xz -o /dev/null
}

same() { # same PATH [curl options]: what comes is what the repository has
    get "$1" "${@:2}" | cmp - "$REPOSITORY$1"
}

# own VERB [ARGUMENTS]: a verb on the state and the content of the cache under test.
own() {
    run "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/cache-state" "${GLOBAL[@]}" cache "$1" --dir "$CONTENT" "${@:2}"
}
blob_of() { echo "$CONTENT/blobs/$(sha256sum <"$REPOSITORY$1" | sed 's/^\(..\).*/\1/')/$(sha256sum <"$REPOSITORY$1" | cut -d' ' -f1)"; }
