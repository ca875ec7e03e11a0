package agent

import "slices"

// Document is one of the two terms of use an agent accepts (S13).
type Document string

const (
	// CMS is CMS's terms for agents and brokers on Help On Demand.
	CMS Document = "cms"
	// HelpOnDemand is Help On Demand's own terms.
	HelpOnDemand Document = "help_on_demand"
)

// Terms are the versions of the two documents that must have been accepted
// (R19). An empty version is satisfied by any accepted version.
type Terms struct {
	CMS          string `json:"cms"`
	HelpOnDemand string `json:"help_on_demand"`
}

// Check returns a [*Rejection] that names the document whose version is not as
// an acceptance would record it, so that none could satisfy it, or nil.
func (p Terms) Check() error {
	for _, of := range [...]Acceptance{{CMS, p.CMS}, {HelpOnDemand, p.HelpOnDemand}} {
		if version, ok := text(of.Version); !ok || version != of.Version {
			return Reject("R19", "the required version of the %s terms is not text of at most %d bytes without space around it or control characters", of.Document, maxText)
		}
	}
	return nil
}

// Acceptance is one accepted version of a document.
type Acceptance struct {
	Document Document `json:"document"`
	Version  string   `json:"version"`
}

// accepted reports whether the version of the document was accepted.
func accepted(all []Acceptance, d Document, version string) bool {
	return slices.ContainsFunc(all, func(a Acceptance) bool {
		return a.Document == d && (version == "" || a.Version == version)
	})
}
