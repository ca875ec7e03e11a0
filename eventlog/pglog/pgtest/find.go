package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Oldest is the oldest version of PostgreSQL that is started.
const Oldest = 15

// errNone says how to get a server.
var errNone = errors.New("needs a PostgreSQL server, 15 or newer: apt-get install postgresql, or put its initdb and postgres on the PATH")

// programs returns the directory with the newest initdb and postgres.
func programs() (string, error) {
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(debian, func(a, b string) int { return number(b) - number(a) })
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), debian...) {
		if version(dir) >= Oldest {
			// The other programs, and what they all need, are beside the real one.
			real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
			if err != nil {
				return "", err
			}
			return filepath.Dir(real), nil
		}
	}
	return "", errNone
}

// number returns the version that a directory of Debian's is named after.
func number(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

// version returns the major version of the server in a directory, 0 if there is
// none.
func version(dir string) int {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return 0
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	// postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
	for _, word := range strings.Fields(string(out)) {
		major, _, _ := strings.Cut(word, ".")
		if n, err := strconv.Atoi(major); err == nil {
			return n
		}
	}
	return 0
}
