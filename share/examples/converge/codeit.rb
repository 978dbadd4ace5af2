# Include Docker recipe
include_recipe 'docker'
# Pull latest image
docker_image 'shrikrishna/code.it'
# Run container exposing ports
docker_container 'shrikrishna/code.it' do
  detach true
  port '8000:8000'
  env 'NODE_PORT=8000'
  volume '/var/log/code.it:/var/log/code.it'
end
