package agent

// Canonical is the fast half of [Decode]: false is for what has another form.
func Canonical(kind string, data []byte) (Event, bool) { return kinds[place[kind]].read(data) }

// Strictly is the other half of [Decode], which judges any form.
func Strictly(kind string, data []byte) (Event, error) { return kinds[place[kind]].judged(data) }

// WriteCanonical is the fast half of [Encode]: nil is for what it leaves to
// wire.Encode.
func WriteCanonical(e Event) []byte { return kinds[place[e.Kind()]].write(e) }
