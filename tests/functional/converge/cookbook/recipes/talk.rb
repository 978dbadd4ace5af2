# An image whose name has a slash, and a tag of its own.
docker_tag 'dft-busybox' do
  to_repo 'dft/cr-talk'
  to_tag 'v2'
end

docker_container 'talk' do
  image 'dft/cr-talk:v2'
  container_name 'dft-cr-talk'
  detach true
  env ['APP_ENV=talk', 'SUBJECT=two words']
  volume '/tmp:/srv/talk:ro'
  command "sh -c 'while :; do sleep 0.2; done'"
  cmd_timeout 0
end
