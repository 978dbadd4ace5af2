$password = lookup('keycloak::password', String, 'first', 'unset')
$loop = "sh -c 'while :; do sleep 0.2; done'"

docker::image { 'dft-busybox': }
-> docker::run { 'dft-pp-sso-db':
  image   => 'dft-busybox',
  env     => ["POSTGRES_PASSWORD=${password}"],
  command => $loop,
}
-> docker::run { 'dft-pp-sso':
  image   => 'dft-busybox',
  links   => ['dft-pp-sso-db:postgres'],
  depends => ['dft-pp-sso-db'],
  command => $loop,
}

notify { 'the login service is declared':
  require => Service['docker-dft-pp-sso'],
}
