// Package repo holds no code. Its tests look at the whole repository: that the
// rulebook cannot act, that imports point downward, what each package exports,
// and that every rule has a test that cites it.
package repo
