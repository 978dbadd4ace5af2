# SPDX-License-Identifier: Apache-2.0
# The docker applet beside the docker client itself, on the real engine.

load ../support/lib

setup() {
  need_engine
  cd "$BATS_TEST_TMPDIR"
  busybox_image dft-busybox
}

teardown() {
  docker ps -aq --filter name=dft-d- | xargs -r docker rm -fv >/dev/null 2>&1 || true
  docker rmi -f dft-d-built dft-d-tagged >/dev/null 2>&1 || true
  docker network rm dft-d-net >/dev/null 2>&1 || true
  docker volume rm dft-d-vol >/dev/null 2>&1 || true
}

ours() { dfriends docker "$@"; }

# same ARGUMENT...: our output, errors and exit code are docker's.
same() {
  local theirs=0 us=0
  docker "$@" >theirs.out 2>theirs.err </dev/null || theirs=$?
  ours "$@" >ours.out 2>ours.err </dev/null || us=$?
  equal "$us" "$theirs"
  equal "$(cat ours.out)" "$(cat theirs.out)"
}

forever='trap "exit 0" TERM; echo started; while :; do sleep 0.1; done'

@test "run: the container's output and exit code are ours" {
  same run --rm dft-busybox echo hello
  same run --rm dft-busybox sh -c 'echo out; echo err >&2; exit 3'
  equal "$(cat ours.err)" err
  same run --rm dft-busybox false
  same run --rm -e A=1 -e B=2 -w /tmp -u 1:1 --hostname box dft-busybox sh -c 'echo $A$B; pwd; id -u; hostname'
  same run --rm --entrypoint echo dft-busybox from entrypoint
}

@test "run: 125, 126 and 127 as docker has them" {
  same run --rm dft-busybox no-such-program
  equal "$(ours run --rm dft-busybox no-such-program 2>/dev/null || echo $?)" 127
  same run --rm dft-busybox /etc
  fails 125 ours run --no-such-flag dft-busybox
  fails 125 ours run
  fails 125 ours run --rm -v nonsense:::: dft-busybox true
  fails 125 ours run --rm --pull never 127.0.0.1:9/dft-missing
  says dft-missing
}

@test "run -i: 10 MB through a container come back whole" {
  head -c 10000000 /dev/urandom >bytes
  equal "$(ours run -i --rm dft-busybox cat <bytes | sha256sum)" "$(sha256sum <bytes)"
  equal "$(echo typed | ours run -i --rm dft-busybox sh -c 'read -r a; echo "got $a"')" "got typed"
  # Without -i nothing of ours is read.
  equal "$(echo typed | ours run --rm dft-busybox cat)" ""
}

@test "run -t has a terminal" {
  equal "$(ours run -t --rm dft-busybox tty | tr -d '\r')" /dev/pts/0
}

@test "run: a signal reaches the container, whose end is ours" {
  "$DFRIENDS" docker run --rm --name dft-d-signal dft-busybox sh -c 'trap "echo caught; exit 7" TERM; echo ready; while :; do sleep 0.1; done' >signal.out 3>&- &
  local process=$! code=0
  wait_for 20 grep -q ready signal.out
  kill -TERM "$process"
  wait "$process" || code=$?
  equal "$code" 7
  grep -q caught signal.out
}

@test "run -d, ps, logs, exec, stop, rm" {
  fails 0 ours run -d --name dft-d-one -p 127.0.0.1::80 dft-busybox sh -c "$forever"
  equal "${#output}" 64
  wait_for 10 sh -c 'docker logs dft-d-one | grep -q started'
  same ps --filter name=dft-d-one
  same ps -a -q --no-trunc --filter name=dft-d-one
  same ps --filter name=dft-d-one --format '{{.Names}}\t{{.Image}}'
  same logs dft-d-one
  same logs --tail 1 dft-d-one
  same exec dft-d-one sh -c 'echo in; exit 4'
  same exec dft-d-one no-such-program
  equal "$(echo typed | ours exec -i dft-d-one cat)" typed
  fails 0 ours exec -d dft-d-one touch /made
  wait_for 5 docker exec dft-d-one test -e /made
  same inspect -f '{{.State.Status}} {{json .Config.Cmd}}' dft-d-one
  equal "$(ours inspect dft-d-one | jq -r '.[0].Name')" /dft-d-one
  fails 1 ours rm dft-d-one
  fails 0 ours stop -t 2 dft-d-one
  equal "$output" dft-d-one
  equal "$(docker inspect -f '{{.State.ExitCode}}' dft-d-one)" 0
  fails 0 ours start dft-d-one
  fails 0 ours kill dft-d-one
  equal "$(ours wait dft-d-one)" 137
  fails 0 ours rm dft-d-one
  fails 1 docker inspect dft-d-one
  fails 1 ours rm dft-d-one
  says dft-d-one
  fails 0 ours rm -f dft-d-one
}

@test "logs -f follows until the container ends, and keeps both streams apart" {
  ours run -d --name dft-d-log dft-busybox sh -c 'echo first; sleep 1; echo second >&2' >/dev/null
  ours logs -f dft-d-log >log.out 2>log.err
  equal "$(cat log.out)" first
  equal "$(cat log.err)" second
}

@test "images, tag, inspect, save, load, rmi" {
  same images -q dft-busybox
  same images --no-trunc dft-busybox
  same images --format '{{.Repository}}:{{.Tag}}' dft-busybox
  fails 0 ours tag dft-busybox dft-d-tagged
  fails 0 ours save -o image.tar dft-d-tagged
  tar -tf image.tar | grep -q manifest.json
  fails 0 ours rmi dft-d-tagged
  says "Untagged: dft-d-tagged:latest"
  fails 0 ours load -i image.tar
  says "Loaded image: dft-d-tagged:latest"
  fails 1 ours rmi dft-no-such-image
  says dft-no-such-image
}

@test "build: the context without what .dockerignore names, arguments, and a RUN that fails" {
  mkdir context
  echo keep >context/keep && echo drop >context/drop.log && echo '*.log' >context/.dockerignore
  printf 'FROM dft-busybox\nARG WORD=none\nCOPY . /context\nRUN echo $WORD >/word\n' >context/Dockerfile
  fails 0 ours build -t dft-d-built --build-arg WORD=said context
  says "Successfully tagged dft-d-built:latest"
  equal "$(docker run --rm dft-d-built sh -c 'ls /context; cat /word')" $'Dockerfile\nkeep\nsaid'
  equal "$(ours build -q -t dft-d-built --build-arg WORD=said context)" "$(docker inspect -f '{{.Id}}' dft-d-built)"
  printf 'FROM dft-busybox\nRUN echo about to fail; exit 5\n' >context/Dockerfile
  fails 5 ours build context
  says "about to fail"
  says "returned a non-zero code: 5"
  printf 'FROM dft-busybox\nRUN true\n' >other
  fails 0 ours build -q -f other context
  fails 1 ours build no-such-directory
  says no-such-directory
}

@test "pull: a registry that does not answer is a clear error" {
  fails 1 ours pull 127.0.0.1:9/dft-missing
  says "cannot pull '127.0.0.1:9/dft-missing:latest'"
  fails 1 ours pull 'Not A Reference'
  says "invalid reference format"
}

@test "networks and volumes" {
  fails 0 ours network create --subnet 10.213.7.0/24 dft-d-net
  same network ls --filter name=dft-d-net
  equal "$(ours network inspect dft-d-net | jq -r '.[0].IPAM.Config[0].Subnet')" 10.213.7.0/24
  fails 0 ours volume create dft-d-vol
  same volume ls --filter name=dft-d-vol
  ours run --rm -v dft-d-vol:/data dft-busybox sh -c 'echo kept >/data/f'
  equal "$(ours run --rm -v dft-d-vol:/data --network dft-d-net dft-busybox cat /data/f)" kept
  fails 0 ours volume rm dft-d-vol
  fails 0 ours network rm dft-d-net
  fails 1 ours network rm dft-d-net
}

@test "under its own name it is docker, with docker's codes" {
  mkdir names
  dfriends install-links --symbolic names >/dev/null
  equal "$(names/docker run --rm dft-busybox echo named)" named
  fails 125 names/docker ps --no-such-flag
  DOCKER_HOST=unix://$PWD/nowhere fails 1 names/docker ps
  says "hint: start it with"
}

@test "a reader that goes away ends the command, not the container" {
  ours run -d --name dft-d-pipe dft-busybox sh -c 'while :; do echo line; done' >/dev/null
  ours logs -f dft-d-pipe | head -n 1 | grep -q line
  equal "$(docker inspect -f '{{.State.Running}}' dft-d-pipe)" true
}
