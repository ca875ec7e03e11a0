package main

import (
	"context"
	"time"
)

// schedule is what is going to happen, in the order of time and then of planning.
type schedule []plan

// plan is one thing to happen; nil does nothing but let the desk's clock go on.
type plan struct {
	at time.Time
	do func(context.Context) error
}

// add plans something behind everything that is planned for the same time.
func (s *schedule) add(at time.Time, do func(context.Context) error) {
	i := len(*s)
	for i > 0 && (*s)[i-1].at.After(at) {
		i--
	}
	*s = append(*s, plan{})
	copy((*s)[i+1:], (*s)[i:])
	(*s)[i] = plan{at, do}
}

// next takes out what comes first.
func (s *schedule) next() (p plan, ok bool) {
	if len(*s) == 0 {
		return plan{}, false
	}
	p, *s = (*s)[0], (*s)[1:]
	return p, true
}
