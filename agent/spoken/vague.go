package spoken

import "strings"

// nothingStated lists the codes that state no language, or none that people
// share; qaa to qtz go with them.
var nothingStated = [...]string{"und", "mul", "mis", "zxx", "art"}

// unlikeMembers lists the macrolanguages whose members do not understand one
// another, with the registry's members, likely ones first. The macrolanguages
// that are not here either fold (see folds) or stand for themselves, as kr does.
var unlikeMembers = [...]struct{ code, members string }{
	{"qu", "quz quy quh qug qvi qxp quw qub qud quf quk qul qup qur qus qux qva qvc qve qvh qvj qvl qvm " +
		"qvn qvo qvp qvs qvw qvz qwa qwc qwh qws qxa qxc qxh qxl qxn qxo qxr qxt qxu qxw"},
	{"zap", "zai zab zaw zpu zad zaa zac zae zaf zam zao zaq zar zas zat zav zax zca zcd zoo zpa zpb zpc " +
		"zpd zpe zpf zpg zph zpi zpj zpk zpl zpm zpn zpo zpp zpq zpr zps zpt zpv zpw zpx zpy zpz zsr " +
		"zte ztg ztl ztm ztn ztp ztq zts ztt ztu ztx zty"},
	{"lah", "pa skr hno hnd jat phr xhe"},
	{"man", "mnk emk mku mlq msc mwk"},
	{"rom", "rmy rmn rmc rmf rml rmo rmw"},
	{"zza", "diq kiu"},
	{"syr", "aii cld"},
	{"bik", "bcl bln bto cts fbl lbl rbl ubl"},
	{"del", "unm umu"},
	{"ff", "fuc fuf fuv fub ffm fue fuh fui fuq"},
	{"gba", "bdt gbp gbq gmm gso gya"},
	{"gon", "esg gno wsg"},
	{"grb", "gbo gec grj grv gry"},
	{"hai", "hax hdn"},
	{"jrb", "yhd aju jye yud"},
	{"kpe", "xpe gkp"},
	{"luy", "bxk rag ida lkb lko lks lri lrm lsm lto lts lwg nle nyd"},
	{"raj", "bgq gda gju hoj mup wbr"},
	{"tmh", "taq thv thz ttq"},
	{"za", "zch zeh zgb zgm zgn zhd zhn zlj zln zlq zqe zyb zyg zyj zyn zzj"},
}

// families lists the registry's collections, each a family of languages, with
// languages that are likely meant. The registry gives collections no members.
var families = [...]struct{ code, members string }{
	{"bh", "bho mai mag"},
	{"aav", "vi km mnw"},
	{"afa", "ar he am so ha"},
	{"alg", "oj chy cr"},
	{"alv", "yo ig wo sw"},
	{"apa", "apw apm apj apl"},
	{"aql", "oj chy cr"},
	{"ath", "nv apw gwi"},
	{"azc", "hop nhe ood"},
	{"bat", "lt lv"},
	{"ber", "kab shi rif tzm zgh taq"},
	{"bnt", "sw rw rn ln lg zu xh sn"},
	{"btk", "bbc bts btd"},
	{"cai", "mam quc kek"},
	{"ccs", "ka"},
	{"cdc", "ha"},
	{"cel", "ga cy br"},
	{"cmc", "cjm jra rad"},
	{"cpe", "jam pcm hwc gul kri"},
	{"cpf", "ht lou mfe crs"},
	{"cpp", "kea pov"},
	{"crp", "ht jam pcm kea tpi"},
	{"cus", "so om aa"},
	{"dmn", "bm mnk vai"},
	{"dra", "te ta ml kn"},
	{"esx", "esu ik kl iu"},
	{"euq", "eu"},
	{"fiu", "hu fi et"},
	{"gem", "en de nl sv da no"},
	{"gmq", "sv da no is"},
	{"gmw", "en de nl yi"},
	{"grk", "el"},
	{"hmx", "hmn ium hea"},
	{"hyx", "hy hyw"},
	{"iir", "fa hi ur bn"},
	{"inc", "hi ur bn gu pa ne mr"},
	{"ira", "fa ps ku ckb tg"},
	{"iro", "moh see one"},
	{"itc", "es pt fr it ro"},
	{"jpx", "ja ryu"},
	{"kar", "ksw pwo kyu blk eky"},
	{"kro", "bsq"},
	{"map", "fil ceb ilo mg haw sm"},
	{"mkh", "vi km mnw"},
	{"myn", "mam quc kek kjb cak yua tzo tzh ixl acr"},
	{"nah", "nhe nch ncj nhn ngu nhw ncl nhi azz"},
	{"nic", "yo ig wo sw"},
	{"omq", "mix zai ote"},
	{"oto", "ote otm otq ots"},
	{"phi", "fil ilo ceb war hil pam pag"},
	{"poz", "fil mg haw sm"},
	{"pqe", "haw sm to mh"},
	{"pqw", "fil ceb ilo"},
	{"qwe", "quz quy quh qug qvi"},
	{"roa", "es pt fr it ro"},
	{"sdv", "din luo mas"},
	{"sem", "ar he am ti mt"},
	{"sio", "lkt dak"},
	{"sit", "zh yue my bo"},
	{"sla", "ru uk pl sr bg cs"},
	{"smi", "se sma smj smn sms"},
	{"son", "dje ses"},
	{"sqj", "sq aat aae"},
	{"tai", "th lo shn"},
	{"tbq", "my bo kac lus"},
	{"trk", "tr az uz kk ky"},
	{"urj", "hu fi et"},
	{"wen", "hsb dsb"},
	{"xgn", "mn bua"},
	{"xnd", "nv tli"},
	{"ypk", "esu ess ems"},
	{"zhx", "zh yue nan hak wuu hsn gan cdo"},
	{"zle", "ru uk be"},
	{"zls", "sr bg mk sl"},
	{"zlw", "pl cs sk"},
}

// families without a likely language.
const otherFamilies = "aqa auf aus awd bad bai cau cba ccn cdd csu day egx fox gme him hok ijo ine kdo khi mno mun " +
	"nai ngf nub omv paa plf pra sai sal ssa syd tup tut tuw wak znd"

const (
	severalLanguages = "names several languages whose speakers do not understand one another: ask which one it is"
	aFamily          = "names a family of languages: ask which one of them it is"
	noLanguage       = "states no language: ask which one the person speaks"
	privateUse       = "is for private use and says nothing to others: ask which language it is"
)

// vagueCode is why a code names no one spoken language, and what may be meant.
type vagueCode struct{ reason, members string }

// vagueCodes holds every code of the lists above.
var vagueCodes = func() map[string]vagueCode {
	m := make(map[string]vagueCode, 160)
	for _, code := range nothingStated {
		m[code] = vagueCode{noLanguage, ""}
	}
	for _, v := range unlikeMembers {
		m[v.code] = vagueCode{severalLanguages, v.members}
	}
	for _, v := range families {
		m[v.code] = vagueCode{aFamily, v.members}
	}
	for code := range strings.FieldsSeq(otherFamilies) {
		m[code] = vagueCode{aFamily, ""}
	}
	return m
}()

// vague returns the refusal of the tag s if its base language code names no one
// spoken language.
func vague(s, code string) error {
	if v, ok := vagueCodes[code]; ok {
		return ambiguous(s, v.reason, v.members)
	}
	if len(code) == 3 && "qaa" <= code && code <= "qtz" {
		return ambiguous(s, privateUse, "")
	}
	return nil
}
