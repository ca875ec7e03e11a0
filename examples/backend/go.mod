module github.com/relevo-go/relevo/examples/backend

go 1.26.0

require (
	github.com/google/uuid v1.6.0
	github.com/relevo-go/relevo v0.0.0
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/tidwall/geoindex v1.7.0 // indirect
	github.com/tidwall/rtree v1.10.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/relevo-go/relevo => ../..
