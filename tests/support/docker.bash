# SPDX-License-Identifier: Apache-2.0
# The docker applet beside the docker client. `load ../support/docker` beside lib.

ours() { dfriends docker "$@"; }

# aged FILE: without the ages in it and the blanks that their widths make.
ages='(Less than a second|About an? (minute|hour)|[0-9]+ (second|minute|hour|day|week|month|year)s?)'
aged() { sed -E "s/$ages/AGE/g; s/  +/ /g" "$1"; }

# same ARGUMENT...: our output and exit code are docker's. The one client runs after the other, and what they list grows older meanwhile.
same() {
  local theirs=0 us=0
  docker "$@" >theirs.out 2>theirs.err </dev/null || theirs=$?
  ours "$@" >ours.out 2>ours.err </dev/null || us=$?
  equal "$us" "$theirs"
  if ! cmp -s ours.out theirs.out && grep -qE "$ages" theirs.out; then
    equal "$(aged ours.out)" "$(aged theirs.out)"
  else
    equal "$(cat ours.out)" "$(cat theirs.out)"
  fi
}
