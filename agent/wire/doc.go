// Package wire reads and writes the data of events: one JSON object on one line,
// its keys in a fixed order.
//
// [Encode] and [Decode] say what that data is, by reflection. They take any
// value, and they judge: what Decode refuses is refused, in its words. A
// [Cursor] moves over the same bytes in one pass and takes the canonical form
// alone, which is all that Encode ever writes. It gives up on anything else, and
// who uses one then asks Encode or Decode, so that it is never more than a
// faster way to the same event:
//
//	c := wire.Reading(data, memory)
//	c.Key(`{"document":`)
//	wire.Word(&c, &e.Document)
//	c.Key(`,"version":`)
//	wire.Word(&c, &e.Version)
//	c.Key(`}`)
//	if !c.Done() {
//		return wire.Decode(data, check)
//	}
//
// The same lines write the event when the cursor comes from [Writing], so that a
// kind's form stands in one place and both ways agree.
//
// A [Memory] keeps the words and lists that come again and again in a log, so
// that reading them allocates nothing.
package wire
