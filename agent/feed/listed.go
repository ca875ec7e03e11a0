package feed

import (
	"fmt"
	"slices"

	"github.com/relevo-go/relevo/agent"
)

// registered compares Marketplace registration, and the training behind it.
// Several rows for a plan year are one registration, from the first completion
// to the last end.
func (d *draft) registered(rows []placed[*Registration]) {
	slices.SortStableFunc(rows, func(x, y placed[*Registration]) int { return x.row.PlanYear - y.row.PlanYear })
	for len(rows) > 0 {
		n, y := 0, *rows[0].row
		for n < len(rows) && rows[n].row.PlanYear == y.PlanYear {
			more := rows[n].row
			if y.From.IsZero() || !more.From.IsZero() && more.From.Before(y.From) {
				y.From = more.From
			}
			if more.Until.After(y.Until) {
				y.Until = more.Until
			}
			n++
		}
		if !y.From.IsZero() {
			d.completed(rows[0], agent.Completion{PlanYear: y.PlanYear, From: y.From, Until: y.Until})
		}
		rows = rows[n:]
	}
}

// completed compares one plan year. Registration presupposes training, so what
// the list says of one it says of the other, unless training is on record with
// days of its own.
func (d *draft) completed(p placed[*Registration], y agent.Completion) {
	of := func(all []agent.Completion) (c agent.Completion) {
		if i := slices.IndexFunc(all, func(c agent.Completion) bool { return c.PlanYear == y.PlanYear }); i >= 0 {
			c = all[i]
		}
		return c
	}
	trained, registered := of(d.a.Training), of(d.a.Registration)
	follows := trained.PlanYear == 0 || trained.From.Equal(registered.From) && trained.Until.Equal(registered.Until)
	var err error
	if follows {
		err = d.decide(agent.CompleteTraining{PlanYear: y.PlanYear, From: y.From, Until: y.Until})
	}
	if err == nil {
		err = d.decide(agent.CompleteRegistration{PlanYear: y.PlanYear, From: y.From, Until: y.Until})
	}
	if err != nil {
		d.problem(p.feed, p.line, "individual_registration_completion_date", d.change.NPN, reason(err))
	}
}

// licensed compares licenses.
func (d *draft) licensed(rows []placed[License]) {
	report := func(at placed[License], column, format string, args ...any) {
		d.problem(at.feed, at.line, column, d.change.NPN, fmt.Sprintf(format, args...))
	}
	held := licenses(rows, report)
	if d.complete {
		for _, l := range d.a.Licenses {
			if !slices.ContainsFunc(held, func(p placed[License]) bool { return p.row.State == l.State && p.row.Number == l.Number }) {
				_ = d.decide(agent.RemoveLicense{State: l.State, Number: l.Number}) // held licenses can be removed
			}
		}
	}
	for _, p := range held {
		l, news := p.row.upon(d.a.Licenses)
		if !news {
			continue
		}
		if err := d.decide(agent.RecordLicense{
			State: l.State, Number: l.Number, Residency: l.Residency, Status: l.Status, Effective: l.Effective, Expires: l.Expires, Lines: l.Lines,
		}); err != nil {
			column := "number"
			if !l.Expires.IsZero() && !l.Effective.Before(l.Expires) {
				column = "expiry"
			}
			report(p, column, "%s", reason(err))
		}
	}
}

// terminated compares terminations (R20). The agent's newest plan year in the
// list decides: a bar is for a plan year, and one of before is over when CMS
// registers the agent again.
func (d *draft) terminated(rows []placed[*Registration]) {
	if len(rows) == 0 {
		return
	}
	newest := slices.MaxFunc(rows, func(x, y placed[*Registration]) int { return x.row.PlanYear - y.row.PlanYear }).row.PlanYear
	rows = slices.DeleteFunc(rows, func(p placed[*Registration]) bool { return p.row.PlanYear != newest })
	for _, p := range rows {
		if p.row.Invalid {
			d.note(p.feed, p.line, "npn_valid_current_plan_year_only", d.change.NPN,
				"agent "+d.change.NPN.String()+" has no valid number or no active health line in NIPR, says the list; its licenses decide (R21): look at them")
			break
		}
	}
	for _, c := range causes {
		with := func(letter byte) int {
			return slices.IndexFunc(rows, func(p placed[*Registration]) bool { return p.row.Status == Status([]byte{letter, c.digit}) })
		}
		out, back := with('T'), with('R')
		if out < 0 && back < 0 {
			continue
		}
		p := rows[max(out, back)]
		if c.cause == agent.CauseNonresidentLicense {
			on := slices.ContainsFunc(d.a.Terminations, func(t agent.Termination) bool { return t.Cause == c.cause })
			if on != (out >= 0) {
				d.note(p.feed, p.line, "status", d.change.NPN,
					"agent "+d.change.NPN.String()+": the list does not say in which state a nonresident license ended a part or gave it back (R20): record that by hand")
			}
			continue
		}
		if out >= 0 && back >= 0 {
			d.note(p.feed, p.line, "status", d.change.NPN,
				"agent "+d.change.NPN.String()+" is both terminated and reinstated in line "+itoa(rows[min(out, back)].line)+" and here: the termination holds")
		}
		var command agent.Command = agent.Reinstate{Cause: c.cause}
		if out >= 0 {
			command = agent.Terminate{Cause: c.cause}
		}
		if err := d.decide(command); err != nil {
			d.problem(p.feed, p.line, "status", d.change.NPN, reason(err))
		}
	}
}
