package pglog

import (
	"context"
	"fmt"

	"github.com/relevo-go/relevo/eventlog"
)

// importBytes is how much is written at once of many appends.
const importBytes = 8 << 20

// Import implements [eventlog.Importer]. The records are verified as those of a
// read are, and those of one call go in with few statements, each of whole
// appends. One that fails leaves what the ones before it wrote, whatever the error is,
// which then names the position up to which that is.
func (l *Log) Import(ctx context.Context, after eventlog.Position, records ...eventlog.Record) error {
	if err := l.writable(ctx); err != nil || len(records) == 0 {
		return err
	}
	head, err := l.at(ctx, after)
	if err != nil {
		return err
	}
	// All are verified before any is written.
	var groups []group
	for end := head; len(records) > 0; {
		var g group
		if g, records, err = nextGroup(end, records); err != nil {
			return fmt.Errorf("pglog: import: %w", err)
		}
		if err := l.fits(g.lines); err != nil {
			return err
		}
		groups, end = append(groups, g), g.to
	}
	for i, g := range groups {
		if err := l.write(ctx, head, g.lines, int(g.to.Position-head.Position)); err != nil {
			if i > 0 {
				err = fmt.Errorf("pglog: import: it is written up to position %d, and behind that: %w", head.Position, err)
			}
			return err
		}
		if err := l.learn(g.to); err != nil {
			return fmt.Errorf("%w: %w", eventlog.ErrUncertain, err)
		}
		head = g.to
	}
	return nil
}

// group is whole appends that are written together.
type group struct {
	lines []byte
	to    eventlog.Head
}

// nextGroup takes the appends that are written next behind a head, and returns
// what is left.
func nextGroup(head eventlog.Head, records []eventlog.Record) (g group, rest []eventlog.Record, err error) {
	for g.to = head; len(records) > 0 && len(g.lines) < importBytes; {
		to := g.to
		lines, n, err := to.NextAppend(g.lines, records)
		switch {
		case err != nil:
			return g, nil, err
		case len(g.lines) > 0 && len(lines) > importBytes: // it is for the next group, which it may fill alone
			return g, records, nil
		}
		g.lines, g.to, records = lines, to, records[n:]
	}
	return g, records, nil
}
