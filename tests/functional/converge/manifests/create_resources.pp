$defaults = { 'image' => 'dft-busybox', 'command' => "sh -c 'while :; do sleep 0.2; done'" }
$runs = {
  'dft-pp-one' => { 'env' => ['N=1'] },
  'dft-pp-two' => { 'env' => ['N=2'], 'labels' => { 'tier' => 'back' } },
}

docker_network { 'dft-pp-net': ensure => present, driver => 'bridge' }
docker_volume { 'dft-pp-vol': ensure => present }
create_resources(docker::run, $runs, $defaults)

Docker::Run <| title == 'dft-pp-two' |> {
  volumes => ['dft-pp-vol:/data'],
}

$runs.each |String $title, Hash $settings| {
  file { "/tmp/${title}.env":
    content => join($settings['env'] + ["TITLE=${title}"], "\n"),
  }
}
