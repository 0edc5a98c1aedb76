// Package work computes at a call depth of some ten, allocates and calls the system, like the mixed work of main.c.
package work

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

var (
	table [1024]uint32
	text  = letters()
)

func letters() []byte {
	text := make([]byte, 1<<12)
	x := uint32(1)
	for i := range text {
		x = x*1664525 + 1013904223
		if text[i] = 'a' + byte((x>>24)%26); (x>>16)%6 == 0 {
			text[i] = ' '
		}
	}
	return text
}

// A node keeps a small block.
type node struct {
	next *node
	text []byte
}

// Counts the words of a piece of text by their hashes.
//
//go:noinline
func leaf(x uint32) uint32 {
	hash := x
	start := x & (1<<12 - 64)
	for _, letter := range text[start : start+64] {
		if letter != ' ' {
			hash = hash*31 + uint32(letter)
		} else {
			table[hash&1023]++
			hash = 0
		}
	}
	return x*5 + 1 + hash&63
}

//go:noinline
func descend(depth int, x uint32) uint32 {
	if depth == 0 {
		return leaf(x)
	}
	return descend(depth-1, x+1) ^ x
}

//go:noinline
func allocate(count int) (length int) {
	var list *node
	for i := 0; i < count; i++ {
		list = &node{list, make([]byte, 16+i*37%100)}
	}
	for ; list != nil; list = list.next {
		length += len(list.text)
	}
	return length
}

// Do takes about 0.1 ms a unit.
func Do(units int) (took time.Duration, err error) {
	zero, err := os.Open("/dev/zero")
	if err != nil {
		return 0, err
	}
	defer zero.Close()
	block := make([]byte, 4096)
	x := uint32(1)
	began := time.Now()
	for i := 0; i < units; i++ {
		for j := 0; j < 900; j++ {
			x = descend(9, x)
		}
		x += uint32(allocate(20))
		if i%10 == 0 {
			if _, err := zero.Read(block); err != nil {
				return 0, err
			}
		}
	}
	took = time.Since(began)
	table[0] = x
	return took, nil
}

// Measure does the units that the environment asks for, and writes how many seconds they took to the file that it names.
func Measure() error {
	units, err := strconv.Atoi(os.Getenv("HEATLINE_UNITS"))
	if err != nil {
		return err
	}
	took, err := Do(units)
	if err != nil {
		return err
	}
	return os.WriteFile(os.Getenv("HEATLINE_RESULT"), []byte(Result(units, took)), 0o644)
}

// Result is how the programs say what they did: seconds, and how often they allocated, called the system, waited and locked.
func Result(units int, took time.Duration) string {
	return fmt.Sprintf("%.9f %d %d 0 0\n", took.Seconds(), units*40, (units+9)/10)
}
