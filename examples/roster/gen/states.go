package main

import "github.com/relevo-go/relevo/geo"

// people is how many thousand people live in each jurisdiction by the 2020
// census, after which the roster's agents are spread.
var people = []struct {
	state    geo.State
	thousand int
}{
	{"AK", 733}, {"AL", 5024}, {"AR", 3012}, {"AS", 50}, {"AZ", 7152}, {"CA", 39538}, {"CO", 5774}, {"CT", 3606},
	{"DC", 690}, {"DE", 990}, {"FL", 21538}, {"GA", 10712}, {"GU", 154}, {"HI", 1455}, {"IA", 3190}, {"ID", 1839},
	{"IL", 12813}, {"IN", 6786}, {"KS", 2938}, {"KY", 4506}, {"LA", 4658}, {"MA", 7030}, {"MD", 6177}, {"ME", 1362},
	{"MI", 10077}, {"MN", 5706}, {"MO", 6155}, {"MP", 47}, {"MS", 2961}, {"MT", 1084}, {"NC", 10439}, {"ND", 779},
	{"NE", 1962}, {"NH", 1378}, {"NJ", 9289}, {"NM", 2118}, {"NV", 3105}, {"NY", 20201}, {"OH", 11799}, {"OK", 3959},
	{"OR", 4237}, {"PA", 13003}, {"PR", 3286}, {"RI", 1097}, {"SC", 5118}, {"SD", 887}, {"TN", 6910}, {"TX", 29146},
	{"UT", 3272}, {"VA", 8631}, {"VI", 87}, {"VT", 643}, {"WA", 7705}, {"WI", 5894}, {"WV", 1794}, {"WY", 577},
}
