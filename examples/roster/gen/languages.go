package main

// tongues are the languages that agents speak beside English, by how many
// thousand residents aged five and over speak them at home (American Community
// Survey 2018; Mandarin and Cantonese are one number there, parted here as two
// to one). Each has the tags that agents give for it, which lead to one key.
//
// Navajo is left out on purpose: an example waits for someone who speaks it.
var tongues = []struct {
	thousand int
	tags     []string
}{
	{41460, []string{"es", "es-MX", "es-419", "es-US"}},
	{2315, []string{"zh", "cmn", "zh-Hans"}},
	{1157, []string{"yue", "zh-HK"}},
	{1760, []string{"fil", "tl"}},
	{1542, []string{"vi"}},
	{1259, []string{"ar", "arz"}},
	{1232, []string{"fr"}},
	{1086, []string{"ko"}},
	{919, []string{"ru"}},
	{890, []string{"de"}},
	{874, []string{"hi"}},
	{834, []string{"ht"}},
	{816, []string{"pt", "pt-BR"}},
	{554, []string{"it"}},
	{509, []string{"pl"}},
	{485, []string{"ur"}},
	{459, []string{"ja"}},
	{451, []string{"fa", "prs"}},
	{419, []string{"gu"}},
	{400, []string{"te"}},
	{375, []string{"bn"}},
	{316, []string{"pa"}},
	{309, []string{"ta"}},
	{260, []string{"el"}},
	{252, []string{"sr", "bs", "hr"}},
	{235, []string{"hmn"}},
	{233, []string{"hy"}},
	{216, []string{"he"}},
	{184, []string{"km"}},
}
