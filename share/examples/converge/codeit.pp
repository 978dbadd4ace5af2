# Installation
include 'docker'
# Download image
docker::image {'shrikrishna/code.it':}
# Run a container
docker::run { 'code.it-puppet':
  image   => 'shrikrishna/code.it',
  command => 'node /srv/app.js',
  ports   => '8000',
  volumes => '/var/log/code.it'
}
