package agent

import (
	"encoding/json"
	"fmt"

	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/agent/wire"
	"github.com/relevo-go/relevo/geo"
)

// Code names one reason why an agent is not in line.
type Code uint8

// The reasons in the order a verdict lists them.
const (
	NotRegistered     Code = iota + 1 // no Help On Demand registration (S13)
	NoTraining                        // no Marketplace training covers the moment (S2)
	NoRegistration                    // no Marketplace registration covers the moment (S2)
	TermsCMS                          // CMS's required terms are not accepted (S13, R19)
	TermsHelpOnDemand                 // Help On Demand's required terms are not accepted (S13, R19)
	NotReviewed                       // the profile is not reviewed (S13)
	DisplayUnset                      // no display choice yet (R26)
	DisplayIsNone                     // display choice 4 (S8)
	NotHome                           // display choice 3, and the state is not home (S7)
	NoHomeLicense                     // display choice 3 without a license at home (R3)
	IsTerminated                      // terminated, here or everywhere (R20)
	NoLicense                         // no license in the state (S14)
	LicenseInactive                   // the license there is not active (R21)
	LicenseNotYet                     // the license there begins later (R21)
	LicenseExpired                    // the license there has ended (R21)
	NoHealthLine                      // the license there lacks an active health line (R21)
	Unticked                          // the agent unticked the state (S11)
	NoLanguages                       // the agent has no languages recorded (R14)
	OtherLanguages                    // the agent speaks none of the consumer's (S14)
	NoChannel                         // nowhere to send the offer (R34)
	OffDuty                           // outside hours, absent or switched off (B1)
	AlreadyAsked                      // asked before in this referral (R11)
	NoPosition                        // no position, and a radius is set (R33)
	BeyondRadius                      // farther than the radius (R33)
	AtLimit                           // holds as many open offers as one may (R17)
)

// reasons gives each code its name in a log, its rule, its sentence, and
// whether it ends an open offer (R7) rather than only keeping new ones away.
var reasons = [...]struct {
	name, rule, english, spanish string
	rescinds                     bool
}{
	NotRegistered:     {"not_registered", "S13", "is not registered with Help On Demand", "no está registrado en Help On Demand", false},
	NoTraining:        {"no_training", "S2", "has no Marketplace training that covers the moment", "no tiene una capacitación del Mercado vigente en ese momento", true},
	NoRegistration:    {"no_registration", "S2", "has no Marketplace registration that covers the moment", "no tiene una inscripción en el Mercado vigente en ese momento", true},
	TermsCMS:          {"terms_cms", "R19", "has not accepted the required version of CMS's terms", "no ha aceptado la versión requerida de los términos de CMS", false},
	TermsHelpOnDemand: {"terms_help_on_demand", "R19", "has not accepted the required version of Help On Demand's terms", "no ha aceptado la versión requerida de los términos de Help On Demand", false},
	NotReviewed:       {"not_reviewed", "S13", "has not reviewed the profile", "no ha revisado su perfil", false},
	DisplayUnset:      {"display_unset", "R26", "has made no display choice", "no ha elegido cómo aparecer", true},
	DisplayIsNone:     {"display_none", "S8", "has chosen display 4, to take no part", "ha elegido la opción 4, no participar", true},
	NotHome:           {"not_home", "S7", "has chosen display 3 and is not at home", "ha elegido la opción 3, solo su estado de origen, y no aparece", true},
	NoHomeLicense:     {"no_home_license", "R3", "has chosen display 3 and holds no valid license at home", "ha elegido la opción 3 y no tiene una licencia válida", true},
	IsTerminated:      {"terminated", "R20", "is terminated", "está dado de baja", true},
	NoLicense:         {"no_license", "S14", "holds no license", "no tiene licencia", true},
	LicenseInactive:   {"license_inactive", "R21", "holds a license that is not active", "tiene una licencia que no está activa", true},
	LicenseNotYet:     {"license_not_yet", "R21", "holds a license that begins later", "tiene una licencia que empieza más tarde", true},
	LicenseExpired:    {"license_expired", "R21", "holds a license that has ended", "tiene una licencia que ha vencido", true},
	NoHealthLine:      {"no_health_line", "R21", "holds a license without an active health line of authority", "tiene una licencia sin una línea de salud activa", true},
	Unticked:          {"unticked", "S11", "has unticked referrals", "no quiere referencias", false},
	NoLanguages:       {"no_languages", "R14", "has no languages recorded", "no tiene idiomas registrados", true},
	OtherLanguages:    {"other_languages", "S14", "speaks none of the consumer's languages", "no habla ninguno de los idiomas del consumidor", true},
	NoChannel:         {"no_channel", "R34", "has no channel and no e-mail address for an offer", "no tiene un canal ni un correo electrónico para recibir la oferta", false},
	OffDuty:           {"off_duty", "B1", "is off duty", "no está disponible", false},
	AlreadyAsked:      {"already_asked", "R11", "was asked before in this referral", "ya fue consultado en esta referencia", false},
	NoPosition:        {"no_position", "R33", "has no position, and a radius is set", "no tiene ubicación, y hay un radio establecido", false},
	BeyondRadius:      {"beyond_radius", "R33", "is beyond the radius", "está fuera del radio", false},
	AtLimit:           {"at_limit", "R17", "holds as many open offers as one agent may", "tiene tantas ofertas abiertas como se permite", false},
}

// Reason is one reason why an agent is not eligible. State is the state it
// concerns, empty when it concerns the agent anywhere. Reasons are comparable.
type Reason struct {
	Code  Code
	State geo.State
}

// Rule returns the number of the rule that the reason follows from.
func (r Reason) Rule() string { return r.Code.row().rule }

// Rescinds reports whether the reason ends an offer that is open (R7). The
// others keep new offers away and let an open one stand.
func (r Reason) Rescinds() bool { return r.Code.row().rescinds }

// String returns the reason as the rest of an English sentence that begins with
// the agent, with the state and the rule: "holds no license in TX (S14)".
func (r Reason) String() string {
	return r.Code.row().english + r.where(" in ") + " (" + r.Rule() + ")"
}

// Sentence returns the reason as a whole sentence with its rule (B2), in the
// language of a spoken key: Spanish for "es", and English for every other.
func (r Reason) Sentence(in spoken.Key) string {
	if in == "es" {
		return "El agente " + r.Code.row().spanish + r.where(" en ") + " (" + r.Rule() + ")."
	}
	return "The agent " + r.String() + "."
}

// where returns the state behind a preposition, or "" if none is concerned.
func (r Reason) where(preposition string) string {
	if r.State == "" {
		return ""
	}
	return preposition + string(r.State)
}

// String returns the name that a log holds.
func (c Code) String() string { return c.row().name }

func (c Code) row() (row struct {
	name, rule, english, spanish string
	rescinds                     bool
}) {
	if int(c) < len(reasons) {
		row = reasons[c]
	}
	return row
}

type reasonJSON struct {
	Rule  string    `json:"rule"`
	Code  string    `json:"code"`
	State geo.State `json:"state,omitempty"`
}

// MarshalJSON writes {"rule":…,"code":…,"state":…}.
func (r Reason) MarshalJSON() ([]byte, error) {
	return json.Marshal(reasonJSON{r.Rule(), r.Code.String(), r.State})
}

// UnmarshalJSON reads what [Reason.MarshalJSON] writes; a code that is not
// known here is an error that names it.
func (r *Reason) UnmarshalJSON(b []byte) error {
	var j reasonJSON
	if err := wire.Strict(b, &j); err != nil {
		return err
	}
	code := codeOf(j.Code)
	if code == 0 {
		return fmt.Errorf("agent: no reason has the code %.40q", j.Code)
	}
	*r = Reason{code, j.State}
	return nil
}

// codeOf returns the code with a name, or 0.
func codeOf(name string) Code {
	for c := range reasons {
		if c > 0 && reasons[c].name == name {
			return Code(c)
		}
	}
	return 0
}
