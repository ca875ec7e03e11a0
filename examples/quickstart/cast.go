package main

import (
	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/examples/roster"
	"github.com/relevo-go/relevo/geo"
)

// The agents whom the story needs in their places. All others are found by the
// desk in the roster.
const (
	skimmer    agent.NPN = 9_999_000_000 // near Tampa, at the very place of another in the roster
	crane      agent.NPN = 9_999_000_001 // in San Francisco, speaks Mandarin and no Cantonese
	auklet     agent.NPN = 9_999_000_002 // on Adak, west of most of Alaska
	starling   agent.NPN = 9_999_000_003 // on Saipan, licensed in Alaska too
	grouse     agent.NPN = 9_999_000_004 // the worked example of rule S11
	roadrunner agent.NPN = 9_999_000_005 // speaks Navajo, and waits for a license
)

var cast = []roster.Agent{
	{
		NPN: skimmer, Name: "Sample Skimmer 9000", State: "FL", ZIP: "33702", Display: agent.DisplayAll,
		Languages: []string{"es-PR", "en"}, Licenses: []geo.State{"FL"},
	},
	{
		NPN: crane, Name: "Sample Crane 9001", State: "CA", ZIP: "94108", Display: agent.DisplayAll,
		Languages: []string{"en", "cmn"}, Licenses: []geo.State{"CA"},
	},
	{
		NPN: auklet, Name: "Sample Auklet 9002", State: "AK", ZIP: "99546", Display: agent.DisplayAll,
		Languages: []string{"en"}, Licenses: []geo.State{"AK"},
	},
	{
		NPN: starling, Name: "Sample Starling 9003", State: "MP", ZIP: "96950", Display: agent.DisplayAll,
		Languages: []string{"en"}, Licenses: []geo.State{"AK", "MP"},
	},
	{
		NPN: grouse, Name: "Sample Grouse 9004", State: "WI", ZIP: "54403", Display: agent.DisplayNoStreet,
		Languages: []string{"en", "hmn"}, Licenses: []geo.State{"AK", "AL", "AR", "AZ", "UT", "WI", "WY"}, Unticked: []geo.State{"WI"},
	},
	{
		NPN: roadrunner, Name: "Sample Roadrunner 9005", State: "AZ", ZIP: "86503", Display: agent.DisplayAll,
		Languages: []string{"en", "nv"},
	},
}
