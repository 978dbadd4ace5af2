name 'fixtures'
version '1.0.0'
