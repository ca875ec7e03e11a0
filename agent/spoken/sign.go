package spoken

// signs lists the sign languages that the registry names by region: of each
// sgn-XX the country code and the key.
var signs = [...]struct{ region, key string }{
	{"US", "ase"}, {"MX", "mfs"}, {"GB", "bfi"}, {"FR", "fsl"}, {"ES", "ssp"}, {"BR", "bzs"},
	{"CO", "csn"}, {"DE", "gsg"}, {"DK", "dsl"}, {"GR", "gss"}, {"IE", "isg"}, {"IT", "ise"},
	{"JP", "jsl"}, {"NI", "ncs"}, {"NL", "dse"}, {"NO", "nsl"}, {"PT", "psr"}, {"SE", "swl"},
	{"ZA", "sfs"},
}

// signsAmong lists the sign languages to choose from where the region has
// several, or none that the registry names.
var signsAmong = [...]struct{ region, keys string }{
	{"BE", "vgt sfb"},
	{"CA", "ase fcs"},
	{"CH", "sgg ssr slf"},
	{"PR", "psl ase"},
	{"ZZ", "ase mfs psl bfi fsl ssp"},
}

// signKey returns the sign language of sgn in a region; "ZZ" is no region.
// Sign languages do not follow the spoken ones: American and British signers
// do not understand each other.
func signKey(s, region string) (Key, error) {
	for _, g := range signs {
		if g.region == region {
			return Key(g.key), nil
		}
	}
	for _, g := range signsAmong {
		if g.region == region {
			return "", ambiguous(s, severalSigns, g.keys)
		}
	}
	return "", ambiguous(s, severalSigns, signsAmong[len(signsAmong)-1].keys)
}

const severalSigns = "names no one sign language: give the tag of the one that is meant"
