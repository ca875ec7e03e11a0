package spoken

import "strings"

// extlangs lists the extended language subtags of the IANA language subtag
// registry (file date 2025-08-25) by the one prefix each may stand behind.
// Every subtag has three letters and is parted from the next by one space.
var extlangs = [...]struct{ prefix, subtags string }{
	{"ar", "aao abh abv acm acq acw acx acy adf aeb aec afb ajp apc apd arb arq ars ary arz auz avl ayh " +
		"ayl ayn ayp bbz pga shu ssh"},
	{"kok", "gom knn"},
	{"lv", "ltg lvs"},
	{"ms", "bjn btj bve bvu coa dup hji jak jax kvb kvr kxd lce lcf liw max meo mfa mfb min mqg msi mui " +
		"orn ors pel pse tmw urk vkk vkt xmm zlm zmi zsm"},
	{"sgn", "ads aed aen afg ajs ase asf asp asq asw bfi bfk bog bqn bqy bvl bzs cds csc csd cse csf csg " +
		"csl csn csq csr csx doq dse dsl dsz ecs ehs esl esn eso eth fcs fse fsl fss gds gse gsg gsm " +
		"gss gus hab haf hds hks hos hps hsh hsl icl iks ils inl ins ise isg isr jcs jhs jks jls jos " +
		"jsl jus kgi kvk lbs lgs lls lsb lsc lsg lsl lsn lso lsp lst lsv lsw lsy lws mdl mfs mre msd " +
		"msr mzc mzg mzy nbs ncs nsi nsl nsp nsr nzs okl pgz pks prl prz psc psd psg psl pso psp psr " +
		"pys rib rms rnb rsi rsl rsm rsn sdl sfb sfs sgg sgx slf sls sqk sqs sqx ssp ssr svk swl syy " +
		"szs tse tsm tsq tss tsy tza ugn ugy ukl uks vgt vsi vsl vsv wbs xki xml xms yds ygs yhs ysl " +
		"ysm zib zsl"},
	{"sw", "swc swh"},
	{"uz", "uzn uzs"},
	{"zh", "cdo cjy cmn cnp cpx csp czh czo gan hak hnm hsn luh lzh mnp nan sjc wuu yue"},
}

// grandfathered lists the registry's irregular and regular grandfathered tags
// with three letters in second place. They are whole tags: behind no-nyn
// nothing may follow, lest the parser read nyn as Nyankole.
const grandfathered = " i-ami i-bnn i-hak i-lux i-pwn i-tao i-tay i-tsu no-bok no-nyn zh-min-nan "

// unregisteredPair returns the second subtag of a lower-case tag, and true if it
// has three letters and makes no registered pair with the first, or if another
// three letters follow.
func unregisteredPair(low string) (string, bool) {
	first, rest, _ := strings.Cut(low, "-")
	second, rest, _ := strings.Cut(rest, "-")
	if len(second) != 3 || !letter(second[0]) {
		return "", false
	}
	if strings.Contains(grandfathered, " "+low+" ") {
		return "", false
	}
	third, _, _ := strings.Cut(rest, "-")
	if len(third) == 3 && letter(third[0]) {
		return third, true
	}
	for _, e := range extlangs {
		// Three letters in a row stand nowhere but at a whole subtag.
		if e.prefix == first && strings.Contains(e.subtags, second) {
			return "", false
		}
	}
	return second, true
}
