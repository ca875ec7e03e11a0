// Command backend is a small HTTP service around two engines on one log.
package main

func main() {}
