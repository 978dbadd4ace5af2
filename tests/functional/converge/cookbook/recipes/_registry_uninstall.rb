# The way back from registry_2014.rb.
docker_container 'dft-busybox' do
  container_name 'dft-cr-registry'
  action [:kill, :remove]
end
