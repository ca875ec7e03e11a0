package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// describe says on what the numbers were measured, as far as the system tells:
// the processor's model, its cores, the kernel, the file system of a directory
// and the version of Go.
func describe(dir string) string {
	model := field("/proc/cpuinfo", "model name")
	if model == "" {
		model = runtime.GOARCH
	}
	kernel := runtime.GOOS
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		release, _, _ := strings.Cut(strings.TrimSpace(string(b)), "-")
		kernel = "Linux " + release
	}
	return fmt.Sprintf("%s, %d cores, %s, %s, %s", model, runtime.NumCPU(), kernel, fileSystem(dir), runtime.Version())
}

// field returns a line of a file of "name : value" lines.
func field(path, name string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if n, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(n) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// fileSystem returns the type of the innermost mount that a directory is in.
func fileSystem(dir string) string {
	b, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return "an unknown file system"
	}
	kind, deepest := "an unknown file system", -1
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 3 || len(f[1]) < deepest {
			continue
		}
		if f[1] == dir || strings.HasPrefix(dir, strings.TrimSuffix(f[1], "/")+"/") {
			kind, deepest = f[2], len(f[1])
		}
	}
	return kind
}
