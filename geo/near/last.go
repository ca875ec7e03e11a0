package near

// SetLast gives a candidate another Last, as a Put of its entry with nothing
// else new, and at a part of the cost. It does nothing if there is no candidate
// with this ID.
func (x *Index) SetLast(id, last uint64) {
	slot, ok := x.candidates.slot(id)
	if !ok {
		return
	}
	k := x.candidates.key(slot)
	then, now := *k, key{last, id}
	if then == now {
		return
	}
	x.writes++
	p := &x.places.all[*x.candidates.at(slot)]
	i, end := x.rank(p, then), len(p.items)-1
	it := p.items[i]
	*k = now
	if then.less(now) && (i == end || x.candidates.key(p.items[end].slot).less(now)) {
		copy(p.items[i:], p.items[i+1:]) // The newest goes to the end: nobody on the way is looked at.
		p.items[end] = it
		return
	}
	p.cut(i)
	p.insert(x.rank(p, now), it)
}

// ClassOf returns the class of a candidate, and false if there is none with this
// ID.
func (x *Index) ClassOf(id uint64) (Class, bool) {
	slot, ok := x.candidates.slot(id)
	if !ok {
		return 0, false
	}
	p := &x.places.all[*x.candidates.at(slot)]
	return x.kinds.all[p.items[x.rank(p, *x.candidates.key(slot))].kind].class, true
}
