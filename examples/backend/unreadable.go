package main

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"
)

// unreadable says why JSON cannot be read, to somebody who does not know that this
// is written in Go.
func unreadable(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		where := "it"
		if _, inner, deep := strings.Cut(wrong.Field, "."); deep { // the field itself is named already
			where = inner
		}
		is, _, _ := strings.Cut(wrong.Value, " ") // a number is repeated there
		return where + " is " + kinds[is] + ", and " + belongs(wrong.Type) + " is wanted"
	}
	text := err.Error()
	_, instant := errors.AsType[*time.ParseError](err)
	if instant || strings.HasPrefix(text, "Time.UnmarshalJSON: ") {
		return "an instant is a string of the form 2026-11-02T18:00:00Z (RFC 3339)"
	}
	// Which package says it is no matter of the caller's.
	if from, rest, ok := strings.Cut(text, ": "); ok && !strings.Contains(from, " ") {
		return rest
	}
	return text
}

// kinds are the kinds of value as encoding/json tells them, and as we do.
var kinds = map[string]string{
	"string": "a string", "number": "a number", "bool": "true or false", "array": "a list", "object": "an object", "null": "null",
}

// belongs says what kind of value a type is read from.
func belongs(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "a string"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a whole number that is not too large"
}
