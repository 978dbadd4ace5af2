# SPDX-License-Identifier: Apache-2.0
# A plugin for a real engine, which answers at its socket and does nothing else; it runs the machine's own Python, so that it asks for a
# mount. `load ../support/plugin` beside lib and registry: it sets the test up and takes it down, too.

setup() {
  need_engine
  clean
  cd "$BATS_TEST_TMPDIR"
  REGISTRY_PORT=$(free_port) STORAGE=$PWD/registry
  start_registry
  FROM=localhost:$REGISTRY_PORT/dft-pl-idle
}

teardown() {
  clean
  for pid in "${OTHERS[@]}"; do kill "$pid" 2>/dev/null || true; done
}

clean() { docker plugin ls --format '{{.Name}}' | { grep dft-pl- || true; } | xargs -r docker plugin rm -f >/dev/null; }

# shown: what the engine has of the plugin that the tests install.
shown() { docker plugin inspect dft-pl-fs -f '{{.Name}} {{.PluginReference}} {{.Enabled}} {{.Settings.Env}}'; }

# publish TAG [VARIABLE]: the registry has the plugin as $FROM:TAG, which knows a further variable, and the engine does not.
publish() {
  local more=""
  [ $# = 1 ] || more=$(printf '{"name": "%s", "value": "", "settable": ["value"]},' "$2")
  mkdir -p plugin/rootfs/usr
  ln -sfT usr/lib plugin/rootfs/lib
  ln -sfT usr/lib64 plugin/rootfs/lib64
  echo "$1" >plugin/rootfs/version
  cat >plugin/rootfs/serve.py <<'END'
import os, signal, socket
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
if os.environ["MODE"] == "silent":
    signal.pause()
server = socket.socket(socket.AF_UNIX)
server.bind("/run/docker/plugins/idle.sock")
server.listen(8)
while True:
    server.accept()[0].close()
END
  cat >plugin/config.json <<END
{"description": "idle", "entrypoint": ["/usr/bin/python3", "/serve.py"], "interface": {"types": [], "socket": "idle.sock"},
 "network": {"type": "none"}, "linux": {"capabilities": ["CAP_NET_ADMIN"]},
 "mounts": [{"name": "system", "type": "bind", "source": "/usr", "destination": "/usr", "options": ["rbind", "ro"]}],
 "env": [$more {"name": "MODE", "value": "slow", "settable": ["value"]},
         {"name": "API_TOKEN", "value": "", "settable": ["value"]}, {"name": "FIXED", "value": "1"}]}
END
  docker plugin create "$FROM:$1" plugin >/dev/null
  docker plugin push "$FROM:$1" >/dev/null
  docker plugin rm "$FROM:$1" >/dev/null
}
