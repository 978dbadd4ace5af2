#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Apps by git push: a real sshd, a real git, a real engine. The installation is one for the whole file.

load ../support/lib

setup_file() {
  need_engine
  [ ! -e /usr/local/bin/dfriends ] && ! id dokku >/dev/null 2>&1 || { echo 'this machine has an installation of its own'; return 1; }
  export PAAS=$(mktemp -d /var/tmp/dft-paas.XXXXXX) DFRIENDS_STATE_DIR
  chmod 755 "$PAAS"
  DFRIENDS_STATE_DIR=$PAAS/state
  export SSH_PORT; SSH_PORT=$(free_port)
  ssh-keygen -q -t ed25519 -N '' -f "$PAAS/key" -C shrikrishna@laptop
  ssh-keygen -q -t ed25519 -N '' -f "$PAAS/host_key"
  cp "$PAAS/key.pub" "$PAAS/root_keys"
  mkdir -p /run/sshd
  cat >"$PAAS/sshd_config" <<EOF
Port $SSH_PORT
ListenAddress 127.0.0.1
HostKey $PAAS/host_key
PidFile $PAAS/sshd.pid
UsePAM no
PasswordAuthentication no
StrictModes no
PermitRootLogin prohibit-password
Match User root
  AuthorizedKeysFile $PAAS/root_keys
EOF
  /usr/sbin/sshd -f "$PAAS/sshd_config" 3>&-
  wait_for 60 test -s "$PAAS/sshd.pid" # written when it listens
  git_identity
  dfriends paas install --domain dokku.app >"$PAAS/install.log" 2>&1
  DFRIENDS_STATE_DIR=$PAAS/state "$DFRIENDS" paas serve --listen 127.0.0.1:0 >"$PAAS/serve.log" 2>&1 3>&- &
  echo $! >"$PAAS/serve.pid"
  wait_for 60 grep -q 'listening on' "$PAAS/serve.log"
  dokku ssh-keys:add admin <"$PAAS/key.pub"
}

teardown_file() {
  [ -n "${PAAS:-}" ] || return 0
  kill "$(cat "$PAAS/serve.pid")" "$(cat "$PAAS/sshd.pid")" 2>/dev/null || true
  wait_for 60 eval "! kill -0 $(cat "$PAAS/serve.pid") 2>/dev/null" || true
  dfriends paas uninstall --force >"$PAAS/uninstall.log" 2>&1 || cat "$PAAS/uninstall.log"
  docker images -q --filter label=dokku | sort -u | xargs -r docker rmi -f >/dev/null 2>&1 || true
  rm -rf "$PAAS"
}

setup() {
  cd "$BATS_TEST_TMPDIR"
  export DFRIENDS_STATE_DIR=$PAAS/state
  PORT=$(sed -n 's/.*listening on .*://p' "$PAAS/serve.log" | tail -n 1)
  git_identity
}

git_identity() {
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@mail.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@mail.example
  export GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
  export SSH="ssh -q -p $SSH_PORT -i $PAAS/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=$PAAS/known_hosts"
  export GIT_SSH_COMMAND=$SSH
}
dokku() { timeout -k 5 900 /usr/local/bin/dokku "$@"; }
remote() { $SSH dokku@127.0.0.1 "$@"; }
# page HOST [PATH]: what the router serves there.
page() { curl -s --max-time 60 -H "Host: $1" "http://127.0.0.1:$PORT${2:-/}"; }
status_of() { curl -s --max-time 60 -o /dev/null -w '%{http_code}' -H "Host: $1" "http://127.0.0.1:$PORT${2:-/}"; }
# repository NAME: an empty one here, with the remote dokku.
repository() {
  git init -q -b master "$1" && cd "$1" && git remote add dokku "dokku@127.0.0.1:$1"
}
commit() { git add -A && git commit -q -m "${1:-change}"; }
push() { timeout -k 5 900 git push dokku "${1:-master}" 2>&1; }
static_app() { # NAME TEXT
  repository "$1"; echo "$2" >index.html; commit
}

@test "install made the user, its home, the forced command and the links; again it changes nothing" {
  id -nG dokku | grep -qw docker
  [ "$(readlink /usr/local/bin/sshcommand)" = /usr/local/bin/dfriends ]
  equal "$(cat ~dokku/VHOST)" dokku.app
  grep -q 'ssh-entry' ~dokku/.sshcommand
  fails 0 dfriends paas install --domain dokku.app
  ! [[ $output == *made* || $output == *copied* ]]
  fails 5 dfriends paas install --user other
  fails 2 dfriends paas install --user 'a;b'
}

@test "the setup page takes a key and a name once, for whoever has the token" {
  grep -q 'token=[0-9a-f]' "$PAAS/install.log"
  start_setup
  page_of() { curl -s -o out -w '%{http_code}' "$@"; }
  equal "$(page_of "http://$ADDRESS/")" 200
  grep -q 'Finish Setup' out
  ssh-keygen -q -t ed25519 -N '' -f second
  equal "$(page_of "http://$ADDRESS/setup" --data-urlencode key@second.pub -d hostname=dokku.app -d vhost=true -d token=wrong)" 403
  equal "$(page_of "http://$ADDRESS/setup" --data-urlencode key=nonsense -d hostname=dokku.app -d vhost=true -d "token=$TOKEN")" 400
  equal "$(page_of "http://$ADDRESS/setup" --data-urlencode key@second.pub -d hostname=dokku.app -d vhost=true -d "token=$TOKEN")" 200
  wait_for 60 eval "! kill -0 $SERVICE_PID 2>/dev/null"
  equal "$(cat ~dokku/VHOST)" dokku.app
}
start_setup() {
  SERVICE_STATE=$PAAS/state start_service setup paas setup --listen 127.0.0.1:0
  wait_for 60 grep -q 'token=' "$SERVICE_LOG"
  TOKEN=$(sed -n 's/.*token=\([0-9a-f]*\).*/\1/p' "$SERVICE_LOG" | head -n 1)
}

@test "the setup page in a browser, at phone and desk width" {
  dokku ssh-keys:list | sed -n 's/.*NAME="\([^"]*\)".*/\1/p' | grep -vx admin | while read -r name; do dokku ssh-keys:remove "$name"; done
  start_setup
  run node "$top/tests/functional/browser/paas-setup.js" "http://$ADDRESS/?token=$TOKEN" "$PWD" "$PAAS/key.pub"
  echo dokku.app | tee ~dokku/VHOST >~dokku/HOSTNAME
  [ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

# The stack below apps without a Dockerfile, made of the distribution's packages at the first need.
require_stack() { docker image inspect dfriends/stack >/dev/null 2>&1 || dokku stack:build; }

@test "the walkthrough: a key by sshcommand, a push of the Node.js app, its address, and again without a failed request" {
  ssh-keygen -q -t ed25519 -N '' -f laptop
  run bash -c "cat laptop.pub | $SSH root@127.0.0.1 'sudo sshcommand acl-add dokku shrikrishna'"
  [ "$status" -eq 0 ] || { echo "$output"; return 1; }
  [[ $output == SHA256:* ]]
  equal "$(ssh-keygen -lf laptop.pub | awk '{ print $2 }')" "$output"
  git init -q -b master codeit && cp -r "$top"/share/examples/code.it/. codeit && cd codeit && rm -f Dockerfile && commit
  git remote add dokku dokku@127.0.0.1:codeit
  export GIT_SSH_COMMAND="${SSH/$PAAS\/key/$BATS_TEST_TMPDIR/laptop}"
  fails 0 push master
  says '-----> Building codeit ...'
  says 'Node.js app detected'
  says '-----> Discovering process types'
  says 'Procfile declares types -> web'
  says '-----> Releasing codeit ...'
  says '-----> Deploying codeit ...'
  says '=====> Application deployed:'
  says "http://codeit.dokku.app"
  [[ $(page codeit.dokku.app) == *'<title>code.it</title>'* ]]
  equal "$(remote apps:list | tail -n 1)" codeit
  equal "$(status_of nobody.dokku.app)" 404

  echo 'console.log("second")' >>app.js; sed -i 's#<title>code.it</title>#<title>code.it 2</title>#' public/index.html; commit
  ask_until_told codeit.dokku.app
  fails 0 push master
  [[ $(page codeit.dokku.app) == *'<title>code.it 2</title>'* ]]
  touch asked.stop; wait "$ASKING"
  equal "$(sort asked | uniq -c | awk '{ print $2 }')" 200
  dokku --force apps:destroy codeit
  equal "$(docker ps -aq --filter label=com.dokku.app-name=codeit)" ''
}
# ask_until_told HOST: one request after the other, in the background; their codes go to ./asked.
ask_until_told() {
  ( while [ ! -e asked.stop ]; do status_of "$1"; echo; done >asked ) 3>&- &
  ASKING=$!
}

@test "a static site: pushed, changed, rolled back; the new body is there when the push ends" {
  static_app site first
  fails 0 push
  equal "$(page site.dokku.app)" first
  echo second >index.html; commit
  fails 0 push
  equal "$(page site.dokku.app)" second
  equal "$(dokku releases site | awk 'NR > 1 { print $1, $3 }')" $'v2* admin\nv1 admin'
  fails 0 remote rollback site
  equal "$(page site.dokku.app)" first
  fails 0 remote rollback site v2
  equal "$(page site.dokku.app)" second
  fails 1 remote rollback site v9
  says 'has no release v9'
  # The old one goes first, and then the new one takes its name.
  wait_for 120 eval '[ "$(docker ps --filter label=com.dokku.app-name=site --format "{{.Names}}")" = site.web.1 ]'
}

@test "an app's name may have a dot: it is its own host name" {
  static_app code.it 'dotted'
  fails 0 push
  says 'http://code.it'
  equal "$(page code.it)" dotted
  equal "$(page code.it.dokku.app)" dotted
}

@test "a push that does not build or does not listen is refused; the old release serves on, the branch stays" {
  static_app fragile good
  fails 0 push
  local before; before=$(git ls-remote dokku master | cut -f1)
  git rm -q --cached index.html; mv index.html "$BATS_TEST_TMPDIR"; echo nothing >README; commit
  fails 1 push
  says 'Unable to select a buildpack'
  says 'pre-receive hook declined'
  printf 'web: sleep 300\n\n<<<<<<< HEAD\n' >Procfile; commit
  fails 1 push
  says 'Procfile'
  printf 'web: exit 3\n' >Procfile; commit
  fails 1 push
  says 'the app ended with status 3'
  says 'v1 serves on'
  equal "$(page fragile.dokku.app)" good
  equal "$(git ls-remote dokku master | cut -f1)" "$before"
  equal "$(docker ps -aq --filter label=com.dokku.app-name=fragile | wc -l)" 1
}

@test "names with shell text, unknown words and root's words are refused over ssh" {
  git init -q -b master x && cd x && echo a >index.html && commit
  local name
  for name in 'a;touch${IFS}x' '../etc' 'A' '-x' 'a$(id)' '.hidden'; do
    fails 128 git push "ssh://dokku@127.0.0.1/$name" master
  done
  fails 1 remote 'apps:create a b'
  fails 1 remote 'apps:create "a;b"'
  fails 1 remote uninstall
  says 'must be run as root'
  fails 1 remote ssh-entry
  fails 1 remote 'receive site'
  fails 1 remote 'nonsense'
  says '`nonsense` is not a dokku command.'
  fails 20 remote 'apps:exists nobody'
  says 'App nobody does not exist'
  equal "$(ls ~dokku | grep -c 'touch')" 0
  fails 1 remote "config:set nobody 'A=b"
  says 'quote'
}

@test "only the branch that came first deploys" {
  static_app branches one
  git branch -m main
  fails 0 push main
  says 'Set main as deploy-branch'
  git checkout -q -b dev; echo two >index.html; commit
  fails 0 push dev
  says 'WARNING: deploy did not complete, you must push to main.'
  equal "$(page branches.dokku.app)" one
  fails 0 push dev:main
  equal "$(page branches.dokku.app)" two
}

@test "a second push at once is refused" {
  repository slow
  # The first one is under way until it is told to go on.
  printf 'FROM dft-busybox\nCMD ["sh", "-c", "until [ -e /go ]; do sleep 0.1; done; exec httpd -f -p 5000 -h /bin"]\n' >Dockerfile; commit
  told() { local id; id=$(docker ps -q --filter label=com.dokku.app-name=slow) && [ -n "$id" ] && docker exec "$id" touch /go; }
  busybox_image dft-busybox
  push >first.log 3>&- &
  local first=$!
  wait_for 60 dokku apps:locked slow
  git commit -q --allow-empty -m more
  run push
  wait_for 60 told
  equal "$status" 1
  says 'slow currently has a deploy lock in place. Exiting...'
  wait $first
  grep -q 'Application deployed' first.log
}

@test "a full disk refuses a push before it begins; what serves goes on" {
  static_app filled first
  fails 0 push
  cp -a ~dokku "$PAAS/home"
  mount -t tmpfs -o size=100m,mode=755 none ~dokku
  cp -a "$PAAS/home/." ~dokku; chown dokku:dokku ~dokku
  echo second >index.html; commit
  run push
  umount ~dokku
  rm -rf "$PAAS/home"
  [ "$status" -ne 0 ]
  says 'MB left'
  equal "$(page filled.dokku.app)" first
  fails 0 push
  equal "$(page filled.dokku.app)" second
}

@test "the engine gone in the middle of a deploy: the push fails and says so, the old release serves on" {
  static_app engineless one
  fails 0 push
  python3 "$support/socket_relay.py" "$PAAS/relay.sock" /var/run/docker.sock 3>&- &
  local relay=$! meta
  meta=~dokku/.docker/contexts/meta/$(printf relayed | sha256sum | cut -d' ' -f1)
  mkdir -p "$meta"
  printf '{"currentContext": "relayed"}' >~dokku/.docker/config.json
  printf '{"Name": "relayed", "Metadata": {}, "Endpoints": {"docker": {"Host": "unix://%s"}}}' "$PAAS/relay.sock" >"$meta/meta.json"
  chown -R dokku:dokku ~dokku/.docker
  wait_for 60 test -S "$PAAS/relay.sock"; chmod 666 "$PAAS/relay.sock"
  git rm -q index.html; printf 'FROM dft-busybox\nRUN sleep 30\n' >Dockerfile; commit
  busybox_image dft-busybox
  push >push.log 3>&- &
  local pushing=$!
  wait_for 100 grep -q 'sleep 30' push.log
  kill "$relay"
  local refused=0
  wait "$pushing" || refused=$?
  rm -rf ~dokku/.docker
  [ "$refused" -ne 0 ]
  grep -q 'App build failed' push.log
  equal "$(page engineless.dokku.app)" one
  git rm -q Dockerfile; echo two >index.html; commit
  fails 0 push
  equal "$(page engineless.dokku.app)" two
}

@test "variables reach the app as they are, and what does not change restarts nothing" {
  repository vars
  printf 'web: python3 server.py\nworker: sleep 1000\n' >Procfile
  cat >server.py <<'EOF'
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = repr(os.environ.get(self.path[1:])).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(text))); self.end_headers(); self.wfile.write(text)
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
EOF
  commit
  fails 0 remote apps:create vars
  local value=$'a "b" $HOME\n\'c\' é'
  fails 0 dokku config:set vars "ODD=$value" PLAIN=1
  require_stack
  fails 0 push
  equal "$(page vars.dokku.app /ODD)" "'a \"b\" \$HOME\\n\\'c\\' é'"
  equal "$(page vars.dokku.app /DYNO)" "'web.1'"
  local container; container=$(docker ps -q --filter label=com.dokku.app-name=vars)
  fails 0 dokku config:set vars PLAIN=1
  equal "$(docker ps -q --filter label=com.dokku.app-name=vars)" "$container"
  fails 0 remote config:set vars PLAIN=2
  equal "$(page vars.dokku.app /PLAIN)" "'2'"
  equal "$(remote config:get vars PLAIN)" 2
  fails 1 remote config:get vars NONE
  fails 0 remote rollback vars v1
  equal "$(page vars.dokku.app /PLAIN)" "'1'"
  equal "$(remote config:get vars PLAIN)" 1

  fails 0 remote ps:scale vars web=2 worker=1
  equal "$(dokku ps vars | awk 'NR > 1 && $2 == "running" { print $1 }' | sort | tr '\n' ' ')" "web.1 web.2 worker.1 "
  equal "$(for n in 1 2 3 4; do page vars.dokku.app /DYNO; done | fold -w 7 | sort -u | wc -l)" 2
  fails 1 remote ps:scale vars nobody=1
  says 'no process type'
  equal "$(remote run vars 'echo $PLAIN-$DYNO')" "1-"
  fails 7 remote run vars 'exit 7'
  fails 0 dokku config:unset vars PLAIN
  equal "$(page vars.dokku.app /PLAIN)" None
  dokku --force apps:destroy vars
}

@test "checks of app.json gate the switch; a release task runs before it and may refuse it" {
  busybox_image dft-busybox
  repository checked
  printf 'FROM dft-busybox\nCOPY . /www\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n' >Dockerfile
  echo '{"healthchecks": {"web": [{"type": "startup", "path": "/ready", "content": "yes", "attempts": 2, "wait": 1}]}}' >app.json
  echo yes >ready; echo one >index.html; commit
  fails 0 push
  says "Healthcheck succeeded name='check-1'"
  equal "$(page checked.dokku.app)" one
  echo no >ready; echo two >index.html; commit
  fails 1 push
  says "the body of /ready does not contain 'yes'"
  equal "$(page checked.dokku.app)" one
  echo yes >ready; printf 'release: echo migrating; exit 4\n' >Procfile; commit
  fails 1 push
  says 'migrating'
  says 'the release task ended with 4'
  printf 'release: echo migrated\n' >Procfile; commit
  fails 0 push
  says 'migrated'
  equal "$(page checked.dokku.app)" two
}

@test "a buildpack of one's own: detect, compile with its cache and variables, release" {
  require_stack
  git init -q -b master "$PAAS/pack" && mkdir "$PAAS/pack/bin"
  printf '#!/bin/sh\n[ -e "$1/page" ] && echo Pages\n' >"$PAAS/pack/bin/detect"
  cat >"$PAAS/pack/bin/compile" <<'EOF'
#!/bin/bash
set -e
count=$(cat "$2/count" 2>/dev/null || echo 0); echo $((count + 1)) >"$2/count"
echo "-----> Compiling page number $(cat "$2/count")"
echo "of $(cat "$3/COLOUR")"
mkdir -p "$1/www" "$1/.profile.d"
{ cat "$1/page" "$3/COLOUR"; } >"$1/www/index.html"
echo 'export FROM_PROFILE=yes' >"$1/.profile.d/own.sh"
EOF
  cat >"$PAAS/pack/bin/release" <<'EOF'
#!/bin/sh
cat <<'END'
default_process_types:
  web: cd www && [ $FROM_PROFILE = yes ] && exec python3 -m http.server $PORT
END
EOF
  chmod +x "$PAAS"/pack/bin/*
  (cd "$PAAS/pack" && commit); chmod -R a+rX "$PAAS/pack"; git config --file "$PAAS/pack/.git/config" core.sharedRepository all
  repository packed; printf 'hello in ' >page; commit
  dokku apps:create packed
  dokku config:set packed "BUILDPACK_URL=file://$PAAS/pack" COLOUR=blue
  fails 0 push
  says '-----> Fetching custom buildpack'
  says '-----> Pages app detected'
  says '-----> Compiling page number 1'
  equal "$(page packed.dokku.app)" 'hello in blue'
  git commit -q --allow-empty -m again
  fails 0 push
  says 'page number 2'
  equal "$(docker run --rm --entrypoint /bin/sh dokku/packed -c 'ls -A /tmp /tmp/cache; echo end')" $'/tmp:\ncache\n\n/tmp/cache:\nend'
  dokku --force apps:destroy packed
  equal "$(docker volume ls -q --filter name=dokku-cache-packed)" ''
}

@test "a Node.js app's dependencies come once for as long as they stay the same" {
  require_stack
  mkdir -p registry/package
  echo '{"name": "own", "version": "1.0.0"}' >registry/package/package.json
  echo 'module.exports = "own module"' >registry/package/index.js
  tar -czf registry/own.tgz -C registry package
  local host; host=$(ip -4 -o addr show docker0 | awk '{ print $4 }' | cut -d/ -f1)
  local port; port=$(free_port)
  python3 -m http.server --bind "$host" --directory registry "$port" >/dev/null 2>requests.log 3>&- &
  local registry=$!
  wait_for 60 curl -sf "http://$host:$port/"
  repository deps
  printf '{"name": "deps", "version": "1.0.0", "scripts": {"start": "node server.js", "build": "echo built > built"}, "dependencies": {"own": "http://%s:%s/own.tgz"}}' "$host" "$port" >package.json
  cat >server.js <<'EOF'
require("http").createServer((q, s) => s.end(require("own") + " " + require("fs").readFileSync("built") + process.env.NODE_ENV)).listen(process.env.PORT)
EOF
  commit
  fails 0 push
  says '-----> Installing dependencies'
  says '-----> Running the build'
  says 'Default process types for Node.js -> web'
  equal "$(page deps.dokku.app)" $'own module built\nproduction'
  kill $registry
  echo '// changed' >>server.js; commit
  fails 0 push
  says '-----> Using the dependencies of the last build'
  equal "$(page deps.dokku.app)" $'own module built\nproduction'
}

@test "without VHOST apps have ports, which stay; with it they have names again" {
  static_app ported mine
  fails 0 push
  fails 0 remote domains:clear-global
  [ ! -e ~dokku/VHOST ]
  local url; url=$(remote url ported)
  [[ $url == http://dokku.app:* ]]
  local port=${url##*:}
  wait_for 60 curl -sf "http://127.0.0.1:$port/"
  equal "$(curl -s "http://127.0.0.1:$port/")" mine
  equal "$(status_of ported.dokku.app)" 404
  echo yours >index.html; commit
  fails 0 push
  says "http://dokku.app:$port"
  equal "$(curl -s "http://127.0.0.1:$port/")" yours
  echo dokku.app >~dokku/VHOST
  wait_for 60 eval '[ "$(page ported.dokku.app)" = yours ]'
  wait_for 60 eval "! curl -s http://127.0.0.1:$port/"
  fails 7 curl -s "http://127.0.0.1:$port/"
}

@test "further names: added, taken, removed" {
  static_app named here
  fails 0 push
  fails 0 remote domains:add named www.shop.example
  equal "$(page www.shop.example)" here
  dokku apps:create other
  fails 1 remote domains:add other www.shop.example
  says 'is a domain of app named already'
  fails 0 remote domains:remove named www.shop.example
  equal "$(status_of www.shop.example)" 404
  fails 1 remote domains:add named a_b
}

@test "plugins: triggers in order, a filter of container options, words of their own, a refusal" {
  mkdir -p plug/subcommands
  printf '[plugin]\ndescription = "notes"\nversion = "0.1.0"\n' >plug/plugin.toml
  printf '#!/bin/sh\necho "deployed $1 on $2" >>%s/trace\necho "-----> noted"\n' "$PAAS" >plug/post-deploy
  printf '#!/bin/sh\ncat; echo " --env FROM_PLUGIN=yes --memory 64m"\n' >plug/docker-args-deploy
  printf '#!/bin/sh\n[ "$1" != forbidden ] || { echo "not this one"; exit 1; }\n' >plug/pre-deploy
  printf '#!/bin/sh\necho "on for $2"\n' >plug/subcommands/on
  chmod +x plug/post-deploy plug/docker-args-deploy plug/pre-deploy plug/subcommands/on
  touch "$PAAS/trace"; chmod 666 "$PAAS/trace"
  fails 0 dokku plugin:install "$PWD/plug" --name notes
  dokku plugin:list | grep -q 'notes .*0.1.0 .*enabled .*notes'
  static_app plugged x
  fails 0 push
  says '-----> noted'
  grep -q 'deployed plugged on 5000' "$PAAS/trace"
  docker inspect plugged.web.1 --format '{{.HostConfig.Memory}} {{.Config.Env}}' | grep -q '67108864 .*FROM_PLUGIN=yes'
  equal "$(remote notes:on plugged)" 'on for plugged'
  cd ..; static_app forbidden x
  fails 1 push
  says 'not this one'
  fails 0 dokku plugin:uninstall notes
  fails 1 remote notes:on plugged
}

@test "the router killed and started again serves as before; a container that was stopped comes back" {
  static_app lasting still
  fails 0 push
  kill -9 "$(cat "$PAAS/serve.pid")"
  docker stop -t 1 lasting.web.1 >/dev/null
  "$DFRIENDS" paas serve --listen "127.0.0.1:$PORT" >>"$PAAS/serve.log" 2>&1 3>&- &
  echo $! >"$PAAS/serve.pid"
  wait_for 60 eval '[ "$(page lasting.dokku.app)" = still ]'
}

@test "containers that get other addresses: each app answers with its own page, never with another's" {
  local app n
  for app in alpha beta gamma; do static_app $app "page of $app"; fails 0 push; cd ..; done
  for app in gamma alpha beta; do docker stop -t 1 $app.web.1 >/dev/null; done
  ( for n in $(seq 200); do for app in alpha beta gamma; do echo "$(page $app.dokku.app) $app"; done; done >pages ) 3>&- &
  local asking=$!
  for app in gamma beta alpha; do wait_for 120 eval '[ "$(page $app.dokku.app)" = "page of $app" ]'; done
  kill $asking; wait $asking || true
  equal "$(awk '/^page of/ && $3 != $4' pages)" ''
}

@test "keys: three of them, one removed; options and doubles are refused" {
  local n
  for n in 1 2 3; do ssh-keygen -q -t ed25519 -N '' -f "k$n"; sshcommand acl-add dokku "user$n" <"k$n.pub"; done
  as() { ${SSH/$PAAS\/key/$PWD/$1} dokku@127.0.0.1 apps:list; }
  as k1; as k2
  sshcommand acl-remove dokku user2
  fails 255 as k2
  as k3
  fails 1 bash -c "sshcommand acl-add dokku user1 <k2.pub"
  says 'Duplicate ssh key name'
  fails 1 bash -c "sshcommand acl-add dokku user4 <k1.pub"
  says 'Duplicate ssh public key specified'
  printf 'command="id" %s\n' "$(cat k2.pub)" >evil
  fails 1 bash -c "sshcommand acl-add dokku evil <evil"
  says 'Invalid ssh public key'
  fails 1 bash -c "sshcommand acl-add dokku 'e\"vil' <k2.pub"
  sshcommand list dokku user3 | grep -q 'NAME="user3"'
  fails 1 sshcommand list dokku nobody
}

@test "after uninstall nothing is left" {
  kill "$(cat "$PAAS/serve.pid")"
  wait_for 60 eval "! kill -0 $(cat "$PAAS/serve.pid") 2>/dev/null"
  fails 5 dfriends paas uninstall
  fails 0 dfriends paas uninstall --force
  ! id dokku
  equal "$(ls -d /home/dokku /usr/local/bin/dokku /usr/local/bin/sshcommand /usr/local/bin/dfriends 2>/dev/null)" ''
  equal "$(docker ps -aq --filter label=dokku)" ''
  equal "$(docker images -q --filter label=dokku)" ''
}
