#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What runs, written down: a plan of it finds nothing to do, whatever docker run was told.

load ../support/lib

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
  image
}

teardown() {
  clean
  docker rmi dft-ci >/dev/null 2>&1 || true
}

clean() {
  docker ps -aq --filter name=^dft-ci- | xargs -r docker rm -fv >/dev/null
  docker network rm dft-ci-net dft-ci-range dft-ci-third >/dev/null 2>&1 || true
  docker volume rm dft-ci-data dft-ci-mounted dft-ci-tmpfs >/dev/null 2>&1 || true
}

# An image that says much about its containers itself.
image() {
  mkdir context
  cp "$(command -v busybox)" context/sh
  cat >context/Dockerfile <<'END'
FROM scratch
COPY sh /bin/sh
COPY sh /bin/busybox
ENV PATH=/bin OF_IMAGE=1
LABEL of=image
EXPOSE 81
VOLUME /of-image
HEALTHCHECK --interval=1s CMD true
ENTRYPOINT ["/bin/busybox"]
CMD ["sleep", "1000"]
END
  docker build -q -t dft-ci context >/dev/null
}

run_one() { docker run -d --name "dft-ci-$1" "${@:2}" >/dev/null; }

# written NAME KEY: its value in the manifest; empty where it is not there.
written() { awk -v name="docker_container: dft-ci-$1" -v key="    $2: " '/^  - /{ on = index($0, name) > 0 && $NF == "dft-ci-'"$1"'" } on && index($0, key) == 1 { print substr($0, length(key) + 1) }' m.yaml; }

# import NAME...: into m.yaml, which is valid and of which a plan finds nothing to do.
import() {
  dfriends converge import "${@/#/dft-ci-}" >m.yaml 2>said.txt
  dfriends converge validate m.yaml >/dev/null
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
}

@test "import: a plan of containers that were told the most different things finds nothing to do" {
  docker network create dft-ci-net >/dev/null
  docker network create --subnet 10.219.7.0/24 --ip-range 10.219.7.0/28 --label a=b --internal dft-ci-range >/dev/null
  docker network create --attachable dft-ci-third >/dev/null
  docker volume create --label l=v -o type=tmpfs -o device=tmpfs dft-ci-tmpfs >/dev/null
  run_one plain dft-ci
  run_one told -e A=1 -e 'B=two "words", ${c}' --label k=v --restart on-failure:2 -p 127.0.0.1::80 --stop-timeout 3 --stop-signal INT \
    --log-opt max-size=1m --health-cmd 'test "y"' --health-retries 4 --expose 99 dft-ci
  run_one host --network host --entrypoint '' dft-ci /bin/busybox sleep 1000
  run_one guest --network container:dft-ci-plain --ipc shareable --shm-size 32m --no-healthcheck dft-ci
  run_one linked --network dft-ci-net --link dft-ci-plain:one --network-alias w -m 32m --memory-swap 48m --memory-swappiness 10 --oom-kill-disable dft-ci
  run_one mounts --volumes-from dft-ci-plain:ro --mount type=volume,source=dft-ci-mounted,target=/m -v dft-ci-data:/d:ro -v dft-ci-tmpfs:/t -v /anonymous \
    --mount type=bind,source=/tmp,target=/host,readonly --tmpfs /run:size=1m --log-driver none dft-ci
  run_one shares --link dft-ci-plain:one --ipc container:dft-ci-guest --pid "container:$(docker inspect -f '{{.Id}}' dft-ci-guest)" dft-ci
  run_one range --network dft-ci-range --ip 10.219.7.5 --hostname inside --read-only --cap-add net_admin --cap-drop ALL --ulimit nofile=100 \
    --sysctl net.ipv4.ip_forward=1 --security-opt no-new-privileges --add-host a:192.0.2.1 --cpus 0.5 -w /tmp dft-ci
  docker network connect --alias z dft-ci-third dft-ci-range
  run_one limits --memory-reservation 16m --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50 --init -it --user 1:1 --group-add 5 \
    --device /dev/null:/dev/zz:r --device-cgroup-rule 'c 1:3 r' --dns 192.0.2.3 --dns-search x.example --rm dft-ci
  docker create --name dft-ci-made -P --privileged --pid host --health-interval 9s dft-ci sh -c 'echo $X' >/dev/null
  run_one paused --network none --oom-score-adj 100 dft-ci
  docker pause dft-ci-paused >/dev/null
  "$DFRIENDS" docker run -d --name dft-ci-mac --mac-address 02:42:AC:11:00:99 dft-ci >/dev/null

  import plain told host guest linked mounts shares range limits made paused mac
  equal "$(grep -c sensitive m.yaml) $(cat said.txt)" "0 "
  equal "$(grep -A1 'container: dft-ci-plain$' m.yaml)" "$(printf '  - docker_container: dft-ci-plain\n    image: dft-ci')"
  # The docker CLI keeps its --env in a map, so which comes first is chance.
  equal "$(written told env | grep -cxF -e '["A=1", "B=two \"words\", $${c}"]' -e '["B=two \"words\", $${c}", "A=1"]')" 1
  equal "$(written told stop_timeout) $(written told log_options) $(written told health_cmd) $(written told expose)" '3 {max-size: "1m"} "test \"y\"" ["99/tcp"]'
  equal "$(written host entrypoint) $(written host hostname) $(written host security_options)" '[""]  '
  equal "$(written guest network) $(written guest ipc) $(written guest shm_size) $(written guest no_healthcheck)" '"container:dft-ci-plain" shareable "32m" true'
  equal "$(written linked links) $(written linked networks) $(written linked memory_swap) $(written linked oom_kill_disable)" \
    '["dft-ci-plain:one"] ["name=dft-ci-net,alias=w"] "48m" true'
  equal "$(written mounts volumes)" '[/anonymous, "dft-ci-data:/d:ro", "dft-ci-tmpfs:/t"]'
  equal "$(written mounts volumes_from) $(written mounts log_driver)" '["dft-ci-plain:ro"] none'
  equal "$(written shares ipc) $(written shares pid)" '"container:dft-ci-guest" "container:dft-ci-guest"'
  equal "$(written range networks)" '["name=dft-ci-range,ip=10.219.7.5", "name=dft-ci-third,alias=z"]'
  equal "$(written made action) $(written made security_options) $(written made health_interval)" 'create  "9s"'
  equal "$(grep -A4 'network: dft-ci-range$' m.yaml | tail -n 4)" "$(printf '    internal: true\n    ip_range: ["10.219.7.0/28"]\n    labels: {a: b}\n    subnet: ["10.219.7.0/24"]')"
  equal "$(grep -A2 'volume: dft-ci-tmpfs$' m.yaml | tail -n 2)" "$(printf '    labels: {l: v}\n    options: {device: tmpfs, type: tmpfs}')"

  # Made anew from what was written, a plan of the old manifest finds nothing to do either.
  cp m.yaml first.yaml
  clean
  dfriends converge apply first.yaml >/dev/null
  docker pause dft-ci-paused >/dev/null || docker start dft-ci-paused >/dev/null
  import plain told host guest linked mounts shares range limits made mac
  fails 0 dfriends converge plan --detailed-exitcode first.yaml
}

@test "import: what holds secrets is sensitive and named, and its file is its owner's alone" {
  run_one open -e A=1 dft-ci
  run_one url -e URL=postgres://user:hush@db/app dft-ci
  run_one named -e DB_PASSWORD=hush dft-ci
  umask 022
  import open url named
  equal "$(stat -c %a m.yaml)" 600
  grep -q 'secrets stand in the manifest.*dft-ci-url\], docker_container\[dft-ci-named\]' said.txt
  equal "$(written open sensitive) $(written url sensitive) $(written named sensitive)" ' true true'
  sed -i 's/hush/other/' m.yaml
  fails 1 dfriends converge plan m.yaml
  ! [[ $output == *hush* || $output == *other* ]]
}

@test "import: a container that an apply made is declared as it was, so that nothing makes it anew" {
  cat >own.yaml <<'END'
resources:
  - docker_container: dft-ci-own
    image: dft-ci
    command: [sleep, "1000"]
    env: [OF_IMAGE=1, API_TOKEN=hush, B=2]
    labels: {of: image}
    memory: 32m
END
  dfriends converge apply own.yaml >/dev/null
  import own
  equal "$(written own command) $(written own labels) $(written own memory) $(written own sensitive)" '[sleep, "1000"] {of: image} "32m" '
  grep -q 'dft-ci-own' said.txt
  # One that was declared as sensitive stays so, whatever its variables are called.
  printf 'secrets: {s: {env: DFT_SECRET}}\ncontainers:\n  dft-ci-secret: {image: dft-ci, environment: {S: "${secret.s}"}}\n' >own.yaml
  DFT_SECRET=hush dfriends converge apply own.yaml >/dev/null
  import secret
  equal "$(written secret env) $(written secret sensitive) $(grep -c dft-ci-secret said.txt)" '["S=hush"] true 1'
}
