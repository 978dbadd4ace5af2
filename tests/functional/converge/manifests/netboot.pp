docker::run { 'dft-pp-netboot':
  image            => 'dft-busybox',
  ports            => '127.0.0.1::69/udp',
  volumes          => '/tmp:/srv/tftp:ro',
  dns              => '192.0.2.53',
  extra_parameters => '--cap-add NET_ADMIN --env "MODE=boot server" -u 0',
  command          => "sh -c 'while :; do sleep 0.2; done'",
}
