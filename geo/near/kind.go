package near

// kinds holds every class and set of languages that candidates have together,
// once. One look at a kind's mask tells both what is spoken and who is on duty.
type kinds struct {
	masks  []uint64 // by number: the bits of the languages, none if the class is off duty
	all    []kind   // by number
	free   []uint32 // numbers without a kind
	number map[kindKey]uint32
	sets   languageSets
}

type kindKey struct {
	class Class
	set   uint32 // in languageSets
}

type kind struct {
	kindKey
	rank    uint32 // its place in class.kinds
	holders uint32 // how many candidates are of this kind
}

// languages returns the set of languages of a kind.
func (ks *kinds) languages(n uint32) *languageSet { return &ks.sets.all[ks.all[n].set] }

// show makes the mask of a kind that of a class on duty or off.
func (ks *kinds) show(n uint32, onDuty bool) {
	ks.masks[n] = 0
	if onDuty {
		ks.masks[n] = ks.languages(n).mask
	}
}

// hold returns the number of a kind, which stays until it is released as often.
func (x *Index) hold(c Class, languages []Language) uint32 {
	ks := &x.kinds
	key := kindKey{c, ks.sets.hold(languages)}
	if n, ok := ks.number[key]; ok {
		ks.sets.release(key.set) // A kind has one hold of it.
		ks.all[n].holders++
		return n
	}
	if ks.number == nil {
		ks.number = make(map[kindKey]uint32)
	}
	cl := x.classes.of(c)
	fresh := kind{kindKey: key, rank: uint32(len(cl.kinds)), holders: 1}
	var n uint32
	if last := len(ks.free) - 1; last >= 0 {
		n = ks.free[last]
		ks.free = ks.free[:last]
		ks.all[n] = fresh
	} else {
		n = uint32(len(ks.all))
		ks.all, ks.masks = append(roomier(ks.all), fresh), append(roomier(ks.masks), 0)
	}
	ks.number[key] = n
	ks.show(n, cl.on)
	cl.kinds = append(roomier(cl.kinds), n)
	return n
}

// release gives up one hold of a kind.
func (x *Index) release(n uint32) {
	ks := &x.kinds
	k := &ks.all[n]
	if k.holders--; k.holders > 0 {
		return
	}
	cl := &x.classes.all[k.class]
	last := len(cl.kinds) - 1
	moved := cl.kinds[last]
	cl.kinds[k.rank], ks.all[moved].rank = moved, k.rank
	cl.kinds = trimmed(cl.kinds[:last])
	ks.sets.release(k.set)
	delete(ks.number, k.kindKey)
	*k, ks.masks[n] = kind{}, 0
	ks.free = append(ks.free, n)
}
