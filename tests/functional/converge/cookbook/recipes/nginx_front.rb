# Everything in one list of actions.
docker_container 'dft-cr-front' do
  image 'dft-busybox'
  action [:stop, :delete]
end

docker_container 'front' do
  container_name 'dft-cr-front2'
  repo 'dft-busybox'
  restart_policy 'always'
  command "sh -c '#{node['fixtures']['loop']}'"
  port ['127.0.0.1::80', '127.0.0.1::443']
  action [:create, :start]
end
