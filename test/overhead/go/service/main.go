// A service that works when it is asked to: GET /work?units=N answers how long that took; with &profiled=1 it waits until its profile is being taken.
package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"overhead/work"
)

func main() {
	var asked int32
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", func(w http.ResponseWriter, r *http.Request) {
		atomic.StoreInt32(&asked, 1)
		defer atomic.StoreInt32(&asked, 0)
		pprof.Profile(w, r)
	})
	mux.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) {
		units, _ := strconv.Atoi(r.FormValue("units"))
		profiled := r.FormValue("profiled") != ""
		for profiled && atomic.LoadInt32(&asked) == 0 && r.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		// What is asked for begins a little later.
		time.Sleep(50 * time.Millisecond)
		took, err := work.Do(units)
		if err != nil || profiled && atomic.LoadInt32(&asked) == 0 {
			http.Error(w, fmt.Sprint("the profile ended before the work: ", err), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, work.Result(units, took))
	})
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	http.Serve(listener, mux)
}
