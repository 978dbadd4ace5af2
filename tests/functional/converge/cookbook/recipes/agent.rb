node.default['agent']['extra'] = ['CLUSTER=default']

docker_container 'dft-cr-agent' do
  image 'dft-busybox'
  env ['LOGLEVEL=info'] + node['agent']['extra']
  volumes ['/tmp:/host', '/var/run:/run/host:ro']
  labels ['kind:agent', 'tier:host']
  cap_drop %w(NET_RAW MKNOD)
  command "sh -c 'while :; do sleep 0.2; done'"
  retries 2
  sensitive true
end
