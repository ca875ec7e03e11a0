module github.com/relevo-go/relevo

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/google/uuid v1.6.0
	github.com/tidwall/rtree v1.10.0
	golang.org/x/text v0.43.0
)

require github.com/tidwall/geoindex v1.7.0 // indirect
