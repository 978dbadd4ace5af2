# The notification names a resource that comes later.
directory "#{Chef::Config[:file_cache_path]}/dft-cr-php" do
  recursive true
  mode 00750
end

file "#{Chef::Config[:file_cache_path]}/dft-cr-php/php.ini" do
  content "memory_limit = %dM\n" % 128
  mode '0644'
  notifies :restart, 'docker_container[dft-cr-php]', :delayed
end

docker_container 'dft-cr-php' do
  repo 'dft-busybox'
  command "sh -c 'while :; do sleep 0.2; done'"
  volumes ["#{Chef::Config[:file_cache_path]}/dft-cr-php:/etc/php:ro"]
  kill_after 0
end
