package repo

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pure are the packages that cannot act.
var pure = []string{"geo", "geo/zone", "agent", "agent/spoken", "agent/wire", "agent/feed", "referral", "referral/book"}

// barred are the imports that could act; what lies beneath them is barred too.
var barred = []string{"context", "sync", "log", "os", "net", "math/rand", "crypto/rand", "runtime", "syscall", "unsafe", "plugin", "io/fs", "io/ioutil"}

// clocks are the names of package time that read a clock or the machine.
var clocks = []string{"Now", "Since", "Until", "Local", "LoadLocation", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// The rulebook has no clock, no randomness, no I/O and no goroutine, and never
// lets the order of a map through (R31).
func TestTheRulebookIsPure(t *testing.T) {
	own, exports := packages(t)
	for _, name := range pure {
		i := slices.IndexFunc(own, func(p pack) bool { return p.short() == name })
		if i < 0 {
			t.Errorf("package %s is not there", name)
			continue
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, file := range own[i].GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(own[i].Dir, file), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		for _, flaw := range impurities(t, fset, name, files, exports) {
			t.Errorf("package %s is of the rulebook and cannot act: %s", name, flaw)
		}
	}
}

// impurities type-checks files and returns what in them could act.
func impurities(t *testing.T, fset *token.FileSet, name string, files []*ast.File, exports map[string]string) (flaws []string) {
	t.Helper()
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	if _, err := config.Check(name, fset, files, info); err != nil {
		t.Fatal(err)
	}
	flaw := func(at token.Pos, format string, args ...any) {
		p := fset.Position(at)
		flaws = append(flaws, fmt.Sprintf("%s:%d %s", filepath.Base(p.Filename), p.Line, fmt.Sprintf(format, args...)))
	}
	sorted := map[ast.Node]bool{} // calls whose result is sorted at once
	for _, file := range files {
		for _, spec := range file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if slices.ContainsFunc(barred, func(b string) bool { return path == b || strings.HasPrefix(path, b+"/") }) {
				flaw(spec.Pos(), "imports %s", path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				flaw(n.Pos(), "starts a goroutine")
			case *ast.SelectStmt, *ast.SendStmt:
				flaw(n.Pos(), "uses a channel")
			case *ast.RangeStmt:
				if _, ok := info.TypeOf(n.X).Underlying().(*types.Map); ok {
					flaw(n.Pos(), "ranges over a map: range over slices.Sorted(maps.Keys(m))")
				}
			case *ast.CallExpr:
				from, called := function(info, n.Fun)
				if from == "slices" && strings.HasPrefix(called, "Sorted") {
					sorted[n.Args[0]] = true
				}
				if from == "maps" && (called == "Keys" || called == "Values" || called == "All") && !sorted[n] {
					flaw(n.Pos(), "takes maps.%s of a map and does not sort it at once", called)
				}
			case *ast.Ident:
				o := info.Uses[n]
				if o == nil || o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
					return true
				}
				if o.Pkg().Path() == "time" && slices.Contains(clocks, o.Name()) {
					flaw(n.Pos(), "uses time.%s", o.Name())
				}
				if o.Pkg().Path() == "github.com/google/uuid" && strings.HasPrefix(o.Name(), "New") {
					flaw(n.Pos(), "uses uuid.%s", o.Name())
				}
			}
			return true
		})
	}
	return flaws
}

// function returns the package and the name of a function that is called.
func function(info *types.Info, fun ast.Expr) (from, name string) {
	switch f := fun.(type) {
	case *ast.IndexExpr:
		return function(info, f.X)
	case *ast.SelectorExpr:
		if o := info.Uses[f.Sel]; o != nil && o.Pkg() != nil {
			return o.Pkg().Path(), o.Name()
		}
	}
	return "", ""
}

// Each of these could act, and the look at the rulebook would see it.
func TestImpuritiesAreSeen(t *testing.T) {
	_, exports := packages(t)
	tests := []struct{ source, want string }{
		{`import "time"; var _ = time.Now()`, "time.Now"},
		{`import "time"; var clock = time.Now`, "time.Now"},
		{`import "time"; var _ = time.Since(time.Time{})`, "time.Since"},
		{`import t "time"; var _ = t.Unix(0, 0).In(t.Local)`, "time.Local"},
		{`import . "time"; var _ = Until(Time{})`, "time.Until"},
		{`import "time"; var _, _ = time.LoadLocation("")`, "time.LoadLocation"},
		{`import "github.com/google/uuid"; var _ = uuid.New()`, "uuid.New"},
		{`import "github.com/google/uuid"; var _, _ = uuid.NewV7()`, "uuid.NewV7"},
		{`import _ "context"`, "imports context"},
		{`import _ "sync/atomic"`, "imports sync/atomic"},
		{`import _ "log/slog"`, "imports log/slog"},
		{`import _ "math/rand/v2"`, "imports math/rand/v2"},
		{`import _ "os"`, "imports os"},
		{`func f() { go f() }`, "goroutine"},
		{`func f(c chan int) { c <- 1 }`, "channel"},
		{`func f(m map[int]int) { for range m {} }`, "ranges over a map"},
		{`type m map[int]int; func f(x m) { for range x {} }`, "ranges over a map"},
		{`import "maps"; func f(m map[int]int) { for range maps.Keys(m) {} }`, "maps.Keys"},
		{`import ("maps"; "slices"); func f(m map[int]int) []int { return slices.Collect(maps.Values(m)) }`, "maps.Values"},
		{`import ("maps"; "slices"); func f(m map[int]int) []int { return slices.Sorted(maps.Keys(m)) }`, ""},
		{`import "time"; func f(a, b time.Time) bool { return a.After(b) }`, ""},
		{`func f(m map[int]int) int { return m[1] }`, ""},
	}
	for _, test := range tests {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "x.go", "package x\n"+test.source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(impurities(t, fset, "x", []*ast.File{f}, exports), "\n")
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s\nis seen as %q, want %q", test.source, got, test.want)
		}
	}
}
