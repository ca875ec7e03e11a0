// Package zone knows the time zones of US jurisdictions. They are embedded, from
// tzdata 2025c, and never taken from the machine, so that every machine agrees
// when a day begins (R35) and when an agent is on duty (B1).
//
//	tampa, ok := zone.Of("FL")
//	adak, err := zone.Load("America/Adak")
//
// The zones are parsed as the program starts; after that nothing here acts, and
// the rules may call it. The embedded zones.bin has 27,472 bytes and SHA-256
// 21b458c2f4551f85778b1b1b00bec1b532a50ed79e22dbbe6657e04766e57957;
// the command in gen writes it from the tzdata of a Go distribution. The tz
// database is in the public domain.
package zone
