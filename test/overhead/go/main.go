// Work for test/bench/profiler-overhead.ts: HEATLINE_UNITS=N HEATLINE_RESULT=FILE main
package main

import (
	"os"

	"overhead/work"
)

func main() {
	if err := work.Measure(); err != nil {
		println(err.Error())
		os.Exit(1)
	}
}
