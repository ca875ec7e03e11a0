package geo_test

import (
	"fmt"

	"github.com/relevo-go/relevo/geo"
)

func ExampleParseState() {
	for _, s := range []string{"FL", " fl ", "northern  mariana islands", "Ontario"} {
		state, err := geo.ParseState(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(state, state.Name())
	}
	// Output:
	// FL Florida
	// FL Florida
	// MP Northern Mariana Islands
	// geo: "Ontario" is no US jurisdiction: give the two-letter postal code or the English name of a state, DC, AS, GU, MP, PR or VI
}

func ExampleParseZIP() {
	zip, err := geo.ParseZIP("00601-1234")
	fmt.Println(zip, err)
	_, err = geo.ParseZIP("601")
	fmt.Println(err)
	// Output:
	// 00601 <nil>
	// geo: "601" is no ZIP Code: give five digits, leading zeros included, such as 00601
}

func ExampleMakePoint() {
	tampa, err := geo.MakePoint(27.9506, -82.4572)
	fmt.Println(tampa, tampa.Known(), err)

	var nowhere geo.Point
	fmt.Println(nowhere, nowhere.Known())

	_, err = geo.MakePoint(-82.4572, 427.9506)
	fmt.Println(err)
	// Output:
	// 27.9506000,-82.4572000 true <nil>
	// unknown false
	// geo: longitude 427.9506 is not between -180 and 180 degrees
}

// Guam is nearer to Pago Pago than to Honolulu: the way leads over the 180°
// meridian, and degrees on a plane get it wrong.
func ExampleChordBetween() {
	guam, _ := geo.MakePoint(13.452852, 144.747191)
	pagoPago, _ := geo.MakePoint(-14.322923, -170.752349)
	honolulu, _ := geo.MakePoint(21.3069, -157.8583)

	toPagoPago, toHonolulu := geo.ChordBetween(guam, pagoPago), geo.ChordBetween(guam, honolulu)
	fmt.Println(toPagoPago.Meters(), toHonolulu.Meters(), toPagoPago < toHonolulu)
	fmt.Println(toPagoPago <= geo.ChordWithin(6_000_000))
	// Output:
	// 5791.0 km 6121.9 km true
	// true
}
