// Package jetlog keeps an event log in a stream of NATS JetStream.
package jetlog
