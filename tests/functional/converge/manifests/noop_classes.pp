include stdlib
include apt
include docker

docker::run { 'dft-pp-noop':
  image    => 'dft-busybox',
  use_name => true,
  command  => "sh -c 'while :; do sleep 0.2; done'",
}
