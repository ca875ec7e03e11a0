package repo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/relevo-go/relevo"

// pack is a package as the go command lists it.
type pack struct {
	ImportPath, Dir, Name, Export string
	GoFiles                       []string
	Imports                       []string
	TestImports                   []string
	XTestImports                  []string
	Standard                      bool
}

// short returns the path within the module, "." for none.
func (p pack) short() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// ours reports whether the package is of this module or of one in its folders.
func (p pack) ours() bool {
	return p.ImportPath == module || strings.HasPrefix(p.ImportPath, module+"/")
}

var root = sync.OnceValues(func() (string, error) { return filepath.Abs(filepath.Join("..", "..", "..")) })

// top returns the root module's folder.
func top(t *testing.T) string {
	t.Helper()
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// listed asks the go command for every package of the workspace and all they
// need, with their export data.
var listed = sync.OnceValues(func() (all []pack, err error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	list := exec.Command("go", "list", "-deps", "-export",
		"-json=ImportPath,Dir,Name,Export,GoFiles,Imports,TestImports,XTestImports,Standard", "work")
	list.Dir = dir
	list.Env = append(list.Environ(), "GOWORK=") // the workspace, also where a module is tested by itself
	var text bytes.Buffer
	list.Stderr = &text
	out, err := list.Output()
	if err != nil {
		return nil, errors.Join(err, errors.New(text.String()))
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pack
		if err := d.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// packages returns the packages of the workspace's modules, and the export data file of each
// package that they need.
func packages(t *testing.T) (own []pack, exports map[string]string) {
	t.Helper()
	all, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	exports = map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
		if p.ours() {
			own = append(own, p)
		}
	}
	if len(own) < 10 {
		t.Fatalf("the go command lists %d packages of this module", len(own))
	}
	return own, exports
}
