package repo

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows lists what each package of the module may import of the others and of
// foreign modules. A package that is not here has no place yet: give it one.
var arrows = map[string]string{
	"geo":                         "",
	"geo/zone":                    "geo",
	"geo/zone/gen":                "geo geo/zone",
	"geo/zcta":                    "geo",
	"geo/zcta/gen":                "geo geo/zcta",
	"geo/near":                    "geo tidwall/rtree",
	"agent/spoken":                "x/text",
	"agent/wire":                  "geo agent/spoken",
	"agent":                       "geo geo/zone agent/spoken agent/wire",
	"agent/feed":                  "geo geo/zcta geo/zone agent agent/spoken",
	"referral":                    "geo agent agent/spoken agent/wire uuid",
	"referral/book":               "geo agent agent/spoken agent/wire referral uuid",
	"eventlog":                    "uuid",
	"eventlog/filelog":            "eventlog uuid",
	"eventlog/eventlogtest":       "eventlog uuid go-cmp",
	"eventlog/pglog":              "eventlog uuid pgx",
	"eventlog/pglog/pgtest":       "pgx",
	"eventlog/jetlog":             "eventlog uuid nats.go",
	"eventlog/jetlog/jettest":     "nats.go nats-server",
	"referral/engine":             "geo geo/near geo/zcta agent agent/spoken referral referral/book eventlog uuid",
	"referral/audit":              "geo geo/near geo/zcta agent agent/spoken referral referral/book eventlog uuid",
	"referral/audit/printed":      "geo geo/zcta agent agent/spoken referral referral/audit",
	"referral/cmd/relevo":         "geo geo/zone agent agent/feed agent/spoken referral referral/book referral/audit referral/audit/printed referral/engine referral/simulation eventlog eventlog/filelog uuid",
	"referral/referraltest":       "geo agent agent/spoken referral referral/book referral/engine eventlog uuid go-cmp",
	"referral/referraltest/storm": "geo agent referral referral/audit referral/book referral/engine referral/referraltest eventlog uuid",
	"referral/simulation":         "geo geo/zcta geo/zone agent agent/spoken referral referral/book referral/engine eventlog uuid",
	"referral/internal/mutants":   "",
	"referral/internal/repo":      "",
}

// foreign gives the modules outside the standard library their short names.
var foreign = map[string]string{
	"github.com/google/uuid":            "uuid",
	"github.com/google/go-cmp":          "go-cmp",
	"github.com/tidwall/rtree":          "tidwall/rtree",
	"golang.org/x/text":                 "x/text",
	"github.com/jackc/pgx/v5":           "pgx",
	"github.com/nats-io/nats.go":        "nats.go",
	"github.com/nats-io/nats-server/v2": "nats-server",
}

// adapters are the modules of their own beside the root, and what each may require
// beyond it and the other adapters.
var adapters = map[string]string{
	"eventlog/pglog":   "uuid go-cmp pgx",
	"eventlog/jetlog":  "uuid go-cmp nats.go nats-server",
	"examples/backend": "uuid go-cmp pgx nats.go",
}

// shorten returns an import as arrows writes it, "" for the standard library.
func shorten(imported string) string {
	if in, ok := strings.CutPrefix(imported, module+"/"); ok {
		return in
	}
	for m, short := range foreign {
		if imported == m || strings.HasPrefix(imported, m+"/") {
			return short
		}
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
		return imported
	}
	return ""
}

// forTests reports whether a package serves tests only: it or one above it is
// called so.
func forTests(short string) bool {
	return slices.ContainsFunc(strings.Split(short, "/"), func(element string) bool { return strings.HasSuffix(element, "test") })
}

func TestArrowsPointDownward(t *testing.T) {
	own, _ := packages(t)
	for _, p := range own {
		name := p.short()
		example := name == "examples" || strings.HasPrefix(name, "examples/")
		allowed, known := arrows[name]
		if !known && !example {
			t.Errorf("package %s has no place among the arrows: say what it may import", name)
			continue
		}
		for _, imported := range p.Imports {
			in := shorten(imported)
			if in != "" && !example && !slices.Contains(strings.Fields(allowed), in) {
				t.Errorf("package %s imports %s, and may import only: %s", name, imported, allowed)
			}
			if in == "tidwall/rtree" && name != "geo/near" {
				t.Errorf("package %s imports rtree, whose only user is geo/near", name)
			}
			if (imported == "testing" || strings.HasPrefix(imported, "testing/") || in == "go-cmp" || in == "nats-server" || forTests(in)) && !forTests(name) {
				t.Errorf("package %s imports %s outside its tests", name, imported)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if shorten(imported) == "tidwall/rtree" && name != "geo/near" {
				t.Errorf("the tests of package %s import rtree, whose only user is geo/near", name)
			}
		}
	}
}

// The field and the log meet in few packages: the desk, the audit, and what
// stands above them.
func TestFieldAndLogMeet(t *testing.T) {
	own, _ := packages(t)
	meets := []string{"referral/engine", "referral/audit", "referral/cmd/relevo", "referral/referraltest", "referral/referraltest/storm", "referral/simulation"}
	for _, p := range own {
		var field, log bool
		for _, imported := range p.Imports {
			in := shorten(imported)
			field = field || in == "agent" || in == "referral" || strings.HasPrefix(in, "agent/") || strings.HasPrefix(in, "referral/")
			log = log || in == "eventlog" || strings.HasPrefix(in, "eventlog/")
		}
		if field && log && !slices.Contains(meets, p.short()) && !strings.HasPrefix(p.short(), "examples/") {
			t.Errorf("package %s imports the field and the log; they meet only in %s", p.short(), strings.Join(meets, ", "))
		}
	}
}

// modfile is a go.mod as the go command prints it.
type modfile struct {
	Module  struct{ Path string }
	Require []struct {
		Path     string
		Indirect bool
	}
	Replace []struct {
		Old, New struct{ Path string }
	}
}

// readMod reads the go.mod of a module, whose folder is given from the root's.
func readMod(t *testing.T, dir string) (file modfile) {
	t.Helper()
	edit := exec.Command("go", "mod", "edit", "-json")
	edit.Dir = filepath.Join(top(t), filepath.FromSlash(dir))
	out, err := edit.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file
}

// The module needs four others and no fifth.
func TestFourRequirements(t *testing.T) {
	file := readMod(t, ".")
	var direct []string
	for _, r := range file.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
			if !slices.Contains(strings.Fields("uuid go-cmp tidwall/rtree x/text"), foreign[r.Path]) {
				t.Errorf("go.mod requires %s", r.Path)
			}
		}
	}
	if len(direct) > 4 || len(direct) == 0 || len(file.Replace) > 0 {
		t.Errorf("go.mod requires %v and has %d replacements, want at most four and none", direct, len(file.Replace))
	}
}

// An adapter requires its driver, the root and other adapters, all of ours as they
// stand beside it.
func TestAdaptersRequireTheirDriver(t *testing.T) {
	for dir, allowed := range adapters {
		file := readMod(t, dir)
		if want := module + "/" + dir; file.Module.Path != want {
			t.Errorf("%s is module %s, want %s", dir, file.Module.Path, want)
		}
		replaced := map[string]bool{}
		for _, r := range file.Replace {
			replaced[r.Old.Path] = true
			to := path.Join(dir, r.New.Path)
			if want := path.Join(".", strings.TrimPrefix(strings.TrimPrefix(r.Old.Path, module), "/")); to != want {
				t.Errorf("module %s replaces %s by %s, want %s", dir, r.Old.Path, to, want)
			}
		}
		for _, r := range file.Require {
			ours := r.Path == module || strings.HasPrefix(r.Path, module+"/")
			switch {
			case ours && !replaced[r.Path]:
				t.Errorf("module %s requires %s and does not replace it by what stands beside it", dir, r.Path)
			case !ours && !r.Indirect && !slices.Contains(strings.Fields(allowed), foreign[r.Path]):
				t.Errorf("module %s requires %s, and may require only: %s", dir, r.Path, allowed)
			}
		}
	}
}
