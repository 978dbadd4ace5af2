# SPDX-License-Identifier: Apache-2.0
# converge and plugins of a real engine, from a real registry.

load ../support/lib
load ../support/plugin
load ../support/registry

# declare_plugin KEYS: a native manifest of it.
declare_plugin() { printf 'plugins:\n  dft-pl-fs: {remote: "%s", %s}\n' "$FROM" "$1" >m.yaml; }

@test "a plugin is installed with its options and enabled; a second apply writes nothing; it goes again" {
  publish 1
  declare_plugin 'tag: 1, grant_privileges: all, options: {MODE: fast}'
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  says "network=none, mount=/usr, capabilities=CAP_NET_ADMIN"
  equal "$(docker plugin ls -q)" ""
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN= FIXED=1]"
  fails 0 dfriends converge plan --detailed-exitcode m.yaml
  python3 "$support/engine_proxy.py" "$PWD/engine.sock" calls 3>&- &
  OTHERS+=("$!")
  wait_for 60 test -S engine.sock
  DOCKER_HOST=unix://$PWD/engine.sock fails 0 dfriends converge apply --detailed-exitcode m.yaml
  grep -q '^GET .*/plugins/dft-pl-fs/json ' calls
  ! grep -v '^\(GET\|HEAD\) ' calls
  printf 'plugins: {dft-pl-fs: {state: absent}}\n' >m.yaml
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(docker plugin ls -q)" ""
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}

@test "nothing is granted to a plugin that is not declared, and the refusal says what to write" {
  publish 1
  declare_plugin 'tag: 1'
  fails 4 dfriends converge plan --detailed-exitcode m.yaml
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "m.yaml:2:3: the plugin '$FROM:1' asks for what 'docker_plugin[dft-pl-fs]' does not grant it: network=none, mount=/usr, capabilities=CAP_NET_ADMIN"
  says "hint: grant just that with grant_privileges: [network=none, mount=/usr, capabilities=CAP_NET_ADMIN], or whatever it asks for with all"
  declare_plugin 'tag: 1, grant_privileges: [network=none, mount=/usr]'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "does not grant it: capabilities=CAP_NET_ADMIN"
  equal "$(docker plugin ls -q)" ""
  declare_plugin 'tag: 1, grant_privileges: [network=none, capabilities=CAP_NET_ADMIN, mount=/usr], state: disabled'
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 false [MODE=slow API_TOKEN= FIXED=1]"
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
}

@test "a plugin that is enabled is disabled while its options or its version change; secrets stay unsaid" {
  publish 1
  publish 2 ADDED
  declare_plugin 'tag: 1, grant_privileges: all'
  dfriends converge apply m.yaml
  declare_plugin 'tag: 1, options: {MODE: fast, API_TOKEN: hush}'
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  says "disabled meanwhile"
  [[ $output != *hush* ]]
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN=hush FIXED=1]"
  declare_plugin 'tag: 2, options: {ADDED: new}'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  declare_plugin 'tag: 2, options: {ADDED: new}, grant_privileges: all'
  fails 2 dfriends converge plan --detailed-exitcode m.yaml
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN=hush FIXED=1]"
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  docker plugin inspect dft-pl-fs -f '{{.PluginReference}} {{.Enabled}} {{.Settings.Env}}' | grep -qF "$FROM:2 true ["
  docker plugin inspect dft-pl-fs -f '{{.Settings.Env}}' | grep -q ADDED=new
  fails 0 dfriends converge apply --detailed-exitcode m.yaml
  ! grep -rqa hush "$DFRIENDS_STATE_DIR"
}

@test "an option that a plugin does not have or does not let be set is refused in a plan; a version that is nowhere leaves it as it is" {
  publish 1
  declare_plugin 'tag: 1, grant_privileges: all'
  dfriends converge apply m.yaml
  declare_plugin 'tag: 1, options: {MODES: x}'
  fails 4 dfriends converge plan --detailed-exitcode m.yaml
  says "the option 'MODES' of 'docker_plugin[dft-pl-fs]' is none that the plugin has"
  says "MODE'"
  declare_plugin 'tag: 1, options: {FIXED: 2}'
  fails 4 dfriends converge plan --detailed-exitcode m.yaml
  says "lets nobody set"
  declare_plugin 'tag: 7, grant_privileges: all'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "cannot upgrade the plugin 'dft-pl-fs:latest' to '$FROM:7'"
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=slow API_TOKEN= FIXED=1]"
  printf 'plugins: {dft-pl-no: {remote: "%s-no", grant_privileges: all}}\n' "$FROM" >m.yaml
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "cannot install the plugin '$FROM-no:latest'"
}

@test "a plugin that does not answer with its new options is said to be disabled, and comes back with others" {
  publish 1
  declare_plugin 'tag: 1, grant_privileges: all'
  dfriends converge apply m.yaml
  declare_plugin 'tag: 1, timeout: 3, options: {MODE: silent}'
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "enabling the plugin 'dft-pl-fs:latest' again, which is disabled now"
  declare_plugin 'tag: 1, options: {MODE: fast}'
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  docker plugin inspect dft-pl-fs -f '{{.Enabled}}' | grep -q true
}

@test "Chef's docker_plugin: privileges as hashes, actions in their order" {
  publish 1
  cat >a.rb <<END
docker_plugin 'dft-pl-fs' do
  remote '$FROM'
  remote_tag '1'
  grant_privileges [{ 'Name' => 'network', 'Value' => ['none'] },
                    { 'Name' => 'mount', 'Description' => 'the system', 'Value' => ['/usr'] },
                    { 'Name' => 'capabilities', 'Value' => ['CAP_NET_ADMIN'] }]
  options 'MODE' => 'fast'
  action [:install, :enable]
end
END
  fails 2 dfriends converge apply --detailed-exitcode a.rb
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN= FIXED=1]"
  fails 0 dfriends converge apply --detailed-exitcode a.rb
  printf "docker_plugin 'dft-pl-fs' do\n  options 'MODE' => 'slow'\n  action :update\nend\n" >a.rb
  fails 2 dfriends converge apply --detailed-exitcode a.rb
  fails 0 dfriends converge apply --detailed-exitcode a.rb
  printf "docker_plugin 'x' do\n  local_alias 'dft-pl-fs'\n  action :disable\nend\n" >a.rb
  fails 2 dfriends converge apply --detailed-exitcode a.rb
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 false [MODE=slow API_TOKEN= FIXED=1]"
  printf "docker_plugin 'dft-pl-fs' do\n  action :remove\nend\n" >a.rb
  fails 2 dfriends converge apply --detailed-exitcode a.rb
  fails 0 dfriends converge apply --detailed-exitcode a.rb
  printf "docker_plugin 'dft-pl-fs' do\n  action :enable\nend\n" >a.rb
  fails 4 dfriends converge plan --detailed-exitcode a.rb
  says "there is no plugin 'dft-pl-fs' to enable"
}

@test "Puppet's docker::plugin and docker::plugins, whose module grants what is asked for" {
  publish 1
  cat >a.pp <<END
class { 'docker::plugins': plugins => {
  '$FROM:1' => { plugin_alias => 'dft-pl-fs', settings => ['MODE=fast'], timeout => '60' } } }
END
  fails 2 dfriends converge apply --detailed-exitcode a.pp
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN= FIXED=1]"
  fails 0 dfriends converge apply --detailed-exitcode a.pp
  printf "docker::plugin { '%s:1': plugin_alias => 'dft-pl-fs', enabled => false }\n" "$FROM" >a.pp
  fails 2 dfriends converge apply --detailed-exitcode a.pp
  printf "docker::plugin { 'dft-pl-fs': ensure => absent }\n" >a.pp
  fails 2 dfriends converge apply --detailed-exitcode a.pp
  fails 0 dfriends converge apply --detailed-exitcode a.pp
  printf "docker::plugin { '%s:1': grant_all_permissions => false }\n" "$FROM" >a.pp
  fails 4 dfriends converge apply --detailed-exitcode a.pp
  says "asks for what"
}

@test "a plugin of a registry with a login" {
  kill "$REGISTRY_PID"
  start_guarded_registry
  FROM=localhost:${AT##*:}/dft-pl-idle
  export DOCKER_CONFIG=$PWD/config
  docker login -u tester --password-stdin "localhost:${AT##*:}" <<<secret >/dev/null 2>&1
  publish 1
  declare_plugin 'tag: 1, grant_privileges: all'
  fails 2 dfriends converge apply --detailed-exitcode m.yaml
  docker plugin rm -f dft-pl-fs
  docker logout "localhost:${AT##*:}" >/dev/null
  fails 4 dfriends converge apply --detailed-exitcode m.yaml
  says "cannot install the plugin '$FROM:1'"
}
