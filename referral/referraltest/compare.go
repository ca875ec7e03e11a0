package referraltest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// unwanted returns why a wanted event can be in no log, or "".
func unwanted(e book.Event) string {
	v := reflect.ValueOf(e)
	rules := []string{reflect.TypeFor[agent.Registered]().PkgPath(), reflect.TypeFor[referral.Requested]().PkgPath()}
	switch {
	case !v.IsValid():
		return "it is nil"
	case v.Kind() == reflect.Pointer:
		return fmt.Sprintf("it is a %T, so give the event by value", e)
	case v.Kind() != reflect.Struct || !slices.Contains(rules, v.Type().PkgPath()):
		return fmt.Sprintf("it is a %T, so give an event of package agent or referral", e)
	}
	return ""
}

// compare returns a text for each wanted event that is not recorded in its
// place, and for each recorded one that is not wanted.
func compare(want, got []book.Event) (faults []string) {
	from := make([]int, len(want)) // which recorded event each wanted one is, or -1
	taken := make([]bool, len(got))
	next := 0
	for i, w := range want {
		from[i] = -1
		for j := next; j < len(got); j++ {
			if len(differences(w, got[j])) == 0 {
				from[i], taken[j], next = j, true, j+1
				break
			}
		}
	}
	for i, w := range want {
		if from[i] >= 0 {
			continue
		}
		text := "is not recorded, nor is any other of its kind"
		if j := nearest(i, w, got, taken); j >= 0 {
			taken[j] = true
			text = fmt.Sprintf("comes in another order, as event %d", j+1)
			if fields := differences(w, got[j]); len(fields) > 0 {
				text = fmt.Sprintf("differs from the nearest, event %d:\n  %s", j+1, strings.Join(fields, "\n  "))
			}
		} else if slices.ContainsFunc(got, func(e book.Event) bool { return e.Kind() == w.Kind() }) {
			text = "is not recorded, and what is of its kind is wanted already"
		}
		faults = append(faults, fmt.Sprintf("wanted event %d, %s, %s", i+1, w.Kind(), text))
	}
	for j, e := range got {
		if !taken[j] {
			faults = append(faults, fmt.Sprintf("event %d is not wanted: %s", j+1, show(e)))
		}
	}
	return faults
}

// nearest returns which of the recorded events of a wanted one's kind differs
// from it least, of those that are not taken; the one nearest to its place of
// several, and -1 of none.
func nearest(i int, want book.Event, got []book.Event, taken []bool) int {
	best, fewest := -1, 0
	for j, e := range got {
		if taken[j] || e.Kind() != want.Kind() {
			continue
		}
		n := len(differences(want, e))
		if best < 0 || n < fewest || n == fewest && max(i-j, j-i) < max(i-best, best-i) {
			best, fewest = j, n
		}
	}
	return best
}

// kinds names the kinds of events in order, each run of one kind once.
func kinds(events []book.Event) string {
	if len(events) == 0 {
		return "nothing"
	}
	var names []string
	for i := 0; i < len(events); {
		run := i + 1
		for run < len(events) && events[run].Kind() == events[i].Kind() {
			run++
		}
		name := events[i].Kind()
		if run-i > 1 {
			name = fmt.Sprintf("%s ×%d", name, run-i)
		}
		names, i = append(names, name), run
	}
	return strings.Join(names, ", ")
}

// show prints an event as its record's data.
func show(e book.Event) string {
	data, err := book.Encode(e)
	if err != nil {
		return fmt.Sprintf("%+v", e)
	}
	return e.Kind() + " " + string(data)
}

// differences returns, for each field that is set in the wanted event and is
// another in the recorded one, a line that names both.
func differences(want, got book.Event) (lines []string) {
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	if w.Type() != g.Type() {
		return []string{fmt.Sprintf("kind: want %s, got %s", want.Kind(), got.Kind())}
	}
	for i := range w.NumField() {
		a, b := w.Field(i), g.Field(i)
		if !a.IsZero() && !equal(a, b) {
			as, bs := fmt.Sprint(a), fmt.Sprint(b)
			if as == bs { // rounded to be read, as meters are
				as, bs = fmt.Sprintf("%#v", a), fmt.Sprintf("%#v", b)
			}
			lines = append(lines, fmt.Sprintf("%s: want %s, got %s", w.Type().Field(i).Name, as, bs))
		}
	}
	return lines
}

// equal compares two values of one type: by the type's own Equal, as instants
// need, by elements, by fields, or deeply. An empty slice is as good as none.
func equal(a, b reflect.Value) bool {
	t := a.Type()
	if own, ok := t.MethodByName("Equal"); ok && own.Type.NumIn() == 2 && own.Type.In(1) == t &&
		own.Type.NumOut() == 1 && own.Type.Out(0).Kind() == reflect.Bool {
		return own.Func.Call([]reflect.Value{a, b})[0].Bool()
	}
	switch {
	case t.Kind() == reflect.Slice:
		same := a.Len() == b.Len()
		for i := 0; same && i < a.Len(); i++ {
			same = equal(a.Index(i), b.Index(i))
		}
		return same
	case t.Kind() == reflect.Struct && open(t):
		same := true
		for i := 0; same && i < t.NumField(); i++ {
			same = equal(a.Field(i), b.Field(i))
		}
		return same
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// open reports whether all of a struct's fields are exported.
func open(t reflect.Type) bool {
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return false
		}
	}
	return true
}
