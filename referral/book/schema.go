package book

import (
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// format is the version of a stored book. It is raised whenever a [coder] writes
// the same book in other bytes, and whenever the fold makes another book of the
// same log: what an older version folded must not be gone on from.
const format = 2

// schema returns what a stored book begins with: the format, and a hash of the
// types that are in it, so that a field which is added, moved, renamed or of
// another type makes old bytes foreign by itself.
func schema() []byte {
	h := sha256.New()
	seen := map[reflect.Type]bool{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[figures](), reflect.TypeFor[agent.Agent](), reflect.TypeFor[referral.Load](), reflect.TypeFor[entry](),
	} {
		describe(h, t, seen)
	}
	// Some values stand for a row of a table, by its number.
	for s := range geo.AllStates() {
		fmt.Fprintln(h, s)
	}
	for c := agent.Code(1); c.String() != ""; c++ {
		fmt.Fprintln(h, c)
	}
	fmt.Fprintln(h, dictionary, channelLists)
	return fmt.Appendf(nil, "relevo book %d %x\n", format, h.Sum(nil)[:16])
}

// describe writes a type with the names, the order and the types of its fields,
// and the types that these are made of.
func describe(w io.Writer, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintln(w, t.String(), t.Kind())
	if seen[t] || t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[uuid.UUID]() {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			fmt.Fprintln(w, f.Name)
			describe(w, f.Type, seen)
		}
	case reflect.Slice, reflect.Array, reflect.Pointer:
		describe(w, t.Elem(), seen)
	}
}
