# The words of 2014: the resource is named by its image, the container by container_name.
include_recipe 'docker'

docker_image 'dft-busybox' do
  action :pull_if_missing
end

docker_container 'dft-busybox' do
  container_name 'dft-cr-registry'
  detach true
  env 'SETTINGS_FLAVOR=local'
  port '127.0.0.1::5000'
  volume '/tmp:/host-tmp:ro'
  command "sh -c 'while :; do sleep 0.2; done'"
  cmd_timeout 0
  init_type false
end
