# In 2014 a container without container_name was called by its image.
master = 'dft-cr-redis'

docker_container 'redis' do
  image 'dft-busybox'
  container_name master
  command "sh -c '#{node['fixtures']['loop']}'"
  detach true
end

docker_container 'redis-replica' do
  image 'dft-busybox'
  container_name "#{master}-replica"
  command "sh -c '#{node['fixtures']['loop']}'"
  detach true
  link "#{master}:master"
  env ["MASTER=#{master}", 'ROLE=replica']
end
