file { ['/tmp/dft-pp-nexus', '/tmp/dft-pp-nexus/data']:
  ensure => directory,
  mode   => '0755',
}

docker::image { 'dft-busybox': }

docker::run { 'dft-pp-nexus':
  image   => 'dft-busybox',
  ports   => ['127.0.0.1::8081'],
  volumes => ['/tmp/dft-pp-nexus/data:/data'],
  env     => ['A=1', "HOST=${facts['networking']['hostname']}"],
  command => "sh -c 'while :; do sleep 0.2; done'",
  require => [File['/tmp/dft-pp-nexus/data'], Docker::Image['dft-busybox']],
}
