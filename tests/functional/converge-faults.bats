# SPDX-License-Identifier: Apache-2.0
# What a run promises while the engine or a registry is not as it should be, and what is asked of the engine at all.

load ../support/lib
load ../support/registry

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
  busybox_image dft-busybox
}

teardown() {
  proxy_gone
  clean
  [ ${#OTHERS[@]} -eq 0 ] || kill "${OTHERS[@]}" 2>/dev/null || true
}

clean() {
  docker ps -aq --filter name=^dft-cf- | xargs -r docker rm -fv >/dev/null
  docker network ls -q --filter name=^dft-cf- | xargs -r docker network rm >/dev/null
  docker volume ls -q --filter name=^dft-cf- | xargs -r docker volume rm >/dev/null
  docker images --digests --format '{{.Repository}} {{.Tag}} {{.Digest}}' '*/dft-cf/*' | # by name: others may have the same image
    awk '{ if ($2 != "<none>") print $1 ":" $2; else if ($3 != "<none>") print $1 "@" $3 }' | xargs -r docker rmi -f >/dev/null
}

# through_proxy OPTION...: the engine is asked through a proxy from now on; CALLS is what it was asked.
through_proxy() {
  proxy_gone
  CALLS=$PWD/calls
  rm -f "$CALLS" engine.sock
  python3 "$support/engine_proxy.py" engine.sock "$CALLS" "$@" 3>&- &
  PROXY_PID=$!
  wait_for 60 test -S engine.sock
}

proxy_gone() {
  [ -z "${PROXY_PID:-}" ] || { kill "$PROXY_PID" && wait "$PROXY_PID"; } 2>/dev/null || true
  PROXY_PID=
}

# by_proxy ARGUMENT...: dfriends with the engine behind the proxy.
by_proxy() { DOCKER_HOST=unix://$PWD/engine.sock dfriends "$@"; }

# writes: how many calls were no question.
writes() { grep -vc '^GET \|^HEAD ' "$CALLS" || true; }

# several VERSION: m.yaml has something of each kind that the engine knows, in this version.
several() {
  cat >m.yaml <<END
resources:
  - {docker_network: dft-cf-net, subnet: 198.51.100.16/28}
  - docker_volume: dft-cf-vol
  - {docker_container: dft-cf-db, image: dft-busybox, action: create, env: [V=$1], volumes: ["dft-cf-vol:/data"], networks: [dft-cf-net]}
  - {docker_container: dft-cf-web, image: dft-busybox, command: [sh, -c, "while :; do sleep 0.1; done"], stop_timeout: 0, memory: $((32 + $1))m, networks: [dft-cf-net], links: [dft-cf-db]}
  - {docker_container: dft-cf-gone, image: dft-busybox, action: remove}
END
}

@test "a plan writes nothing to the engine, an apply does what the plan said, and a second one writes nothing either" {
  several 1
  through_proxy
  fails 2 by_proxy converge plan --detailed-exitcode m.yaml
  equal "$(writes)" 0
  by_proxy --json converge plan m.yaml >plan.json
  by_proxy --json converge apply m.yaml >apply.json
  [ "$(writes)" -ge 5 ]
  local told='.results[] | [.resource, .action, .effect, .status, .changes]'
  equal "$(jq -c "$told" apply.json)" "$(jq -c "$told" plan.json)"
  through_proxy
  fails 0 by_proxy converge apply --detailed-exitcode m.yaml
  fails 0 by_proxy converge apply --deep --detailed-exitcode m.yaml
  fails 0 by_proxy converge plan --detailed-exitcode m.yaml
  fails 0 by_proxy converge drift --detailed-exitcode m.yaml
  equal "$(writes)" 0
  several 2
  fails 2 by_proxy converge plan --detailed-exitcode m.yaml
  equal "$(writes)" 0
}

@test "a plan for a machine without anything of it touches no file, and no state is left of it" {
  printf 'resources:\n  - {file: %s/made, content: x}\n  - {exec: touch %s/ran}\n  - {directory: %s/folder}\n  - {docker_volume: dft-cf-vol}\n' "$PWD" "$PWD" "$PWD" >m.yaml
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  [ ! -e made ] && [ ! -e ran ] && [ ! -e folder ]
  fails 1 docker volume inspect dft-cf-vol
}

@test "an engine that does not answer is waited for, and without it nothing is touched" {
  printf 'resources:\n  - {file: %s/touched, content: x}\n  - {docker_volume: dft-cf-vol}\n' "$PWD" >m.yaml
  local begun=$SECONDS
  DOCKER_HOST=unix://$PWD/engine.sock fails 7 dfriends converge apply --engine-timeout 1 m.yaml
  says "while waiting for the engine before any change"
  [ $((SECONDS - begun)) -ge 1 ] && [ $((SECONDS - begun)) -lt 10 ]
  [ ! -e touched ]
  (sleep 1; exec python3 "$support/engine_proxy.py" engine.sock calls) 3>&- &
  PROXY_PID=$!
  by_proxy converge apply --prune --engine-timeout 60 m.yaml
  [ -e touched ]
  docker volume inspect dft-cf-vol >/dev/null
  # What brings the engine itself is not kept from doing so.
  printf 'resources:\n  - {exec: bring docker, command: touch %s/brought}\n  - {docker_volume: dft-cf-vol}\n' "$PWD" >m.yaml
  DOCKER_HOST=unix:///nowhere fails 6 dfriends converge apply --detailed-exitcode m.yaml
  [ -e brought ]
}

@test "killed at any call to the engine, a run over several things is finished by the next one" {
  local version=1 at killed=1
  # Nothing of it is started, which would be waited for: converge.bats kills the replacement of one that runs.
  several_at_rest() {
    several "$1"
    sed -i 's/image: dft-busybox, command: .*stop_timeout: 0/image: dft-busybox, action: create/' m.yaml
  }
  several_at_rest 1
  dfriends converge apply m.yaml
  for at in $(seq 2 40); do
    version=$((3 - version))
    several_at_rest "$version"
    # Each time there is something to make, to change and to make anew.
    docker rm -fv dft-cf-db >/dev/null
    docker network disconnect dft-cf-net dft-cf-web
    through_proxy --kill-at "$at" pid
    sh -c 'echo $$ >pid; DOCKER_HOST=unix://$PWD/engine.sock exec "$DFRIENDS" converge apply --parallel 1 m.yaml' >/dev/null 2>&1 && killed=
    fails 0 dfriends converge apply m.yaml
    fails 0 dfriends converge apply --detailed-exitcode m.yaml
    equal "$(docker inspect -f '{{.HostConfig.Memory}} {{(index .NetworkSettings.Networks "dft-cf-net").Links}}' dft-cf-web)" "$(((32 + version) * 1048576)) [dft-cf-db]"
    equal "$(docker ps -a --format '{{.Names}}' --filter name=^dft-cf- | sort)" $'dft-cf-db\ndft-cf-web'
    [ -n "$killed" ] || break
  done
  [ -z "$killed" ] && [ "$at" -gt 8 ]
}

@test "a run that is killed while something changes leaves its notifications to the next one, which finds it changed" {
  cat >m.yaml <<END
resources:
  - {exec: change, command: "touch $PWD/changed; kill -9 \$PPID", creates: $PWD/changed, notifies: "exec[told]"}
  - {exec: told, command: "echo x >>$PWD/told", action: nothing}
END
  fails 137 dfriends converge apply m.yaml
  [ -e changed ] && [ ! -e told ]
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(cat told)" x
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(cat told)" x
}

@test "a pull that ends with an error in an answer that began well is a failure, and what runs from the old image runs on" {
  REGISTRY_PORT=$(free_port) STORAGE=$PWD/registry
  start_registry
  local image=127.0.0.1:$REGISTRY_PORT/dft-cf/app id
  docker tag dft-busybox "$image"
  docker push -q "$image" >/dev/null
  cat >m.yaml <<END
resources:
  - {docker_image: "$image", action: pull}
  - {docker_container: dft-cf-web, image: "$image", command: [sh, -c, "while :; do sleep 0.1; done"], stop_timeout: 0, requires: ["docker_image[$image]"]}
END
  dfriends converge apply m.yaml
  id=$(docker inspect -f '{{.Id}}' dft-cf-web)
  # The registry names another image, and has lost a layer of it.
  printf 'FROM dft-busybox\nRUN head -c 100000 /dev/urandom >/random\n' | docker build -q -t "$image" - >/dev/null 2>&1
  docker push -q "$image" >/dev/null
  docker rmi -f "$image" >/dev/null
  docker tag dft-busybox "$image"
  find registry -path '*/blobs/sha256/*' -name data -size +90k -size -1000k -delete
  through_proxy
  fails 4 by_proxy converge apply --detailed-exitcode m.yaml
  grep -q '^POST .*/images/create' "$CALLS"
  says "x docker_image[$image]"
  says "docker_container[dft-cf-web] skipped"
  equal "$(docker inspect -f '{{.Id}} {{.State.Running}}' dft-cf-web)" "$id true"
}
