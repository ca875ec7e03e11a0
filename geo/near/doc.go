// Package near finds the candidates nearest to a place.
package near
