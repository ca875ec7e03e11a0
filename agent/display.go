package agent

import "strconv"

// Display is the agent's MLMS display choice (S4), which governs the directory
// and referrals alike. The zero Display is a choice not yet made: the agent is
// invisible and gets no offers (R26).
type Display uint8

const (
	// DisplayAll shows all contact information in every licensed state (S5).
	DisplayAll Display = 1
	// DisplayNoStreet is DisplayAll without the street address (S6).
	DisplayNoStreet Display = 2
	// DisplayHome shows all contact information in the home state only (S7).
	DisplayHome Display = 3
	// DisplayNone shows nothing and takes no part (S8).
	DisplayNone Display = 4
)

// Valid reports whether d is one of the four choices.
func (d Display) Valid() bool { return d >= DisplayAll && d <= DisplayNone }

// Narrows reports whether state preferences are in force: under choices 1 and
// 2 only (S9); under 3 and 4 they are kept but dormant (R4).
func (d Display) Narrows() bool { return d == DisplayAll || d == DisplayNoStreet }

// String returns the number of the choice, or "unset".
func (d Display) String() string {
	if d == 0 {
		return "unset"
	}
	return strconv.Itoa(int(d))
}
