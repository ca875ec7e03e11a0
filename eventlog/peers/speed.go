package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// row is what was measured of a contestant: events per second, one number a
// round, and what damage and a second writer do.
type row struct {
	contestant
	single, grouped, replayed []float64
	closed, died              tally
	second                    string
}

// measure takes one turn: appends of one event, appends of groups, and opening
// and reading the latter. Every event is read back and compared.
func (r *row) measure(c contestant, dir string, single, grouped []group) error {
	for _, part := range []struct {
		groups []group
		speed  *[]float64
	}{{single, &r.single}, {grouped, &r.grouped}} {
		s, err := c.open(dir)
		if err != nil {
			return err
		}
		runtime.GC() // of what was read before
		began := time.Now()
		for _, g := range part.groups {
			if err := s.append(g); err != nil {
				return errors.Join(err, s.close())
			}
		}
		took := time.Since(began)
		if err := s.close(); err != nil {
			return err
		}
		want := linesOf(part.groups)
		*part.speed = append(*part.speed, float64(len(want))/took.Seconds())
		got, err := c.lines(dir)
		if err != nil {
			return err
		}
		if err := same(got, want); err != nil {
			return err
		}
		if len(want) > len(single) {
			got = nil
			runtime.GC()
			began := time.Now()
			n, err := c.replay(dir)
			took := time.Since(began)
			if err != nil {
				return err
			}
			if n != len(want) {
				return fmt.Errorf("a replay of %d events gives %d", len(want), n)
			}
			r.replayed = append(r.replayed, float64(n)/took.Seconds())
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

// ratio returns the median of the rounds' ratios.
func ratio(list, floor []float64) float64 {
	ratios := make([]float64, len(list))
	for i := range list {
		ratios[i] = list[i] / floor[i]
	}
	return median(ratios)
}
