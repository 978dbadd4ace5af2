# Takes down what blog_deploy.rb has put up; the image stays.
docker_container 'dft-cr-blog' do
  repo node['fixtures']['image']
  kill_after 0
  action [:stop, :delete]
end
