package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Encode returns v as JSON on one line without HTML escapes, the form of
// every record's data.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Strict reads exactly one JSON value with no unknown keys.
func Strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return brief(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// brief returns an error of reading JSON with at most a little of the data,
// which encoding/json and time repeat at any length.
func brief(err error) error {
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("the key %.40s is unknown", key)
	}
	if value, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("the value of %q is of another type, or out of range", value.Field)
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return errors.New("an instant is not of the form 2026-11-23T17:00:00Z")
	}
	return err
}

// Decode reads data into a new T and checks it. The keys are exactly those
// that [Encode] writes of the value: none unknown, missing, in another case
// or null.
func Decode[T any](data []byte, check func(T) error) (T, error) {
	var v T
	if err := Strict(data, &v); err != nil {
		return v, err
	}
	if err := check(v); err != nil {
		return v, err
	}
	written, err := Encode(v)
	if err != nil || bytes.Equal(written, data) && !bytes.Contains(data, []byte("null")) {
		return v, err
	}
	return v, sameKeys(data, written)
}

// sameKeys returns an error unless data has the same objects as what is written
// of it, with the same keys, and lists of the same length, and no null.
func sameKeys(data, written []byte) error {
	var given, want any
	if err := errors.Join(json.Unmarshal(data, &given), json.Unmarshal(written, &want)); err != nil {
		return err
	}
	return alike(given, want)
}

func alike(given, want any) error {
	if given == nil {
		return errors.New("a value is null")
	}
	switch want := want.(type) {
	case map[string]any:
		given, _ := given.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			value, ok := given[key]
			if !ok {
				return fmt.Errorf("the key %q is missing", key)
			}
			if err := alike(value, want[key]); err != nil {
				return err
			}
		}
		if len(given) > len(want) {
			return errors.New("a key is there twice, in another case, or without a value")
		}
	case []any:
		given, _ := given.([]any)
		if len(given) != len(want) {
			return errors.New("a list has too many values or too few")
		}
		for i := range want {
			if err := alike(given[i], want[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
