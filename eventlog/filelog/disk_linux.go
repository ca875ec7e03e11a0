package filelog

import (
	"os"
	"syscall"
)

// fallocKeepSize is FALLOC_FL_KEEP_SIZE: what is reserved is no part of the
// file, so that nothing but lines can be read from it.
const fallocKeepSize = 1

// reserve is a wish: if the disk has no such room, or the file system no such
// thing, the writes themselves will tell.
func reserve(f *os.File, from, to int64) {
	_ = syscall.Fallocate(int(f.Fd()), fallocKeepSize, from, to-from)
}

// release gives back what was reserved behind a file's end. It fails as
// harmlessly as reserve.
func release(f *os.File, size int64) {
	if info, err := f.Stat(); err == nil && info.Size() == size {
		_ = f.Truncate(size)
	}
}

// networks are the magic numbers of file systems that live elsewhere:
// NFS, SMB, SMB2, CIFS, Coda, AFS, Ceph, 9P, FUSE not among them.
var networks = map[uint32]bool{
	0x6969: true, 0x517b: true, 0xfe534d42: true, 0xff534d42: true, 0x73757245: true, 0x5346414f: true, 0x00c36400: true, 0x01021997: true,
}

func remote(dir string) bool {
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && networks[uint32(s.Type)]
}
