default['fixtures']['image'] = 'dft-busybox'
default['fixtures']['loop'] = 'while :; do sleep 0.2; done'
default['fixtures']['journal']['enabled'] = true
default['fixtures']['journal']['volumes'] = %w(/data /data/log)

case node['platform_family']
when 'debian', 'rhel'
  default['fixtures']['home'] = '/var/lib/fixtures'
else
  default['fixtures']['home'] = '/srv/fixtures'
end
