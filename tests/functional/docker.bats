# SPDX-License-Identifier: Apache-2.0
# The docker applet beside the docker client itself, on the real engine.

load ../support/lib
load ../support/docker
load ../support/registry

setup() {
  need_engine
  cd "$BATS_TEST_TMPDIR"
  busybox_image dft-busybox
}

teardown() {
  local pid
  for pid in "${OTHERS[@]}"; do kill "$pid" 2>/dev/null || true; done
  [ ! -s sshd.pid ] || kill "$(cat sshd.pid)" 2>/dev/null || true
  docker ps -aq --filter name=dft-d- | xargs -r docker rm -fv >/dev/null 2>&1 || true
  docker rmi -f dft-d-built dft-d-tagged >/dev/null 2>&1 || true
  docker network rm dft-d-net >/dev/null 2>&1 || true
  docker volume rm dft-d-vol >/dev/null 2>&1 || true
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
  wait_for 60 grep -q ready signal.out
  kill -TERM "$process"
  wait "$process" || code=$?
  equal "$code" 7
  grep -q caught signal.out
}

@test "run -d, ps, logs, exec, stop, rm" {
  fails 0 ours run -d --name dft-d-one -p 127.0.0.1::80 dft-busybox sh -c "$forever"
  equal "${#output}" 64
  wait_for 60 sh -c 'docker logs dft-d-one | grep -q started'
  same ps --filter name=dft-d-one
  same ps -a -q --no-trunc --filter name=dft-d-one
  same ps --filter name=dft-d-one --format '{{.Names}}\t{{.Image}}'
  same logs dft-d-one
  same logs --tail 1 dft-d-one
  same exec dft-d-one sh -c 'echo in; exit 4'
  same exec dft-d-one no-such-program
  equal "$(echo typed | ours exec -i dft-d-one cat)" typed
  fails 0 ours exec -d dft-d-one touch /made
  wait_for 60 docker exec dft-d-one test -e /made
  same inspect -f '{{.State.Status}} {{json .Config.Cmd}}' dft-d-one
  equal "$(ours inspect dft-d-one | jq -r '.[0].Name')" /dft-d-one
  fails 1 ours rm dft-d-one
  fails 0 ours stop -t 60 dft-d-one
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
  # Only a regular file is replaced.
  mkfifo pipe && ln -s image.tar linked
  fails 1 ours save -o pipe dft-d-tagged
  fails 1 ours save -o linked dft-d-tagged
  [ -p pipe ] && [ -L linked ]
  fails 1 ours load -i "$PWD"
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
  fails 5 ours build --force-rm context
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

@test "run: a name that is taken, an id file that exists, and one that is written" {
  fails 0 ours run -d --name dft-d-taken dft-busybox sleep 600
  fails 125 ours run --name dft-d-taken dft-busybox true
  says "is already in use"
  echo precious >id
  fails 125 ours run --rm --cidfile "$PWD/id" dft-busybox true
  says "container ID file found"
  equal "$(cat id)" precious
  ln -s id link
  fails 125 ours run --rm --cidfile "$PWD/link" dft-busybox true
  equal "$(cat id)" precious
  # No container: no id file either.
  fails 125 ours run --cidfile "$PWD/none" --pull never 127.0.0.1:9/dft-missing
  [ ! -e none ]
  fails 0 ours create --name dft-d-created --cidfile "$PWD/new" dft-busybox true
  equal "$(cat new)" "$(docker inspect -f '{{.Id}}' dft-d-created)"
}

@test "run -i: a writer that goes on does not keep us after the container's end" {
  mkfifo input
  exec 7<>input # a writer that never writes nor ends
  fails 9 timeout 100 "$DFRIENDS" docker run -i --rm dft-busybox sh -c 'exit 9' <input
  exec 7>&-
}

@test "run: a reader that goes away ends us, and the container goes on" {
  timeout 100 "$DFRIENDS" docker run --name dft-d-reader dft-busybox sh -c 'while :; do echo line; sleep 0.01; done' | head -n 1 | grep -q line
  equal "$(docker inspect -f '{{.State.Running}}' dft-d-reader)" true
}

@test "run: signals one upon the other all arrive" {
  "$DFRIENDS" docker run --rm --name dft-d-signals dft-busybox sh -c \
    'trap "echo one" USR1; trap "echo two" USR2; trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done' >signals.out 3>&- &
  local process=$!
  wait_for 60 grep -q ready signals.out
  kill -USR1 "$process"; kill -USR2 "$process"
  wait_for 60 grep -q one signals.out
  wait_for 60 grep -q two signals.out
  kill -TERM "$process"
  wait "$process"
}

# at_terminal COMMAND: runs it with a terminal on its streams; what is typed comes from stdin.
at_terminal() { script -qec "$1" /dev/null; }

@test "run -it: a terminal of the size of ours; the keys that leave it running; none of ours is an error" {
  fails 1 ours run -it --rm dft-busybox true
  says "the input device is not a TTY"
  fails 1 ours exec -it dft-d-none true
  says "the input device is not a TTY"
  # The size comes after the start.
  local sized='for i in $(seq 600); do [ "$(stty size)" != "33 77" ] || break; sleep 0.1; done; stty size; exit 6'
  run at_terminal "stty rows 33 cols 77; '$DFRIENDS' docker run -it --rm dft-busybox sh -c '$sized'" </dev/null
  equal "$status" 6
  says "33 77"
  { wait_for 60 grep -q here left.out >&2; printf '\020\021'; wait_for 60 grep -q 'left with' left.out >&2; } |
    timeout 150 script -qec "'$DFRIENDS' docker run -it --name dft-d-left dft-busybox sh -c 'echo here; sh'; echo left with \$?" /dev/null >left.out
  grep -q 'left with 0' left.out
  equal "$(docker inspect -f '{{.State.Running}}' dft-d-left)" true
}

@test "start -a and attach: in a container's place, with its exit code" {
  docker create --name dft-d-start -i dft-busybox sh -c 'read -r word; echo "got $word"; exit 4' >/dev/null
  equal "$(echo typed | ours start -a -i dft-d-start; echo "$?")" $'got typed\n4'
  fails 1 ours attach dft-d-start
  says "stopped container"
  docker run -d --name dft-d-attach dft-busybox sh -c 'trap "echo caught; exit 8" TERM; while :; do echo here; sleep 0.1; done' >/dev/null
  local code=0
  "$DFRIENDS" docker attach --no-stdin dft-d-attach >attach.out 3>&- &
  local process=$!
  wait_for 60 grep -q here attach.out
  kill -TERM "$process"
  wait "$process" || code=$?
  equal "$code" 8
  equal "$(uniq attach.out)" $'here\ncaught'
}

@test "formats, ports, processes, names" {
  fails 0 ours run -d --name dft-d-web -p 127.0.0.1::80 -p 127.0.0.1::53/udp -e A=1 dft-busybox sleep 600
  same port dft-d-web 80
  same port dft-d-web 53/udp
  equal "$(ours port dft-d-web | sort)" "$(docker port dft-d-web | sort)"
  fails 1 ours port dft-d-web 81
  same ps --filter name=dft-d-web --format 'table {{.Names}}\t{{.Image}}'
  same images --format 'table {{.Repository}}\t{{.Tag}}' dft-busybox
  equal "$(ours ps --filter name=dft-d-web --format json | jq -r .Names)" dft-d-web
  same top dft-d-web -o pid,args
  same version -f '{{.Server.Version}}'
  same info -f '{{.ServerVersion}} {{json .Driver}}'
  same network inspect -f '{{.Name}} {{.Driver}}' bridge
  fails 0 ours pause dft-d-web
  equal "$(docker inspect -f '{{.State.Status}}' dft-d-web)" paused
  fails 0 ours unpause dft-d-web
  fails 0 ours rename dft-d-web dft-d-renamed
  equal "$(ours inspect -f '{{.Name}}' dft-d-renamed)" /dft-d-renamed
  echo 'FROM_FILE=file' >environment
  equal "$(OUTER=outer ours exec --env-file environment -e B=2 -e OUTER dft-d-renamed sh -c 'echo $FROM_FILE $A $B $OUTER')" "file 1 2 outer"
}

@test "the engine that was asked for: by option, by environment, and what to do where there is none or it is forbidden" {
  fails 1 ours -H "unix://$PWD/nowhere" ps
  says "$PWD/nowhere"
  fails 0 env DOCKER_HOST="unix://$PWD/nowhere" "$DFRIENDS" docker -H unix:///var/run/docker.sock ps -q --filter name=dft-d-nothing
  fails 0 env DOCKER_HOST="unix://$PWD/nowhere" "$DFRIENDS" docker --host=unix:///var/run/docker.sock run --rm dft-busybox true
  fails 125 env DOCKER_HOST="unix://$PWD/nowhere" "$DFRIENDS" docker run dft-busybox true
  says "set DOCKER_HOST"
  fails 1 ours --context no-such-context ps
  says no-such-context
  fails 1 env DOCKER_HOST=ftp://x "$DFRIENDS" docker ps
  says "unix:///PATH"
  # Another user's executable may lie where that user cannot read: a copy does not.
  local place; place=$(mktemp -d /tmp/dft-d-XXXXXX); chmod 755 "$place"
  cp "$DFRIENDS" "$place/dfriends"
  run env HOME="$place" setpriv --reuid=65534 --clear-groups "$place/dfriends" docker ps
  rm -rf "$place"
  equal "$status" 1
  says "no permission to use the Docker Engine's socket"
  says "hint: join the group that owns it"
}

@test "login, push and logout at a registry with users; what else stands in config.json stays" {
  start_guarded_registry
  export DOCKER_CONFIG=$PWD/config
  mkdir config
  echo '{"auths":{"other.example":{"auth":"eDp5"}},"psFormat":"table {{.ID}}"}' >config/config.json
  docker tag dft-busybox "$AT/dft-d/one:1"
  fails 1 ours push "$AT/dft-d/one:1"
  says 'no basic auth credentials'
  fails 1 ours login -u tester --password-stdin "$AT" <<<wrong
  says '401 Unauthorized'
  fails 1 ours login "$AT" </dev/null
  fails 1 ours login -u tester "$AT" </dev/null
  says 'non TTY device'
  fails 0 ours login -u tester --password-stdin "http://$AT/v2/" <<<secret
  says "stored unencrypted in $PWD/config/config.json"
  says 'Login Succeeded'
  equal "$(stat -c %a config/config.json)" 600
  equal "$(jq -rc '[.auths["other.example"].auth, .psFormat]' config/config.json)" '["eDp5","table {{.ID}}"]'
  docker push -q "$AT/dft-d/one:1" # the docker client reads what we wrote
  docker push "$AT/dft-d/one:1" >theirs.out
  ours push "$AT/dft-d/one:1" >ours.out
  equal "$(sort ours.out)" "$(sort theirs.out)"
  equal "$(ours push -q "$AT/dft-d/one:1")" "$(docker push -q "$AT/dft-d/one:1")"
  docker rmi "$AT/dft-d/one:1" >/dev/null
  fails 0 ours pull -q "$AT/dft-d/one:1"
  fails 1 ours push "$AT/dft-d/none"
  says 'does not exist'
  fails 1 ours push "$AT/dft-d/one@sha256:$(printf '%064d' 0)"
  fails 0 ours logout "$AT"
  says "Removing login credentials for $AT"
  fails 0 ours logout "$AT"
  says "Not logged in to $AT"
  equal "$(jq -c '.auths | keys' config/config.json)" '["other.example"]'
  fails 1 ours push "$AT/dft-d/one:1"
  docker rmi "$AT/dft-d/one:1" >/dev/null
}

@test "login: a credential helper keeps the password, and config.json does not have it" {
  start_guarded_registry
  export DOCKER_CONFIG=$PWD/config PATH=$PWD/bin:$PATH
  mkdir config bin
  cat >bin/docker-credential-dft <<END
#!/bin/sh
cd "$PWD"
case \$1 in
store) cat >kept ;;
get) cat >/dev/null; cat kept ;;
erase) cat >erased; rm kept ;;
esac
END
  chmod +x bin/docker-credential-dft
  echo '{"credsStore":"dft"}' >config/config.json
  fails 0 ours login -u tester --password-stdin "$AT" <<<secret
  equal "$(jq -rc '[.ServerURL, .Username, .Secret]' kept)" "[\"$AT\",\"tester\",\"secret\"]"
  fails 1 grep -E 'secret|auth":"' config/config.json
  docker tag dft-busybox "$AT/dft-d/two"
  fails 0 ours push "$AT/dft-d/two"
  fails 0 ours logout "$AT"
  equal "$(cat erased)" "$AT"
  docker rmi "$AT/dft-d/two" >/dev/null
}

@test "events: what has happened, as the docker client prints it" {
  local since until
  since=$(date +%s.%N)
  docker run --name dft-d-event --label a=b dft-busybox true
  docker rm dft-d-event >/dev/null
  sleep 0.1
  until=$(date +%s.%N)
  same events --since "$since" --until "$until" --filter container=dft-d-event
  grep -q 'container die .*exitCode=0' ours.out
  same events --since "$since" --until "$until" --filter event=create --format '{{.Type}} {{.Action}}'
  timeout 100 "$DFRIENDS" docker events --filter type=volume >watched 3>&- &
  local watcher=$!
  created() { docker volume create dft-d-vol >/dev/null; docker volume rm dft-d-vol >/dev/null; grep -q 'volume create dft-d-vol' watched; }
  wait_for 60 created
  kill "$watcher"
}

@test "an engine behind ssh: the docker client's ssh:// hosts, and the far end of them" {
  equal "$(printf 'GET /_ping HTTP/1.0\r\n\r\n' | ours system dial-stdio | tail -n 1)" OK
  mkdir -p /run/sshd bin
  ssh-keygen -q -t ed25519 -N '' -f key
  ssh-keygen -q -t ed25519 -N '' -f host
  local port; port=$(free_port)
  printf 'Port %s\nListenAddress 127.0.0.1\nHostKey %s\nPidFile %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\n' \
    "$port" "$PWD/host" "$PWD/sshd.pid" "$PWD/key.pub" >sshd_config
  /usr/sbin/sshd -f "$PWD/sshd_config" 3>&-
  wait_for 60 test -s sshd.pid # written when it listens
  echo "[127.0.0.1]:$port $(cat host.pub)" >known
  printf '#!/bin/sh\nexec /usr/bin/ssh -F none -i %s -o UserKnownHostsFile=%s -o BatchMode=yes "$@"\n' "$PWD/key" "$PWD/known" >bin/ssh
  chmod +x bin/ssh
  export PATH=$PWD/bin:$PATH DOCKER_HOST=ssh://root@127.0.0.1:$port
  same run --rm dft-busybox echo far
  equal "$(echo typed | ours run -i --rm dft-busybox cat)" typed
  same ps -a --filter name=dft-d-none
  fails 1 ours -H "ssh://root@127.0.0.1:$(free_port)" ps
  says 'no Docker Engine answers'
  says 'Connection refused'
  fails 1 ours -H 'ssh://-oProxyCommand=x@h' ps
  says 'that is no user'
  fails 1 ours -H 'ssh://root:secret@h' ps
  says 'a password does not belong there'
}

@test "stats: docker's table, fields and units; each second until the container is gone" {
  ours run -d --name dft-d-stats --network none --memory 32m dft-busybox sh -c "while :; do :; done" >/dev/null
  docker create --name dft-d-idle dft-busybox true >/dev/null
  same stats --no-stream dft-d-idle
  same stats --no-stream --format '{{.Container}} {{.Name}} {{.ID}} {{.NetIO}} {{.PIDs}}' dft-d-stats
  same stats --no-stream -a --no-trunc --format '{{.Name}} {{.ID}} {{.Container}}'
  same stats --no-stream --format json dft-d-idle
  ours stats --no-stream --format '{{.CPUPerc}}|{{.MemUsage}}|{{.MemPerc}}' dft-d-stats >usage.out
  grep -Eq '^[1-9][0-9.]*%\|[0-9.]+[KM]iB / 32MiB\|[0-9.]+%$' usage.out
  fails 1 ours stats --no-stream dft-d-missing dft-d-idle
  says dft-d-missing
  timeout 150 "$DFRIENDS" docker stats --format '{{.Name}}' dft-d-stats >rounds.out 3>&- &
  local process=$!
  wait_for 60 sh -c '[ "$(wc -l <rounds.out)" -ge 2 ]'
  docker rm -f dft-d-stats >/dev/null
  wait "$process"
  equal "$(sort -u rounds.out)" dft-d-stats
}

# listing FOLDER: names, kinds, modes, link targets, times and contents of all below it; a folder's time only where
# nothing is copied into it later.
listing() {
  (cd "$1" && find . -mindepth 1 \( -type d ! -name sub -printf '%P %y %m\n' -o -printf '%P %y %m %l %TF %TH:%TM\n' \) | sort
   find . -type f -exec sha256sum {} + | sort -k2)
}

# copies_out SOURCE TARGET: from dft-d-cp to the same place for both clients, with the same codes and trees.
copies_out() {
  local theirs=0 us=0
  (cd theirs && docker cp "${@:3}" "dft-d-cp:$1" "$2") >/dev/null 2>&1 || theirs=$?
  (cd ours && ours cp "${@:3}" "dft-d-cp:$1" "$2") >ours.out 2>&1 || us=$?
  equal "$1 $2: $us" "$1 $2: $theirs"
  equal "$(listing ours)" "$(listing theirs)"
}

@test "cp out of a container: docker's rules for names, folders and links" {
  docker create --name dft-d-cp dft-busybox sh -c 'exit 0' >/dev/null
  mkdir -p tree/dir/sub ours theirs
  echo one >tree/dir/file; echo two >tree/dir/sub/deep; chmod 640 tree/dir/file; touch -d 2020-02-02 tree/dir/sub/deep
  ln -s file tree/dir/link; ln -s /tree/dir tree/to-dir; ln tree/dir/file tree/dir/hard
  docker cp tree dft-d-cp:/ 2>/dev/null
  for side in ours theirs; do mkdir "$side/there"; echo old >"$side/taken"; ln -s there "$side/way"; ln -s taken "$side/alias"; touch -h -d 2020-01-01 "$side"/*; done
  copies_out /tree/dir/file new
  copies_out /tree/dir/file there
  copies_out /tree/dir/file there/
  copies_out /tree/dir/file taken
  copies_out /tree/dir/file alias
  copies_out /tree/dir/file none/
  copies_out /tree/dir/file none/name
  copies_out /tree/dir fresh
  copies_out /tree/dir fresh
  copies_out /tree/dir/. content
  copies_out /tree/dir/. there
  copies_out /tree/dir way
  copies_out /tree/dir taken
  copies_out /tree/dir/link linked
  copies_out /tree/dir/link followed -L
  copies_out /tree/to-dir there -L
  copies_out /tree/to-dir there
  copies_out /tree/to-dir/. through
  copies_out tree/dir/sub .
  copies_out /tree/missing x
  copies_out /tree/dir/file /dev/null
  docker cp dft-d-cp:/tree/dir - | tar -tv >theirs.list
  ours cp dft-d-cp:/tree/dir - | tar -tv >ours.list
  equal "$(cat ours.list)" "$(cat theirs.list)"
  fails 1 ours cp dft-d-missing:/x .
  says dft-d-missing
}

# copies_in SOURCE TARGET: into a container of each client's.
copies_in() {
  local theirs=0 us=0
  docker cp "${@:3}" "$1" "dft-d-theirs:$2" >/dev/null 2>&1 || theirs=$?
  ours cp "${@:3}" "$1" "dft-d-ours:$2" >ours.out 2>&1 || us=$?
  equal "$1 $2: $us" "$1 $2: $theirs"
  equal "$(docker exec dft-d-ours sh -c "$look")" "$(docker exec dft-d-theirs sh -c "$look")"
}

@test "cp into a container: docker's rules, owners, and an archive from stdin" {
  look='cd /in && find . | sort | while read -r f; do stat -c "%n %F %a %u %g %N" "$f"; [ ! -f "$f" ] || cat "$f"; done'
  for side in ours theirs; do
    docker run -d --name "dft-d-$side" --network none -u 1:1 dft-busybox sh -c "$forever" >/dev/null
    docker exec -u 0 "dft-d-$side" sh -c 'mkdir -p /in/there; echo old >/in/taken; ln -s there /in/way; ln -s taken /in/alias'
  done
  mkdir -p tree/sub; echo one >tree/file; chmod 750 tree/sub; echo two >tree/sub/deep; ln -s file tree/link
  chown 7:8 tree/file; ln -s tree to-tree
  copies_in tree/file /in/new
  copies_in tree/file /in/there
  copies_in tree/file /in/taken
  copies_in tree/file /in/alias
  copies_in tree/file /in/none/
  copies_in tree/file /in/none/name
  copies_in tree /in/fresh
  copies_in tree /in/fresh
  copies_in tree/. /in/content
  copies_in tree/. /in/there
  copies_in tree /in/way
  copies_in tree /in/taken
  copies_in tree/link /in/linked
  copies_in tree/link /in/followed -L
  copies_in to-tree /in/there
  copies_in to-tree /in/to -L
  copies_in to-tree/ /in/slash
  copies_in tree /in/owned -a
  copies_in missing /in/x
  tar -C tree -cf tree.tar .
  docker exec -u 0 dft-d-ours mkdir /in/tar
  docker exec -u 0 dft-d-theirs mkdir /in/tar
  docker cp - dft-d-theirs:/in/tar <tree.tar 2>/dev/null
  ours cp - dft-d-ours:/in/tar <tree.tar
  equal "$(docker exec dft-d-ours sh -c "$look")" "$(docker exec dft-d-theirs sh -c "$look")"
  fails 125 ours cp tree here
  fails 125 ours cp dft-d-ours:/in dft-d-theirs:/in
}

@test "cp: a large file passes in both directions, and the other way round is the same" {
  docker create --name dft-d-large dft-busybox true >/dev/null
  head -c 300000000 /dev/zero | tr '\0' x >large
  (ulimit -v 2000000; /usr/bin/time -f %M -o memory "$DFRIENDS" docker cp -q large dft-d-large:/large)
  [ "$(tail -1 memory)" -lt 120000 ]
  "$DFRIENDS" docker cp -q dft-d-large:/large back
  cmp large back
}

@test "cp: an engine that goes away ends it with an error" {
  docker create --name dft-d-cut dft-busybox true >/dev/null
  head -c 200000000 /dev/zero >large
  docker cp large dft-d-cut:/large 2>/dev/null
  # At its fourth call, after the version, the container and the path: the archive.
  python3 "$support/engine_proxy.py" "$PWD/proxy.sock" calls --gone-from 4 3>&- &
  OTHERS+=($!)
  wait_for 60 test -S proxy.sock
  fails 1 timeout 100 "$DFRIENDS" docker -H "unix://$PWD/proxy.sock" cp dft-d-cut:/large out
  grep -q '/archive' calls
  # In the middle of it.
  python3 "$support/socket_relay.py" "$PWD/relay.sock" /var/run/docker.sock 50000000 3>&- &
  OTHERS+=($!)
  local code=0
  wait_for 60 test -S relay.sock
  timeout 100 "$DFRIENDS" docker -H "unix://$PWD/relay.sock" cp dft-d-cut:/large large-copy 2>cut.err 3>&- || code=$?
  equal "$code" 1
  [ -s cut.err ]
}

# stand_in_client: a docker client with buildx, first in PATH: it keeps its words, environment and input, says something,
# and "builds" by naming dft-busybox so. The host's own client need not have BuildKit.
stand_in_client() {
  mkdir -p client
  cat >client/docker <<END
#!/bin/sh
[ "\$*" != --version ] || { echo "Docker version 20.10.24, build 1"; exit 0; }
[ "\$*" != "buildx version" ] || { [ ! -e $PWD/client/old ]; exit; }
printf '%s\n' "\$@" >$PWD/client/words
env >$PWD/client/environment
cat >$PWD/client/input
echo "#1 [internal] load build definition" >&2
[ ! -e $PWD/client/breaks ] || { echo "ERROR: failed to solve: it is broken" >&2; exit 1; }
while [ "\$#" -gt 0 ]; do
  [ "\$1" != --tag ] || $(command -v docker) tag dft-busybox "\$2"
  shift
done
END
  chmod +x client/docker
}

@test "build: what BuildKit alone understands is handed to the docker client that has it" {
  stand_in_client
  mkdir -p context
  printf 'FROM dft-busybox\nRUN --mount=type=cache,target=/c true\n' >context/Dockerfile
  real=$PATH
  export PATH=$PWD/client:$PATH SECRET_WORD=hush OTHER_WORD=private DOCKER_CONTEXT=default
  fails 0 ours build -t dft-d-built --build-arg A=1 --secret id=s,env=SECRET_WORD context
  says "load build definition"
  equal "$(tr '\n' ' ' <client/words)" "buildx build --builder default --load --tag dft-d-built --build-arg A=1 --secret id=s,env=SECRET_WORD -- $PWD/context "
  grep -qx DOCKER_HOST=unix:///var/run/docker.sock client/environment
  grep -qx DOCKER_BUILDKIT=1 client/environment
  grep -qx SECRET_WORD=hush client/environment
  fails 1 grep -E 'OTHER_WORD|DOCKER_CONTEXT' client/environment
  docker image inspect dft-d-built >/dev/null
  # From stdin; by a flag alone; by demand.
  ours build -t dft-d-built - <context/Dockerfile
  cmp client/input context/Dockerfile
  echo 'FROM dft-busybox' >context/Dockerfile
  fails 0 ours build -o type=local,dest=out context
  fails 1 grep -x -- --load client/words
  fails 0 ours build --builder buildkit context
  grep -qx -- --load client/words
  # An older client has BuildKit in itself.
  touch client/old
  fails 0 ours build --builder buildkit context
  equal "$(tr '\n' ' ' <client/words)" "build -- $PWD/context "
  # A plain one stays with the engine.
  rm client/words
  fails 0 ours build -q -t dft-d-built context
  [ ! -e client/words ]
  touch client/breaks
  fails 1 ours build --builder buildkit context
  says "failed to solve: it is broken"
  says "the build with BuildKit failed"
  fails 1 ours build --builder classic --ssh default context
  says "the classic builder does not know --ssh"
  fails 1 ours build --builder other context
  says "classic, buildkit or auto"
  PATH=$real
}

@test "build: BuildKit without a docker client, and with the one of this host" {
  mkdir -p context bare
  printf 'FROM scratch\nCOPY --chmod=600 file /file\n' >context/Dockerfile
  echo content >context/file
  ln -s "$(command -v "$DFRIENDS")" bare/docker # we ourselves are none
  run env PATH="$PWD/bare" "$DFRIENDS" docker build context
  equal "$status" 1
  says "there is no docker client"
  says "install"
  if docker buildx version >/dev/null 2>&1; then
    fails 0 ours build -t dft-d-built context
    docker create --name dft-d-chmod dft-d-built x >/dev/null
    equal "$(docker cp dft-d-chmod:/file - | tar -tv | cut -c1-10)" -rw-------
  else
    fails 1 ours build -t dft-d-built context
    says "has no buildx"
    says "install docker-buildx"
  fi
}

@test "converge: an image's builder" {
  stand_in_client
  mkdir -p context
  echo 'FROM dft-busybox' >context/Dockerfile
  printf 'resources:\n  - docker_image: dft-d-built\n    action: build_if_missing\n    source: %s\n    builder: buildkit\n' "$PWD/context" >m.yaml
  export PATH=$PWD/client:$PATH
  touch client/breaks
  fails 1 dfriends converge apply m.yaml
  says "failed to solve: it is broken"
  rm client/breaks
  fails 0 dfriends converge apply m.yaml
  equal "$(tr '\n' ' ' <client/words | sed 's/--label dfriends.converge.context=[0-9a-f]* //')" \
    "buildx build --builder default --load --progress plain --tag dft-d-built:latest -- $PWD/context "
  fails 0 dfriends converge plan m.yaml
  says "1 unchanged"
}

@test "flags with a value after '=', as Go programs read them" {
  fails 0 ours create --tty=false --name dft-d-flags dft-busybox true
  equal "$(ours ps --all=true -q=true --no-trunc --filter name=dft-d-flags)" "$output"
  same ps -a=false -q --filter name=dft-d-flags
  same ps -n=1 -q
  fails 125 ours rm --force=perhaps dft-d-flags
  says "--force wants true or false, not 'perhaps'"
  same rm --force=true dft-d-flags
}

@test "inspect, network inspect, volume inspect and wait go on after what is not there" {
  ours create --name dft-d-first dft-busybox true
  ours create --name dft-d-second dft-busybox true
  same inspect -f '{{.Name}}' dft-d-first dft-d-none dft-d-second
  equal "$(cat ours.out)" $'/dft-d-first\n/dft-d-second'
  grep -q dft-d-none ours.err
  same inspect dft-d-none
  same network inspect -f '{{.Name}}' dft-d-none bridge host
  ours volume create dft-d-vol
  same volume inspect -f '{{.Name}}' dft-d-none dft-d-vol
  same wait dft-d-none dft-d-first
  same network ls -q
}

@test "--version: the line that scripts cut up" {
  ln -s "$DFRIENDS" docker
  fails 0 ./docker --version
  [[ "$output" =~ ^Docker\ version\ [0-9]+\.[0-9]+\.[0-9]+,\ build\ dfriends$ ]]
  equal "$(./docker -v)" "$output"
}

@test "a broken config.json is a warning" {
  mkdir broken
  echo '{"auths": ' >broken/config.json
  DOCKER_CONFIG=$PWD/broken fails 0 ours ps -q
  says 'WARNING: the client'
}

@test "run --rm with an engine that leaves the removal to the client" {
  export DOCKER_API_VERSION=1.24
  fails 3 ours run --rm --name dft-d-old dft-busybox sh -c 'exit 3'
  fails 127 ours run --rm --name dft-d-old dft-busybox no-such-program
  fails 125 ours run --rm -d --name dft-d-old dft-busybox true
  says 'from 1.25 on'
  equal "$(docker ps -aq --filter name=dft-d-old)" ""
}

@test "container and image as groups of verbs" {
  ours container create --name dft-d-group dft-busybox true
  same container ls -aq --filter name=dft-d-group
  same container inspect -f '{{.Name}}' dft-d-group
  same container inspect -f '{{.Id}}' dft-busybox
  same image inspect -f '{{.Id}}' dft-busybox
  same image ls -q dft-busybox
  same container run --rm dft-busybox no-such-program
  fails 0 ours container rm dft-d-group
}

@test "network connect and disconnect" {
  ours network create dft-d-net
  ours create --name dft-d-joining dft-busybox true
  fails 0 ours network connect --alias other dft-d-net dft-d-joining
  equal "$(docker inspect -f '{{json (index .NetworkSettings.Networks "dft-d-net").Aliases}}' dft-d-joining | grep -o other)" other
  fails 0 ours network disconnect dft-d-net dft-d-joining
  equal "$(docker inspect -f '{{index .NetworkSettings.Networks "dft-d-net"}}' dft-d-joining)" "<nil>"
  fails 1 ours network connect dft-d-net dft-d-none
}

@test "templates of Go: inspect -f as the docker client prints it" {
  ours run -d --name dft-d-t -p 127.0.0.1::80 -p 127.0.0.1::53/udp --label a=b --label com.x='c d' --log-opt max-size=1m \
    --tmpfs /t --health-cmd true --health-interval 1h --entrypoint sleep dft-busybox 3000 >/dev/null
  local template
  for template in '{{.ID}} {{.Name}} {{.Config.Cmd}} {{.Config.Labels}} {{.Args}}' \
    '{{.NetworkSettings.Ports}} {{.State.Running}} {{.HostConfig.LogConfig}}' \
    '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}' \
    '{{range $p, $c := .NetworkSettings.Ports}}{{$p}} -> {{(index $c 0).HostPort}}{{println}}{{end}}' \
    '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}} {{.NetworkSettings.IPAddress}}' \
    '{{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.Gateway}}{{end}}' \
    '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.State.Health.FailingStreak}}' \
    '{{index .Config.Labels "com.x"}}|{{index .Config.Labels "none"}}|{{.Config.Labels.a}}|{{.Config.Labels.none}}' \
    '{{range .Config.Env}}{{if eq (slice . 0 4) "PATH"}}{{.}}{{end}}{{end}}' \
    '{{json .Config.Labels}} {{json .NetworkSettings.Ports}} {{json .HostConfig.Tmpfs}} {{json .Mounts}}' \
    '{{with .HostConfig}}{{.NetworkMode}} {{.Binds}} {{.PidsLimit}} {{.ShmSize}}{{end}} {{len .Config.Env}}' \
    '{{$x := 1}}{{range $i, $e := .Config.Env}}{{$x = $i}}{{end}}{{$x}}' \
    '{{printf "%s|%5d|%-8q|%v|%x" .Name 42 "a" .State.Running "hi"}} {{join .Config.Cmd ","}}' \
    '{{upper .Name}} {{title "ab cd"}} {{split "a,b" ","}} {{pad .Name 1 2}}|{{truncate .Name 3}}|{{lower "A"}}' \
    '{{- /* none */ -}} {{ print 1 2 "x" 3 }} {{not .Name}} {{and .Name 0}} {{or "" "z"}} {{le 1 2}} {{ne "a" "b"}}' \
    '{{.Config.StopSignal}}|{{.Config.Healthcheck.Test}}|{{.HostConfig.Sysctls}}|{{.SizeRw}}|{{.HostConfig.Init}}' \
    '{{.Foo}}' '{{.State.Foo.Bar}}' '{{index .Config.Cmd 9}}' '{{if .State}}' '{{nothing}}' '{{.Name' '{{$y}}' '{{eq 1 "a"}}'; do
    same inspect -f "$template" dft-d-t
    # What is wrong is said in the same words.
    diff <(grep template: theirs.err) <(sed -e 's/^Error: //' -e 's/^docker: //' ours.err | grep template:)
  done
  same inspect -f '{{.ID}} {{.Config.Labels}} {{.RepoTags}} {{.Os}} {{len .RootFS.Layers}}' dft-busybox
  same network inspect -f '{{.Name}} {{(index .IPAM.Config 0).Subnet}} {{index .Options "com.docker.network.bridge.name"}}' bridge
  same network inspect -f '{{range .Containers}}{{if eq .Name "dft-d-t"}}{{.IPv4Address}}{{end}}{{end}}' bridge
  equal "$(ours inspect -f json dft-d-t | jq -r '.[0].Name')" /dft-d-t
}

@test "templates of Go: lists, version, info and events as the docker client prints them" {
  ours run -d --name dft-d-t -p 127.0.0.1::80 --label a=b --label com.the-x='c d' dft-busybox sleep 3000 >/dev/null
  local template
  for template in '{{.ID}} {{.Label "a"}}|{{.Label "none"}}|{{.Names}}|{{.Image}}|{{.CreatedAt}}|{{.State}}' \
    'table {{.ID}}\t{{.Label "com.the-x"}}\t{{upper .Names}}\t{{json .Image}}' 'table {{.Names}}\t{{.Networks}}' \
    '{{if eq .State "running"}}{{.Names}}{{end}}' '{{json .Names}} {{.Size}} {{json .Ports}}' \
    '{{.Foo}}' '{{.ID' '{{.Label}}'; do
    same ps --filter name=dft-d-t --format "$template"
    diff <(grep template: theirs.err) <(sed -e 's/^docker: //' ours.err | grep template:)
  done
  same ps --filter name=dft-d-t --format 'table {{.Foo}}'
  # The docker client has labels in no order.
  local labels='ps --filter name=dft-d-t --format {{.Labels}}'
  equal "$(ours $labels | tr , '\n' | sort)" "$(docker $labels | tr , '\n' | sort)"
  # The columns are as wide as the ages in them.
  equal "$(ours ps -s --filter name=dft-d-t | head -n 1 | tr -s ' ')" "$(docker ps -s --filter name=dft-d-t | head -n 1 | tr -s ' ')"
  same ps -q --format '{{.ID}} x' --filter name=dft-d-t
  equal "$(ours ps --filter name=dft-d-t --format json | jq -r .Names)" dft-d-t
  equal "$(ours images --digests dft-busybox | head -n 1 | tr -s ' ')" "$(docker images --digests dft-busybox | head -n 1 | tr -s ' ')"
  same images --no-trunc --format '{{.ID}} {{.Repository}} {{.Digest}} {{.CreatedAt}} {{.Size}}' dft-busybox
  equal "$(ours images --format json dft-busybox | jq -c 'del(.CreatedSince)')" "$(docker images --format json dft-busybox | jq -c 'del(.CreatedSince)')"
  ours network create --label n=1 dft-d-net >/dev/null
  ours volume create --label v=1 dft-d-vol >/dev/null
  same network ls --filter name=dft-d-net --no-trunc --format '{{.ID}} {{.Name}} {{.Label "n"}} {{.Labels}} {{.Internal}} {{.CreatedAt}}'
  same network ls --filter name=dft-d-net --format 'table {{.Name}}\t{{.Driver}}'
  same volume ls --filter name=dft-d-vol --format '{{.Name}} {{.Label "v"}} {{.Mountpoint}} {{.Scope}}'
  same volume ls --filter name=dft-d-vol --format json
  same version -f '{{.Server.Version}} {{.Server.Os}} {{range .Server.Components}}{{.Name}}={{.Version}} {{end}}'
  same version -f '{{.Server'
  equal "$(ours version -f json | jq -r .Server.ApiVersion)" "$(docker version -f '{{.Server.APIVersion}}')"
  same info -f '{{.ServerVersion}} {{len .Plugins.Volume}} {{json .RegistryConfig.Mirrors}} {{.Swarm.LocalNodeState}} {{range .SecurityOptions}}{{.}}{{end}}'
  same events --since 1h --until 0s --filter container=dft-d-t --format '{{.Type}} {{.Action}} {{.Status}} {{.ID}} {{.Actor.Attributes.name}} {{.Time}}'
  same events --since 1h --until 0s --filter container=dft-d-t --format '{{json .}}'
  same events --since 1h --until 0s --filter container=dft-d-t --format json
}

@test "commit, diff, history, export and import" {
  ours run --name dft-d-c dft-busybox sh -c 'echo kept >/file; rm /bin/ls'
  equal "$(ours diff dft-d-c | sort)" "$(docker diff dft-d-c | sort)" # engines tell them in no order
  same diff dft-d-none
  fails 0 ours commit -m 'a message' -a somebody -c 'CMD ["cat", "/file"]' -c 'ENV A=b' dft-d-c dft-d-built
  equal "$output" "$(docker inspect -f '{{.ID}}' dft-d-built)"
  equal "$(docker run --rm dft-d-built)" kept
  equal "$(docker inspect -f '{{.Comment}} {{.Author}}' dft-d-built)" "a message somebody"
  same history -q --no-trunc dft-d-built
  same history --format '{{.ID}} {{.CreatedAt}} {{.CreatedBy}} {{.Size}} {{.Comment}}' dft-d-built
  same history --human=false dft-d-built
  same history dft-d-none
  fails 0 ours export -o files.tar dft-d-c
  equal "$(tar -xOf files.tar file)" kept
  ours export dft-d-c | ours import -m imported -c 'CMD ["cat", "/file"]' - dft-d-tagged >id
  equal "$(cat id)" "$(docker inspect -f '{{.ID}}' dft-d-tagged)"
  equal "$(docker run --rm dft-d-tagged)" kept
  same import no-such-file
  equal "$(ours container diff dft-d-c | sort)" "$(docker container diff dft-d-c | sort)"
}

@test "update: limits and the restart policy of a container that lives" {
  ours run -d --name dft-d-u dft-busybox sleep 3000 >/dev/null
  same update --memory 50m --memory-swap -1 --cpus 0.5 --pids-limit 50 --restart on-failure:3 dft-d-u
  equal "$(docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCPUs}} {{.HostConfig.PidsLimit}} {{.HostConfig.RestartPolicy}}' dft-d-u)" \
    "52428800 -1 500000000 50 {on-failure 3}"
  same update dft-d-u
  same update --memory 1k dft-d-u
  same update --memory 50m dft-d-none dft-d-u
  fails 125 ours update --memory nonsense dft-d-u
}

@test "the prunes ask first, and take what the filter says" {
  local word
  for word in container image network volume system; do
    same "$word" prune
  done
  same image prune -a
  same system prune -a --volumes --filter label=dft-d-prune
  # The label keeps all that is not ours out of it.
  ours run --name dft-d-p --label dft-d-prune dft-busybox true
  ours network create --label dft-d-prune dft-d-net >/dev/null
  ours volume create --label dft-d-prune dft-d-vol >/dev/null
  echo y | ours network prune --filter label=dft-d-prune >out
  grep -qx dft-d-net out
  fails 1 docker network inspect dft-d-net
  local id; id=$(docker ps -aq --no-trunc --filter name=dft-d-p)
  ours container prune -f --filter label=dft-d-prune >out
  equal "$(sed '$d' out)" $'Deleted Containers:\n'"$id"
  equal "$(tail -n 1 out)" "Total reclaimed space: 0B"
  ours volume prune -f --filter label=dft-d-prune >out
  grep -qx dft-d-vol out
  same image prune -f --filter label=dft-d-prune
}

@test "system df, and contexts" {
  export DOCKER_CONFIG=$PWD/config
  equal "$(ours system df | awk '{print $1}')" "$(docker system df | awk '{print $1}')"
  equal "$(ours system df --format '{{.Type}} {{.Size}}' | head -n 1)" "$(docker system df --format '{{.Type}} {{.Size}}' | head -n 1)"
  docker context create dft-ctx --docker host=tcp://192.0.2.1:2375 --description 'a b'
  same context ls
  same context use dft-ctx
  same context show
  same context ls
  same context ls -q
  same context use dft-none
  same context use default
  same context show
  same context ls --format '{{.Name}} {{.DockerEndpoint}} {{.Description}}'
}

@test "contexts are made, changed and removed as the docker client does, and each reads the other's" {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 3 -subj /CN=dft 2>/dev/null
  cp cert ca
  # The same words in a folder for each of them, and then what each says of what the other has made.
  local whose client
  for whose in theirs ours; do
    client=docker; [ $whose = theirs ] || client="$DFRIENDS docker"
    export DOCKER_CONFIG=$PWD/$whose
    {
      $client context create dft-a --docker host=tcp://192.0.2.1:2376,ca=ca,cert=cert,key=key,skip-tls-verify=true --description 'x y'
      $client context create dft-b --from dft-a
      $client context create dft-d
      $client context create dft-c --docker from=dft-d --description of-d
      $client context update dft-b --docker host=ssh://user@192.0.2.2
      $client context update dft-c --description new
      $client context use dft-c
      $client context rm dft-d
    } >$whose.said 2>&1
  done
  diff theirs.said ours.said
  for whose in theirs ours; do
    DOCKER_CONFIG=$PWD/$whose
    same context ls
    # An empty folder that a change leaves is null for the docker client.
    docker context inspect dft-a dft-b dft-c default | jq -S 'del(.[].TLSMaterial.docker | nulls)' >theirs.json
    ours context inspect dft-a dft-b dft-c default | jq -S . >ours.json
    diff theirs.json ours.json
    same context inspect -f '{{.Name}} {{json .TLSMaterial}} {{json .Storage}}' dft-a dft-c
    same context inspect -f '{{.Name}}'
    same context inspect dft-none
    (cd $whose && find . -type f -exec grep -l CERTIFICATE {} + | sort) >$whose.files
  done
  diff theirs.files ours.files
  equal "$(find "$DOCKER_CONFIG" -name key.pem -exec stat -c %a {} + | sort -u)" 600
  # An endpoint is nothing without its certificates, which the docker client leaves behind with from=.
  ours context create dft-e --docker from=dft-a
  equal "$(ours context inspect -f '{{json .TLSMaterial}}' dft-e)" '{"docker":["ca.pem","cert.pem","key.pem"]}'
  ours context rm dft-e
  fails 1 ours context rm dft-c
  says 'context "dft-c" is in use, set -f flag to force remove'
  fails 0 ours context rm -f dft-a dft-b dft-c dft-none
  equal "$(docker context ls -q)" default
  equal "$(find "$DOCKER_CONFIG" -type f | xargs -n 1 basename)" config.json
  fails 1 ours context rm default
  for words in 'create default' 'create x' 'create ../x' 'create dft-e --docker host=foo://x' 'create dft-e --docker ca=ca' \
    'create dft-e --docker host=tcp://h,ca=none' 'create dft-e --docker host=tcp://h,skip-tls-verify=1' 'create dft-e --from dft-none' 'update dft-none'; do
    fails 1 ours context $words
  done
  equal "$(docker context ls -q)" default
}

@test "search: what the engine finds at a registry" {
  # A registry of the older kind, which can be searched.
  python3 - 3>&- <<'END' &
import http.server, json, socket
class Registry(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self):
        open("asked", "a").write(self.path + "\n")
        found = [{"name": "library/%s" % "dft-b", "description": "a long description " * 4, "star_count": 7, "is_official": True, "is_automated": False},
                 {"name": "dft/a", "description": "short", "star_count": 2, "is_official": False, "is_automated": False}]
        body = json.dumps({"num_results": 2, "query": "x", "results": found}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Docker-Registry-Version", "0.6")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.HTTPServer(("127.0.0.1", 0), Registry)
open("port", "w").write(str(server.server_port))
server.serve_forever()
END
  OTHERS+=("$!")
  wait_for 60 test -s port
  local registry; registry=127.0.0.1:$(cat port)
  same search "$registry/dft"
  same search --no-trunc --format '{{.Name}} {{.Description}} {{.StarCount}} {{.IsOfficial}}' "$registry/dft"
  same search --filter stars=3 --limit 10 "$registry/dft"
  grep -qE '^/v1/search\?n=10&q=dft$|^/v1/search\?q=dft&n=10$' asked
  same search --filter none=3 "$registry/dft"
  fails 1 ours search --limit 101 "$registry/dft"
}

@test "build and import of a URL: the engine fetches it" {
  mkdir -p served/context
  printf 'FROM dft-busybox\nCOPY file /file\n' >served/context/Dockerfile
  printf 'FROM dft-busybox\nRUN echo alone >/file\n' >served/Dockerfile.alone
  echo fetched >served/context/file
  tar -C served/context -czf served/context.tar.gz .
  docker run --name dft-d-c dft-busybox true
  docker export dft-d-c >served/files.tar
  python3 -c '
import functools, http.server
server = http.server.HTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory="served"))
open("port", "w").write(str(server.server_port))
server.serve_forever()' 3>&- 2>/dev/null &
  OTHERS+=("$!")
  wait_for 60 test -s port
  local url; url=http://127.0.0.1:$(cat port)
  ours build -q -t dft-d-built "$url/context.tar.gz"
  equal "$(docker run --rm dft-d-built cat /file)" fetched
  ours build -q -t dft-d-built "$url/Dockerfile.alone"
  equal "$(docker run --rm dft-d-built cat /file)" alone
  fails 1 ours build "$url/none.tar.gz"
  fails 1 ours build -f - "$url/context.tar.gz" </dev/null
  ours import -c 'CMD ["echo", "imported"]' "$url/files.tar" dft-d-tagged >id 2>/dev/null
  equal "$(tail -n 1 id)" "$(docker inspect -f '{{.ID}}' dft-d-tagged)"
  equal "$(docker run --rm dft-d-tagged)" imported
  fails 1 ours import "$url/none.tar"
}

@test "build: an archive or a Dockerfile on stdin, limits, and the file with the id" {
  mkdir -p context/sub
  echo kept >context/file
  printf 'FROM dft-busybox\nCOPY file /file\nRUN cat /sys/fs/cgroup/memory/memory.limit_in_bytes >/limit; ulimit -n >/files\n' >context/Dockerfile
  cp context/Dockerfile context/sub/Other
  fails 0 ours build -t dft-d-built --iidfile id -m 64m --ulimit nofile=77 --no-cache context
  equal "$(cat id)" "$(docker inspect -f '{{.ID}}' dft-d-built)"
  equal "$(docker run --rm dft-d-built cat /file /limit /files)" $'kept\n67108864\n77'
  tar -C context -cf context.tar .
  equal "$(ours build -q - <context.tar)" "$(docker build -q - <context.tar 2>/dev/null)"
  gzip -k context.tar
  equal "$(ours build -q -f sub/Other - <context.tar.gz)" "$(docker build -q -f sub/Other - <context.tar.gz 2>/dev/null)"
  printf 'FROM dft-busybox\nCOPY file /other\n' >stdin
  equal "$(ours build -q -f - context <stdin)" "$(docker build -q -f - context <stdin 2>/dev/null)"
  printf 'FROM dft-busybox\nRUN true\n' | ours build -q - >/dev/null
  fails 1 ours build -f - - <stdin
  fails 125 ours build -m nonsense context
}

@test "wrong words: 125 for an option, 1 for a verb and for too few or too many arguments" {
  same ps --no-such-flag
  same rm
  same ps too many
  same no-such-verb
  same network no-such-verb
  same inspect
  same exec
  same tag one
}

@test "ps: ports one after the other are one range" {
  ours create --name dft-d-range -p 127.0.0.1:18480-18482:18480-18482 -p 127.0.0.1:18490:90 --expose 100-102 dft-busybox sleep 600 >/dev/null
  ours start dft-d-range >/dev/null
  same ps --filter name=dft-d-range --format '{{.Ports}}'
  grep -q '127.0.0.1:18480-18482->18480-18482/tcp' ours.out
}

@test "--json: one document of each list, of info and of version" {
  ours volume create dft-d-vol >/dev/null
  equal "$(dfriends --json docker volume ls --filter name=dft-d-vol | jq -r '.[0].Name')" dft-d-vol
  equal "$(dfriends --json docker network ls --filter name=bridge | jq -r 'map(.Name) | index("bridge") >= 0')" true
  equal "$(dfriends --json docker system df | jq length)" 4
  equal "$(dfriends --json docker info | jq -r .ServerVersion)" "$(docker info -f '{{.ServerVersion}}')"
  equal "$(dfriends --json docker version | jq -r .Server.Version)" "$(docker version -f '{{.Server.Version}}')"
  equal "$(dfriends --json docker volume inspect dft-d-vol | jq -r '.[0].Name')" dft-d-vol
}
