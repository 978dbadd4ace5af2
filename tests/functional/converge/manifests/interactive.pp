docker::run { 'dft-pp-interactive':
  image            => 'dft-busybox',
  extra_parameters => ['--interactive', '--add-host=db.example:192.0.2.9'],
  hostname         => 'shell',
  tty              => true,
  command          => 'sh',
}
