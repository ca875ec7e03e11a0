package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/relevo-go/relevo/eventlog"
)

// album is a directory with the newest snapshots, each in a file named after its
// position. Other files in it are left alone.
type album struct {
	dir    string
	most   int
	logger *slog.Logger
}

var (
	snapshotName  = regexp.MustCompile(`^([0-9]{20})\.snapshot$`)
	unwrittenName = regexp.MustCompile(`^[0-9]{20}\.snapshot\.[0-9]+\.tmp$`)
)

func nameOf(p eventlog.Position) string { return fmt.Sprintf("%020d.snapshot", p) }

// positions returns those of the snapshots that are there, the newest first, and
// the names of files that were never finished.
func (a *album) positions() (list []eventlog.Position, unwritten []string, err error) {
	files, err := os.ReadDir(a.dir)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range files {
		if m := snapshotName.FindStringSubmatch(f.Name()); m != nil {
			p, err := strconv.ParseUint(m[1], 10, 64)
			if err == nil && p > 0 && p <= uint64(eventlog.MaxPosition) {
				list = append(list, eventlog.Position(p))
			}
		} else if unwrittenName.MatchString(f.Name()) {
			unwritten = append(unwritten, f.Name())
		}
	}
	slices.SortFunc(list, func(p, q eventlog.Position) int { return cmp.Compare(q, p) })
	return list, unwritten, nil
}

// newest returns the newest snapshot that fits a log and a keep, and false if
// none does. One that does not is left where it is, and the logger hears why.
func (a *album) newest(ctx context.Context, log eventlog.Log, keep time.Duration) (snapshot, bool) {
	list, _, err := a.positions()
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			a.logger.WarnContext(ctx, "relevo: the snapshots cannot be listed; the log is read from its beginning", "error", err)
		}
		return snapshot{}, false
	}
	for _, p := range list {
		s, err := a.read(p, keep)
		if err == nil {
			err = s.fit(ctx, log)
		}
		if err == nil {
			return s, true
		}
		if ctx.Err() != nil {
			return snapshot{}, false
		}
		a.logger.WarnContext(ctx, "relevo: a snapshot is of no use; an older one or the whole log is read in its place", "file", nameOf(p), "error", err)
	}
	return snapshot{}, false
}

func (a *album) read(p eventlog.Position, keep time.Duration) (snapshot, error) {
	data, err := os.ReadFile(filepath.Join(a.dir, nameOf(p)))
	if err != nil {
		return snapshot{}, err
	}
	return readSnapshot(data, p, keep)
}

// put writes a snapshot, whole and durable or not at all, and then takes out
// those beyond the newest few and what was never finished.
func (a *album) put(p eventlog.Position, data []byte) error {
	if err := os.MkdirAll(a.dir, 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(a.dir, nameOf(p)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync())
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(a.dir, nameOf(p)))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := syncDir(a.dir); err != nil {
		return err
	}
	return a.tidy(p)
}

// tidy takes out what was never finished, and of the snapshots all but the newest
// few up to p, which was just written. Those beyond it are of a log that had more,
// and would be in the way of its successors.
func (a *album) tidy(p eventlog.Position) error {
	list, names, err := a.positions()
	if err != nil {
		return err
	}
	kept := 0
	for _, q := range list {
		if q > p || kept == a.most {
			names = append(names, nameOf(q))
		} else {
			kept++
		}
	}
	for _, name := range names {
		if e := os.Remove(filepath.Join(a.dir, name)); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// syncDir makes the names in a directory durable, where a system can do that.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// errNoAlbum: the engine was opened without a directory for snapshots.
var errNoAlbum = errors.New("engine: no snapshot is written: give Options.SnapshotDir")

// Snapshot writes the state to Options.SnapshotDir, as of now, so that the next
// engine opened with it reads only what is in the log after that. Commands go on
// meanwhile. [Engine.Run] does it by itself every Options.SnapshotEvery events;
// this is for who has a schedule of their own, or is about to stop. An error
// leaves the snapshots that are there, and the engine works on.
func (e *Engine) Snapshot(ctx context.Context) error {
	if e.album == nil {
		return errNoAlbum
	}
	select {
	case e.storing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.storing }()
	select {
	case e.lead <- struct{}{}: // nobody is in the middle of anything
	case <-ctx.Done():
		return ctx.Err()
	case <-e.alive.Done():
		return e.ended()
	}
	if err := e.ended(); err != nil {
		<-e.lead
		return err
	}
	head := e.head
	e.stored.Store(uint64(head.Position)) // or at least tried
	if !head.Whole() || head.Position == 0 {
		<-e.lead
		if head.Position == 0 {
			return nil // an empty log is as quickly read
		}
		return errors.New("engine: no snapshot is written: the log was last read up to the middle of an append; try again")
	}
	still := e.book.Still()
	<-e.lead
	if err := e.album.put(head.Position, sealSnapshot(head.Sum, still)); err != nil {
		return fmt.Errorf("engine: writing the snapshot of position %d: %w", head.Position, err)
	}
	return nil
}

// keepSnapshots writes one whenever it is wanted, until wanted is closed.
func (e *Engine) keepSnapshots(ctx context.Context, wanted <-chan struct{}) {
	for range wanted {
		if !e.snapshotDue() {
			continue // it was wanted while the last one was under way
		}
		if err := e.Snapshot(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, ErrClosed) {
			e.options.Logger.WarnContext(ctx, "relevo: a snapshot failed; the next is tried in time", "error", err, "after", e.options.SnapshotEvery)
		}
	}
}

// snapshotDue reports whether so much was recorded since the last snapshot, or
// the last try, that Run writes one.
func (e *Engine) snapshotDue() bool {
	return e.album != nil && uint64(e.Position()) >= e.stored.Load()+uint64(e.options.SnapshotEvery)
}
