package main

import (
	"fmt"
	"os"
)

// secondWriter opens a store that is open, appends with both if it can, and says
// what came of it.
func secondWriter(c contestant, dir string) (string, error) {
	defer os.RemoveAll(dir)
	groups := events(4, 1)
	first, err := c.open(dir)
	if err != nil {
		return "", err
	}
	if err := first.append(groups[0]); err != nil {
		return "", err
	}
	second, err := c.open(dir)
	if err != nil {
		return "refused at opening", first.close()
	}
	for i, s := range []store{first, second, first} {
		if err := s.append(groups[1+i]); err != nil {
			second.close()
			return fmt.Sprintf("refused at append %d", 1+i), first.close()
		}
	}
	if err := second.close(); err != nil {
		return "", err
	}
	if err := first.close(); err != nil {
		return "", err
	}
	got, err := c.lines(dir)
	switch {
	case err != nil:
		return fmt.Sprintf("both write, and the store is broken: %v", err), nil
	case same(got, linesOf(groups)) != nil:
		return fmt.Sprintf("both write, and %d of %d events are left", len(got), len(groups)), nil
	}
	return "both write, one after the other", nil
}
