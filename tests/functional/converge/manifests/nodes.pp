define node_app(Integer[1, 65535] $port, String $image = 'dft-busybox') {
  if $facts['hostname'] =~ /^([a-z]+)\d*/ {
    $group = $1
  } else {
    $group = 'none'
  }
  docker::run { "dft-pp-${title}":
    image   => $image,
    ports   => ["127.0.0.1::${port}"],
    labels  => ["group=${group}"],
    command => @(END/L),
      sh -c \
      'while :; do sleep 0.2; done'
      | END
  }
}

node default {
  node_app { 'node': port => 8080 }
  @file { '/tmp/dft-pp-node': ensure => directory }
  realize(File['/tmp/dft-pp-node'])
  unless $facts['kernel'] == 'Linux' {
    fail('only Linux is meant')
  }
  case $facts['os']['family'] {
    /(Debian|RedHat)/:   { notify { "a ${1} machine": } }
    default:              { notify { 'another machine': } }
  }
}
