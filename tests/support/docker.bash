# SPDX-License-Identifier: Apache-2.0
# The docker applet beside the docker client. `load ../support/docker` beside lib.

ours() { dfriends docker "$@"; }

# same ARGUMENT...: our output and exit code are docker's.
same() {
  local theirs=0 us=0
  docker "$@" >theirs.out 2>theirs.err </dev/null || theirs=$?
  ours "$@" >ours.out 2>ours.err </dev/null || us=$?
  equal "$us" "$theirs"
  equal "$(cat ours.out)" "$(cat theirs.out)"
}
