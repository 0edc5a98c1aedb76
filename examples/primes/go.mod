module heatline.example/primes

go 1.19
