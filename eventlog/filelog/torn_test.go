package filelog

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/relevo-go/relevo/eventlog"
)

// died returns the files of a log of one segment, as a process that died right
// after these appends leaves it, after change was done to its lines.
func died(t *testing.T, change func(lines [][]byte) [][]byte, appends ...[]eventlog.Entry) map[string][]byte {
	t.Helper()
	d := newMemDisk()
	log, err := open("log", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, entries := range appends {
		if _, err := log.Append(t.Context(), log.known.head.Position, entries...); err != nil {
			t.Fatal(err)
		}
	}
	files := d.contents()
	name := segmentName(1)
	files[name] = bytes.Join(change(bytes.SplitAfter(files[name], []byte("\n"))), nil)
	return files
}

// wantHead opens a log and checks where it ends; 0 means that it is damaged and
// stays as it is.
func wantHead(t *testing.T, what string, files map[string][]byte, verify int64, want eventlog.Position) {
	t.Helper()
	for _, readOnly := range []bool{true, false} {
		d := holding(files)
		log, err := open("log", &Options{ReadOnly: readOnly, verify: verify}, d)
		if want == 0 {
			if !errors.Is(err, eventlog.ErrCorrupt) {
				t.Errorf("%s: opening = %v, want ErrCorrupt", what, err)
			}
			unchanged(t, what, d, files)
			continue
		}
		if err != nil {
			t.Errorf("%s: opening = %v, want a log that ends at %d", what, err, want)
			continue
		}
		if got := log.known.head.Position; got != want {
			t.Errorf("%s: the log ends at %d, want %d", what, got, want)
		}
		log.Close()
	}
}

// TestFlipBeforeATornAppend changes a letter in an append that was answered, and
// tears the one after it: that the first is damaged shows all the same.
func TestFlipBeforeATornAppend(t *testing.T) {
	for _, n := range []int{1, 5} {
		for _, torn := range []int{1, 14, 40, 200} {
			files := died(t, func(lines [][]byte) [][]byte {
				lines[n] = bytes.Replace(lines[n], []byte(`"n":`), []byte(`"m":`), 1)
				lines[n+1] = lines[n+1][:torn]
				return lines[:n+2]
			}, group(0, 1), group(1, n), group(eventlog.Position(n)+1, 1))
			wantHead(t, fmt.Sprintf("an append of %d, and one torn after %d bytes", n, torn), files, 0, 0)
		}
	}
}

// TestDamageBeforeALongTornAppend tears an append that is longer than what is
// verified when a log is opened, and damages what comes before it.
func TestDamageBeforeALongTornAppend(t *testing.T) {
	const whole, long = 50, 200
	var appends [][]eventlog.Entry
	for n := range whole {
		appends = append(appends, []eventlog.Entry{entry(n + 1)})
	}
	appends = append(appends, group(whole, long))
	for spoil, want := range map[string]eventlog.Position{"nothing": whole, "data": 0, "sum": 0} {
		files := died(t, func(lines [][]byte) [][]byte {
			last := lines[whole-1]
			switch i := len(last) - 4; {
			case spoil == "data":
				lines[whole-1] = bytes.Replace(last, []byte(`"n":`), []byte(`"m":`), 1)
			case spoil == "sum" && last[i] == '0':
				last[i] = '1'
			case spoil == "sum":
				last[i] = '0'
			}
			return lines[:whole+long-10]
		}, appends...)
		for _, verify := range []int64{1, 3_000, 10_000, 0} {
			wantHead(t, fmt.Sprintf("%s spoiled, %d verified", spoil, verify), files, verify, want)
		}
	}
}

// TestTornAppendThatHoldsRecords tears appends whose data holds lines of another
// log, or much that looks like them: that is no record of this one.
func TestTornAppendThatHoldsRecords(t *testing.T) {
	other, err := eventlog.Head{Position: 100, Time: start}.Seal(entry(1000))
	if err != nil {
		t.Fatal(err)
	}
	copied := string(other[0].AppendLine(nil))
	for what, data := range map[string]string{
		"a record":                 `{"copied":` + copied + `}`,
		"records":                  `{"copied":[` + copied + `,` + copied + `]}`,
		"what looks like a record": `{"a":[` + strings.Repeat(`{"position":1,"sum":""},`, 20_000) + `1]}`,
	} {
		e := entry(2)
		e.Data = []byte(data)
		for _, cut := range []int{1, 10, 74, 80, 150} {
			files := died(t, func(lines [][]byte) [][]byte {
				lines[1] = lines[1][:len(lines[1])-cut]
				return lines
			}, group(0, 1), []eventlog.Entry{e})
			wantHead(t, fmt.Sprintf("%s in the data, %d bytes torn off", what, cut), files, 0, 1)
		}
	}
	// The same record behind a torn line is a later one.
	files := died(t, func(lines [][]byte) [][]byte {
		return append(lines[:1], append(lines[1][:100], "\n"+copied+"\n"...))
	}, group(0, 1), group(1, 1))
	wantHead(t, "a later record behind a torn line", files, 0, 0)
}

// full is a disk on which nothing can be written.
type full struct{ *memDisk }

type fullFile struct{ file }

func (d full) open(path string, flag int) (file, error) {
	f, err := d.memDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return fullFile{f}, nil
}

func (f fullFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.file.WriteAt(p[:min(len(p), 3)], off)
	return n, errors.Join(err, syscall.ENOSPC)
}

// TestTornAppendOnAFullDisk cannot keep what is to be cut off: nothing is cut,
// nothing half-made is left, and the error says what to do.
func TestTornAppendOnAFullDisk(t *testing.T) {
	files := died(t, func(lines [][]byte) [][]byte {
		lines[1] = lines[1][:50]
		return lines
	}, group(0, 1), group(1, 1))
	d := holding(files)
	for range 3 {
		_, err := open("log", nil, full{d})
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
			t.Errorf("opening on a full disk = %v, want ENOSPC and what to do", err)
		}
		unchanged(t, "a full disk", d, files)
	}
	log, err := open("log", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if got := readAll(t, log, 0); len(got) != 1 {
		t.Errorf("once there is room the log has %d records, want 1", len(got))
	}
}

// TestLeftoversAreTakenAway opens a log beside what a process that died was
// making.
func TestLeftoversAreTakenAway(t *testing.T) {
	s := makeSample(t, 1, 1)
	files := maps.Clone(s.files)
	files[freshName], files[freshEndName] = []byte("half a segment"), []byte("half a note")
	d := holding(files)
	log, err := open("log", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if names, _ := d.list("log"); slices.Contains(names, freshName) || slices.Contains(names, freshEndName) {
		t.Errorf("beside the log there is %v", names)
	}
}
