package work

import "testing"

func TestWork(t *testing.T) {
	if err := Measure(); err != nil {
		t.Fatal(err)
	}
}
