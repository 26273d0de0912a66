// Command pulumi-language-nodejs runs Node.js programs and policy packs for
// the Pulumi engine where Pulumi's own language host cannot be had. It is
// started by the engine, tells it a port on its first line of output, and
// serves pulumirpc.LanguageRuntime there until the engine ends.
//
// programs.go runs a program, plugins.go a policy pack, packages.go says which
// provider plugins a program needs, node.go is what they have in common.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	// The engine passes it on when the user asked for traces; this host makes none of its own.
	// (The flags of its logs are defined by the SDK.)
	flag.String("tracing", "", "ignored")
	flag.Parse()
	if err := serve(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// serve answers the engine until it ends, then ends every program that still runs.
func serve(engine string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	go endWith(os.Stdin, stop)

	host := newHost(ctx, engine)
	stopServing := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stopServing,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port)

	select {
	case err := <-handle.Done:
		return err
	case <-ctx.Done():
		host.cancel()
		host.running.Wait()
		return nil
	}
}

// endWith calls stop when the engine is gone: it holds the other end of our
// standard input open for as long as it lives, and a kernel closes it whatever
// the engine died of.
func endWith(stdin io.Reader, stop func()) {
	_, _ = io.Copy(io.Discard, stdin)
	stop()
}
