image_name, image_tag = 'dft-busybox', 'latest'
memory = 64 * 1024 * 1024
wanted = node.attribute?('fixtures') ? %w(scrape alert) : []

wanted.each_with_index do |job, index|
  docker_container "dft-cr-#{job}" do
    repo image_name
    tag image_tag
    memory memory
    cpu_shares 256 * (index + 1)
    dns ['192.0.2.53', '192.0.2.54']
    extra_hosts ['db.example:192.0.2.9']
    command "sh -c 'while :; do sleep 0.2; done'"
    not_if { job == 'none' }
  end
end
