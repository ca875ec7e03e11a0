package pgtest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// children returns the processes that a process started and that are alive.
func children(parent int) (pids []int) {
	dirs, _ := os.ReadDir("/proc")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(dir.Name())
		if err != nil {
			continue
		}
		if _, of, ok := status(pid); ok && of == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}

// runs reports whether a process is there and is not a dead one that nobody asks
// about.
func runs(pid int) bool {
	state, _, ok := status(pid)
	return ok && state != "Z" && state != "X"
}

// status returns the state and the parent of a process.
func status(pid int) (state string, parent int, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, false
	}
	// 4711 (a name (of sorts)) S 42 …
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 2 {
		return "", 0, false
	}
	parent, err = strconv.Atoi(fields[1])
	return fields[0], parent, err == nil
}
