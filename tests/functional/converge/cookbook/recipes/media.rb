network = 'dft-cr-media'

docker_network network do
  driver 'bridge'
  action :create
end

{ 'films' => 8081, 'music' => 8082 }.each do |name, port|
  docker_container "dft-cr-#{name}" do
    repo 'dft-busybox'
    tag 'latest'
    network_mode network
    port "127.0.0.1::#{port}"
    command "sh -c 'while :; do sleep 0.2; done'"
    restart_policy 'unless-stopped'
  end
end
