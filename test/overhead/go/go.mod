module overhead

go 1.18
