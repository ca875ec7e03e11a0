// Package pglog keeps an event log in PostgreSQL.
package pglog
