// Counts primes by trial division: a small program with one line that takes most of its time (look for HOT).
package main

import "fmt"

const limit = 3_000_000

// smallestDivisor returns the smallest divisor of n above one; n itself for a prime.
//
//go:noinline
func smallestDivisor(n int) int {
	for divisor := 2; divisor*divisor <= n; divisor++ {
		if n%divisor == 0 { // HOT
			return divisor
		}
	}
	return n
}

func countPrimes(limit int) int {
	count := 0
	for n := 2; n < limit; n++ {
		if smallestDivisor(n) == n {
			count++
		}
	}
	return count
}

// collatz is the number of steps from n to one.
func collatz(n int) int {
	steps := 0
	for n != 1 {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
		steps++
	}
	return steps
}

func main() {
	longest := 0
	for n := 1; n < 200_000; n++ {
		longest = max(longest, collatz(n))
	}
	fmt.Printf("%d primes below %d; the longest Collatz chain has %d steps\n", countPrimes(limit), limit, longest)
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}
