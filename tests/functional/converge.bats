# SPDX-License-Identifier: Apache-2.0
# Step 1 of the walkthrough on the real engine, and what must hold around it.

load ../support/lib

examples=$(cd "$BATS_TEST_DIRNAME/../../share/examples/converge" && pwd)

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
}

teardown() { clean; }

clean() {
  local container
  for container in $(docker ps -aq --filter label=dfriends.converge --filter ancestor=shrikrishna/code.it) dft-cv dft-cv-dfriends-old dft-cv-dfriends-new; do
    docker rm -fv "$container" >/dev/null 2>&1 || true
  done
  docker network rm dft-cv-net >/dev/null 2>&1 || true
  docker volume rm dft-cv-vol >/dev/null 2>&1 || true
}

manifest() {
  busybox_image dft-busybox
  cat >m.yaml <<END
resources:
  - docker_engine: docker
  - docker_image: dft-busybox
  - docker_network: dft-cv-net
  - docker_volume: dft-cv-vol
  - docker_container: dft-cv
    image: dft-busybox
    command: [sh, -c, "while :; do sleep 0.2; done"]
    env: [A=${1:-1}]
    volumes: ["dft-cv-vol:/data"]
    network: dft-cv-net
    stop_timeout: 0
    restart: "no"
  - file: $PWD/note
    content: "a=${1:-1}\n"
    mode: "0640"
    notifies: exec[mark]
  - exec: mark
    command: echo ran >>$PWD/marks
    refresh_only: true
END
}

@test "plan changes nothing; apply does it; a second run changes nothing" {
  manifest
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  says "+ docker_container[dft-cv]"
  says "+ docker_network[dft-cv-net]"
  fails 1 docker inspect dft-cv
  [ ! -e note ]
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(docker inspect -f '{{.State.Running}} {{.HostConfig.NetworkMode}}' dft-cv)" "true dft-cv-net"
  equal "$(stat -c %a note)" 640
  equal "$(cat marks)" ran
  local id; id=$(docker inspect -f '{{.Id}}' dft-cv)
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  says "0 created, 0 changed, 0 removed"
  equal "$(docker inspect -f '{{.Id}}' dft-cv)" "$id"
  equal "$(cat marks)" ran
}

@test "a changed declaration replaces the container and its volume keeps its content" {
  manifest 1
  dfriends converge apply m.yaml
  docker exec dft-cv sh -c 'echo kept >/data/f'
  manifest 2
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  says "-/+ docker_container[dft-cv]"
  says "env: A=1 -> A=2"
  dfriends converge apply m.yaml
  equal "$(docker exec dft-cv sh -c 'echo $A; cat /data/f')" $'2\nkept'
  fails 1 docker inspect dft-cv-dfriends-old
}

@test "drift sees what was done behind our back, and apply mends it" {
  manifest
  dfriends converge apply m.yaml
  fails 0 dfriends converge drift --detailed-exitcode
  docker stop -t 0 dft-cv >/dev/null
  echo other >note
  fails 2 dfriends converge drift --detailed-exitcode
  says "state: exited -> running"
  says "~ file["
  dfriends converge apply m.yaml
  equal "$(cat note)" "a=1"
  equal "$(docker inspect -f '{{.State.Running}}' dft-cv)" true
}

@test "where the new container cannot start, the old one is back" {
  manifest
  dfriends converge apply m.yaml
  local id; id=$(docker inspect -f '{{.Id}}' dft-cv)
  sed -i 's/command: .*/command: \/no-such-program/' m.yaml
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "the old one is back"
  equal "$(docker inspect -f '{{.Id}} {{.State.Running}}' dft-cv)" "$id true"
}

@test "an image that no registry gives is a clear failure, and what requires it is skipped" {
  cat >m.yaml <<'END'
resources:
  - docker_image: 127.0.0.1:9/dft-missing
  - docker_container: dft-cv
    image: 127.0.0.1:9/dft-missing
    requires: docker_image[127.0.0.1:9/dft-missing]
END
  fails 1 dfriends converge apply m.yaml
  says "x docker_image[127.0.0.1:9/dft-missing]"
  says "docker_container[dft-cv] skipped"
}

@test "somebody else's container is not replaced unasked" {
  manifest
  docker run -d --name dft-cv dft-busybox sh -c 'while :; do sleep 0.2; done' >/dev/null
  fails 1 dfriends converge apply m.yaml
  says "was made by somebody else"
  equal "$(docker inspect -f '{{.State.Running}}' dft-cv)" true
}

@test "validate names the place of a mistake without an engine" {
  printf 'resources:\n  - docker_contaner: web\n' >bad.yaml
  DOCKER_HOST=unix:///nowhere fails 3 dfriends converge validate bad.yaml
  says "bad.yaml:2:5"
  says "did you mean 'docker_container'?"
  manifest
  DOCKER_HOST=unix:///nowhere fails 0 dfriends converge validate m.yaml
  says "valid: 7 resources in 1 file"
}

@test "history, show and JSON tell what was done" {
  manifest
  dfriends converge apply m.yaml
  fails 0 dfriends converge history
  says "m.yaml"
  fails 0 dfriends converge history 1
  says "+ docker_container[dft-cv]"
  fails 0 dfriends converge show 'docker_container[dft-cv]'
  says "run 1: + docker_container[dft-cv]"
  equal "$(dfriends --json converge history | jq '.[0].created')" 4
  equal "$(dfriends --json converge plan m.yaml | jq .changed)" 0
}

@test "an apply that is killed leaves its notifications for the next one" {
  cat >m.yaml <<END
resources:
  - exec: mark
    command: echo ran >>$PWD/marks
    refresh_only: true
  - file: $PWD/note
    content: x
    notifies: [{resource: 'exec[mark]', action: run}]
  - exec: slow
    command: touch $PWD/slow; sleep 30
    not_if: test -e $PWD/slow
END
  "$DFRIENDS" converge apply m.yaml >/dev/null 2>&1 3>&- &
  local pid=$!
  wait_for 10 test -e slow
  kill -9 $pid
  wait $pid || true
  [ ! -e marks ]
  fails 0 dfriends converge apply m.yaml
  says "exec[mark] run (notified by file["
  equal "$(cat marks)" ran
}

@test "two runs at once: the second is refused" {
  printf 'resources:\n  - exec: touch %s/slow; sleep 3\n' "$PWD" >m.yaml
  "$DFRIENDS" converge apply m.yaml >/dev/null 2>&1 3>&- &
  local pid=$!
  wait_for 10 test -e slow
  run dfriends converge apply m.yaml
  [ "$status" -ne 0 ]
  wait $pid
}

@test "the walkthrough's native manifest runs, and again changes nothing" {
  code_it_image
  dfriends converge apply "$examples/codeit.yaml"
  wait_for 10 curl -fs http://127.0.0.1:8000/
  fails 0 dfriends converge apply --detailed-exitcode "$examples/codeit.yaml"
}

@test "the walkthrough's Chef recipe runs as it stands, and again changes nothing" {
  code_it_image
  fails 2 dfriends converge apply --detailed-exitcode "$examples/codeit.rb"
  wait_for 10 curl -fs http://127.0.0.1:8000/
  fails 0 dfriends converge apply --detailed-exitcode "$examples/codeit.rb"
  fails 0 dfriends converge plan --detailed-exitcode "$examples/codeit.rb"
}

@test "the walkthrough's Puppet manifest runs as it stands, and again changes nothing" {
  code_it_image
  fails 2 dfriends converge apply --detailed-exitcode "$examples/codeit.pp"
  equal "$(docker inspect -f '{{.State.Running}}' code.it-puppet)" true
  wait_for 10 curl -fs "http://$(docker port code.it-puppet 8000/tcp | head -n 1)/"
  fails 0 dfriends converge apply --detailed-exitcode "$examples/codeit.pp"
  fails 0 dfriends converge plan --detailed-exitcode "$examples/codeit.pp"
}

@test "validate names the place in each language, and the nearest known word" {
  printf "docker_imag 'a'\n" >a.rb
  fails 3 dfriends converge validate a.rb
  says "a.rb:1:1"
  says "did you mean 'docker_image'?"
  printf "docker::run { 'a':\n  image => 'x'\n  ports => '1'\n}\n" >a.pp
  fails 3 dfriends converge validate a.pp
  says "a.pp:3:3"
  printf "docker::run { 'a':\n  image => 'x',\n  port => '1'\n}\n" >a.pp
  fails 3 dfriends converge validate a.pp
  says "a.pp:3"
  says "did you mean 'ports'?"
  printf "docker::run { 'a': image => 'x', extra_parameters => '--nonsense' }\n" >a.pp
  fails 3 dfriends converge validate a.pp
  says "unknown flag: --nonsense"
}

@test "a recipe translated to the native manifest declares the same" {
  code_it_image
  dfriends converge apply "$examples/codeit.rb"
  dfriends converge translate "$examples/codeit.rb" >codeit.yaml
  fails 0 dfriends converge apply --detailed-exitcode codeit.yaml
  dfriends converge translate codeit.yaml | cmp - codeit.yaml
}
