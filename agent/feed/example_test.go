package feed_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/feed"
	"github.com/relevo-go/relevo/eventlog"
	"github.com/relevo-go/relevo/referral/engine"
)

// Three files become what a desk has on record, at once or not at all. The same
// files again change nothing.
func Example() {
	ctx := context.Background()
	now := time.Date(2026, time.November, 23, 15, 0, 0, 0, time.UTC)
	desk, err := engine.Open(ctx, new(eventlog.Memory), &engine.Options{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer desk.Close()
	current := func(n agent.NPN) (agent.Agent, error) { return desk.Agent(ctx, n) }

	var feeds []*feed.Feed
	for _, kind := range []feed.Kind{feed.Roster, feed.Registrations, feed.Licenses} {
		f, err := feed.Read(strings.NewReader(kind.Template()), kind.String(), nil)
		if err != nil {
			fmt.Println(err) // the file cannot be read at all
			return
		}
		feeds = append(feeds, f)
	}
	for range 2 {
		plan, err := feed.Compare(current, feeds...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(plan.Changes), "of", plan.Agents, "agents change")
		for _, c := range plan.Changes {
			if _, err := desk.Agent(ctx, c.NPN, c.Commands...); err != nil {
				fmt.Println(err) // import again: it adds what is missing
				return
			}
		}
		for _, c := range plan.Counts() {
			fmt.Println(c.Events, c.Kind)
		}
	}
	for _, card := range desk.Directory("TX") {
		fmt.Println(card.Name, card.City, card.Languages)
	}
	// Output:
	// 2 of 2 agents change
	// 2 agent.registered.v1
	// 2 agent.profile_updated.v1
	// 2 agent.profile_reviewed.v1
	// 2 agent.training_completed.v1
	// 2 agent.registration_completed.v1
	// 4 agent.terms_accepted.v1
	// 2 agent.license_recorded.v1
	// 2 agent.display_chosen.v1
	// 1 agent.states_unticked.v1
	// 2 agent.languages_set.v1
	// 1 agent.channels_set.v1
	// 1 agent.hours_set.v1
	// 0 of 2 agents change
	// Sample Wren Houston [vi en]
}

// Everything that is wrong is told at once, and nothing is planned beside it.
func ExampleCompare_problems() {
	f, err := feed.Read(strings.NewReader(`npn,name,zip,state,languages,display,unticked
9900000001,Sample Heron,33602,FL,Spanish,3,GA
9900000002,Sample Wren,601,PR,es,one,-
9900000003,Sample Lark,96813,HI,en,1,-
`), "roster.csv", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := feed.Compare(func(agent.NPN) (agent.Agent, error) { return agent.Agent{}, agent.ErrUnknown }, f)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range plan.Problems {
		fmt.Println(p)
	}
	fmt.Println(len(plan.Changes), "agents change")
	// Output:
	// roster.csv:2: languages: language tag "Spanish" is a name, not a tag: choose es (Spanish) (R27)
	// roster.csv:2: unticked: agent 9900000001 has display choice 3: state preferences exist under choices 1 and 2 only, so choose one of them first (R4)
	// roster.csv:3: zip: no ZIP Code: give five digits, leading zeros included, which spreadsheets drop
	// roster.csv:3: display: the display choice is not one of 1, 2, 3, 4 (R26)
	// 0 agents change
}
