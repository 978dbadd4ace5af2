$registry = 'registry.example:5000'
$image = $facts['os']['family'] ? {
  'Windows' => "${registry}/team/app",
  default   => 'dft-busybox',
}

docker::image { "${registry}/team/old:1.0": ensure => absent }
docker::run { 'dft-pp-app':
  image   => $image,
  command => "sh -c 'while :; do sleep 0.2; done'",
}
