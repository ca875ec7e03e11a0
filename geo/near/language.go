package near

// Language is a number the caller gives to a spoken language. Any numbers will
// do; those below 63 are found fastest, so let them be the common languages.
type Language uint16

// otherLanguages is the bit in a mask of every language from 63 on. Who has it
// is asked again, exactly.
const otherLanguages = 1 << 63

// bit returns the bit of a language in a mask.
func (l Language) bit() uint64 { return 1 << min(l, 63) }
