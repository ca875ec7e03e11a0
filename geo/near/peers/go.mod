module github.com/relevo-go/relevo/geo/near/peers

go 1.26.0

replace github.com/relevo-go/relevo => ../../..

require (
	github.com/relevo-go/relevo v0.0.0-00010101000000-000000000000
	github.com/tidwall/rtree v1.10.0
)

require github.com/tidwall/geoindex v1.7.0 // indirect
