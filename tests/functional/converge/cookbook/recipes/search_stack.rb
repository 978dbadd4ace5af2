%w(index ingest).each do |part|
  docker_container "dft-cr-#{part}" do
    log_driver = 'json-file' # a variable, as in Ruby
    repo 'dft-busybox'
    command ['sh', '-c', <<-SCRIPT]
      part=#{part}
      while :; do sleep 0.2; done
    SCRIPT
    log_opts ['max-size=1m'] if log_driver == 'json-file'
    action ['run']
  end
end
