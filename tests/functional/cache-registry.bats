#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The cache as an engine's mirror of a registry for images, with Debian's docker-registry as that registry.

load ../support/lib
load ../support/registry

setup() {
    CONTENT="$BATS_TEST_TMPDIR/content"
    STORAGE="$BATS_TEST_TMPDIR/storage"
    IMAGE="dft-registry-$BATS_TEST_NUMBER"
    REGISTRY_PORT=$(free_port)
}

teardown() {
    stop_services
    local pid
    for pid in "${OTHERS[@]}"; do stop_other "$pid"; done
    docker image rm -f "$IMAGE" >/dev/null 2>&1 || true
    docker image rm -f "127.0.0.1:$REGISTRY_PORT/library/demo:1" >/dev/null 2>&1 || true
    umount "$BATS_TEST_TMPDIR"/engine/netns/* 2>/dev/null || true
    ip link delete dft-mirror0 2>/dev/null || true
}

stop_other() {
    kill "$1" 2>/dev/null || return 0
    for _ in $(seq 100); do kill -0 "$1" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

stop_registry() { stop_other "$REGISTRY_PID"; }

start_cache() {
    start_service cache cache serve --listen 127.0.0.1:0 --dir "$CONTENT" --registry "$REGISTRY" "$@"
    CACHE="http://$ADDRESS"
}

# put_blob NAME FILE: into the registry, by its API; prints the digest.
put_blob() {
    local digest location
    digest="sha256:$(sha256sum "$2" | cut -d' ' -f1)"
    location=$(curl -sS -X POST -D - -o /dev/null "$REGISTRY/v2/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
    curl -sSf -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$2" "$location&digest=$digest"
    echo "$digest"
}

# put_manifest NAME TAG [TEXT]: an image of one layer that says TEXT; prints the manifest's digest.
put_manifest() {
    local layer config
    printf '%s' "${3:-text}" >"$BATS_TEST_TMPDIR/layer"
    printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}' >"$BATS_TEST_TMPDIR/config"
    layer=$(put_blob "$1" "$BATS_TEST_TMPDIR/layer")
    config=$(put_blob "$1" "$BATS_TEST_TMPDIR/config")
    cat >"$BATS_TEST_TMPDIR/manifest" <<END_OF_MANIFEST
{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"$config","size":$(stat -c %s "$BATS_TEST_TMPDIR/config")},
"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"$layer","size":$(stat -c %s "$BATS_TEST_TMPDIR/layer")}]}
END_OF_MANIFEST
    curl -sSf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary "@$BATS_TEST_TMPDIR/manifest" \
        "$REGISTRY/v2/$1/manifests/$2"
    echo "sha256:$(sha256sum "$BATS_TEST_TMPDIR/manifest" | cut -d' ' -f1)"
}

# stored DIGEST: the file in which the registry keeps it.
stored() { echo "$STORAGE/docker/registry/v2/blobs/sha256/$(cut -c 8-9 <<<"$1")/${1#sha256:}/data"; }

head_of() { curl -sS --max-time 120 -o /dev/null -D - "$CACHE$1" "${@:2}" | tr -d '\r'; }
status_of() { curl -sS --max-time 120 -o /dev/null -w '%{http_code}' "$CACHE$1" "${@:2}"; }
verdict_of() { head_of "$@" | sed -n 's/^X-Cache: //p'; }
# was_kept PATH: it is served without another fetch, also where the one before is just being kept, and then it is kept.
was_kept() { [[ $(verdict_of "$1") == @(HIT|JOIN) ]] && wait_for 30 is_kept "$1"; }
is_kept() { [ "$(verdict_of "$1")" = HIT ]; }

# asked METHOD PATH: how often the registry was.
asked() { grep -c "\"$1 $2 HTTP" "$BATS_TEST_TMPDIR/registry.log" || true; }

# start_engine: a second one, which has the cache as its mirror.
start_engine() {
    local home="$BATS_TEST_TMPDIR/engine"
    mkdir -p "$home"
    echo '{}' >"$home/daemon.json"
    ENGINE="unix://$home/sock"
    # A bridge of its own: with "none" an engine removes docker0, whosever it is.
    ip link add dft-mirror0 type bridge
    ip address add 10.213.77.1/24 dev dft-mirror0
    dockerd --config-file "$home/daemon.json" --registry-mirror "$CACHE" --bridge dft-mirror0 --iptables=false --ip-forward=false -H "$ENGINE" \
        --storage-driver vfs --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/pid" >"$home/log" 2>&1 3>&- &
    OTHERS+=($!)
    wait_for 120 docker -H "$ENGINE" version
}

# push_image: what an engine sends, as library/demo:1.
push_image() {
    local context="$BATS_TEST_TMPDIR/image" name="127.0.0.1:$REGISTRY_PORT/library/demo:1"
    mkdir -p "$context"
    cp "$(command -v busybox)" "$context/busybox"
    date +%s%N >"$context/stamp"
    printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY stamp /stamp\nCMD ["/bin/busybox"]\n' >"$context/Dockerfile"
    docker build -q -t "$IMAGE" "$context"
    docker tag "$IMAGE" "$name"
    docker push -q "$name"
}

@test "an engine pulls through the cache, and again when the registry is gone" {
    need_engine
    start_registry
    start_cache
    push_image
    start_engine
    docker -H "$ENGINE" pull demo:1
    local id
    id=$(docker -H "$ENGINE" image inspect -f '{{.Id}}' demo:1)
    equal "$id" "$(docker image inspect -f '{{.Id}}' "$IMAGE")"
    wait_for 30 grep -q '^MISS 200 .*/v2/library/demo/manifests/1' "$SERVICE_LOG"
    wait_for 30 grep -q '^MISS 200 .*/v2/library/demo/blobs/' "$SERVICE_LOG"
    docker -H "$ENGINE" image rm demo:1
    stop_registry
    : >"$SERVICE_LOG"
    docker -H "$ENGINE" pull demo:1
    equal "$(docker -H "$ENGINE" image inspect -f '{{.Id}}' demo:1)" "$id"
    wait_for 30 grep -q '^HIT 200 .*/v2/library/demo/blobs/' "$SERVICE_LOG"
    fails 1 grep -E '^(MISS|ERROR) ' "$SERVICE_LOG"
}

@test "a tag is asked for again after a minute, and what it stood for is served when the registry is gone" {
    start_registry
    start_cache
    local first second
    first=$(put_manifest library/demo 1 first)
    equal "$(status_of /v2/)" 200
    equal "$(curl -sS "$CACHE/v2/")" '{}'
    # HEAD on a cold tag brings the manifest
    run head_of /v2/library/demo/manifests/1 -I
    says "Docker-Content-Digest: $first"
    says 'Content-Type: application/vnd.oci.image.manifest.v1+json'
    says "Content-Length: $(stat -c %s "$BATS_TEST_TMPDIR/manifest")"
    says 'X-Cache: MISS'
    equal "$(verdict_of "/v2/library/demo/manifests/$first?ns=registry.example")" HIT
    second=$(put_manifest library/demo 1 second)
    run head_of /v2/library/demo/manifests/1
    says "Docker-Content-Digest: $first"
    says 'X-Cache: HIT'
    equal "$(asked HEAD /v2/library/demo/manifests/1)" 1
    # who asks for a check gets one at once; the minute of the others is over when the clock says so
    run head_of /v2/library/demo/manifests/1 -H 'Cache-Control: no-cache'
    says "Docker-Content-Digest: $second"
    first=$(put_manifest library/demo 1 third)
    stop_services
    expire_tags
    start_cache
    run head_of /v2/library/demo/manifests/1
    says "Docker-Content-Digest: $first"
    says 'X-Cache: MISS'
    stop_services
    expire_tags
    stop_registry
    start_cache
    run head_of /v2/library/demo/manifests/1
    says "Docker-Content-Digest: $first"
    says 'X-Cache: STALE'
    stop_services
    start_cache --offline
    equal "$(curl -sS "$CACHE/v2/library/demo/manifests/1" | sha256sum | cut -d' ' -f1)" "${first#sha256:}"
    equal "$(status_of /v2/library/demo/manifests/2)" 503
}

# expire_tags: as if a minute had passed.
expire_tags() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute("update cache_name set fresh_until = 0"); d.commit()' \
    "$BATS_TEST_TMPDIR/cache-state/state.db"; }

@test "fifty clients at once cost one fetch of a blob and one question for a tag" {
    start_registry
    head -c 30000000 /dev/urandom >"$BATS_TEST_TMPDIR/large"
    local digest pids=() i
    digest=$(put_blob library/demo "$BATS_TEST_TMPDIR/large")
    put_manifest library/demo 1
    start_cache
    for i in $(seq 50); do
        curl -sSf --max-time 240 -o "$BATS_TEST_TMPDIR/copy.$i" "$CACHE/v2/library/demo/blobs/$digest" 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    for i in $(seq 50); do cmp "$BATS_TEST_TMPDIR/copy.$i" "$BATS_TEST_TMPDIR/large"; done
    equal "$(asked GET "/v2/library/demo/blobs/$digest")" 1
    was_kept "/v2/library/demo/blobs/$digest"
    # a part, and the length without the content
    cmp <(curl -sS -r 5-9 "$CACHE/v2/library/demo/blobs/$digest") <(tail -c +6 "$BATS_TEST_TMPDIR/large" | head -c 5)
    head_of "/v2/library/demo/blobs/$digest" -I | grep -q '^Content-Length: 30000000$'
    pids=()
    for i in $(seq 20); do
        curl -sSf --max-time 240 -o /dev/null "$CACHE/v2/library/demo/manifests/1" 3>&- &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    equal "$(asked HEAD /v2/library/demo/manifests/1)" 1
}

@test "wrong bytes of a registry never become an answer" {
    start_registry
    start_cache
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/large"
    echo small >"$BATS_TEST_TMPDIR/small"
    local large small manifest
    large=$(put_blob library/demo "$BATS_TEST_TMPDIR/large")
    small=$(put_blob library/demo "$BATS_TEST_TMPDIR/small")
    manifest=$(put_manifest library/demo 1)
    printf X | dd of="$(stored "$large")" bs=1 seek=1000 conv=notrunc status=none
    echo smalL >"$(stored "$small")"
    equal "$(status_of "/v2/library/demo/blobs/$small")" 503
    fails 18 curl -sS --max-time 120 -o "$BATS_TEST_TMPDIR/copy" "$CACHE/v2/library/demo/blobs/$large"
    [ "$(stat -c %s "$BATS_TEST_TMPDIR/copy")" -lt 3000000 ]
    cp "$BATS_TEST_TMPDIR/small" "$(stored "$small")"
    cp "$BATS_TEST_TMPDIR/large" "$(stored "$large")"
    curl -sSf "$CACHE/v2/library/demo/blobs/$small" | cmp - "$BATS_TEST_TMPDIR/small"
    curl -sSf "$CACHE/v2/library/demo/blobs/$large" | cmp - "$BATS_TEST_TMPDIR/large"
    # a manifest that came as a blob first still has its own type
    put_blob library/demo "$BATS_TEST_TMPDIR/manifest"
    curl -sSf -o /dev/null "$CACHE/v2/library/demo/blobs/$manifest"
    was_kept "/v2/library/demo/manifests/$manifest"
    head_of "/v2/library/demo/manifests/$manifest" | grep -q '^Content-Type: application/vnd.oci.image.manifest.v1+json$'
}

@test "a registry that wants tokens gets them, and errors are a registry's" {
    python3 "$BATS_TEST_DIRNAME/../support/token_server.py" >"$BATS_TEST_TMPDIR/tokens.log" 3>&- &
    OTHERS+=($!)
    wait_for 30 grep -q listening "$BATS_TEST_TMPDIR/tokens.log"
    local tokens digest
    tokens=$(sed -n 's/^listening on //p' "$BATS_TEST_TMPDIR/tokens.log")
    start_registry
    digest=$(put_manifest library/demo 1)
    stop_registry
    start_registry "auth: {silly: {realm: 'http://$tokens/token?x=1', service: a-service}}"
    equal "$(curl -sS -o /dev/null -w '%{http_code}' "$REGISTRY/v2/library/demo/manifests/1")" 401
    REGISTRY="http://user:a%40b@127.0.0.1:$REGISTRY_PORT" start_cache --allow-upstream "$tokens"
    equal "$(head_of /v2/library/demo/manifests/1 | sed -n 's/^Docker-Content-Digest: //p')" "$digest"
    local layer
    layer=$(curl -sSf "$CACHE/v2/library/demo/manifests/1" | jq -r '.layers[0].digest')
    equal "$(curl -sSf "$CACHE/v2/library/demo/blobs/$layer")" text
    equal "$(curl -sSf "$CACHE/v2/library/demo/tags/list?ns=registry.example" | jq -c .tags)" '["1"]'
    # one token for one repository, and none of the user's password beyond the token server
    equal "$(tail -n +2 "$BATS_TEST_TMPDIR/tokens.log")" \
        "/token?x=1&service=a-service&scope=repository:library/demo:pull Basic $(printf 'user:a@b' | base64)"
    equal "$(curl -sS "$CACHE/v2/library/demo/manifests/none" | jq -r '.errors[0].code')" MANIFEST_UNKNOWN
    equal "$(status_of /v2/library/demo/manifests/none)" 404
    equal "$(curl -sS "$CACHE/v2/library/demo/blobs/sha256:$(printf '0%.0s' $(seq 64))" | jq -r '.errors[0].code')" BLOB_UNKNOWN
    equal "$(curl -sS "$CACHE/v2/Library/demo/manifests/1" | jq -r '.errors[0].code')" NAME_INVALID
    equal "$(curl -sS --path-as-is "$CACHE/v2/library/../demo/manifests/1" | jq -r '.errors[0].code')" NAME_INVALID
    equal "$(curl -sS "$CACHE/v2/library/demo/blobs/sha256:12" | jq -r '.errors[0].code')" DIGEST_INVALID
    equal "$(status_of /v2/library/demo/manifests/1 -X PUT -d x)" 405
}

@test "a registry that wants a user and a password gets them" {
    start_registry
    local digest
    digest=$(put_manifest library/demo 1)
    stop_registry
    printf 'user:%s\n' "$(perl -e 'print crypt("a\@b", q($2b$05$abcdefghijklmnopqrstuu))')" >"$BATS_TEST_TMPDIR/users"
    start_registry "auth: {htpasswd: {realm: a-realm, path: '$BATS_TEST_TMPDIR/users'}}"
    start_cache
    equal "$(curl -sS "$CACHE/v2/library/demo/manifests/1" | jq -r '.errors[0].code')" DENIED
    # who brings credentials is not answered from what others brought
    equal "$(status_of /v2/library/demo/manifests/1 -u user:wrong)" 401
    equal "$(verdict_of /v2/library/demo/manifests/1 -u user:a@b)" PASS
    equal "$(status_of /v2/library/demo/manifests/1)" 403
    stop_services
    REGISTRY="http://user:a%40b@127.0.0.1:$REGISTRY_PORT" start_cache
    equal "$(head_of /v2/library/demo/manifests/1 | sed -n 's/^Docker-Content-Digest: //p')" "$digest"
    equal "$(status_of /v2/library/demo/manifests/1 -u user:wrong)" 401
}

# start_faulty: a server of files that misbehaves on command, in the place of the registry.
start_faulty() {
    FILES="$BATS_TEST_TMPDIR/files"
    mkdir -p "$FILES/v2/library/demo/blobs" "$FILES/v2/library/demo/manifests"
    python3 "$BATS_TEST_DIRNAME/../support/faulty_upstream.py" "$FILES" >"$BATS_TEST_TMPDIR/faulty.log" 3>&- &
    OTHERS+=($!)
    wait_for 30 grep -q listening "$BATS_TEST_TMPDIR/faulty.log"
    REGISTRY="http://$(sed -n 's/^listening on //p' "$BATS_TEST_TMPDIR/faulty.log")"
}

# make_blob: sets BLOB to the path of new content, DATA to its file.
make_blob() {
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/large"
    BLOB="/v2/library/demo/blobs/sha256:$(sha256sum "$BATS_TEST_TMPDIR/large" | cut -d' ' -f1)"
    DATA="$FILES$BLOB"
    cp "$BATS_TEST_TMPDIR/large" "$DATA"
}

control() { curl -sS --max-time 60 "$REGISTRY/$1"; }

@test "a layer that breaks off is resumed, and behind a seam nothing wrong goes out" {
    start_faulty
    start_cache
    local mode
    for mode in "truncate&at=1000000&times=1" "splice&at=1000000&times=2" chunked bare "flip&at=2999999&times=1" "status&status=502&times=1"; do
        make_blob
        control "_set?path=$BLOB&mode=$mode"
        curl -sSf --max-time 120 -o "$BATS_TEST_TMPDIR/copy" "$CACHE$BLOB" || { cat "$SERVICE_LOG"; echo "mode $mode"; return 1; }
        cmp "$BATS_TEST_TMPDIR/copy" "$DATA"
        [ "$mode" != "truncate&at=1000000&times=1" ] || equal "$(control "_ranges?path=$BLOB")" '["bytes=1000000-"]'
    done
    for mode in "flip&at=10" "flip&at=2999999" "short&at=1000000" "splice&at=1000000"; do
        make_blob
        control "_set?path=$BLOB&mode=$mode"
        run curl -sSf --max-time 120 -o "$BATS_TEST_TMPDIR/copy" "$CACHE$BLOB"
        [ "$status" -ne 0 ]
        [ "$(stat -c %s "$BATS_TEST_TMPDIR/copy")" -lt 3000000 ]
    done
}

@test "a registry without digests in its headers, and one that fails just now" {
    start_faulty
    start_cache
    local tag=/v2/library/demo/manifests/1
    echo '{"schemaVersion":2,"manifests":[]}' >"$FILES$tag"
    cp "$FILES$tag" "$FILES/v2/library/demo/manifests/sha256:$(sha256sum "$FILES$tag" | cut -d' ' -f1)"
    run head_of $tag
    says "Docker-Content-Digest: sha256:$(sha256sum "$FILES$tag" | cut -d' ' -f1)"
    says 'Content-Type: application/vnd.oci.image.index.v1+json'
    control "_set?path=$tag&mode=status&status=503"
    equal "$(verdict_of $tag -H 'Cache-Control: no-cache')" STALE
    control "_set?path=$tag&mode=status&status=404"
    sleep 1 # the longest that one answer counts for a burst of clients
    equal "$(status_of $tag -H 'Cache-Control: no-cache')" 404
}

@test "without --registry nothing answers below /v2/, and a reload brings one" {
    start_registry
    put_manifest library/demo 1
    local settings="$BATS_TEST_TMPDIR/settings.yaml"
    echo 'cache: {offline: false}' >"$settings"
    start_service cache --config "$settings" cache serve --listen 127.0.0.1:0 --dir "$CONTENT"
    CACHE="http://$ADDRESS"
    equal "$(status_of /v2/)" 404
    echo "cache: {registry: '$REGISTRY'}" >"$settings"
    kill -HUP "$SERVICE_PID"
    wait_for 30 curl -sSf "$CACHE/v2/"
    equal "$(status_of /v2/library/demo/manifests/1)" 200
    run dfriends cache serve --dir "$CONTENT.other" --listen 127.0.0.1:0 --registry http://user:secret@registry.example/path
    [ "$status" -ne 0 ]
    says 'registry.example/path'
    [[ $output != *secret* ]]
}
