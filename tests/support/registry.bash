# SPDX-License-Identifier: Apache-2.0
# Debian's docker-registry for the tests that push to it or pull from it. `load ../support/registry` beside lib; teardown ends what is in OTHERS.
OTHERS=()

# start_registry [LINES]: on $REGISTRY_PORT, which sets REGISTRY to its URL, with its files in $STORAGE; LINES of YAML are added to its settings.
# Sets REGISTRY_PID.
start_registry() {
    REGISTRY="http://127.0.0.1:$REGISTRY_PORT"
    cat >"$BATS_TEST_TMPDIR/registry.yml" <<END_OF_SETTINGS
version: 0.1
storage:
  filesystem:
    rootdirectory: $STORAGE
http:
  addr: 127.0.0.1:$REGISTRY_PORT
${1:-}
END_OF_SETTINGS
    docker-registry serve "$BATS_TEST_TMPDIR/registry.yml" >>"$BATS_TEST_TMPDIR/registry.log" 2>&1 3>&- &
    REGISTRY_PID=$!
    OTHERS+=("$REGISTRY_PID")
    wait_for 60 curl -sS --max-time 10 "$REGISTRY/v2/"
}

# start_guarded_registry: one at $AT (HOST:PORT) that is for the user tester with the password secret only.
start_guarded_registry() {
  REGISTRY_PORT=$(free_port) STORAGE=$PWD/registry
  python3 -W ignore -c 'import crypt; print("tester:" + crypt.crypt("secret", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))' >htpasswd
  start_registry "auth:
  htpasswd:
    realm: tests
    path: $PWD/htpasswd"
  AT=${REGISTRY#http://}
}
