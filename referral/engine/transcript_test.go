package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral"
	"github.com/relevo-go/relevo/referral/book"
)

// transcript returns a log as lines of position, time, stream, kind and what is
// essential in the data. Referrals are numbered in the order of their requests.
func transcript(t testing.TB, log eventlog.Log, after eventlog.Position) (lines []string) {
	t.Helper()
	number := map[uuid.UUID]int{}
	for _, r := range records(t, log, 0) {
		s, err := book.ParseStream(r.Stream)
		if err != nil {
			t.Fatal(err)
		}
		who := s.String()
		if s.Referral != uuid.Nil {
			if number[s.Referral] == 0 {
				number[s.Referral] = len(number) + 1
			}
			who = fmt.Sprintf("referral/%d", number[s.Referral])
		}
		if r.Position <= after {
			continue
		}
		e, err := book.Decode(s, r.Kind, r.Time, r.Data)
		if err != nil {
			t.Fatal(err)
		}
		kind := strings.TrimSuffix(r.Kind[strings.IndexByte(r.Kind, '.')+1:], ".v1")
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%s %s %s %s", shown(r.Time), who, kind, essentials(e)), " "))
	}
	return lines
}

// shown returns an instant as a person reads it: the day only if it is not the
// first.
func shown(t time.Time) string {
	if t.Year() == opening.Year() && t.YearDay() == opening.YearDay() {
		return t.Format("15:04:05.999999999")
	}
	return t.Format("Jan 2 15:04:05.999999999")
}

func essentials(e book.Event) string {
	switch e := e.(type) {
	case referral.Requested:
		tags := make([]string, len(e.Languages))
		for i, l := range e.Languages {
			tags[i] = l.Tag
		}
		return fmt.Sprintf("from %s %s in %s", e.State, e.ZIP, strings.Join(tags, ", "))
	case referral.Offered:
		far := "at an unknown distance"
		if e.Meters >= 0 {
			far = fmt.Sprintf("%d km away", (e.Meters+500)/1000)
		}
		return fmt.Sprintf("to %s until %s: %s, %s", e.To, shown(e.Deadline), e.Language, far)
	case referral.Accepted:
		return "by " + e.By.String()
	case referral.Declined:
		return strings.TrimRight("by "+e.By.String()+" "+e.Reason, " ")
	case referral.Expired:
		return fmt.Sprintf("from %s, due %s", e.From, shown(e.Deadline))
	case referral.Rescinded:
		why := make([]string, len(e.Reasons))
		for i, r := range e.Reasons {
			why[i] = r.String()
		}
		return fmt.Sprintf("from %s: it %s", e.From, strings.Join(why, ", "))
	case referral.Waiting:
		if e.Until.IsZero() {
			return "for ever"
		}
		return "until " + shown(e.Until)
	case referral.Contacted:
		return "by " + e.By.String()
	case referral.OutcomeRecorded:
		return fmt.Sprintf("by %s: %s", e.By, e.Outcome)
	case agent.LicenseRecorded:
		if !e.Expires.IsZero() {
			return fmt.Sprintf("%s until %s", e.State, shown(e.Expires))
		}
		return string(e.State)
	case agent.LicenseRemoved:
		return string(e.State)
	case agent.ProfileUpdated:
		return string(e.ZIP)
	case agent.DisplayChosen:
		return e.Choice.String()
	case agent.OverrideSet:
		return string(e.Override)
	case agent.AbsenceSet:
		return fmt.Sprintf("%s to %s", shown(e.From), shown(e.Until))
	case agent.LanguagesSet:
		return fmt.Sprint(len(e.Languages))
	case agent.TermsAccepted:
		return fmt.Sprintf("%s %s", e.Document, e.Version)
	case referral.PolicySet:
		return fmt.Sprintf("window %v, give up %v, radius %d m, limit %d", e.Window, e.GiveUp, int64(e.Radius), e.MaxOpenOffers)
	}
	return ""
}

// golden compares the log after a position with a conversation in testdata.
func (d *desk) golden(after eventlog.Position, name string) {
	d.t.Helper()
	d.same()
	got := strings.Join(d.lines(after), "\n") + "\n"
	file := filepath.Join("testdata", name+".txt")
	if *write {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			d.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		d.t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
