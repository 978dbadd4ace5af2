docker::run { ['dft-pp-ap', 'dft-pp-switch']:
  image            => 'dft-busybox',
  net              => 'bridge',
  extra_parameters => ['--init', '--restart=on-failure:3'],
  command          => "sh -c 'while :; do sleep 0.2; done'",
}
