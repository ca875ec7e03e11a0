package printed_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// browser is a Chromium that is told what to do by the DevTools protocol, through a
// pipe: JSON messages with a zero byte behind each.
type browser struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Reader
	session string
	calls   int
	events  []message // that nobody has looked at
	said    bytes.Buffer
}

// message is one of the protocol.
type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// chromium starts a browser with one empty tab, which ends with the test.
func chromium(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("the page needs chromium")
	}
	fromTest, toBrowser := pipe(t)
	fromBrowser, toTest := pipe(t)
	// --no-sandbox: in a container root has no sandbox. The page is this test's own.
	cmd := exec.CommandContext(t.Context(), program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
		"--font-render-hinting=none", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{fromTest, toTest} // descriptors 3 and 4
	b := &browser{t: t, in: toBrowser, out: bufio.NewReader(fromBrowser)}
	cmd.Stderr = &b.said
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fromTest.Close()
	toTest.Close()
	t.Cleanup(func() { // before the directory goes
		cmd.Process.Kill()
		cmd.Wait()
		toBrowser.Close()
		fromBrowser.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// call calls a method and waits for its answer.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.calls++
	ask := struct {
		ID        int    `json:"id"`
		Method    string `json:"method"`
		SessionID string `json:"sessionId,omitempty"`
		Params    any    `json:"params,omitempty"`
	}{b.calls, method, b.session, params}
	text, err := json.Marshal(ask)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	for {
		m := b.next()
		if m.ID != b.calls {
			b.events = append(b.events, m)
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

// next reads a message.
func (b *browser) next() (m message) {
	b.t.Helper()
	text, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("chromium is gone: %v\n%s", err, b.said.String())
	}
	if err := json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m); err != nil {
		b.t.Fatal(err)
	}
	return m
}

// wait passes over events up to one.
func (b *browser) wait(method string) {
	b.t.Helper()
	for i, m := range b.events {
		if m.Method == method {
			b.events = append(b.events[:i], b.events[i+1:]...)
			return
		}
	}
	for {
		m := b.next()
		if m.Method == method {
			return
		}
		b.events = append(b.events, m)
	}
}

// open opens a file on a screen of some width, light or dark.
func (b *browser) open(file string, width int, scheme string) {
	b.t.Helper()
	b.screen(width, 900, scheme)
	b.call("Page.navigate", map[string]any{"url": "file://" + file}, nil)
	b.wait("Page.loadEventFired")
}

func (b *browser) screen(width, height int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": "screen", "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// evaluate returns the value of an expression.
func (b *browser) evaluate(expression string, value any) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%.60s: %s", expression, answer.ExceptionDetails.Text)
	}
	if err := json.Unmarshal(answer.Result.Value, value); err != nil {
		b.t.Fatalf("%.60s: %v", expression, err)
	}
}

// shot returns a picture of a part of the page.
func (b *browser) shot(y, width, height int) []byte {
	b.t.Helper()
	var answer struct{ Data []byte }
	b.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true, "clip": map[string]any{"x": 0, "y": y, "width": width, "height": height, "scale": 1}}, &answer)
	return answer.Data
}

// pdf returns the page on paper.
func (b *browser) pdf() []byte {
	b.t.Helper()
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	var answer struct{ Data []byte }
	b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &answer)
	return answer.Data
}

// complaints returns what went wrong on the page, and what it asked the network for.
func (b *browser) complaints(file string) (list []string) {
	for _, m := range b.events {
		var p struct {
			Type             string
			Entry            struct{ Level, Text string }
			ExceptionDetails struct{ Text string }
			Request          struct{ URL string }
			ErrorText        string
		}
		if err := json.Unmarshal(m.Params, &p); err != nil && len(m.Params) > 0 {
			b.t.Fatalf("%s: %v", m.Method, err)
		}
		switch {
		case m.Method == "Runtime.consoleAPICalled", m.Method == "Runtime.exceptionThrown",
			m.Method == "Log.entryAdded" && p.Entry.Level != "verbose", m.Method == "Network.loadingFailed",
			m.Method == "Network.requestWillBeSent" && p.Request.URL != "file://"+file && p.Request.URL != "data:,":
			list = append(list, fmt.Sprintf("%s: %s", m.Method, m.Params))
		}
	}
	b.events = nil
	return list
}
