# A pulled image redeploys at once what runs from it.
docker_image node['fixtures']['image'] do
  action :pull_if_missing
  notifies :redeploy, 'docker_container[dft-cr-blog]', :immediately
end

docker_container 'dft-cr-blog' do
  repo node['fixtures']['image']
  tag 'latest'
  command "sh -c '#{node['fixtures']['loop']}'"
  port '127.0.0.1::2368'
  kill_after 0
end
