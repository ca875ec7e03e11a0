module github.com/relevo-go/relevo/examples/backend

go 1.26.0

replace github.com/relevo-go/relevo => ../..
