class { 'docker': }
docker::image { 'dft-busybox': }
docker::run { 'dft-pp-running':
  image   => 'dft-busybox',
  running => true,
  command => "sh -c 'while :; do sleep 0.2; done'",
}
docker::run { 'dft-pp-standing':
  image   => 'dft-busybox',
  running => false,
  command => "sh -c 'while :; do sleep 0.2; done'",
}
