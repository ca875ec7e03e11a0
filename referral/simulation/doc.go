// Package simulation makes what a desk and its log do without the machine's clock
// and without its randomness: [Chance] draws numbers that depend on a seed alone,
// and [Clock] stands still until it is set.
package simulation
