package repo

import (
	"flag"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/surface as the packages are now")

// A change to what the packages export is seen: each has its exported names in
// a file of testdata/surface. To write them anew, run the test with -update.
func TestPublicSurface(t *testing.T) {
	own, exports := packages(t)
	fset := token.NewFileSet()
	from := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	dir := filepath.Join("testdata", "surface")
	known := map[string]bool{}
	for _, p := range own {
		if p.Name == "main" || slices.Contains(strings.Split(p.ImportPath, "/"), "internal") || strings.HasPrefix(p.short(), "examples") {
			continue
		}
		pkg, err := from.Import(p.ImportPath)
		if err != nil {
			t.Fatal(err)
		}
		got := surface(pkg)
		name := strings.ReplaceAll(p.short(), "/", ".") + ".txt"
		known[name] = true
		file := filepath.Join(dir, name)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("package %s has no file of its surface: %v", p.short(), err)
			continue
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("package %s exports other names than its file says; if that is meant, run with -update (-want +got):\n%s", p.short(), diff)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if known[f.Name()] {
			continue
		}
		if *update {
			err = os.Remove(filepath.Join(dir, f.Name()))
		}
		if !*update || err != nil {
			t.Errorf("%s is of no package: %v", f.Name(), err)
		}
	}
}

// unnamed is the name that export data gives to a result without one.
var unnamed = regexp.MustCompile(`#rv\d+ `)

// surface returns what a package exports, a line for each name.
func surface(pkg *types.Package) string {
	short := func(p *types.Package) string {
		if p == pkg {
			return ""
		}
		return strings.TrimPrefix(p.Path(), module+"/")
	}
	var lines []string
	add := func(format string, args ...any) {
		lines = append(lines, unnamed.ReplaceAllString(fmt.Sprintf(format, args...), ""))
	}
	for _, name := range pkg.Scope().Names() {
		o := pkg.Scope().Lookup(name)
		if !o.Exported() {
			continue
		}
		switch o := o.(type) {
		case *types.Const:
			add("const %s %s = %s", name, types.TypeString(o.Type(), short), o.Val())
		case *types.TypeName:
			surfaceOfType(o, short, add)
		default:
			add("%s", types.ObjectString(o, short))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func surfaceOfType(o *types.TypeName, short types.Qualifier, add func(string, ...any)) {
	if o.IsAlias() {
		add("type %s = %s", o.Name(), types.TypeString(types.Unalias(o.Type()), short))
		return
	}
	named := o.Type().(*types.Named)
	head := types.TypeString(named, short)
	if params := named.TypeParams(); params.Len() > 0 {
		head = types.ObjectString(o, short)
	}
	switch u := named.Underlying().(type) {
	case *types.Struct:
		add("type %s struct", head)
		for i := range u.NumFields() {
			if f := u.Field(i); f.Exported() {
				tag := ""
				if u.Tag(i) != "" {
					tag = " `" + u.Tag(i) + "`"
				}
				add("type %s struct: %s %s%s", head, f.Name(), types.TypeString(f.Type(), short), tag)
			}
		}
	case *types.Interface:
		add("type %s interface", head)
		for m := range u.Methods() {
			add("type %s interface: %s%s", head, m.Name(), strings.TrimPrefix(types.TypeString(m.Type(), short), "func"))
		}
	default:
		add("type %s %s", head, types.TypeString(u, short))
	}
	for m := range named.Methods() {
		if m.Exported() {
			add("%s", types.ObjectString(m, short))
		}
	}
}
