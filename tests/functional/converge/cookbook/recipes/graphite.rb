node.default['graphite']['user'] = '0'
node.default['graphite']['ports'] = [2003, 2004]

include_recipe 'fixtures::_php_site'

log 'graphite is declared' do
  notifies :restart, 'docker_container[dft-cr-php]', :delayed
  action :nothing
end

docker_container 'dft-cr-graphite' do
  repo 'dft-busybox'
  user node['graphite']['user']
  command "sh -c 'while :; do sleep 0.2; done'"
  env node['graphite']['ports'].collect { |port| "PORT_#{port}=open" }
end
