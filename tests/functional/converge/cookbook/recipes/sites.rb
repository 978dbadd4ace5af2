data_bag('sites').each do |id|
  site = data_bag_item('sites', id)

  template "#{Chef::Config[:file_cache_path]}/dft-cr-#{id}.conf" do
    source 'site.conf.erb'
    mode '0640'
    variables(site: site, name: id, workers: site['hosts'].length * 2)
    notifies :restart, "docker_container[dft-cr-site-#{id}]"
  end

  docker_container "dft-cr-site-#{id}" do
    repo 'dft-busybox'
    command "sh -c 'while :; do sleep 0.2; done'"
    volumes "#{Chef::Config[:file_cache_path]}/dft-cr-#{id}.conf:/etc/site.conf:ro"
    kill_after 0
  end
end
