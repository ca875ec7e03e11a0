package jetlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/eventlog/filelog"
	"github.com/relevo-go/relevo/eventlog/jetlog"
	"github.com/relevo-go/relevo/eventlog/jetlog/jettest"
)

// exported returns a log as JSON Lines.
func exported(t testing.TB, log eventlog.Log) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := eventlog.WriteLines(&out, log.Read(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestSameBytes appends the same to a stream and to memory, and looks at what the stream
// holds.
func TestSameBytes(t *testing.T) {
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(3, system)
	create(t, js, opts)
	log, mem := open(t, js, opts), new(eventlog.Memory)
	after := eventlog.Position(0)
	sizes := []int{1, 1, 7, 2, 1, 100, 3}
	for _, size := range sizes {
		group := entries(int(after)+1, int(after)+size)
		if _, err := mem.Append(t.Context(), after, group...); err != nil {
			t.Fatal(err)
		}
		if _, err := log.Append(t.Context(), after, group...); err != nil {
			t.Fatal(err)
		}
		after += eventlog.Position(size)
	}
	want := exported(t, mem)
	if got := exported(t, log); !bytes.Equal(got, want) {
		t.Errorf("the stream gives other bytes than memory:\n%s\nwant\n%s", got, want)
	}
	stream, err := js.Stream(t.Context(), opts.Stream)
	if err != nil {
		t.Fatal(err)
	}
	var stored []byte
	for seq := range sizes {
		m, err := stream.GetMsg(t.Context(), uint64(seq+1))
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, m.Data...)
		if id := m.Header.Get(jetstream.MsgIDHeader); id != "" {
			t.Errorf("message %d has the id %s", seq+1, id)
		}
	}
	if !bytes.Equal(stored, want) {
		t.Errorf("the messages hold other bytes than memory:\n%s\nwant\n%s", stored, want)
	}
}

// TestCopies brings recorded logs from a file into a stream and from there into a
// directory.
func TestCopies(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	paths, err := filepath.Glob("../../examples/logs/*.jsonl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded logs: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%020d.jsonl", 1)), want, 0o600); err != nil {
				t.Fatal(err)
			}
			from, err := filelog.Open(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer from.Close()
			opts := fresh(1, system)
			create(t, js, opts)
			log := open(t, js, opts)
			head, err := eventlog.Copy(t.Context(), log, from)
			if err != nil {
				t.Fatal(err)
			}
			if got := exported(t, log); !bytes.Equal(got, want) {
				t.Errorf("the stream gives other bytes than %s", path)
			}
			to, err := filelog.Open(t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer to.Close()
			for range 2 { // the second finds everything there
				back, err := eventlog.Copy(t.Context(), to, log)
				if err != nil || back.Position != head.Position || back.Sum != head.Sum {
					t.Errorf("Copy back = %v, %v, want %v", back, err, head)
				}
			}
			if got := exported(t, to); !bytes.Equal(got, want) {
				t.Errorf("the directory has other bytes than %s", path)
			}
		})
	}
}

// sealed returns the records of n appends of three after a head.
func sealed(t testing.TB, head eventlog.Head, n int) []eventlog.Record {
	t.Helper()
	var all []eventlog.Record
	for range n {
		records, err := head.Seal(entries(int(head.Position)+1, int(head.Position)+3)...)
		if err != nil {
			t.Fatal(err)
		}
		all, head = append(all, records...), records[2].Head()
	}
	return all
}

func TestImport(t *testing.T) {
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	opts := fresh(3, system)
	create(t, js, opts)
	log := open(t, js, opts)
	all := sealed(t, eventlog.Head{}, 500)
	if err := log.Import(t.Context(), 0); err != nil {
		t.Errorf("Import of nothing = %v", err)
	}
	if err := log.Import(t.Context(), 0, all[:900]...); err != nil {
		t.Fatal(err)
	}
	holds := func(n int) {
		t.Helper()
		if got, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || got.Position != eventlog.Position(n) || got.Sum != all[n-1].Sum {
			t.Errorf("Verify = %v, %v, want position %d", got, err, n)
		}
	}
	holds(900)
	for _, tt := range []struct {
		name    string
		after   eventlog.Position
		records []eventlog.Record
		want    error
	}{
		{"again", 0, all[:900], eventlog.ErrConflict},
		{"behind the head", 897, all[897:903], eventlog.ErrConflict},
		{"beyond the head", 903, all[903:906], eventlog.ErrLost},
		{"not what comes next", 900, all[903:906], eventlog.ErrCorrupt},
		{"half an append", 900, all[900:902], eventlog.ErrCorrupt},
		{"the second one out of place", 900, append(append([]eventlog.Record{}, all[900:903]...), all[906:909]...), eventlog.ErrCorrupt},
		{"another log's", 900, changed(all[900:903]), eventlog.ErrCorrupt},
	} {
		if err := log.Import(t.Context(), tt.after, tt.records...); !errors.Is(err, tt.want) || errors.Is(err, eventlog.ErrUncertain) {
			t.Errorf("Import %s = %v, want %v", tt.name, err, tt.want)
		}
	}
	holds(900)
	// Others see it, and go on behind it.
	other := open(t, js, opts)
	if err := other.Import(t.Context(), 900, all[900:1200]...); err != nil {
		t.Fatal(err)
	}
	if err := log.Import(t.Context(), 900, all[900:]...); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("Import after another's = %v, want ErrConflict", err)
	}
	holds(1200)
	if _, err := eventlog.Copy(t.Context(), log, memory(t, all)); err != nil {
		t.Fatal(err)
	}
	holds(1500)
}

// changed returns records of which the first has another id.
func changed(records []eventlog.Record) []eventlog.Record {
	records = append([]eventlog.Record{}, records...)
	records[0].ID[3] ^= 1
	return records
}

// memory returns a log that holds records of appends of three.
func memory(t testing.TB, records []eventlog.Record) *eventlog.Memory {
	t.Helper()
	var mem eventlog.Memory
	for i := 0; i < len(records); i += 3 {
		if _, err := mem.Append(t.Context(), eventlog.Position(i), records[i].Entry, records[i+1].Entry, records[i+2].Entry); err != nil {
			t.Fatal(err)
		}
	}
	return &mem
}

// TestImportGoesOn has the leader step down while an import is under way.
func TestImportGoesOn(t *testing.T) {
	t.Parallel() // it mostly waits for its servers
	cluster := jettest.Start(t, 3)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	all := sealed(t, eventlog.Head{}, 1000)
	for range 3 {
		opts := fresh(3, system)
		create(t, js, opts)
		log := open(t, js, opts)
		done := make(chan error, 1)
		go func() { done <- log.Import(t.Context(), 0, all...) }()
		for _, after := range []eventlog.Position{100, 900, 1800} {
			if err := log.Wait(t.Context(), after); err != nil {
				t.Fatal(err)
			}
			if _, err := cluster.AwaitLeader(opts.Stream); err != nil {
				t.Fatal(err)
			}
			if err := cluster.StepDown(opts.Stream); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-done; err != nil {
			t.Fatalf("Import under step-downs = %v", err)
		}
		if got, err := eventlog.Verify(log.Read(t.Context(), 0)); err != nil || got.Sum != all[len(all)-1].Sum {
			t.Fatalf("Verify = %v, %v", got, err)
		}
	}
}

// TestImportIsDisturbed has somebody else publish while an import is under way: what is
// there is a beginning of it, and the import says that it does not know how much.
func TestImportIsDisturbed(t *testing.T) {
	cluster := jettest.Start(t, 1)
	js, system := newJS(t, cluster.Connect(t)), cluster.System(t)
	all := sealed(t, eventlog.Head{}, 5000)
	opts := fresh(1, system)
	create(t, js, opts)
	log := open(t, js, opts)
	done := make(chan error, 1)
	go func() { done <- log.Import(t.Context(), 0, all...) }()
	if err := log.Wait(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	publish(t, js, opts, []byte("hello"))
	if err := <-done; !errors.Is(err, eventlog.ErrUncertain) || errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("Import = %v, want ErrUncertain", err)
	}
	var head eventlog.Head
	var err error
	for r, wrong := range log.Read(t.Context(), 0) {
		if err = wrong; err == nil {
			head = r.Head()
		}
	}
	if head.Position < 100 || head.Sum != all[head.Position-1].Sum || !head.Whole() || !errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("there is %v and then %v, want a beginning of whole appends and ErrCorrupt", head, err)
	}
}

var _ eventlog.Importer = (*jetlog.Log)(nil)
