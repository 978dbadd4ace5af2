#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What fills the package cache other than its clients, and what explains it: import, why, warm.

load ../support/lib
load ../support/cache
bats_require_minimum_version 1.5.0

# old_cache PATH...: files of the repository as apt-cacher-ng keeps them, in $OLD.
old_cache() {
    OLD="$BATS_TEST_TMPDIR/old cache"
    local path
    for path in "$@"; do
        mkdir -p "$OLD/127.0.0.1${path%/*}"
        cp "$REPOSITORY$path" "$OLD/127.0.0.1$path"
        printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\nLast-Modified: %s\r\nX-Original-Source: %s\r\n\r\n' \
            "$(stat -c %s "$REPOSITORY$path")" "Sat, 01 Aug 2026 10:00:00 GMT" "$UPSTREAM${path//%/%25}" \
            >"$OLD/127.0.0.1$path.head"
    done
}

# damage FILE: another byte at its end, the same size
damage() { printf X | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") - 1)) conv=notrunc status=none; }

@test "import beside the service: what an index vouches for is served without a fetch, and what is damaged is dropped" {
    start_cache
    update
    old_cache $SMALL $MEDIUM $LARGE "/pool/main/w/we+ird~1%3a2_1_all.deb" $SUITE/InRelease
    damage "$OLD/127.0.0.1$LARGE"
    ln -s "$REPOSITORY$LARGE" "$OLD/127.0.0.1/pool/link.deb"
    mkdir -p "$OLD/_xstore/rsnap" "$OLD/_import"
    cp "$REPOSITORY$LARGE" "$OLD/_import/"
    mkdir -p "$OLD/127.0.0.1/pool/main/n"
    head -c 1000 /dev/urandom >"$OLD/127.0.0.1/pool/main/n/new.deb"
    printf 'HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n' >"$OLD/127.0.0.1/pool/main/n/new.deb.head"
    own import "$OLD"
    [ "$status" -eq 0 ]
    says "dropped '$OLD/127.0.0.1$LARGE': the index of '$UPSTREAM$LARGE' lists other bytes"
    says "Imported 3 files, 396 KiB; 0 already there, 4 skipped" # damaged, incomplete, link, InRelease
    [ ! -e "$(blob_of $LARGE)" ]
    control _reset
    same $SMALL
    equal "$(verdict_of $MEDIUM)" HIT
    equal "$(verdict_of "/pool/main/w/we%2bird~1%253a2_1_all.deb")" HIT
    equal "$(control "_count?path=$SMALL")$(control "_count?path=$MEDIUM")" 00
    same $LARGE # fetched
    GLOBAL=(--json)
    own import "$OLD"
    GLOBAL=()
    equal "$(jq -c '[.imported, .present, .skipped, (.dropped | length)]' <<<"${lines[-1]}")" "[0,3,4,1]"
    run "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/cache-state" cache list '*/small_*'
    [[ $output == *" yes "*"$UPSTREAM$SMALL"* ]]
}

@test "import of apt's archives: served once an index asks for the digest, never by a name, kept by gc" {
    local archives="$BATS_TEST_TMPDIR/archives"
    mkdir -p "$archives/partial"
    cp "$REPOSITORY$SMALL" "$REPOSITORY$MEDIUM" "$archives/"
    cp "$REPOSITORY$LARGE" "$archives/partial/"
    mkfifo "$archives/pipe.deb"
    touch "$archives/lock"
    echo text >"$archives/notes.txt"
    own import --dry-run "$archives"
    says "Would import 2 files"
    [ ! -e "$CONTENT/blobs" ]
    own import "$archives"
    [ "$status" -eq 0 ]
    says "Imported 2 files, 394 KiB; 0 already there, 3 skipped"
    own gc
    says "Removed 0 files"
    run "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/cache-state" cache list
    [[ $output == *" no "*"file://$archives/${SMALL##*/}"* ]]
    start_cache
    same $SMALL # no index yet: from upstream, whatever a file of that name holds
    equal "$(control "_count?path=$SMALL")" 1
    update
    control _reset
    equal "$(verdict_of $MEDIUM)" HIT
    equal "$(control "_count?path=$MEDIUM")" 0
    own purge "file://*"
    [ "$status" -eq 0 ]
}

@test "a service with --max-size counts in what was imported beside it, and removes that first" {
    start_cache --max-size 1M
    mkdir "$BATS_TEST_TMPDIR/archives"
    cp "$REPOSITORY$LARGE" "$BATS_TEST_TMPDIR/archives"
    touch -d '3 days ago' "$BATS_TEST_TMPDIR/archives/"*
    own import "$BATS_TEST_TMPDIR/archives"
    says "Imported 1 file, "
    [ -e "$(blob_of $LARGE)" ]
    update
    same $SUITE/main/binary-amd64/Packages.xz
    same $SMALL
    wait_for 30 test ! -e "$(blob_of $LARGE)"
    was_kept $SMALL
}

@test "import says what is wrong with its argument, and of two at once one waits in vain" {
    fails 4 dfriends cache import --dir "$CONTENT" "$BATS_TEST_TMPDIR/none"
    fails 2 dfriends cache import --dir "$CONTENT"
    echo x >"$BATS_TEST_TMPDIR/file"
    fails 4 dfriends cache import --dir "$CONTENT" "$BATS_TEST_TMPDIR/file"
    mkdir -p "$CONTENT"
    exec 9>"$CONTENT/imports.lock"
    flock -n 9
    fails 5 dfriends cache import --dir "$CONTENT" "$REPOSITORY" 9>&-
    says "another process imports"
    exec 9>&-
}

# why URL: as a table, and in $TOLD as JSON
why() {
    GLOBAL=(--json)
    own why "$1"
    GLOBAL=()
    [ "$status" -eq 0 ] || { echo "$output"; return 1; }
    TOLD=$output
    own why "$1"
}
told() { equal "$(jq -rc "$1" <<<"$TOLD")" "$2"; }

@test "why explains documents, members, by-hash names, packages, names, and what is unknown" {
    start_cache
    update
    same $SMALL
    same /pool/main/s/small_1_all.deb
    was_kept $SMALL
    local digest; digest=$(sha256sum <"$REPOSITORY$SMALL" | cut -d' ' -f1)
    why "$UPSTREAM$SMALL"
    told '[.source, .content, .verdict]' '["package index","sound","HIT"]'
    told .sha256 "$digest"
    told .listed_by "$UPSTREAM$SUITE/main/binary-amd64/Packages"
    [[ $output == *"sha256:         $digest"* ]]
    says "verdict:        HIT"
    # The same, in the other forms that clients use.
    why "/${UPSTREAM#http://}//pool/main/s/./small_1_all.deb"
    told .url "$UPSTREAM$SMALL"
    why "http://HTTPS///mirror.example/a%2bb.deb"
    told .url https://mirror.example/a+b.deb
    # Listed, and never fetched.
    why "$UPSTREAM$MEDIUM"
    told '[.content, .verdict, .size]' '["none","MISS",400000]'
    told .fetched_from "[\"$UPSTREAM$MEDIUM\"]"
    says "fetched from:   $UPSTREAM$MEDIUM"
    why "$UPSTREAM$SUITE/InRelease"
    told '[.source, .verdict, .generation]' '["document","CHECK",1]'
    why "$UPSTREAM$SUITE/main/binary-amd64/Packages.xz"
    told '[.source, .verdict, .path]' '["release","HIT","main/binary-amd64/Packages.xz"]'
    why "$UPSTREAM$SUITE/main/binary-amd64/by-hash/SHA512/$(sha512sum <"$REPOSITORY$SUITE/main/binary-amd64/Packages.gz" | cut -d' ' -f1)"
    told '[.source, .content, .verdict, .path]' '["release","none","MISS","main/binary-amd64/Packages.gz"]'
    echo page >"$REPOSITORY/page"
    same /page
    wait_for 30 eval 'why "$UPSTREAM/page"; told .source name'
    why "$UPSTREAM/page"
    told '[.source, .verdict]' '["name","CHECK"]'
    why "$UPSTREAM/none"
    told '[.source, .content, .verdict]' '["nothing","none","MISS"]'
    # Rot, and what somebody removed.
    damage "$(blob_of $SMALL)"
    why "$UPSTREAM$SMALL"
    told '[.content, .verdict]' '["rotten","MISS"]'
    rm "$(blob_of $SMALL)"
    why "$UPSTREAM$SMALL"
    told '[.content, .verdict]' '["missing","MISS"]'
}

@test "why takes the service's remaps, and refuses what is no URL of a file" {
    own why --remap debian=http://mirror.example/debian /debian/pool/a.deb
    [ "$status" -eq 0 ]
    says "url:            http://mirror.example/debian/pool/a.deb"
    local url
    for url in / mirror.example ftp://mirror.example/a http://mirror.example/../a 'http://mirror.example/%0a' /debian/a; do
        own why "$url"
        equal "$status" 2
    done
    says "--remap"
}

# warm ARGUMENT...: through the cache under test
warm() {
    run --separate-stderr "$DFRIENDS" --state-dir "$BATS_TEST_TMPDIR/cache-state" "${GLOBAL[@]}" cache warm --proxy "$PROXY" "$@"
}
heard() { [[ $stderr == *"$1"* ]] || { printf 'not said: %s\nbut: %s\n' "$1" "$stderr"; return 1; }; }

@test "warm PACKAGE of a suite that nobody used yet: when upstream is gone, all is there" {
    start_cache
    warm medium
    equal "$status" 4
    heard "--suite"
    warm --suite "$UPSTREAM$SUITE" medium
    equal "$status" 0
    says "Warmed 3 packages, 3.25 MiB; 0 already there, 0 failed"
    heard "3 packages, 3.25 MiB"
    heard "no suite has, and the image must: elsewhere"
    was_kept $SMALL; was_kept $MEDIUM; was_kept $LARGE
    stop_upstream
    same $SUITE/InRelease
    same $SUITE/main/binary-amd64/Packages.xz
    local path
    for path in $SMALL $MEDIUM $LARGE; do
        equal "$(verdict_of $path)" HIT
        same $path
    done
}

@test "warm uses the adopted suites, leaves recommended packages out on request, and says what failed" {
    start_cache
    update
    warm --no-recommends medium
    equal "$status" 0
    says "Warmed 2 packages"
    was_kept $SMALL; was_kept $MEDIUM
    equal "$(control "_count?path=$LARGE")" 0
    GLOBAL=(--json)
    warm --no-recommends medium unheard-of
    GLOBAL=()
    equal "$status" 1
    equal "$(jq -c '[.packages, .present, .failures[0].what, .missing[0]]' <<<"$output")" '[2,2,"unheard-of","elsewhere"]'
    control "_set?path=$LARGE&mode=status&status=404" >/dev/null
    warm large small
    equal "$status" 1
    says "Warmed 1 package"
    heard "failed: large: the cache answers 404"
    warm 'no package'
    equal "$status" 2
    warm --suite ftp://mirror.example/dists/stable small
    equal "$status" 2
    stop_services
    warm small
    equal "$status" 7
    heard "dfriends cache serve"
}

@test "warm Dockerfile: what its RUN lines install is there when the build asks for it" {
    local folder="$BATS_TEST_TMPDIR/app"
    mkdir "$folder"
    cat >"$folder/Dockerfile" <<'DOCKERFILE'
FROM debian:stable AS build
ARG MORE=large
RUN apt-get update && \
    # the server
    apt-get install -y --no-install-recommends \
      medium=1 $MORE \
 && rm -rf /var/lib/apt/lists/*
FROM build
RUN <<EOF
apt-get install -y /tmp/local.deb
apt-get install -y small
EOF
DOCKERFILE
    start_cache
    warm --suite "$UPSTREAM$SUITE" "$folder/Dockerfile"
    equal "$status" 0
    says "Warmed 2 packages, 394 KiB"
    heard "line 3: '\$MORE' is a variable"
    heard "'medium=1' asks for one version; the newest is taken"
    was_kept $SMALL; was_kept $MEDIUM
    stop_upstream
    equal "$(verdict_of $SMALL) $(verdict_of $MEDIUM)" "HIT HIT"
    head -c 2000000 /dev/zero | tr '\0' ' ' >"$folder/Dockerfile.large"
    warm "$folder/Dockerfile.large"
    equal "$status" 3
    warm "$folder/none"
    equal "$status" 4
}

@test "warm stops before it fetches where an index lists a size that no package has" {
    local packages="$REPOSITORY$SUITE/main/binary-amd64/Packages"
    sed -i 's/^Size: 3000$/Size: 18446744073709551615/' "$packages"
    rm -r "$packages".?z "${packages%/*}/by-hash"
    local digest; digest=$(sha256sum <"$packages" | cut -d' ' -f1)
    printf '%s\n' "Suite: stable" "Date: Sat, 01 Aug 2026 10:00:00 UTC" "SHA256:" \
        " $digest $(stat -c %s "$packages") main/binary-amd64/Packages" >"$REPOSITORY$SUITE/InRelease"
    start_cache
    warm --suite "$UPSTREAM$SUITE" medium
    equal "$status" 3
    heard "which is too much"
    equal "$(control "_count?path=$MEDIUM")" 0
}
