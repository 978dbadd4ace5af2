class site::base(String $image = 'dft-busybox') {
  require ::docker
  docker::image { $image: ensure => present }
}

class site::agent(
  Array[String]    $labels = ['role=agent'],
  Optional[String] $memory = undef,
) inherits site::base {
  docker::run { "dft-pp-${title.regsubst('.*::', '')}":
    image        => $site::base::image,
    labels       => $labels,
    memory_limit => pick($memory, '64m'),
    command      => "sh -c 'while :; do sleep 0.2; done'",
  }
}

include site::agent
