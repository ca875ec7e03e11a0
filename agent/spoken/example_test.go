package spoken_test

import (
	"errors"
	"fmt"

	"github.com/relevo-go/relevo/agent/spoken"
)

func ExampleParse() {
	for _, tag := range []string{"es-MX", "zh-HK", "zh-TW", "sgn-US", "tl"} {
		key, err := spoken.Parse(tag)
		fmt.Println(tag, key, key.English(), err)
	}
	// Output:
	// es-MX es Spanish <nil>
	// zh-HK yue Cantonese <nil>
	// zh-TW zh Mandarin <nil>
	// sgn-US ase American Sign Language <nil>
	// tl fil Filipino (Tagalog) <nil>
}

func ExampleTagError() {
	_, err := spoken.Parse("kar")
	if e, ok := errors.AsType[*spoken.TagError](err); ok && errors.Is(err, spoken.ErrAmbiguous) {
		fmt.Println("Which one?", e.Choices[0].English(), "·", e.Choices[0].Native())
	}
	// Output: Which one? S'gaw Karen · ကညီကျိၥ်
}

func ExampleParseAll() {
	langs, err := spoken.ParseAll([]string{"ht", "fr-CA", "fr"})
	fmt.Println(langs, err)
	_, err = spoken.ParseAll([]string{"es", "english", "xx"})
	fmt.Println(err)
	// Output:
	// [{ht ht} {fr-CA fr}] <nil>
	// spoken: language tag "english" is a name, not a tag: choose en (English); language tag "xx" has the subtag "xx", which is not registered: correct it
}

func ExampleMatch() {
	want, err := spoken.ParseAll([]string{"zh-HK", "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spoken.Match(want, []spoken.Key{"en", "yue"}))
	fmt.Println(spoken.Match(want, []spoken.Key{"zh"}))
	// Output:
	// yue true
	//  false
}

func ExampleFromLabel() {
	fmt.Println(spoken.FromLabel("Kreyòl Ayisyen"))
	fmt.Println(spoken.FromLabel("Chinese"))
	// Output:
	// ht true
	//  false
}

func ExamplePicker() {
	for _, c := range spoken.Picker()[:4] {
		fmt.Println(c.Key, c.English, c.Spanish, c.Native)
	}
	// Output:
	// en English inglés English
	// es Spanish español español
	// zh Mandarin mandarín 普通话
	// yue Cantonese cantonés 廣東話
}
