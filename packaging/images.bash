# SPDX-License-Identifier: Apache-2.0
# The images that the demo and the tests run, made from what this machine's own distribution has; sourced, not run.

# quietly COMMAND...: what it says is shown only where it fails.
quietly() {
  local log; log=$(mktemp)
  "$@" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; return 1; }
  rm -f "$log"
}

# busybox_image NAME: a small image with busybox' commands.
busybox_image() {
  docker image inspect "$1" >/dev/null 2>&1 && return
  local context; context=$(mktemp -d)
  cp "$(command -v busybox)" "$context/busybox"
  printf 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nCMD ["/bin/sh"]\n' >"$context/Dockerfile"
  quietly docker build -q -t "$1" "$context"
  rm -rf "$context"
}

# code_it_image: shrikrishna/code.it, the walkthrough's application; it listens on NODE_PORT, else on 8000.
code_it_image() {
  docker image inspect shrikrishna/code.it >/dev/null 2>&1 && return
  busybox_image dft-busybox
  local context; context=$(mktemp -d)
  printf '#!/bin/sh\nexec httpd -f -p "${NODE_PORT:-8000}" -h /srv\n' >"$context/node"
  chmod +x "$context/node"
  printf '<!doctype html>\n<title>code.it</title>\n<p>code.it answers</p>\n' >"$context/index.html"
  printf 'FROM dft-busybox\nCOPY node /bin/node\nCOPY index.html /srv/index.html\nCOPY index.html /srv/app.js\nEXPOSE 8000\nCMD ["node", "/srv/app.js"]\n' >"$context/Dockerfile"
  quietly docker build -q -t shrikrishna/code.it "$context"
  rm -rf "$context"
}

# system_mirror: the Debian mirror that this machine itself uses.
system_mirror() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
    sed -n 's#^URIs: *\(http[^ ]*/debian\)/* *$#\1#p; s#^deb \(\[[^]]*\] \)\?\(http[^ ]*/debian\)/* .*#\2#p' | head -n 1
}

# debian_image: the image dft-debian, a minimal Debian made from the machine's own mirror; kept, since it takes a while to make.
debian_image() {
  docker image inspect dft-debian >/dev/null 2>&1 && return
  local root mirror; root=$(mktemp -d); mirror=$(system_mirror)
  [ -n "$mirror" ] || { echo "no Debian mirror in this machine's apt configuration"; return 1; }
  debootstrap --variant=minbase bookworm "$root/debian" "$mirror" >"$root/log" 2>&1 || { tail -n 20 "$root/log"; return 1; }
  tar -C "$root/debian" -c . | docker import - dft-debian >/dev/null
  rm -rf "$root"
}
