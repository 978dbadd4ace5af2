docker_service('default') do
  action [:create, :start]
end

docker_image('dft-busybox') { action :pull_if_missing }

docker_container 'dft-cr-hello' do
  repo 'dft-busybox'
  command 'true'
  detach false
  action :run_if_missing
end

docker_container 'dft-cr-echo' do
  repo 'dft-busybox'
  command "sh -c 'while :; do sleep 0.2; done'"
  host_name 'echo'
  domain_name 'fixtures.example'
end
