#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The plugin words of the docker applet beside the docker client itself, on the real engine with a real registry.

load ../support/lib
load ../support/docker
load ../support/plugin
load ../support/registry

@test "plugin install: what it asks for is asked back, its settings are made, and it runs" {
  publish 1
  fails 1 ours plugin install --alias dft-pl-fs "$FROM:1" MODE=fast < <(echo n)
  says "Plugin \"$FROM:1\" is requesting the following privileges:"
  says ' - mount: [/usr]'
  says 'Do you grant the above permissions? [y/N]'
  says "permission denied while installing plugin $FROM:1"
  equal "$(docker plugin ls -q)" ""
  fails 0 ours plugin install --alias dft-pl-fs "$FROM:1" MODE=fast < <(echo y)
  says "Installed plugin $FROM:1"
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN= FIXED=1]"
  fails 0 ours plugin install --grant-all-permissions --disable "$FROM:1"
  equal "$(docker plugin inspect -f '{{.Enabled}}' "$FROM:1")" false
  same plugin ls
  same plugin ls --format '{{.ID}} {{.Name}} {{.Enabled}} {{.PluginReference}}'
  same plugin ls -q --no-trunc --filter enabled=true
  same plugin inspect -f '{{.Name}} {{json .Settings.Env}}' dft-pl-fs dft-pl-none
  ours plugin inspect dft-pl-fs | jq -S . >ours.json
  docker plugin inspect dft-pl-fs | jq -S . >theirs.json
  diff ours.json theirs.json
  # One that does not take its settings does not stay.
  fails 1 ours plugin install --grant-all-permissions --alias dft-pl-other "$FROM:1" NONE=1
  same plugin inspect dft-pl-other
}

@test "plugin set, enable, disable, upgrade and rm" {
  publish 1
  ours plugin install --grant-all-permissions --alias dft-pl-fs "$FROM:1" >/dev/null
  fails 1 ours plugin set dft-pl-fs MODE=fast # while it runs
  equal "$(ours plugin disable dft-pl-fs)" dft-pl-fs
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 false [MODE=slow API_TOKEN= FIXED=1]"
  equal "$(ours plugin set dft-pl-fs MODE=fast API_TOKEN=a=b)" ""
  equal "$(ours plugin enable --timeout 60 dft-pl-fs)" dft-pl-fs
  equal "$(shown)" "dft-pl-fs:latest $FROM:1 true [MODE=fast API_TOKEN=a=b FIXED=1]"
  publish 2 FURTHER
  fails 1 ours plugin upgrade --grant-all-permissions dft-pl-fs "$FROM:2"
  says 'the plugin must be disabled before upgrading'
  docker plugin disable dft-pl-fs >/dev/null
  fails 1 ours plugin upgrade --grant-all-permissions dft-pl-fs "$FROM:2" < <(echo n)
  says "Upgrading plugin dft-pl-fs:latest from $FROM:1 to $FROM:2"
  says 'Plugin images do not match, are you sure? [y/N]'
  fails 0 ours plugin upgrade --grant-all-permissions --skip-remote-check dft-pl-fs "$FROM:2"
  says "Upgraded plugin dft-pl-fs:latest to $FROM:2"
  equal "$(docker plugin inspect -f '{{.PluginReference}}' dft-pl-fs)" "$FROM:2"
  ours plugin enable dft-pl-fs >/dev/null
  same plugin rm dft-pl-none
  fails 1 ours plugin rm dft-pl-fs # it runs
  equal "$(ours plugin rm -f dft-pl-fs)" dft-pl-fs
  equal "$(docker plugin ls -q)" ""
}
