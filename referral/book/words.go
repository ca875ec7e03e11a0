package book

import (
	"slices"
	"strings"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/agent/spoken"
	"github.com/relevo-go/relevo/geo"
	"github.com/relevo-go/relevo/referral"
)

// usual is the words that come most often, which take a byte.
var usual = []string{
	"", "es", "en", string(agent.Email), string(agent.Text), string(agent.App),
	string(referral.StatusAccepted), string(referral.StatusExhausted), string(referral.StatusWithdrawn),
	string(referral.StatusOffered), string(referral.StatusWaiting), string(referral.StatusPending),
	string(referral.EndedDeclined), string(referral.EndedExpired), string(referral.EndedRescinded), string(referral.EndedWithdrawn),
	string(referral.Enrolled), string(referral.NotReached), string(referral.NotInterested), string(referral.Other),
	string(agent.Active), string(agent.Inactive), string(agent.Resident), string(agent.Nonresident), "Health",
	string(agent.CMS), string(agent.HelpOnDemand), "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
	"America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "zh", "yue", "vi", "ht", "ko", "ru", "ar", "fr", "pt", "fil",
}

// dictionary is the usual words and every jurisdiction's code, some in two bytes.
// What is unpacked of these holds on to no packed text.
var dictionary = slices.Concat(usual, slices.Collect(func(yield func(string) bool) {
	for s := range geo.AllStates() {
		if !yield(string(s)) {
			return
		}
	}
}))

// inDictionary is where in the dictionary each word is.
var inDictionary = func() map[string]int {
	at := make(map[string]int, len(dictionary))
	for i, s := range dictionary {
		at[s] = i
	}
	return at
}()

// word is text that often comes again, in the same agent or in all of them: those
// of the dictionary and the first ones of an agent take a byte or two.
func word[S ~string](c *coder, v *S) {
	if !c.reading {
		c.putWord(string(*v))
		return
	}
	s, _ := c.word()
	*v = S(s)
}

// putWord writes twice a word's number and one, or else twice its length and the
// word: the numbers up to len(c.words) are those that came before.
func (c *coder) putWord(s string) {
	for i, known := range c.words[:c.known] {
		if known == s {
			c.buf = append(c.buf, byte(i)<<1|1)
			return
		}
	}
	if i, ok := inDictionary[s]; ok {
		c.put(uint64(len(c.words)+i)<<1 | 1)
		return
	}
	c.put(uint64(len(s)) << 1)
	c.buf = append(c.buf, s...)
	c.learn(s)
}

// word reads a word, and returns whether it is the dictionary's.
func (c *coder) word() (s string, common bool) {
	v := c.take()
	n, own := v>>1, uint64(len(c.words))
	switch {
	case v&1 == 0:
		s = c.next(n)
		c.learn(s)
		return s, false
	case n < uint64(c.known):
		return c.words[n], false
	case n >= own && n-own < uint64(len(dictionary)):
		return dictionary[n-own], true
	}
	c.fail()
	return "", true
}

// state is a word, which is found in the dictionary at once.
func (c *coder) state(v *geo.State) {
	if i := v.Index(); i >= 0 && !c.reading {
		c.put(uint64(len(c.words)+len(usual)+i)<<1 | 1)
		return
	}
	word(c, v)
}

func (c *coder) learn(s string) {
	if c.known < len(c.words) {
		c.words[c.known] = s
		c.known++
	}
}

// channelLists are the lists of channels that there are, which take a byte and are
// shared by all who have them.
var channelLists = [...][]agent.Channel{
	{agent.Email}, {agent.Text}, {agent.App}, {agent.Email, agent.Text}, {agent.Email, agent.App}, {agent.Text, agent.App},
	{agent.Email, agent.Text, agent.App},
}

func (c *coder) channels(v *[]agent.Channel) {
	const some = uint64(len(channelLists)) // and then as many words as the number is beyond
	n := some + 1 + uint64(len(*v))
	if i := slices.IndexFunc(channelLists[:], func(l []agent.Channel) bool { return slices.Equal(l, *v) }); i >= 0 {
		n = 1 + uint64(i)
	} else if *v == nil {
		n = 0
	}
	c.uint(&n)
	switch {
	case !c.reading:
	case n == 0:
		*v = nil
	case n <= some:
		*v = channelLists[n-1]
		if c.lens == nil { // and not only looked at
			*v = slices.Clone(*v)
		}
	case n-some-1 > c.left():
		c.fail()
	default:
		*v = make([]agent.Channel, n-some-1)
	}
	if n > some {
		for i := range *v {
			word(c, &(*v)[i])
		}
	}
}

func (c *coder) language(v *spoken.Language) {
	word(c, &v.Tag)
	if !c.reading {
		word(c, &v.Key)
		return
	}
	key, common := c.word()
	if !common {
		key = strings.Clone(key) // the engine keeps it, as a number's language
	}
	v.Key = spoken.Key(key)
}
