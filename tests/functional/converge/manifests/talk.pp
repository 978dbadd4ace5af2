# A tag apart from the name, and a command with a quoted script.
include 'docker'

docker::image { 'dft-busybox':
  ensure => present,
}

docker::run { 'dft-pp-talk':
  image   => 'dft-busybox:latest',
  command => '/bin/sh -c "while true; do echo hello; sleep 0.2; done"',
}
