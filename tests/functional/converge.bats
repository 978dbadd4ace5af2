# SPDX-License-Identifier: Apache-2.0
# Step 1 of the walkthrough on the real engine, and what must hold around it.

load ../support/lib
load ../support/registry

examples=$(cd "$BATS_TEST_DIRNAME/../../share/examples/converge" && pwd)

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
}

teardown() {
  umount "$BATS_TEST_TMPDIR/small" 2>/dev/null || true
  [ -z "${daemon_json:-}" ] || daemon_json_back
  proxy_gone
  clean
  fixtures_gone
  stop_services
  [ ${#OTHERS[@]} -eq 0 ] || kill "${OTHERS[@]}" 2>/dev/null || true
  [ -z "${made_logs:-}" ] || rm -rf /var/log/code.it
}

# The engine's own daemon.json, where it has one, comes back after the test.
keep_daemon_json() {
  daemon_json=$BATS_TEST_TMPDIR/daemon.json.kept
  [ ! -e /etc/docker/daemon.json ] || mv /etc/docker/daemon.json "$daemon_json"
}

daemon_json_back() {
  rm -f /etc/docker/daemon.json
  [ ! -e "$daemon_json" ] || mv "$daemon_json" /etc/docker/daemon.json
  kill -HUP "$(cat /var/run/docker.pid)"
}

clean() {
  local container
  stranger_gone
  docker ps -aq --filter name=^dft-cv-many- | xargs -r docker rm -fv >/dev/null
  for container in $(docker ps -aq --filter label=dfriends.converge --filter ancestor=shrikrishna/code.it) code.it-puppet dft-cv dft-cv-dfriends-old dft-cv-dfriends-new; do
    docker rm -fv "$container" >/dev/null 2>&1 || true
  done
  docker ps -aq --filter name=^dft-cv-sections- | xargs -r docker rm -fv >/dev/null
  docker network rm dft-cv-net dft-cv-net2 dft-cv-sections >/dev/null 2>&1 || true
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
  wait_for 60 test -e slow
  kill -9 $pid
  wait $pid || true
  [ ! -e marks ]
  fails 0 dfriends converge apply m.yaml
  says "exec[mark] run (notified by file["
  equal "$(cat marks)" ran
}

@test "two runs at once: the second is refused" {
  printf 'resources:\n  - exec: touch %s/slow; until test -e %s/go; do sleep 0.1; done\n' "$PWD" "$PWD" >m.yaml
  "$DFRIENDS" converge apply m.yaml >/dev/null 2>&1 3>&- &
  local pid=$!
  wait_for 60 test -e slow
  run dfriends converge apply m.yaml
  touch go
  [ "$status" -ne 0 ]
  wait $pid
}

# walkthrough_host: the walkthrough's application logs into a folder of this host, which goes with the test.
walkthrough_host() {
  code_it_image
  [ -e /var/log/code.it ] || made_logs=1
}

@test "the walkthrough's native manifest runs, and again changes nothing" {
  walkthrough_host
  dfriends converge apply "$examples/codeit.yaml"
  wait_for 60 curl -fs http://127.0.0.1:8000/
  fails 0 dfriends converge apply --detailed-exitcode "$examples/codeit.yaml"
}

# sections: a manifest in Compose's words, with a secret in a template, in a container's environment and as a file.
sections() {
  busybox_image dft-busybox
  echo hunter2 >pw
  echo 'port=${vars.port} pw=${secret.pw} home=$${HOME}' >conf.tmpl
  mkdir -p env
  echo 'port: 8099' >env/port.yaml
  cat >m.yaml <<'END'
dfriends: 1
vars: {port: 1, sites: [a, b], loop: "while :; do sleep 0.2; done"}
var_files: [env/port.yaml, "?env/${host.hostname}.yaml"]
secrets:
  pw: {file: ./pw}
images:
  box: {image: dft-busybox}
networks:
  dft-cv-sections: {internal: true}
files:
  - {path: "${vars.home}/conf", template: conf.tmpl, mode: "0600", notify: [mark, restart site]}
containers:
  dft-cv-sections-db:
    image: ${image.box}
    command: [sh, -c, "sleep 1; : >/ready; ${vars.loop}"]
    healthcheck: {test: [CMD, test, -e, /ready], interval: 1s, retries: 30}
    networks: {dft-cv-sections: {aliases: [db]}}
    secrets: [pw]
    stop_grace_period: 0s
  "dft-cv-sections-${each}":
    for_each: ${vars.sites}
    image: ${image.box}
    command: [sh, -c, "${vars.loop}"]
    environment: {PORT: "${vars.port}", DSN: "db://u:${secret.pw}@db"}
    networks: [dft-cv-sections]
    depends_on: {dft-cv-sections-db: {condition: healthy}}
    stop_grace_period: 0s
  dft-cv-sections-never:
    when: host.os.family == 'plan9'
    image: ${image.box}
handlers:
  mark: {command: "echo told >>${vars.home}/marks"}
  restart site: {restart: dft-cv-sections-a}
END
  sed -i "s|^vars: {|&home: $PWD, |" m.yaml
}

@test "a manifest in sections: variables, repetition, health, handlers and secrets, and again nothing" {
  sections
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  [[ $output != *hunter2* ]]
  equal "$(docker inspect -f '{{.State.Health.Status}}' dft-cv-sections-db)" healthy
  equal "$(docker exec dft-cv-sections-db cat /run/secrets/pw)" hunter2
  equal "$(docker exec dft-cv-sections-b sh -c 'echo $PORT $DSN')" "8099 db://u:hunter2@db"
  equal "$(cat conf)" 'port=8099 pw=hunter2 home=${HOME}'
  equal "$(cat marks)" told
  fails 1 docker inspect dft-cv-sections-never
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(cat marks)" told
  dfriends converge plan --out p.json m.yaml >said 2>&1
  dfriends converge history >>said 2>&1
  fails 1 grep -raq hunter2 said p.json "$DFRIENDS_STATE_DIR"
  docker inspect dft-cv-sections-db >inspected
  docker inspect -f '{{json .Config.Labels}}' dft-cv-sections-a >>inspected
  fails 1 grep -q hunter2 inspected
}

@test "a secret that changes makes what uses it anew, and the handler is told; nothing says what it was" {
  sections
  dfriends converge apply m.yaml
  echo swordfish >pw
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  says "-/+ docker_container[dft-cv-sections-a]"
  [[ $output != *hunter2* && $output != *swordfish* ]]
  dfriends converge apply m.yaml
  equal "$(docker exec dft-cv-sections-a sh -c 'echo $DSN')" "db://u:swordfish@db"
  equal "$(cat marks)" $'told\ntold'
  sed -i 's/PORT: "[^"]*"/PORT: "${secret.pw"/' m.yaml
  fails 3 dfriends converge validate m.yaml
  says "m.yaml:24:26: the expression does not end"
}

@test "the walkthrough's Chef recipe runs as it stands, and again changes nothing" {
  walkthrough_host
  fails 2 dfriends converge apply --detailed-exitcode "$examples/codeit.rb"
  wait_for 60 curl -fs http://127.0.0.1:8000/
  fails 0 dfriends converge apply --detailed-exitcode "$examples/codeit.rb"
  fails 0 dfriends converge plan --detailed-exitcode "$examples/codeit.rb"
}

@test "a recipe translated to the native manifest declares the same" {
  walkthrough_host
  dfriends converge apply "$examples/codeit.rb"
  dfriends converge translate "$examples/codeit.rb" >codeit.yaml
  fails 0 dfriends converge apply --detailed-exitcode codeit.yaml
  dfriends converge translate codeit.yaml | cmp - codeit.yaml
}

# puppet_url: where the container of the Puppet manifest answers; the engine chose the port of the host.
puppet_url() { echo "http://$(docker port code.it-puppet 8000/tcp | head -n 1)/"; }

puppet_answers() { curl -fs "$(puppet_url)"; }

@test "the walkthrough's Puppet manifest runs as it stands, and again changes nothing" {
  code_it_image
  cat >book.pp <<'END'
# Installation
include 'docker'
# Download image
docker::image {'shrikrishna/code.it':}
# Run a container
docker::run { 'code.it-puppet':
  image   => 'shrikrishna/code.it',
  command => 'node /srv/app.js',
  ports   => '8000',
  volumes => '/var/log/code.it'
}
END
  cmp book.pp "$examples/codeit.pp"
  fails 0 dfriends converge validate "$examples/codeit.pp"
  says "valid: 3 resources in 1 file"
  fails 2 dfriends converge plan --detailed-exitcode "$examples/codeit.pp"
  says "+ docker_container[code.it-puppet]"
  fails 2 dfriends converge apply --detailed-exitcode "$examples/codeit.pp"
  wait_for 60 puppet_answers
  # What the manifest says, not what the chapter says of it: a port of the engine's choice, and a volume without a name.
  equal "$(docker inspect -f '{{json .HostConfig.PortBindings}} {{json .Config.Volumes}} {{.HostConfig.Binds}}' code.it-puppet)" \
    '{"8000/tcp":[{"HostIp":"","HostPort":""}]} {"/var/log/code.it":{}} []'
  equal "$(docker inspect -f '{{json .Config.Cmd}} {{.HostConfig.RestartPolicy.Name}}' code.it-puppet)" '["node","/srv/app.js"] unless-stopped'
  local id; id=$(docker inspect -f '{{.Id}}' code.it-puppet)
  fails 0 dfriends converge apply --detailed-exitcode "$examples/codeit.pp"
  says "0 created, 0 changed, 0 removed, 3 unchanged"
  equal "$(docker inspect -f '{{.Id}}' code.it-puppet)" "$id"
  fails 0 dfriends converge plan --detailed-exitcode "$examples/codeit.pp"
  # The port of the host is another one after a restart, and still nothing differs.
  docker restart -t 0 code.it-puppet >/dev/null
  fails 0 dfriends converge plan --detailed-exitcode "$examples/codeit.pp"
}

@test "a Puppet manifest's templates make the files and containers that it declares, and again change nothing" {
  busybox_image dft-busybox
  mkdir -p site/manifests site/modules/web/templates
  printf '# made for <%%= @hostname %%>\n<%% @sites.each do |site, port| -%%>\n<%%= site %%>=<%%= port %%>\n<%% end -%%>\n' >site/modules/web/templates/sites.erb
  printf '<%%- | Hash $sites, String $word = "stay" | -%%>\n<%% $sites.each |$site, $port| { -%%>\n<%%= $word %%> <%%= $site.upcase %%> <%%= $port + 1 %%>\n<%% } -%%>\n' >site/modules/web/templates/sites.epp
  cat >site/manifests/site.pp <<END
class web(Hash \$sites = {'shop' => 80, 'wiki' => 81}) {
  file { '$PWD/sites.erb': content => template('web/sites.erb') }
  file { '$PWD/sites.epp': content => epp('web/sites.epp', {'sites' => \$sites}) }
  docker::run { 'dft-cv':
    image            => 'dft-busybox',
    command          => inline_epp('sh -c "while :; do sleep <%= 0.1 + 0.1 %>; done"'),
    extra_parameters => ['--stop-timeout=0'],
  }
}
include web
END
  fails 2 dfriends converge apply --detailed-exitcode site/manifests/site.pp
  equal "$(cat sites.erb)" "# made for $(hostname -s)
shop=80
wiki=81"
  equal "$(cat sites.epp)" "stay SHOP 81
stay WIKI 82"
  equal "$(docker inspect -f '{{json .Config.Cmd}}' dft-cv)" '["sh","-c","while :; do sleep 0.2; done"]'
  fails 0 dfriends converge apply --detailed-exitcode site/manifests/site.pp
  # A changed template is a changed file, and nothing else.
  echo '<%= $no %>' >>site/modules/web/templates/sites.epp
  fails 3 dfriends converge plan site/manifests/site.pp
  says "sites.epp:5:5: the variable '\$no' has no value"
  says "<%= \$no %>"
  sed -i '$d' site/modules/web/templates/sites.epp
  echo end >>site/modules/web/templates/sites.erb
  fails 2 dfriends converge plan --detailed-exitcode site/manifests/site.pp
  says "1 to change"
}

@test "a Puppet manifest uses the classes and defined types of its modules, and keeps what is sensitive to itself" {
  mkdir -p modules/site/manifests modules/site/templates
  echo 'class site($key) { site::page { "index": key => $key } }' >modules/site/manifests/init.pp
  printf 'define site::page($key) {\n  file { "%s/${title}": content => template("site/page.erb") }\n  file { "%s/${title}.key": content => Sensitive($key), mode => "0600" }\n}\n' "$PWD" "$PWD" >modules/site/manifests/page.pp
  echo 'page <%= @title %>' >modules/site/templates/page.erb
  echo "class { 'site': key => 'hush' }" >a.pp
  fails 2 dfriends converge apply --detailed-exitcode a.pp
  [[ $output != *hush* ]]
  equal "$(cat index) $(cat index.key)" 'page index hush'
  fails 0 dfriends converge apply --detailed-exitcode a.pp
  echo 'nonsense' >modules/site/manifests/page.pp
  fails 3 dfriends converge validate a.pp
  says "modules/site/manifests/page.pp:1:1"
}

@test "a Puppet manifest's data come from the files of its hiera.yaml" {
  busybox_image dft-busybox
  mkdir -p data/nodes
  cat >hiera.yaml <<'END'
version: 5
hierarchy:
  - name: this machine
    path: "nodes/%{facts.hostname}.yaml"
  - name: everywhere
    path: common.yaml
END
  cat >data/common.yaml <<'END'
classes: [web]
web::environment: {WHERE: "on %{facts.hostname}", WHO: all}
lookup_options:
  web::environment: {merge: deep}
END
  printf 'web::environment: {WHO: me}\n' >"data/nodes/$(hostname -s).yaml"
  cat >site.pp <<'END'
class web(Hash $environment) {
  docker::run { 'dft-cv':
    image            => 'dft-busybox',
    command          => 'sh -c "while :; do sleep 0.2; done"',
    env              => $environment.map |$name, $value| { "${name}=${value}" },
    extra_parameters => ['--stop-timeout=0'],
  }
}
lookup('classes', Array[String], 'unique').include
END
  fails 2 dfriends converge apply --detailed-exitcode site.pp
  docker inspect -f '{{json .Config.Env}}' dft-cv | grep -qF "\"WHERE=on $(hostname -s)\",\"WHO=me\""
  fails 0 dfriends converge apply --detailed-exitcode site.pp
  # In a folder of manifests it is none itself.
  fails 0 dfriends converge plan --detailed-exitcode .
  # Data that change are a change of the container.
  printf 'web::environment: {WHO: you}\n' >"data/nodes/$(hostname -s).yaml"
  fails 2 dfriends converge plan --detailed-exitcode site.pp
  says "docker_container[dft-cv]"
  printf 'web::environment: {WHO: "%%{facts.hostname"}\n' >"data/nodes/$(hostname -s).yaml"
  fails 3 dfriends converge plan site.pp
  says "$(hostname -s).yaml:1:25: this %{ is not closed"
  says "literal('%')"
}

@test "a recipe tags images, runs commands in containers and prunes, and a tag that is there stays" {
  busybox_image dft-busybox
  cat >r.rb <<'END'
docker_container 'dft-cv' do
  repo 'dft-busybox'
  command 'sh -c "while :; do sleep 0.2; done"'
  kill_after 0
end
docker_exec 'mark' do
  container 'dft-cv'
  command ['sh', '-c', "echo it\\'s >/mark"]
  not_if 'docker exec dft-cv test -e /mark'
end
docker_tag 'mine' do
  target_repo 'dft-busybox'
  to_repo 'dft-cv-tagged'
  to_tag 'v1'
  action :tag
end
docker_image_prune 'old' do
  with_label 'dft-cv-none=here'
  action :nothing
end
file "#{ENV['PWD']}/note" do
  content 'x'
  notifies :prune, 'docker_image_prune[old]', :before
end
END
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  says "exec[old]"
  equal "$(docker exec dft-cv cat /mark)" "it's"
  equal "$(docker image inspect -f '{{.Id}}' dft-cv-tagged:v1)" "$(docker image inspect -f '{{.Id}}' dft-busybox)"
  fails 0 dfriends converge apply --detailed-exitcode r.rb
  docker rmi dft-cv-tagged:v1 >/dev/null
}

@test "what a sensitive resource holds stands in no plan, output, history or saved plan" {
  cat >s.rb <<END
file '$PWD/secret' do
  content 'hunter2'
  mode '0600'
  sensitive true
end
execute 'fails' do
  command 'echo hunter2 >&2; exit 3'
  sensitive true
  retries 1
  retry_delay 0
  ignore_failure true
end
END
  dfriends converge plan --out p.json s.rb >said 2>&1
  dfriends converge apply s.rb >>said 2>&1
  dfriends converge history >>said 2>&1
  dfriends --json converge history 1 >>said 2>&1 || dfriends converge history 1 >>said 2>&1
  grep -q "(sensitive)" said
  grep -q "exec\[fails\] failed, which is ignored" said
  equal "$(cat secret)" hunter2
  equal "$(stat -c %a secret)" 600
  fails 1 grep -a hunter2 said p.json
  fails 1 grep -aE "sha256 [0-9a-f]" said
}

@test "a Puppet manifest translated to the native manifest declares the same" {
  code_it_image
  dfriends converge apply "$examples/codeit.pp"
  dfriends converge translate "$examples/codeit.pp" >codeit.yaml
  fails 0 dfriends converge apply --detailed-exitcode codeit.yaml
  dfriends converge translate codeit.yaml | cmp - codeit.yaml
}

@test "a Puppet manifest's relations order the run and its notifications arrive" {
  busybox_image dft-busybox
  cat >m.pp <<'END'
$home = '@HOME@'
$level = $facts['kernel'] ? { 'Linux' => 'info', default => 'none' }
define site::app(String $image, Hash $settings = {}) {
  $lines = $settings.map |$key, $value| { "${key}=${value}\n" }
  file { "${home}/${title}.conf":
    content => join($lines, ''),
    mode    => '0640',
    notify  => Docker::Run[$title],
  }
  docker::run { $title:
    image          => $image,
    command        => "sh -c 'while :; do sleep 0.2; done'",
    env            => ["LEVEL=${level}"],
    stop_wait_time => 0,
  }
}
exec { "echo ran >>${home}/marks": refreshonly => true, path => ['/bin'], subscribe => Site::App['dft-cv'] }
site::app { 'dft-cv': image => 'dft-busybox', settings => { 'a' => 1, 'b' => 'x' } }
END
  sed -i "s|@HOME@|$PWD|" m.pp
  fails 2 dfriends converge apply --detailed-exitcode m.pp
  equal "$(cat dft-cv.conf)" $'a=1\nb=x'
  equal "$(docker exec dft-cv sh -c 'echo $LEVEL')" info
  equal "$(cat marks)" ran
  fails 0 dfriends converge apply --detailed-exitcode m.pp
  sed -i "s/'a' => 1/'a' => 2/" m.pp
  local started; started=$(docker inspect -f '{{.State.StartedAt}}' dft-cv)
  fails 2 dfriends converge apply --detailed-exitcode m.pp
  [ "$(docker inspect -f '{{.State.StartedAt}}' dft-cv)" != "$started" ]
  equal "$(cat marks)" $'ran\nran'
}

# refuses FILE TEXT PLACE WORDS...: validate names the place, what is wrong there, and what would be right.
refuses() {
  local file=$1 place=$3
  printf "$2" >"$file"
  shift 3
  DOCKER_HOST=unix:///nowhere fails 3 dfriends converge validate "$file"
  says "$file:$place"
  local words
  for words in "$@"; do says "$words"; done
}

@test "validate names the place of what is wrong in a Chef recipe, and the nearest known word" {
  refuses a.rb "docker_container 'web' do\n  image 'x\nend\n" 2:9 "a string without its closing single quote"
  refuses b.rb "docker_container 'web' do\n  image 'x'\n" 1:24 "'end' is missing"
  refuses c.rb "docker_container 'web' do\n  prot '80'\nend\n" 2:3 "has no property 'prot'" "did you mean 'port'?"
  refuses d.rb "docker_contaner 'web'\n" 1:1 "docker_contaner" "did you mean 'docker_container'?"
  refuses e.rb "x = \`ls\`\n" 1:5 "outside the supported subset" "only_if"
  refuses f.rb "def helper\nend\n" 1:1 "'def' is outside the supported subset"
}

@test "validate names the place of what is wrong in a Puppet manifest, and the nearest known word" {
  refuses a.pp "docker::run { 'web':\n  image => 'x\n}\n" 2:12 "this string is not closed" "ends with '"
  refuses b.pp "docker::run { 'web':\n  image => 'x'\n  ports => '80'\n}\n" 3:3 "'ports'" "a comma stands between attributes"
  refuses c.pp "docker::run { 'web':\n  image => 'x',\n  prots => '80',\n}\n" 3:3 "'docker::run' has no parameter 'prots'" "did you mean 'ports'?"
  refuses d.pp "file { '/a': }\ndocker::rnu { 'web': }\n" 2:15 "there is no resource type 'docker::rnu'" "did you mean 'docker::run'?"
  refuses e.pp "include dokcer\n" 1:1 "there is no class 'dokcer'" "did you mean 'docker'?"
  refuses f.pp "  plan a { }\n" 1:3 "'plan' is outside the supported part of Puppet" "plans belong to Bolt"
  refuses g.pp "\$n = lenght('a')\n" 1:6 "there is no function 'lenght'" "did you mean 'length'?"
  refuses h.pp "docker::run { 'a': image => 'x', memory_limit => 10m }\n" 1:50 "'10m' is no number" "put it in quotes"
}

@test "an option that docker run does not know is a mistake of the manifest" {
  printf "docker::run { 'a': image => 'x', extra_parameters => '--nonsense' }\n" >a.pp
  fails 3 dfriends converge validate a.pp
  says "unknown flag: --nonsense"
}

# twice FILE...: each is applied in its own state directory, four at a time, and again: then nothing is left to do.
twice() {
  local file times
  for times in 2 0; do
    printf '%s\n' "$@" | TIMES=$times xargs -P 4 -I FILE sh -c '
      file=$1; state=$BATS_TEST_TMPDIR/$(basename "$file")
      DFRIENDS_STATE_DIR=$state "$DFRIENDS" converge apply --detailed-exitcode "$file" >"$state.out" 2>&1
      [ $? -eq "$TIMES" ] || { echo "$file ended otherwise than with $TIMES:"; cat "$state.out"; exit 1; }' - FILE
  done
}

fixtures=$BATS_TEST_DIRNAME/converge

# fixtures_gone: what the recipes and manifests under converge/ make.
fixtures_gone() {
  docker ps -aq --filter name='^dft-(cr|pp)-' | xargs -r docker rm -fv >/dev/null
  docker network rm dft-cr-media dft-pp-net >/dev/null 2>&1 || true
  docker volume rm dft-cr-mongo dft-pp-vol >/dev/null 2>&1 || true
  docker rmi dft/cr-talk:v2 >/dev/null 2>&1 || true
  rm -rf /tmp/dft-pp-* /var/tmp/dft-cr-*
}

@test "recipes of the shapes that the field has run, and again change nothing" {
  busybox_image dft-busybox
  fixtures_gone
  twice "$fixtures"/cookbook/recipes/[!_]*.rb
  equal "$(cat /var/tmp/dft-cr-shop.conf)" "# Written for shop on debian.
server 1 shop.example
server 2 www.shop.example
tls on
workers 4"
  twice "$fixtures"/cookbook/recipes/{_blog_undeploy,_registry_uninstall}.rb
  fails 1 docker inspect dft-cr-blog
  fails 1 docker inspect dft-cr-registry
}

@test "manifests of the shapes that the field has run, and again change nothing" {
  busybox_image dft-busybox
  fixtures_gone
  twice "$fixtures"/manifests/*.pp
  equal "$(docker inspect -f '{{json .HostConfig.Links}} {{.HostConfig.RestartPolicy.Name}}' dft-pp-sso)" \
    '["/dft-pp-sso-db:/dft-pp-sso/postgres"] unless-stopped'
  equal "$(docker inspect -f '{{.Config.User}} {{index .Config.Env 0}} {{.HostConfig.CapAdd}}' dft-pp-netboot)" "0 MODE=boot server [NET_ADMIN]"
}

# through_proxy OPTION...: the engine is asked through a proxy from now on; CALLS is what it was asked.
through_proxy() {
  proxy_gone
  CALLS=$BATS_TEST_TMPDIR/calls
  rm -f "$CALLS" "$BATS_TEST_TMPDIR/engine.sock"
  python3 "$support/engine_proxy.py" "$BATS_TEST_TMPDIR/engine.sock" "$CALLS" "$@" 3>&- &
  PROXY_PID=$!
  wait_for 60 test -S "$BATS_TEST_TMPDIR/engine.sock"
}

proxy_gone() {
  [ -z "${PROXY_PID:-}" ] || { kill "$PROXY_PID" && wait "$PROXY_PID"; } 2>/dev/null || true
  PROXY_PID=
}

# by_proxy ARGUMENT...: dfriends with the engine behind the proxy.
by_proxy() { DOCKER_HOST=unix://$BATS_TEST_TMPDIR/engine.sock dfriends "$@"; }

# many COUNT [EXTRA]: m.yaml declares so many containers that are never started.
many() {
  busybox_image dft-busybox
  { echo resources:; seq "$1" | sed "s/.*/  - {docker_container: dft-cv-many-&, image: dft-busybox, action: create, env: [N=&]${2:-}}/"; } >m.yaml
}

@test "a run over many containers asks the engine for two lists, and for one thing more for each that differs" {
  many 40
  dfriends converge apply m.yaml
  through_proxy
  fails 0 by_proxy converge apply --detailed-exitcode m.yaml
  equal "$(sed 's/ HTTP.*//; s,/v[0-9.]*/,/,' "$CALLS" | sort)" $'GET /containers/json?all=1\nGET /images/json'
  docker rm dft-cv-many-7 >/dev/null
  through_proxy
  fails 2 by_proxy converge apply --detailed-exitcode m.yaml
  [ "$(grep -vc 'GET /_ping\|GET .*/containers/json\|GET .*/images/json' "$CALLS")" -le 3 ]
}

@test "limits and restart policies change in place, and the list alone does not hide that somebody changed them" {
  many 1 ', memory: 32m, restart: always'
  dfriends converge apply m.yaml
  local id; id=$(docker inspect -f '{{.Id}}' dft-cv-many-1)
  sed -i 's/32m/48m/; s/always/on-failure:2/' m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  says "~ docker_container[dft-cv-many-1]"
  equal "$(docker inspect -f '{{.Id}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}' dft-cv-many-1)" "$id 50331648 on-failure"
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  docker update --memory 40m dft-cv-many-1 >/dev/null
  fails 2 dfriends converge drift --detailed-exitcode
  says "memory: 40m -> 48m"
  fails 2 dfriends converge apply --deep --detailed-exitcode m.yaml
  fails 0 dfriends converge drift --detailed-exitcode
}

@test "a container joins and leaves networks in place, and stays in those that somebody else joined it to" {
  busybox_image dft-busybox
  docker network create dft-cv-net >/dev/null
  docker network create dft-cv-net2 >/dev/null
  declare_networks() {
    printf 'resources:\n  - {docker_container: dft-cv, image: dft-busybox, command: [sh, -c, "while :; do sleep 0.2; done"], stop_timeout: 0, networks: [%s], compare: {networks: %s}}\n' "$1" "${2:-declared}" >m.yaml
  }
  joined() { docker inspect -f '{{.Id}}{{range $name, $place := .NetworkSettings.Networks}} {{$name}}{{end}}' dft-cv; }
  declare_networks dft-cv-net
  dfriends converge apply m.yaml
  local id; id=$(docker inspect -f '{{.Id}}' dft-cv)
  equal "$(joined)" "$id dft-cv-net"
  declare_networks '"name=dft-cv-net,alias=first", "name=dft-cv-net2,alias=second"'
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  says "networks: dft-cv-net -> dft-cv-net,alias=first, dft-cv-net2"
  equal "$(joined)" "$id dft-cv-net dft-cv-net2"
  docker exec dft-cv nslookup second >/dev/null
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  declare_networks dft-cv-net2
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(joined)" "$id dft-cv-net2"
  docker restart -t 0 dft-cv >/dev/null
  docker network connect bridge dft-cv
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  declare_networks dft-cv-net2 strict
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(joined)" "$id dft-cv-net2"
  docker network disconnect -f dft-cv-net2 dft-cv
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(joined)" "$id dft-cv-net2"
  declare_networks dft-cv-net
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(joined)" "$id dft-cv-net" # net2 was joined after the container was made
}

@test "a new container takes the old one's place once it is healthy; one that is unhealthy does not" {
  busybox_image dft-busybox
  declare_check() {
    printf 'resources:\n  - {docker_container: dft-cv, image: dft-busybox, command: [sh, -c, "while :; do sleep 0.2; done"], stop_timeout: 0, health_cmd: "%s", health_interval: 200ms, health_retries: 2, env: [V=%s]}\n' "$1" "$2" >m.yaml
  }
  declare_check "test -f /proc/self/status" 1
  dfriends converge apply m.yaml
  equal "$(docker inspect -f '{{.State.Health.Status}}' dft-cv)" healthy
  local id; id=$(docker inspect -f '{{.Id}}' dft-cv)
  declare_check "false" 2
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "the container 'dft-cv' is unhealthy"
  says "the old one is back"
  equal "$(docker inspect -f '{{.Id}} {{.State.Running}}' dft-cv)" "$id true"
  sed -i 's/stop_timeout: 0/stop_timeout: 0, wait_healthy: false/' m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}

@test "commands of the host come with a container's starts and stops, and one that gets unhealthy is restarted" {
  busybox_image dft-busybox
  cat >m.pp <<'END'
docker::run { 'dft-cv':
  image                 => 'dft-busybox',
  command               => 'sh -c "trap exit TERM; while :; do sleep 0.1; done"',
  health_check_cmd      => 'test ! -e /run/ill',
  health_check_interval => 1,
  restart_on_unhealthy  => true,
  extra_parameters      => ['--health-retries=1', '--tmpfs=/run'],
  before_start          => 'echo start >>log',
  after_stop            => ['echo stop >>log', 'docker inspect -f "{{.State.Running}}" dft-cv >>log'],
}
END
  dfriends converge apply m.pp
  equal "$(cat log)" start
  fails 0 dfriends converge apply --detailed-exitcode m.pp
  docker exec dft-cv touch /run/ill # which is not there after a start
  wait_for 60 is_unhealthy
  fails 2 dfriends converge plan --detailed-exitcode m.pp
  says "health: unhealthy -> restarted"
  fails 2 dfriends converge apply --detailed-exitcode m.pp
  equal "$(cat log)" "$(printf '%s\n' start stop false start)"
}

is_unhealthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' dft-cv)" = unhealthy ]; }

@test "a tag that moved in its registry is seen without a pull, and one that did not is not pulled" {
  busybox_image dft-busybox
  REGISTRY_PORT=$(free_port) STORAGE=$PWD/registry
  start_registry
  local image=127.0.0.1:$REGISTRY_PORT/dft-cv/app
  release() { printf 'FROM dft-busybox\nENV V=%s\n' "$1" | docker build -q -t "$image" - >/dev/null && docker push -q "$image" >/dev/null; }
  release 1
  printf 'resources:\n  - {docker_image: "%s", action: pull}\n' "$image" >m.yaml
  through_proxy
  fails 0 by_proxy converge apply --detailed-exitcode m.yaml
  ! grep -q 'POST .*/images/create' "$CALLS"
  local old; old=$(docker image inspect -f '{{.Id}}' "$image")
  release 2
  docker tag "$old" "$image"
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  says "digest: "
  equal "$(docker image inspect -f '{{.Id}}' "$image")" "$old"
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  [ "$(docker image inspect -f '{{.Id}}' "$image")" != "$old" ]
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  docker rmi -f "$image" "$old" >/dev/null
}

@test "a registry's login is tried, kept once and shown nowhere; images that need it come after it" {
  busybox_image dft-busybox
  start_guarded_registry
  export DOCKER_CONFIG=$PWD/config
  docker tag dft-busybox "$AT/dft-cv/guarded"
  docker login -u tester --password-stdin "$AT" <<<secret >/dev/null 2>&1
  docker push -q "$AT/dft-cv/guarded" >/dev/null
  docker logout "$AT" >/dev/null
  docker rmi "$AT/dft-cv/guarded" >/dev/null
  declare_login() {
    printf "docker_registry 'http://%s/' do\n  username 'tester'\n  password '%s'\nend\ndocker_image '%s/dft-cv/guarded'\n" "$AT" "$1" "$AT" >a.rb
  }
  declare_login guessed
  fails 4 dfriends converge apply --detailed-exitcode a.rb
  says "401 Unauthorized"
  declare_login secret
  fails 2 dfriends converge apply --detailed-exitcode a.rb
  [[ $output != *secret* ]]
  fails 0 dfriends converge apply --detailed-exitcode a.rb
  dfriends converge history
  ! grep -rqa secret "$DFRIENDS_STATE_DIR"
  docker rmi "$AT/dft-cv/guarded" >/dev/null
}

@test "the engine takes keys of its daemon.json without a restart where it can, and is restarted only where that is allowed" {
  keep_daemon_json
  printf 'resources:\n  - {docker_engine: docker, daemon: {max-concurrent-downloads: 7, registry-mirrors: ["https://mirror.example"]}}\n' >m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  wait_for 60 sh -c "docker info -f '{{.RegistryConfig.Mirrors}}' | grep -q 'https://mirror.example/'"
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  printf 'resources:\n  - {docker_engine: docker, daemon: {max-concurrent-downloads: null, registry-mirrors: []}}\n' >m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  wait_for 60 sh -c "docker info -f '{{.RegistryConfig.Mirrors}}' | grep -qv mirror.example"
  printf 'resources:\n  - {docker_engine: docker, daemon: {bip: 192.0.2.1/24}}\n' >m.yaml
  local pid; pid=$(cat /var/run/docker.pid)
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "the engine would have to be restarted for daemon.bip"
  says "--allow-engine-restart"
  equal "$(cat /var/run/docker.pid)" "$pid"
}

@test "an image's name that stands for another image makes the container anew" {
  busybox_image dft-busybox
  docker build -q -t dft-cv-image - <<<$'FROM dft-busybox\nENV V=1' >/dev/null
  printf 'resources:\n  - {docker_container: dft-cv-many-1, image: dft-cv-image, action: create}\n' >m.yaml
  dfriends converge apply m.yaml
  docker build -q -t dft-cv-image - <<<$'FROM dft-busybox\nENV V=2' >/dev/null
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  says "-/+ docker_container[dft-cv-many-1]"
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  docker rmi -f dft-cv-image >/dev/null
}

@test "killed at any call to the engine, a replacement is finished by the next run" {
  busybox_image dft-busybox
  declare_version() {
    printf 'resources:\n  - {docker_container: dft-cv, image: dft-busybox, command: [sh, -c, "while :; do sleep 0.1; done"], env: [V=%s], volumes: [/data], stop_timeout: 0}\n' "$1" >m.yaml
  }
  declare_version 0
  dfriends converge apply m.yaml
  docker exec dft-cv sh -c 'echo kept >/data/f'
  local at killed=1
  for at in $(seq 2 30); do
    declare_version "$at"
    through_proxy --kill-at "$at" "$BATS_TEST_TMPDIR/pid"
    sh -c 'echo $$ >"$1/pid"; DOCKER_HOST=unix://$1/engine.sock exec "$DFRIENDS" converge apply m.yaml' - "$BATS_TEST_TMPDIR" >/dev/null 2>&1 && killed=
    fails 0 dfriends converge apply m.yaml
    equal "$(docker exec dft-cv sh -c 'echo $V; cat /data/f')" "$at"$'\nkept'
    equal "$(docker ps -a --format '{{.Names}}' --filter name=^dft-cv)" dft-cv
    [ -n "$killed" ] || break
  done
  [ -z "$killed" ] # there were calls after which nothing is left to kill
  [ "$at" -gt 8 ]
}

@test "a full disk: nothing is changed that could not be recorded, and the next run with room does it" {
  mkdir small
  mount -t tmpfs -o size=2m tmpfs small
  printf 'resources:\n  - {exec: fill, command: "head -c 4M /dev/zero >%s/filler || true", not_if: "test -e %s/filler"}\n  - {file: %s/a, content: a, notifies: "exec[told]"}\n  - {file: %s/b, content: b}\n  - {exec: told, refresh_only: true, command: "touch %s/told"}\n' \
    "$PWD/small" "$PWD/small" "$PWD" "$PWD" "$PWD" >m.yaml
  ! head -c 3M /dev/zero >small/filler
  fails 7 dfriends --state-dir "$PWD/small/state" converge apply m.yaml
  [ ! -e a ]
  rm small/filler
  fails 7 dfriends --state-dir "$PWD/small/state" converge apply m.yaml
  says "small/state"
  [ ! -e b ]
  [ ! -e a ] || [ -e told ]
  printf x >small/filler
  fails 0 dfriends --state-dir "$PWD/small/state" converge apply m.yaml
  [ -e a ] && [ -e b ] && [ -e told ]
  umount small
}

@test "an engine that goes away in the middle of a run: what is left is done by the next one" {
  many 6
  through_proxy --gone-from 6
  fails 6 by_proxy converge apply --detailed-exitcode --parallel 1 m.yaml
  says "x docker_container[dft-cv-many-6]"
  proxy_gone
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}

@test "a saved plan is applied only where it still says the same" {
  many 2
  fails 0 dfriends converge plan --out p.json m.yaml
  says "+ docker_container[dft-cv-many-2]"
  dfriends converge apply --plan p.json
  equal "$(docker ps -aq --filter name=^dft-cv-many- | wc -l)" 2
  fails 5 dfriends converge apply --plan p.json
  says "are not as they were when 'p.json' was saved"
  printf 'resources:\n  - {file: %s/secret, content: first, sensitive: true}\n' "$PWD" >s.yaml
  dfriends converge plan --out s.json s.yaml
  sed -i 's/first/other/' s.yaml
  fails 5 dfriends converge apply --plan s.json
  sed -i 's/other/first/' s.yaml
  dfriends converge apply --plan s.json
  equal "$(cat secret)" first
  echo '{}' >bad.json
  fails 3 dfriends converge apply --plan bad.json
  fails 2 dfriends converge apply --plan p.json m.yaml
}

@test "apply --prune removes networks that an apply made, and no volumes" {
  printf 'resources:\n  - docker_network: dft-cv-net\n  - docker_volume: dft-cv-vol\n' >m.yaml
  docker network create dft-cv-net2 >/dev/null
  dfriends converge apply m.yaml
  printf 'resources: []\n' >m.yaml
  fails 2 dfriends converge apply --prune --detailed-exitcode m.yaml
  fails 1 docker network inspect dft-cv-net
  docker network inspect dft-cv-net2 >/dev/null
  docker volume inspect dft-cv-vol >/dev/null
}

@test "apply --prune removes what is no longer declared, and plan --prune says so" {
  many 3
  dfriends converge apply m.yaml
  docker create --name dft-cv-many-own --label dft-stranger dft-busybox >/dev/null
  many 2
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  dfriends converge plan --prune m.yaml >plan.txt
  grep -q -- '- docker_container\[dft-cv-many-3\]' plan.txt
  fails 1 grep -- dft-cv-many-own plan.txt
  # Other tests' containers on this engine are none of ours: only the plan is looked at.
  fails 0 docker inspect dft-cv-many-3
}

@test "apply --boot starts what should run, and makes nothing" {
  many 2
  sed -i 's/action: create/command: [sleep, "600"], stop_timeout: 0/' m.yaml
  dfriends converge apply m.yaml
  docker kill dft-cv-many-1 dft-cv-many-2 >/dev/null
  echo "  - {file: $PWD/made, content: x}" >>m.yaml
  fails 2 dfriends converge apply --boot --detailed-exitcode m.yaml
  equal "$(docker inspect -f '{{.State.Running}}' dft-cv-many-1 dft-cv-many-2)" $'true\ntrue'
  [ ! -e made ]
}

@test "import writes down what runs, and to apply that changes nothing" {
  busybox_image dft-busybox
  docker network create dft-cv-net >/dev/null
  docker run -d --name dft-cv -e A=1 -e 'B=two words' -p 127.0.0.1::80 -v dft-cv-vol:/data -v /anonymous --restart on-failure:2 --label k=v \
    -m 32m -w /tmp --hostname inside --read-only --cap-add net_admin --ulimit nofile=100 --sysctl net.ipv4.ip_forward=1 \
    --tmpfs /run:size=1m --add-host a:192.0.2.1 --cpus 0.5 --network dft-cv-net --network-alias w dft-busybox sh -c 'while :; do sleep 0.2; done' >/dev/null
  local id; id=$(docker inspect -f '{{.Id}}' dft-cv)
  dfriends converge import dft-cv >imported.yaml
  fails 0 dfriends converge apply --detailed-exitcode imported.yaml
  equal "$(docker inspect -f '{{.Id}}' dft-cv)" "$id"
  docker rm -fv dft-cv >/dev/null
  dfriends converge apply imported.yaml
  equal "$(docker inspect -f '{{.Config.Hostname}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.ReadonlyRootfs}} {{index .Config.Labels "k"}} {{.Config.WorkingDir}} {{.HostConfig.NanoCpus}} {{.HostConfig.ExtraHosts}} {{.HostConfig.CapAdd}} {{len .NetworkSettings.Networks}}' dft-cv)" \
    "inside on-failure true v /tmp 500000000 [a:192.0.2.1] [NET_ADMIN] 1"
  fails 4 dfriends converge import dft-nobody
}

@test "drift --watch looks again when the engine tells of a change" {
  many 1
  dfriends converge apply m.yaml
  "$DFRIENDS" converge drift --watch m.yaml >watch.txt 2>&1 3>&- &
  local pid=$!
  wait_for 60 grep -q '0 to create' watch.txt
  docker rm dft-cv-many-1 >/dev/null
  wait_for 60 grep -q '1 to create' watch.txt
  kill $pid
  wait $pid || true
}

@test "graph draws the order, and the schema knows what manifests may say" {
  printf 'resources:\n  - file: /a\n    notifies: exec[b]\n  - {exec: b, requires: "file[/a]"}\n' >m.yaml
  fails 0 dfriends converge graph m.yaml
  says '"file[/a]" -> "exec[b]";'
  says '"file[/a]" -> "exec[b]" [style=dashed, label="refresh"];'
  dfriends converge schema >schema.json
  equal "$(jq -r '.properties.resources.items.oneOf[] | select(.required[0] == "docker_container") | .required[1]' schema.json)" image
  cmp schema.json "$examples/../../converge.schema.json"
}

# untidy: a file of each language, none of them laid out as it should be.
untidy() {
  printf 'resources:\n- file: /a   # why\n  content: |\n     b\n       c\n' >m.yaml
  printf "# why\nfile '/a' do\ncontent <<-END\n b  \nEND\nend\n" >r.rb
  printf "file { '/a':\nensure => file,\n# why\nmode => '0644',\n}\n" >m.pp
}

@test "fmt lays files out in place, names those that changed, and says nothing the second time" {
  untidy
  chmod 640 r.rb
  ln -s r.rb link.rb
  fails 0 dfriends converge fmt m.yaml link.rb m.pp
  equal "$output" $'m.yaml\nlink.rb\nm.pp'
  equal "$(cat m.yaml)" $'resources:\n  - file: /a   # why\n    content: |\n      b\n        c'
  equal "$(cat r.rb)" $'# why\nfile \'/a\' do\n  content <<-END\n b  \nEND\nend'
  equal "$(cat m.pp)" $'file { \'/a\':\n  ensure => file,\n  # why\n  mode   => \'0644\',\n}'
  equal "$(stat -c %a r.rb)" 640
  [ -L link.rb ]
  fails 0 dfriends converge fmt .
  equal "$output" ""
}

@test "fmt --check changes nothing and exits with 1 where a file would change; --diff is a patch" {
  untidy
  mkdir kept
  cp m.yaml r.rb m.pp kept
  fails 1 dfriends converge fmt --check m.yaml r.rb m.pp
  equal "$output" $'m.yaml\nr.rb\nm.pp'
  "$DFRIENDS" converge fmt --check --diff . >all.diff && return 1
  for file in m.yaml r.rb m.pp; do cmp "$file" "kept/$file"; done
  fails 0 dfriends converge fmt --diff m.yaml r.rb m.pp
  says $'-mode => \'0644\',\n+  ensure => file,\n+  # why\n+  mode   => \'0644\','
  (cd kept && git apply -p1 ../all.diff)
  for file in m.yaml r.rb m.pp; do cmp "$file" "kept/$file"; done
  fails 0 dfriends converge fmt --check .
  equal "$(dfriends --json converge fmt --check . | jq -c .)" '{"changed":[],"failed":0,"files":3}'
  echo "file '/b' " >r.rb
  dfriends --json converge fmt . >formatted.json
  equal "$(jq -r '.changed[].file' formatted.json)" ./r.rb
  equal "$(cat r.rb)" "file '/b'"
}

@test "fmt leaves a file alone that does not parse, and formats the others" {
  untidy
  printf "file '/a' do\ncontent 'x'\n\n\n" >broken.rb
  printf 'a: [b\n' >broken.yaml
  mkdir kept
  printf '# the last line goes on with the text above\na:   b\nc d   \n' >odd.yaml # for our parser only
  cp broken.rb broken.yaml odd.yaml kept
  fails 3 dfriends converge fmt .
  says "./broken.rb:1:"
  says "./broken.yaml:2:1"
  says "./odd.yaml:2:6: to format this would change what it says"
  says ./m.pp
  cmp broken.rb kept/broken.rb
  cmp broken.yaml kept/broken.yaml
  cmp odd.yaml kept/odd.yaml
  fails 3 dfriends converge fmt --check .
  fails 4 dfriends converge fmt none.pp
  fails 3 dfriends converge fmt "$top/README.md"
  fails 2 dfriends converge fmt
}

# without_indents FILE: with no blanks at any line's begin, but for heredocs.
without_indents() { sed -i '/<<-SCRIPT/,/SCRIPT$/b; /@(END/,/| END/b; s/^ *//' "$1"; }

@test "fmt finds nothing to do in what it made, and says the same about every fixture as the fixture" {
  local fixture file kind
  for fixture in "$BATS_TEST_DIRNAME"/converge/*/*.pp "$BATS_TEST_DIRNAME"/converge/cookbook/*/*.rb "$examples"/*.* "$top"/tests/fuzz/corpus/{chef_recipe,puppet_manifest,converge_manifest}/*; do
    case $fixture in
      */chef_recipe/*) kind=rb ;;
      */puppet_manifest/*) kind=pp ;;
      */converge_manifest/*) kind=yaml ;;
      *) kind=${fixture##*.} ;;
    esac
    file=$(basename "$(dirname "$fixture")")-$(basename "$fixture").$kind
    cp "$fixture" "$file"
    run dfriends converge fmt "$file"
    if [ "$status" -eq 3 ]; then # a fixture that is broken on purpose
      cmp "$file" "$fixture"
      rm "$file"
      continue
    fi
    equal "$status" 0
    cmp <(tr -d '[:space:]' <"$file") <(tr -d '[:space:]' <"$fixture")
  done
  [ "$(ls | wc -l)" -gt 40 ]
  fails 0 dfriends converge fmt --check .
  equal "$output" ""
  mkdir again
  cp ./*-*.rb ./*-*.pp again
  for file in again/*; do without_indents "$file"; done
  dfriends converge fmt again >/dev/null
  for file in again/{manifests,recipes,attributes}-*; do cmp "$file" "${file#again/}"; done
}

@test "a file of a server is fetched once, and anew where the server's is another" {
  local port
  mkdir web
  echo one >web/app
  port=$(free_port)
  python3 -m http.server --bind 127.0.0.1 --directory web "$port" >/dev/null 2>requests.log 3>&- &
  OTHERS+=($!)
  wait_for 60 curl -fs "http://127.0.0.1:$port/"
  cat >r.rb <<END
remote_file '$PWD/app' do
  source 'http://127.0.0.1:$port/app'
  mode '0750'
end
END
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  equal "$(cat app) $(stat -c %a app)" "one 750"
  : >requests.log
  dfriends converge apply --detailed-exitcode r.rb
  fails 1 grep 'GET /app' requests.log
  echo three >web/app
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  equal "$(cat app)" three
  sed -i "s/  mode/  checksum '$(printf 0%.0s $(seq 64))'\n  mode/" r.rb
  fails 1 dfriends converge apply r.rb
  says "instead of 0000"
  equal "$(cat app)" three
  equal "$(ls -d app*)" app
}

@test "an image is built anew only where its context changed; it is tagged once; a container is committed and copied from" {
  busybox_image dft-busybox
  mkdir src out
  printf 'FROM dft-busybox AS base\nARG WORD\nRUN echo $WORD >/word\nFROM base\nCMD ["sleep", "999"]\n' >src/Dockerfile.app
  cat >r.rb <<END
docker_image 'dft-cv-built' do
  source '$PWD/src'
  dockerfile 'Dockerfile.app'
  buildargs 'WORD' => 'one'
  action :build
end
docker_tag 'dft-cv-built' do
  to_repo 'dft-cv-tagged'
  to_tag 'v1'
end
docker_container 'dft-cv' do
  repo 'dft-cv-built'
  kill_after 0
end
END
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  equal "$(docker exec dft-cv cat /word)" one
  equal "$(docker image inspect -f '{{.Id}}' dft-cv-tagged:v1)" "$(docker image inspect -f '{{.Id}}' dft-cv-built)"
  touch src/Dockerfile.app
  dfriends converge apply --detailed-exitcode r.rb
  cat >products.yaml <<END
resources:
  - docker_container: dft-cv
    image: dft-cv-built
    action: [commit, export, copy]
    commit_as: dft-cv-copy:v1
    author: ann
    archive: $PWD/out/files.tar
    copy_source: /word
    copy_to: $PWD/out
END
  dfriends converge apply products.yaml
  equal "$(docker image inspect -f '{{.Author}}' dft-cv-copy:v1)" ann
  tar tf out/files.tar | grep -qx word
  equal "$(cat out/word)" one
  sed -i "s/'one'/'two'/" r.rb
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  equal "$(docker exec dft-cv cat /word)" two
  docker rm -f dft-cv
  docker rmi dft-cv-copy:v1 dft-cv-tagged:v1 dft-cv-built
}

@test "a file system becomes an image once; a container is connected to a network and disconnected" {
  busybox_image dft-busybox
  docker network create dft-cv-net
  docker run -d --name dft-cv dft-busybox sleep 999
  docker export -o files.tar dft-cv
  cat >m.yaml <<END
resources:
  - docker_image: dft-cv-imported
    tag: v1
    action: import
    archive: $PWD/files.tar
  - docker_network: dft-cv-net
    action: connect
    container: dft-cv
    aliases: [web]
END
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  docker image inspect dft-cv-imported:v1 >/dev/null
  [ "$(docker inspect -f '{{index .NetworkSettings.Networks "dft-cv-net"}}' dft-cv)" != "<nil>" ]
  dfriends converge apply --detailed-exitcode m.yaml
  sed -i 's/action: connect/action: disconnect/' m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  dfriends converge apply --detailed-exitcode m.yaml
  docker rm -f dft-cv
  docker rmi dft-cv-imported:v1
}

@test "git clones a revision, follows its branch, and leaves a clone that is as declared" {
  local git=(git -c user.name=ann -c user.email=ann@mirror.example -C origin)
  git init -q -b main origin
  echo one >origin/file
  "${git[@]}" add file
  "${git[@]}" commit -qm one
  "${git[@]}" tag -am v1 v1
  cat >r.rb <<END
git '$PWD/clone' do
  repository '$PWD/origin'
  revision 'main'
end
git '$PWD/tagged' do
  repository 'file://$PWD/origin'
  revision 'v1'
  depth 1
end
END
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  equal "$(cat clone/file tagged/file)" "$(printf 'one\none')"
  dfriends converge apply --detailed-exitcode r.rb
  echo two >origin/file
  "${git[@]}" commit -qam two
  fails 2 dfriends converge apply --detailed-exitcode r.rb
  equal "$(cat clone/file tagged/file)" "$(printf 'two\none')"
  dfriends converge apply --detailed-exitcode r.rb
}

@test "an image is pushed once, and again where the registry has another" {
  busybox_image dft-busybox
  REGISTRY_PORT=$(free_port) STORAGE=$PWD/registry
  start_registry
  local image=127.0.0.1:$REGISTRY_PORT/dft-cv/app
  docker tag dft-busybox "$image:v1"
  printf 'resources:\n  - {docker_image: "%s", tag: v1, action: push}\n' "$image" >m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  curl -fs "http://127.0.0.1:$REGISTRY_PORT/v2/dft-cv/app/tags/list" | grep -q v1
  dfriends converge apply --detailed-exitcode m.yaml
  printf 'FROM dft-busybox\nENV A=b\n' | docker build -q -t "$image:v1" - >/dev/null
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  dfriends converge apply --detailed-exitcode m.yaml
  docker rmi -f "$image:v1" >/dev/null
  docker images --digests --format '{{.Repository}}@{{.Digest}}' "$image" | xargs -r docker rmi >/dev/null # what the first push left
}

@test "a container asks for GPUs" {
  busybox_image dft-busybox
  printf 'resources:\n  - {docker_container: dft-cv, image: dft-busybox, action: create, gpus: all}\n' >m.yaml
  dfriends converge apply m.yaml
  equal "$(docker inspect -f '{{json .HostConfig.DeviceRequests}}' dft-cv | jq -c '.[0] | [.Count, .Capabilities]')" '[-1,[["gpu"]]]'
  dfriends converge apply --detailed-exitcode m.yaml
}

@test "apply --prune of a manifest with a name takes only what one of that name has made" {
  busybox_image dft-busybox
  cat >shop.yaml <<'END'
name: dft-cv-shop
networks: {dft-cv-net: {}}
volumes: {dft-cv-vol: {}}
containers:
  dft-cv-sections-shop: {image: dft-busybox, state: created}
END
  printf 'name: dft-cv-blog\ncontainers:\n  dft-cv-sections-blog: {image: dft-busybox, state: created}\n' >blog.yaml
  printf 'containers:\n  dft-cv-sections-nameless: {image: dft-busybox, state: created}\n' >nameless.yaml
  for file in shop blog nameless; do dfriends converge apply "$file.yaml" >/dev/null; done
  equal "$(docker inspect -f '{{index .Config.Labels "dfriends.converge.name"}}' dft-cv-sections-shop)" dft-cv-shop
  equal "$(docker network inspect -f '{{index .Labels "dfriends.converge.name"}}' dft-cv-net)" dft-cv-shop
  equal "$(docker volume inspect -f '{{index .Labels "dfriends.converge.name"}}' dft-cv-vol)" dft-cv-shop
  fails 0 dfriends converge plan --detailed-exitcode --prune shop.yaml
  printf 'name: dft-cv-shop\n' >shop.yaml
  fails 2 dfriends converge apply --detailed-exitcode --prune shop.yaml
  fails 1 docker inspect dft-cv-sections-shop
  fails 1 docker network inspect dft-cv-net
  docker inspect dft-cv-sections-blog dft-cv-sections-nameless >/dev/null
  printf 'containers: {}\n' >nameless.yaml
  dfriends converge plan --prune nameless.yaml >plan.txt
  grep -q -- '- docker_container\[dft-cv-sections-nameless\]' plan.txt
  fails 1 grep dft-cv-sections-blog plan.txt
}

@test "a network that loses a label is made anew, with the containers that do not run; a volume's other label is told" {
  busybox_image dft-busybox
  printf 'networks: {dft-cv-net: {internal: true, labels: {a: b}}}\nvolumes: {dft-cv-vol: {labels: {a: b}}}\n' >m.yaml
  dfriends converge apply m.yaml
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  docker run -d --name dft-cv --network dft-cv-net --network-alias w dft-busybox sleep 600 >/dev/null
  sed -i 's/internal: true, labels: {a: b}/driver: bridge/' m.yaml
  fails 1 dfriends converge apply m.yaml
  says "containers are in it"
  docker kill dft-cv >/dev/null
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(docker network inspect -f '{{.Internal}} {{index .Labels "a"}}' dft-cv-net)" 'false '
  docker start dft-cv >/dev/null
  equal "$(docker inspect -f '{{(index .NetworkSettings.Networks "dft-cv-net").NetworkID}}' dft-cv)" "$(docker network inspect -f '{{.Id}}' dft-cv-net)"
  [[ $(docker inspect -f '{{(index .NetworkSettings.Networks "dft-cv-net").Aliases}}' dft-cv) == *w* ]]
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  sed -i 's/{labels: {a: b}}/{labels: {a: c}}/' m.yaml
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  says "was made without the label a=c, and stays so: a volume cannot be changed"
}

@test "validate refuses two containers that publish one port of the host" {
  printf 'containers:\n  a: {image: x, ports: ["8080:80"]}\n  b: {image: x, ports: ["127.0.0.1:8080:80"]}\n' >m.yaml
  fails 3 dfriends converge validate m.yaml
  says "m.yaml:3:25: 'docker_container[b]' publishes the host's port 8080/tcp, which 'docker_container[a]' has already"
}

@test "secrets come from the key-value store, and the engine's version is a fact" {
  start_service kv kv serve --listen 127.0.0.1:0
  export ETCDCTL_ENDPOINTS="http://$ADDRESS"
  dfriends kv set /secrets/db hush >/dev/null
  printf 'secrets: {db: {kv: secrets/db}}\nfiles:\n  - {path: %s/db, content: "${secret.db} ${host.docker.api}", mode: "0600"}\n' "$PWD" >m.yaml
  dfriends converge apply m.yaml >said.txt
  equal "$(cat db)" "hush $(docker version -f '{{.Server.APIVersion}}')"
  fails 1 grep hush said.txt
  dfriends kv ctl3 put plain newer >/dev/null
  sed 's,secrets/db},plain},; s,/db,/newer,' m.yaml >newer.yaml
  dfriends converge apply newer.yaml >/dev/null
  equal "$(cat newer)" "newer $(docker version -f '{{.Server.APIVersion}}')"
  sed -i 's,secrets/db},secrets},' m.yaml
  fails 3 dfriends converge validate m.yaml
  says "m.yaml:1:20: the key-value store does not give 'secrets' for the secret 'db'"
  stop_services
  fails 3 dfriends converge validate m.yaml
  says "ETCDCTL_ENDPOINTS names its servers"
}
