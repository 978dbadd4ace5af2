options = ['--smallfiles']
options << '--journal' if node['fixtures']['journal']['enabled']

if node['fixtures']['journal']['volumes'].empty?
  log 'the journal is kept in the container'
else
  docker_volume 'dft-cr-mongo'
end

docker_container 'dft-cr-mongo' do
  repo node['fixtures']['image']
  command ['sh', '-c', node['fixtures']['loop']]
  labels('options' => options.join(' '))
  volumes ['dft-cr-mongo:/data']
end
