package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func given(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOptionsHaveTheDefaultsOfPulumi(t *testing.T) {
	for _, none := range []*structpb.Struct{nil, given(t, nil)} {
		o, err := parseOptions(none)
		if err != nil || !o.typescript || o.tsconfig != "" || len(o.nodeArgs) != 0 {
			t.Errorf("got %+v, %v", o, err)
		}
	}
}

func TestOptionsAreRead(t *testing.T) {
	o, err := parseOptions(given(t, map[string]any{
		"typescript": false, "tsconfig": "other.json", "nodeargs": "--require  ./register.js",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if o.typescript || o.tsconfig != "other.json" || strings.Join(o.nodeArgs, "|") != "--require|./register.js" {
		t.Errorf("got %+v", o)
	}
	if env := o.environment(); len(env) != 1 || env[0] != "PULUMI_NODEJS_TSCONFIG_PATH=other.json" {
		t.Errorf("got %v", env)
	}
}

func TestAllWrongOptionsAreNamed(t *testing.T) {
	_, err := parseOptions(given(t, map[string]any{"typescript": "no", "tsconfig": 1, "nodeargs": "--title 'a b'"}))
	if err == nil {
		t.Fatal("nothing was said")
	}
	for _, name := range []string{"typescript is no", "tsconfig is 1", "without quotes"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not in %q", name, err)
		}
	}
}

func TestScriptsAreFoundAsNodeFindsThem(t *testing.T) {
	root := t.TempDir()
	script := filepath.Join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run")
	program := filepath.Join(root, "packages", "app")
	for _, folder := range []string{script, program} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sdkScript(program, "run"); err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(filepath.Join(script, "index.js"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if found, err := sdkScript(program, "run"); err != nil || found != script {
		t.Errorf("got %q, %v", found, err)
	}
}

func shell(text string) child {
	return child{program: "sh", args: []string{"-c", text}, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
}

func TestOutputIsForwardedToItsEnd(t *testing.T) {
	var out, errors bytes.Buffer
	c := shell("for i in 1 2 3; do echo out $i; echo error $i >&2; done")
	c.stdout, c.stderr = &out, &errors
	if err := newHost(context.Background(), "").execute(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	if out.String() != "out 1\nout 2\nout 3\n" || errors.String() != "error 1\nerror 2\nerror 3\n" {
		t.Errorf("got %q and %q", out.String(), errors.String())
	}
}

func TestCancellingTheCallInterruptsTheChild(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	endsWithin(t, 3*time.Second, func() error {
		return newHost(context.Background(), "").execute(ctx, shell("exec sleep 60"))
	})
}

func TestCancellingTheHostEndsAChildThatDoesNotWantTo(t *testing.T) {
	before := endWithin
	endWithin = 200 * time.Millisecond
	defer func() { endWithin = before }()
	h := newHost(context.Background(), "")
	time.AfterFunc(100*time.Millisecond, func() { _, _ = h.Cancel(context.Background(), nil) })
	endsWithin(t, 3*time.Second, func() error {
		return h.execute(context.Background(), shell("trap '' INT; while :; do sleep 0.1; done"))
	})
	h.running.Wait()
}

func endsWithin(t *testing.T, limit time.Duration, work func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "cancelled") {
			t.Errorf("got %v", err)
		}
	case <-time.After(limit):
		t.Errorf("it still ran after %v", limit)
	}
}

func TestTheEngineIsToldHowAProgramEnded(t *testing.T) {
	end := func(code string) *pulumirpc.RunResponse {
		return runResponse(exec.Command("sh", "-c", "exit "+code).Run())
	}
	if r := end("0"); r.Error != "" || r.Bail {
		t.Errorf("success: %v", r)
	}
	if r := end("32"); r.Error != "" || !r.Bail {
		t.Errorf("already reported: %v", r)
	}
	if r := end("3"); !strings.Contains(r.Error, "exit status 3") || r.Bail {
		t.Errorf("failure: %v", r)
	}
	if r := runResponse(errors.New("cannot start node")); !strings.Contains(r.Error, "cannot start node") {
		t.Errorf("no program: %v", r)
	}
}

func TestTheHostEndsWhenTheEngineIsGone(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stopped := make(chan struct{})
	go endWith(in, func() { close(stopped) })
	select {
	case <-stopped:
		t.Fatal("it ended while the engine lived")
	case <-time.After(50 * time.Millisecond):
	}
	_ = out.Close()
	select {
	case <-stopped:
	case <-time.After(3 * time.Second):
		t.Fatal("it did not notice")
	}
}
