// What running a program and running a pack have in common: finding the SDK, starting node, ending it.

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
)

// How long a child may take to end after it was interrupted; the engine gives this host 5 s itself.
var endWithin = 4 * time.Second

// options are the runtime options of a Pulumi.yaml or PulumiPolicy.yaml that matter here.
type options struct {
	typescript bool
	tsconfig   string
	nodeArgs   []string
}

// parseOptions collects everything that is wrong before it complains.
func parseOptions(given *structpb.Struct) (options, error) {
	parsed := options{typescript: true}
	var problems []string
	for name, value := range given.AsMap() {
		switch name {
		case "typescript":
			flag, ok := value.(bool)
			if !ok {
				problems = append(problems, fmt.Sprintf("typescript is %v, expected true or false", value))
			}
			parsed.typescript = flag
		case "tsconfig":
			path, ok := value.(string)
			if !ok {
				problems = append(problems, fmt.Sprintf("tsconfig is %v, expected a path", value))
			}
			parsed.tsconfig = path
		case "nodeargs":
			text, ok := value.(string)
			if !ok || strings.ContainsAny(text, `"'\`) {
				problems = append(problems,
					fmt.Sprintf("nodeargs is %v, expected arguments separated by spaces, without quotes", value))
			}
			parsed.nodeArgs = strings.Fields(text)
		}
	}
	if len(problems) > 0 {
		return parsed, fmt.Errorf("runtime options of the project: %s", strings.Join(problems, "; "))
	}
	return parsed, nil
}

// environment says how to load TypeScript, to the scripts of @pulumi/pulumi that load it.
func (o options) environment() []string {
	var env []string
	if o.typescript {
		env = append(env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.tsconfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.tsconfig)
	}
	return env
}

// sdkScript finds @pulumi/pulumi/cmd/<name> from a directory upwards, as Node.js itself would.
func sdkScript(directory, name string) (string, error) {
	for at := directory; ; at = filepath.Dir(at) {
		script := filepath.Join(at, "node_modules", "@pulumi", "pulumi", "cmd", name)
		if _, err := os.Stat(filepath.Join(script, "index.js")); err == nil {
			return script, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("@pulumi/pulumi is not installed in or above %s: run npm ci there", directory)
		}
	}
}

type child struct {
	program        string
	args           []string
	dir            string
	env            []string
	stdout, stderr io.Writer
	// Used instead of waiting for its end, when given.
	attend func(context.Context, *exec.Cmd) error
}

// execute runs a child until it ends, or until the call or the host is
// cancelled: then it is interrupted, and killed when that does not help.
func (h *host) execute(ctx context.Context, c child) error {
	h.running.Add(1)
	defer h.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	// The parent-death signal below is sent when this thread ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Dir = c.dir
	cmd.Env = c.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = endWithin
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	// Wrapped, so that the child gets pipes: Node.js makes inherited descriptors non-blocking, for us as well.
	cmd.Stdout = struct{ io.Writer }{c.stdout}
	cmd.Stderr = struct{ io.Writer }{c.stderr}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", c.program, err)
	}
	wait := func(context.Context, *exec.Cmd) error { return cmd.Wait() }
	if c.attend != nil {
		wait = c.attend
	}
	err := wait(ctx, cmd)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("cancelled: %w", ctx.Err())
	}
	return err
}
