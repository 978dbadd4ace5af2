# How many machines `dfriends cluster up --config-rb config.rb` makes.
$num_instances=3
