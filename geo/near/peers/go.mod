module github.com/relevo-go/relevo/geo/near/peers

go 1.26.0

replace github.com/relevo-go/relevo => ../../..

require (
	github.com/dhconnelly/rtreego v1.2.0
	github.com/golang/geo v0.0.0-20260818125358-b200a1149890
	github.com/kyroy/kdtree v0.0.0-20200419114247-70830f883f1d
	github.com/paulmach/orb v0.14.0
	github.com/relevo-go/relevo v0.0.0-00010101000000-000000000000
	github.com/tidwall/rtree v1.10.0
)

require (
	github.com/kyroy/priority-queue v0.0.0-20180327160706-6e21825e7e0c // indirect
	github.com/tidwall/geoindex v1.7.0 // indirect
)
