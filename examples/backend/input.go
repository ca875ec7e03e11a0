package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/relevo-go/relevo/agent"
	"github.com/relevo-go/relevo/referral"
)

// input is a request as a verb reads it. The first thing that cannot be read stays
// as err; look at it before anything is done.
type input struct {
	*http.Request
	err error
}

// inputError says that a field cannot be read. What can be read and is wrong is for
// the rules to refuse.
type inputError struct{ field, what string }

func (e *inputError) Error() string { return strings.TrimSpace(e.field + " " + e.what) }

func (in *input) fail(err error) {
	if in.err == nil {
		in.err = err
	}
}

// read reads the body: one JSON object, without fields that into does not have.
func (in *input) read(into any) {
	text, err := io.ReadAll(in.Body)
	switch _, long := errors.AsType[*http.MaxBytesError](err); {
	case long:
		in.fail(err)
		return
	case err != nil:
		in.fail(&inputError{"", "the body did not come as a whole"})
		return
	}
	if err = strictly(text, into); err == nil {
		return
	}
	// Which field is it? Types that read themselves do not tell.
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) == nil {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			alone, _ := json.Marshal(map[string]json.RawMessage{name: fields[name]})
			if err := strictly(alone, into); err != nil {
				in.fail(&inputError{name, "cannot be read: " + unreadable(err)})
			}
		}
	}
	in.fail(&inputError{"", "the body is not one JSON object: " + unreadable(err)})
}

func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows it")
	}
	return nil
}

// id reads a UUID that may be missing.
func (in *input) id(field, text string) uuid.UUID {
	if text == "" {
		return uuid.Nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		in.fail(&inputError{field, "is no UUID"})
	}
	return id
}

// referral reads the ID in the path. What is no ID is found nowhere.
func (in *input) referral() uuid.UUID {
	id, err := uuid.Parse(in.PathValue("id"))
	if err != nil {
		in.fail(referral.ErrNotFound)
	}
	return id
}

// npn reads a National Producer Number.
func (in *input) npn(field, text string) agent.NPN {
	n, err := agent.ParseNPN(text)
	if err != nil {
		in.fail(&inputError{field, "is no NPN: give one to ten digits without a leading zero, as a string"})
	}
	return n
}
