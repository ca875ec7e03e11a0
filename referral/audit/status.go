package audit

import (
	"fmt"

	"github.com/relevo-go/relevo/referral"
)

// Need returns what a referral asks for, as a part of a sentence: "in FL 33602, for
// help in Spanish (es) as es-MX".
func (t Teller) Need(r referral.Referral) string {
	return "in " + place(r.State, r.ZIP, r.Point) + ", for help in " + tongue(r.Languages, " or ")
}

// Status returns where a referral stands, as a part of a sentence that begins with
// it: "offered to agent 17 until 2026-11-02T18:15:00Z".
func (t Teller) Status(r referral.Referral) string {
	switch r.Status {
	case "":
		return "not requested"
	case referral.StatusPending:
		return "pending: the next in line is to be asked now"
	case referral.StatusOffered:
		return fmt.Sprintf("offered to agent %s until %s", r.Offer.To, t.Time(r.Offer.Deadline))
	case referral.StatusWaiting:
		until := "for as long as it takes"
		if !r.Until.IsZero() {
			until = "until " + t.Time(r.Until) + " at most"
		}
		return fmt.Sprintf("waiting since %s, %s", t.Time(r.Since), until)
	case referral.StatusAccepted:
		text := fmt.Sprintf("accepted by agent %s", r.Offer.To)
		if !r.Contacted.IsZero() {
			text += ", who reached the consumer at " + t.Time(r.Contacted)
		}
		if r.Outcome != "" {
			text += "; outcome: " + outcome(r.Outcome)
		}
		return text
	}
	return fmt.Sprintf("%s at %s", r.Status, t.Time(r.Changed))
}
