#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `up --demo`: the whole walk on real parts, and not a trace of it after `down --demo`.

load ../support/lib

setup() {
  cd "$BATS_TEST_TMPDIR"
  unset DFRIENDS_STATE_DIR
  need_engine
  stranger_gone
  "$DFRIENDS" down --demo >/dev/null 2>&1 || true
}

teardown() {
  stranger_gone
  [ -z "${WALK:-}" ] || kill -9 "$WALK" 2>/dev/null || true
  timeout -k 5 300 "$DFRIENDS" down --demo >down.log 2>&1 || { cat down.log; return 1; }
}

# traces: all that the demo could leave on this host, but for what is built beside the tests.
traces() {
  docker ps -aq --no-trunc | sort
  docker images -aq --no-trunc | sort -u
  docker images --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort
  docker volume ls -q | sort
  docker network ls -q | sort
  ip netns | sort
  ip -o link | awk -F': ' '{ print $2 }' | grep -v '^veth' | sort
  cat /etc/passwd /etc/group
  iptables -S; iptables -t nat -S
  awk '{ print $2 }' /proc/mounts | grep -E 'dfriends' || true
  find /sys/fs/cgroup -maxdepth 3 -name 'dfriends*' 2>/dev/null
  find /etc /home /root /usr/local /var/lib /var/log /var/cache -xdev -not -path '/var/lib/docker*' -not -path '/var/lib/containerd*' \
    -not -path "$top/build*" -not -path '/var/lib/dpkg*' -not -path '/var/lib/apt*' \
    -not -path '/var/cache/apt*' -not -path '/root/.cache*' 2>/dev/null | sort
  pgrep -fa 'dfriends-demo' || true
}

same_as_before() {
  traces >after
  diff before after
}

@test "the demo shows all of it, stays up, and goes without a trace" {
  traces >before
  local begun=$SECONDS
  timeout -k 5 1000 "$DFRIENDS" up --demo >walk.log 2>&1 3>&- || { tail -n 60 walk.log; return 1; }
  echo "the walk: $((SECONDS - begun)) s" >&3
  grep -q '^\$ docker build -t shrikrishna/code.it --build-arg BASE=' walk.log
  grep -q '^\$ git push dokku master' walk.log
  grep -q 'Application deployed' walk.log
  grep -q 'HIT 200 .*hello' walk.log
  grep -q '^\$ fleetctl start code.it.{1,2,3}.service' walk.log
  # The addresses at the end answer, the dashboard's first.
  sed -n '/^Open$/,$p' walk.log | grep -oE 'https?://[^ ]+' >addresses
  [ "$(wc -l <addresses)" -ge 8 ]
  local address
  while read -r address; do
    # The cache shows its page with 406, as apt-cacher-ng does.
    [[ $(curl -s --max-time 60 -o page -w '%{http_code}' "$address") =~ ^(2..|406)$ && -s page ]] || { echo "no answer: $address"; return 1; }
  done < <(grep -v dokku addresses)
  local body
  settled() {
    body=$(curl -sf "$(head -n 1 addresses)api/status") &&
      jq -e '([.cluster.machines[] | select(.up)] | length) == 3 and ([.cluster.units[] | select(.active == "active")] | length) == 3' <<<"$body"
  }
  wait_for 60 settled || true
  equal "$(jq '[.cluster.machines[] | select(.up)] | length' <<<"$body")" 3
  equal "$(jq '[.cluster.units[] | select(.active == "active")] | length' <<<"$body")" 3
  [ "$(jq '.links | length' <<<"$body")" -ge 7 ]
  [ "$(jq .cache.files <<<"$body")" -ge 3 ]
  equal "$(jq -r '.paas.apps[] | .name + " " + .state' <<<"$body")" "codeit running"
  # Called again it says so and shows them again.
  fails 0 dfriends up --demo
  says "the demo is up already"
  says "$(head -n 1 addresses)"
  fails 0 dfriends down --demo
  same_as_before
  fails 0 dfriends down --demo
  says "no demo"
}

@test "the demo killed in the middle goes without a trace, and a name that it took is given back" {
  busybox_image dft-busybox
  printf 'FROM dft-busybox\nLABEL dft=1\n' >Dockerfile
  docker build -q -t dfriends/cache . >/dev/null
  traces >before
  "$DFRIENDS" up --demo >walk.log 2>&1 3>&- &
  WALK=$!
  wait_for 300 grep -q 'Installing by dpkg' walk.log
  ip netns | grep -q dfriends-core
  fails 5 dfriends up --demo
  says "being shown already, by process $WALK"
  kill -9 "$WALK"
  wait "$WALK" || true
  [ "$(docker image inspect -f '{{ index .Config.Labels "dft" }}' dfriends/cache)" != 1 ]
  fails 0 dfriends down --demo
  same_as_before
  equal "$(docker image inspect -f '{{ index .Config.Labels "dft" }}' dfriends/cache)" 1
  docker rmi -f dfriends/cache >/dev/null
}

@test "what is in the demo's way is named before anything is made" {
  busybox_image dft-busybox
  docker run -d --rm --label dft-stranger --name code.it dft-busybox sleep 100 >/dev/null
  run dfriends up --demo
  equal "$status" 5
  says "container 'code.it'"
  DOCKER_HOST=unix://$PWD/none.sock fails 7 dfriends up --demo
  [ ! -e /var/lib/dfriends-demo/ledger ]
}
